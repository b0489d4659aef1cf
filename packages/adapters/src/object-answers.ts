import { isMarqueeError } from '@marquee/core/errors';
import type { GrantRefusal } from './disk-signing.ts';

/** On every answer: what is stored came from outside, so a browser must never take it for a page of the site. */
export const HARDENED = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
};
/** A signed address is the permission, whichever page asks: players on other sites may read. */
export const OPEN_TO_ALL = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Content-Length, Content-Range, Accept-Ranges',
};

/** Whether a key may be read by HTTP at all: sources are nobody's to fetch, whatever was signed. */
export function isMedia(key: string): boolean {
  return key.startsWith('media/');
}

/** Why an address gives nothing, for whoever opened it. */
export const SENTENCES: Record<GrantRefusal['refused'], string> = {
  unknown: 'There is nothing at this address.',
  forged: 'This address was not signed by this site.',
  expired: 'This address has expired. Load the page again for a new one.',
};

/** What a page of another site asks before it reads. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...HARDENED,
      ...OPEN_TO_ALL,
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Allow-Headers': 'Range, If-None-Match, If-Range',
      'Access-Control-Max-Age': '86400',
    },
  });
}

/** @param thrown by an object engine; what is not for the public stays out of the answer */
export function failure(thrown: unknown): Response {
  if (!isMarqueeError(thrown)) return refuse(500, 'Something failed on this side. Try again.');
  const statuses: Partial<Record<typeof thrown.code, number>> = {
    OBJECT_MISSING: 404,
    MESSAGE_INVALID: 400,
    DISK_FULL: 507,
    OBJECTS_DOWN: 503,
  };
  // What is broken on this side names paths of this side: only the operator's log gets to see that.
  if (thrown.code === 'OBJECTS_DOWN') return refuse(503, 'Storage cannot be reached just now. Try again.');
  return refuse(statuses[thrown.code] ?? 500, thrown.message);
}

/** A sentence, in plain text. */
export function refuse(status: number, sentence: string, headers: Record<string, string> = {}): Response {
  return new Response(`${sentence}\n`, {
    status,
    headers: {
      ...HARDENED,
      ...OPEN_TO_ALL,
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...headers,
    },
  });
}
