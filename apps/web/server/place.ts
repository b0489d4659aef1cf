import type { Host } from './host.ts';

// What depends on where the site runs. A build for a place without a disk has `place-serverless.ts` instead (next.config.ts).

export { adminSecret } from './admin-secret.ts';
export { PEER_HEADER } from './peer.ts';

/** Loads the engines past the bundler: Node runs them as they are, and the built site stays free of them. */
export async function ownHost(): Promise<Host> {
  const name = '@marquee/web/server/engine-host';
  const module = (await import(/* turbopackIgnore: true */ name)) as { ownHost(): Promise<Host> };
  return module.ownHost();
}
