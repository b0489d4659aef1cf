import { handleObjectsRequest } from '@marquee/adapters/disk-http';
import { createSigner, type Signer } from '@marquee/adapters/disk-signing';
import { handleRelayedRequest } from '@marquee/adapters/relay-http';
import type { Config } from '@marquee/core/config';
import type { Engines } from '@marquee/workers/engines';
import { readerOf } from './reader.ts';
import { deriveKey } from './signing.ts';

/** Where stored objects are served by the site itself. */
const OBJECTS_PATH = '/objects';

/** How browsers come to what is stored. */
export interface StreamAddresses {
  /**
   * An address under which all of a folder can be read until it expires; ends in a slash.
   *
   * @param reader whom it is for, as `readerOf` has it; null for whoever has the address
   */
  signFolder(prefix: string, expiresSec: number, reader: string | null): Promise<string>;
  /** Answers a request below `/objects`. */
  serveObject(request: Request): Promise<Response>;
}

/**
 * The embedded engine's files are served by the site. An engine that signs folders, or needs no signature, is
 * read directly. With one that signs single objects alone, the site signs the folder and sends readers on.
 *
 * @param adminSecret what it signs with there
 */
export function streamAddresses(
  config: Config,
  engines: Engines,
  adminSecret: (config: Config) => Promise<{ secret: string }>,
): StreamAddresses {
  const { objects, diskObjects } = engines;
  const shown = (request: Request) => readerOf(request.headers.get('cookie'), config.publicUrl);
  if (diskObjects || objects.features.signedFolders) {
    return {
      signFolder: async (prefix, expiresSec, reader) =>
        diskObjects
          ? diskObjects.signReadFor(prefix, expiresSec, true, reader)
          : objects.signRead(prefix, { expiresSec, folder: true }),
      serveObject: async (request) =>
        diskObjects ? handleObjectsRequest(diskObjects, request, shown(request)) : new Response(null, { status: 404 }),
    };
  }
  // Of the admin secret, which all web processes of an installation share.
  let signer: Promise<Signer> | null = null;
  const ready = () => {
    signer ??= adminSecret(config).then(({ secret }) =>
      createSigner({ publicPath: OBJECTS_PATH, secret: deriveKey(secret, 'stream').toString('base64url') }),
    );
    return signer;
  };
  return {
    signFolder: async (prefix, expiresSec, reader) => (await ready()).signRead(prefix, expiresSec, true, reader),
    serveObject: async (request) => handleRelayedRequest({ objects, signer: await ready() }, request, shown(request)),
  };
}
