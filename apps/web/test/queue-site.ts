import type { Fault } from '@marquee/adapters/faults';
import { withFaults } from '@marquee/adapters/faults';
import { loadConfig } from '@marquee/core/config';
import { openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { startWeb } from '../server/start.ts';

/**
 * A site without workers, so that queues stay as a test fills them. SIGUSR2 takes the queue away, and brings it
 * back. Prints its address as one line of JSON and ends cleanly on SIGTERM.
 */
const NEVER = Number.POSITIVE_INFINITY;
const outage: Fault[] = ['stats', 'listDead', 'redriveDead'].map((method) => ({
  method,
  every: NEVER,
  error: 'BROKER_DOWN',
}));
process.on('SIGUSR2', () => {
  for (const fault of outage) fault.every = fault.every === NEVER ? 1 : NEVER;
});

const config = loadConfig();
const log = createLogger(config);
const opened = await openEngines(config, log);
const engines = { ...opened, queue: withFaults(opened.queue, outage) };
const web = await startWeb({ config, engines, log, dev: process.argv.includes('--dev') });
process.stdout.write(`${JSON.stringify({ url: web.url })}\n`);

process.once('SIGTERM', async () => {
  await web.close();
  await opened.close();
  process.exit(0);
});
