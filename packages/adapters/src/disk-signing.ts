import { createHmac, timingSafeEqual } from 'node:crypto';
import { MarqueeError } from '@marquee/core/errors';
import { checkKey, checkPrefix } from './object-keys.ts';

/** What a signed address permits. */
export type Grant = { kind: 'read'; key: string } | { kind: 'part'; key: string; uploadId: string; partNumber: number };

/** Why an address permits nothing: not an address of ours, forged, or too old. */
export type GrantRefusal = { refused: 'unknown' | 'forged' | 'expired' };

export interface Signer {
  /** @param reader makes an address that opens nothing unless the same word is shown with it */
  signRead(key: string, expiresSec: number, folder: boolean, reader?: string | null): string;
  signPart(key: string, uploadId: string, partNumber: number, expiresSec: number): string;
  /**
   * Reads the path of a request; touches nothing but the path.
   *
   * @param reader what whoever asks has shown: it opens addresses of theirs, beside those of everybody
   */
  verify(pathname: string, nowMs?: number, reader?: string | null): Grant | GrantRefusal;
}

/**
 * Signs addresses of objects with HMAC-SHA256.
 *
 * Players fetch the addresses in a playlist relative to it, and so drop a query: the signature stands in the
 * path before the key. For a folder it covers the key's first segments, whose number the token carries.
 *
 * - reading: `{publicPath}/s/{expires}.{segments}.{signature}/{key}`, segments 0 for this key alone
 * - writing a part: `{publicPath}/p/{expires}.{signature}/{uploadId}/{partNumber}/{key}`
 *
 * `expires` is in seconds since 1970.
 */
export function createSigner(options: { publicPath: string; secret: string }): Signer {
  const base = options.publicPath.replace(/\/+$/, '');
  const sign = (...facts: (string | number)[]) =>
    createHmac('sha256', options.secret).update(facts.join('\n')).digest('base64url');
  const matches = (given: string, ...facts: (string | number)[]) => {
    const expected = Buffer.from(sign(...facts));
    const actual = Buffer.from(given);
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  };

  return {
    signRead(key, expiresSec, folder, reader = null) {
      if (folder && !key.endsWith('/')) {
        throw new MarqueeError('MESSAGE_INVALID', 'A folder to be signed has to end in a slash.', { context: { key } });
      }
      if (folder) checkPrefix(key);
      else checkKey(key);
      const expires = expiryOf(expiresSec);
      const segments = folder ? key.split('/').length - 1 : 0;
      return `${base}/s/${expires}.${segments}.${sign('read', expires, segments, key, ...wordOf(reader))}/${encodeKey(key)}`;
    },

    signPart(key, uploadId, partNumber, expiresSec) {
      const expires = expiryOf(expiresSec);
      const signature = sign('PUT', expires, uploadId, partNumber, checkKey(key));
      return `${base}/p/${expires}.${signature}/${uploadId}/${partNumber}/${encodeKey(key)}`;
    },

    verify(pathname, nowMs = Date.now(), reader = null) {
      if (!pathname.startsWith(`${base}/`)) return { refused: 'unknown' };
      const [kind, token = '', ...encoded] = pathname.slice(base.length + 1).split('/');
      const rest = encoded.map(decodeSegment);
      if ((kind !== 's' && kind !== 'p') || rest.includes(null)) return { refused: 'unknown' };
      const parts = token.split('.');
      const expires = Number(parts[0]);
      if (!/^\d{1,12}$/.test(parts[0] ?? '')) return { refused: 'forged' };

      let grant: Grant;
      if (kind === 's') {
        const [, segmentsText = '', signature = ''] = parts;
        const segments = Number(segmentsText);
        if (parts.length !== 3 || !/^\d{1,3}$/.test(segmentsText)) return { refused: 'forged' };
        if (segments > 0 && rest.length <= segments) return { refused: 'forged' };
        const key = rest.join('/');
        const covered = segments === 0 ? key : `${rest.slice(0, segments).join('/')}/`;
        const facts = ['read', expires, segments, covered];
        if (!matches(signature, ...facts) && !matches(signature, ...facts, ...wordOf(reader)))
          return { refused: 'forged' };
        grant = { kind: 'read', key };
      } else {
        const [uploadId = '', partNumber = '', ...key] = rest as string[];
        const signed = ['PUT', expires, uploadId, partNumber, key.join('/')];
        if (parts.length !== 2 || !matches(parts[1] ?? '', ...signed)) return { refused: 'forged' };
        grant = { kind: 'part', key: key.join('/'), uploadId, partNumber: Number(partNumber) };
      }
      return expires * 1000 < nowMs ? { refused: 'expired' } : grant;
    },
  };
}

/** @returns a segment as it was before encoding, or null if it is not encoded right or hides a slash. */
function decodeSegment(segment: string): string | null {
  try {
    const decoded = decodeURIComponent(segment);
    return decoded.includes('/') ? null : decoded;
  } catch {
    return null;
  }
}

/** Nothing at all for an address of everybody's, so that no word stands for nobody. */
function wordOf(reader: string | null): string[] {
  return reader === null ? [] : [reader];
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

function expiryOf(expiresSec: number): number {
  if (!Number.isFinite(expiresSec)) throw new MarqueeError('MESSAGE_INVALID', 'A signed address has to expire.');
  return Math.ceil(Date.now() / 1000 + expiresSec);
}
