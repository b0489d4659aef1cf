import { once } from 'node:events';
import { engineNames } from '@marquee/workers/engines';
import { serveHealth, watchHealth } from '@marquee/workers/health';
import { type Role, startWorkers } from '@marquee/workers/main';
import { serveMetrics } from '@marquee/workers/serve-metrics';
import { EXIT } from './exit.ts';
import { say } from './print.ts';
import { runSession, type Session } from './session.ts';

/**
 * `marquee worker ROLE...`: does the work of some roles until Ctrl-C or SIGTERM, then finishes what ends soon
 * and hands back the rest.
 *
 * @param options.concurrency heavy tasks at once; default: the configured number
 */
export function work(roles: Role[], options: { concurrency?: number }): Promise<number> {
  return runSession({ logLevel: 'info' }, (session) => workIn(session, roles, options));
}

/** Does the work of some roles on engines that are open, until the session is interrupted. */
export async function workIn(session: Session, roles: Role[], options: { concurrency?: number }): Promise<number> {
  const { config: read, engines, log, interrupted } = session;
  const config = { ...read, transcodeConcurrency: options.concurrency ?? read.transcodeConcurrency };
  const health = watchHealth(engines, log);
  const { healthPort, host } = config;
  const isDraining = () => interrupted.aborted;
  const server = healthPort === null ? null : await serveHealth({ host, port: healthPort, health, isDraining });
  if (server) log.info('health is served', { port: server.port });
  const scraped = await serveMetrics(config, engines.metrics, log);
  const workers = await startWorkers({ config, engines, log, roles });
  try {
    const names = engineNames(config);
    say(`At work: ${roles.join(', ')} (queue ${names.queue}, store ${names.store}, objects ${names.objects}).`);
    if (!interrupted.aborted) await once(interrupted, 'abort');
  } finally {
    await workers.drain();
    await Promise.all([server?.close(), scraped?.close(), health.close()]);
  }
  return EXIT.ok;
}
