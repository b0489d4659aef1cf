import { loadConfig } from '@marquee/core/config';
import { openEngines } from '@marquee/workers/engines';
import { ROLES, startWorkers } from '@marquee/workers/main';
import { createLogger } from '@marquee/workers/runtime/log';
import { startWeb } from '../server/start.ts';

/**
 * A whole site in a process of its own, for tests: engines, workers and pages on the data folder and port of the
 * environment. Prints its address as one line of JSON and ends cleanly on SIGTERM.
 */
const config = loadConfig();
const log = createLogger(config);
const engines = await openEngines(config, log);
const web = await startWeb({ config, engines, log, dev: process.argv.includes('--dev') });
const workers = process.argv.includes('--no-workers')
  ? null
  : await startWorkers({ config, engines, log, roles: ROLES });
process.stdout.write(`${JSON.stringify({ url: web.url })}\n`);

process.once('SIGTERM', async () => {
  await web.close();
  await workers?.drain();
  await engines.close();
  process.exit(0);
});
