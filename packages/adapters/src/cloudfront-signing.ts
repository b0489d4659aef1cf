import { createPrivateKey, sign } from 'node:crypto';
import { MarqueeError } from '@marquee/core/errors';
import { checkKey } from './object-keys.ts';

/** Signs addresses of a distribution that lets nobody else in. */
export interface CloudFrontSigner {
  /**
   * An address of one object, whose signature covers the whole version of a film that it is part of: CloudFront counts
   * by the version anyway, and one signature serves all its thousands of segments.
   *
   * @param expiresSec how long it is good for at least; a minute more at most
   */
  signRead(key: string, expiresSec: number, nowMs?: number): string;
}

/** `media/{film}/{version}/` is what is signed at once. */
const FOLDER_DEPTH = 3;
/** Ends of signatures lie on this grid, so that all who ask within it share one. */
const GRID_SEC = 60;
/** Signatures that are kept: films that are watched at the same time, times those that differ in how long they hold. */
const MAX_KEPT = 1000;

/**
 * Signs by a custom policy, as CloudFront has it: "Create a signed URL using a custom policy" in its developer guide.
 *
 * @param options.baseUrl address of the distribution, without a slash at its end
 * @param options.keyId id under which CloudFront knows the public key
 * @param options.privateKey PEM; RSA or P-256
 * @throws MarqueeError CONFIG_INVALID if the key is none
 */
export function createCloudFrontSigner(options: {
  baseUrl: string;
  keyId: string;
  privateKey: string;
}): CloudFrontSigner {
  const { baseUrl, keyId } = options;
  const privateKey = readKey(options.privateKey);
  const kept = new Map<string, string>();

  const queryFor = (resource: string, expiresAtSec: number) => {
    const name = `${expiresAtSec} ${resource}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const policy = JSON.stringify({
      Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': expiresAtSec } } }],
    });
    const signature = urlSafe(sign('sha1', Buffer.from(policy), privateKey));
    const query = `Policy=${urlSafe(Buffer.from(policy))}&Signature=${signature}&Key-Pair-Id=${keyId}`;
    // The oldest goes: they end in the order in which they were made, near enough.
    for (const old of kept.keys()) {
      if (kept.size < MAX_KEPT) break;
      kept.delete(old);
    }
    kept.set(name, query);
    return query;
  };

  return {
    signRead(key, expiresSec, nowMs = Date.now()) {
      const segments = checkKey(key).split('/').map(encodeURIComponent);
      const folder = segments.length > FOLDER_DEPTH ? `${segments.slice(0, FOLDER_DEPTH).join('/')}/*` : null;
      const expiresAtSec = Math.ceil((nowMs / 1000 + expiresSec) / GRID_SEC) * GRID_SEC;
      const path = segments.join('/');
      return `${baseUrl}/${path}?${queryFor(`${baseUrl}/${folder ?? path}`, expiresAtSec)}`;
    },
  };
}

/** Base64 with what a query cannot hold replaced, as CloudFront reads it back. */
function urlSafe(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new MarqueeError('CONFIG_INVALID', 'CLOUDFRONT_PRIVATE_KEY is no private key in PEM.', { cause });
  }
}
