import { loadConfig } from '@marquee/core/config';
import { openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import type { Host } from './host.ts';
import { makeHost } from './make-host.ts';

/** For a site under a bare Next server: opens engines of its own from the environment. */
export async function ownHost(): Promise<Host> {
  const config = loadConfig();
  const log = createLogger(config, { role: 'web' });
  const engines = await openEngines(config, log);
  return makeHost({ config, engines, log, closing: new AbortController().signal });
}
