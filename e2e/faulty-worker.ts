import { parseArgs } from 'node:util';
import { type FaultPlan, withFaults } from '@marquee/adapters/faults';
import { runSession } from '@marquee/cli/session';
import { workIn } from '@marquee/cli/worker';
import type { Role } from '@marquee/workers/main';

/**
 * `marquee worker ROLE... [--concurrency N]` on engines of which now and then a call fails, takes long, or does its
 * work and loses the answer.
 */
const FAULTS: Record<'queue' | 'store' | 'objects', FaultPlan> = {
  queue: [
    { method: 'publish', every: 23, error: 'BROKER_DOWN', after: true },
    { method: 'publish', every: 31, error: 'BROKER_DOWN' },
    { method: 'publish', every: 17, delayMs: 400 },
  ],
  store: [
    { method: 'tasks.claim', every: 29, error: 'STORE_DOWN', after: true },
    { method: 'tasks.finish', every: 5, error: 'STORE_DOWN', after: true },
    { method: 'tasks.finish', every: 7, delayMs: 700 },
    { method: 'tasks.renew', every: 4, error: 'STORE_DOWN' },
    { method: 'tasks.insert', every: 2, error: 'STORE_DOWN', after: true },
    { method: 'tasks.open', every: 3, error: 'STORE_DOWN', after: true },
    { method: 'tasks.markPublished', every: 5, error: 'STORE_DOWN' },
    { method: 'jobs.update', every: 7, error: 'STORE_DOWN', after: true },
    { method: 'jobs.get', every: 13, delayMs: 300 },
  ],
  objects: [
    { method: 'put', every: 499, error: 'OBJECTS_DOWN' },
    { method: 'put', every: 97, delayMs: 500 },
    { method: 'get', every: 19, error: 'OBJECTS_DOWN' },
    { method: 'get', every: 11, delayMs: 300 },
  ],
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { concurrency: { type: 'string' } } });
process.exitCode = await runSession({ logLevel: 'warn' }, (session) => {
  const { queue, store, objects } = session.engines;
  const engines = {
    ...session.engines,
    queue: withFaults(queue, FAULTS.queue),
    store: withFaults(store, FAULTS.store),
    objects: withFaults(objects, FAULTS.objects),
  };
  const concurrency = Number(values.concurrency ?? '1');
  return workIn({ ...session, engines }, positionals as Role[], { concurrency });
});
