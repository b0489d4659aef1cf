import { adminSecret, ownHost } from '@marquee/web/server/place';
import { type Auth, createAuth } from './auth.ts';
import { HOST_KEY, type Host } from './host.ts';

/** Everything that pages and routes use, behind ports. */
export interface Container extends Host {
  /** What the site signs with, and the set-up token. */
  secret: string;
  auth: Auth;
}

const CONTAINER_KEY = Symbol.for('marquee.web.container');
const globals = globalThis as {
  [HOST_KEY]?: Host;
  [CONTAINER_KEY]?: { host: Host | undefined; made: Promise<Container> };
};

/**
 * The container of this process. Started by `startWeb` it uses the engines handed in; under a bare Next server
 * it opens its own. Kept on globalThis, because a bundler may load this module more than once.
 */
export function container(): Promise<Container> {
  const host = globals[HOST_KEY];
  const kept = globals[CONTAINER_KEY];
  if (kept && kept.host === host) return kept.made;
  const made = open(host);
  globals[CONTAINER_KEY] = { host, made };
  made.catch(() => {
    // The next request tries again: a store that was away may be back.
    delete globals[CONTAINER_KEY];
  });
  return made;
}

async function open(given: Host | undefined): Promise<Container> {
  const host = given ?? (await ownHost());
  const { secret } = await adminSecret(host.config);
  const { store } = host.engines;
  return { ...host, secret, auth: createAuth({ store, secret, publicUrl: host.config.publicUrl, log: host.log }) };
}
