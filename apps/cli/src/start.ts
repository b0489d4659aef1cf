import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { ROLES, type Role, startWorkers } from '@marquee/workers/main';
import { serveMetrics } from '@marquee/workers/serve-metrics';
import { EXIT } from './exit.ts';
import { print, say } from './print.ts';
import { runSession, type Session } from './session.ts';

/** `marquee start`: the whole of Marquee in one process, until Ctrl-C or SIGTERM. */
export function start(options: { dev: boolean }): Promise<number> {
  return runSession({ logLevel: 'info' }, (session) => serve(session, options));
}

/** `marquee web`: the site alone, until Ctrl-C or SIGTERM. */
export function startSite(): Promise<number> {
  // What lives shortly gets little room, which keeps the process small. Flags that have V8 collect all of it sooner
  // (--heap-growing-percent, --optimize-for-size) make every page wait for that: decision 13.
  setFlagsFromString('--semi-space-growth-factor=1');
  return runSession({ logLevel: 'info' }, (session) => serve(session, { roles: [] }));
}

/**
 * Serves the site and does the work until the session is interrupted, then drains.
 *
 * @param options.roles the work that is done in this process; default: all of it
 * @param options.onReady told the site's address once it answers
 */
export async function serve(
  session: Session,
  options: { dev?: boolean; roles?: Role[]; onReady?: (url: string) => void | Promise<void> } = {},
): Promise<number> {
  const { config, engines, log, interrupted } = session;
  // Loaded here, so that no other command ever pays for the site.
  const [{ startWeb }, { adminSecret }] = await Promise.all([
    import('@marquee/web/server/start'),
    import('@marquee/web/server/admin-secret'),
  ]);
  const { secret, isNew } = await adminSecret(config);
  const roles = options.roles ?? ROLES;
  const scraped = await serveMetrics(config, engines.metrics, log);
  const workers = roles.length === 0 ? null : await startWorkers({ config, engines, log, roles });
  try {
    const web = await startWeb({ config, engines, log, dev: options.dev ?? false });
    try {
      print(`Marquee is at ${web.url}`);
      if (isNew) {
        print(`To set the house up, open ${new URL('/admin', web.url)} and give this token: ${secret}`);
        print(`It is printed this once, and kept in ${config.dataDir}/admin-secret.`);
      }
      print('Ctrl-C stops it.');
      await options.onReady?.(web.url);
      if (!interrupted.aborted) await once(interrupted, 'abort');
      if (workers) say('Stopping; what is in hand goes back and is taken up at the next start.');
    } finally {
      await Promise.all([web.close(), workers?.drain()]);
    }
    return EXIT.ok;
  } finally {
    await workers?.drain();
    await scraped?.close();
  }
}
