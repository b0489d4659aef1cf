import { type Config, loadConfig } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';
import { SILENT_METRICS } from '@marquee/core/metrics';
import { createLogger } from '@marquee/workers/runtime/log';
import { openServerEngines } from '@marquee/workers/server-engines';
import type { Host } from './host.ts';
import { makeHost } from './make-host.ts';

// Stands for `place.ts` in a build for a place with functions and without a disk: all engines are servers, and are part of
// the build, since nothing but what the bundler found is there when it runs.

/** Such places say themselves whom they heard from, and throw away what visitors say of it. */
export const PEER_HEADER = 'x-real-ip';

/** Nothing can be kept, so the secret has to be given. @throws MarqueeError CONFIG_INVALID if it is not */
export async function adminSecret(config: Config): Promise<{ secret: string; isNew: boolean }> {
  if (config.adminSecret !== null) return { secret: config.adminSecret, isNew: false };
  throw new MarqueeError(
    'CONFIG_INVALID',
    'MARQUEE_ADMIN_SECRET is not set, and this place keeps none. Set one of at least 12 characters.',
  );
}

/** Opens the engines, once for each process of the place. @throws MarqueeError as `openServerEngines` does */
export async function ownHost(): Promise<Host> {
  const config = loadConfig();
  await adminSecret(config);
  const log = createLogger(config, { role: 'web' });
  const servers = await openServerEngines(config, log);
  return makeHost({
    config,
    log,
    // What asks by meaning runs a model from disk: words alone are searched for here.
    engines: {
      ...servers,
      embedder: null,
      diskObjects: null,
      metrics: SILENT_METRICS,
      async close() {
        await Promise.allSettled(Object.values(servers).map((engine) => engine.close()));
      },
    },
    closing: new AbortController().signal,
  });
}
