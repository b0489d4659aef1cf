import type { Objects } from '@marquee/core/ports';
import type { Signer } from './disk-signing.ts';
import { failure, HARDENED, isMedia, OPEN_TO_ALL, preflight, refuse, SENTENCES } from './object-answers.ts';

/** Where a browser is sent for an object stays good for this long: the one answer serves seeking back and forth. */
const REDIRECT_SEC = 300;
/** An address outlives the redirect to it by the time that one slow reading may take. */
const READ_EXPIRES_SEC = 3 * REDIRECT_SEC;
/** Files that name others relative to themselves, and so must not be answered from another place. */
const LISTS: Record<string, string> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  vtt: 'text/vtt; charset=utf-8',
};
/** A playlist of a ten-hour film has about 300 KB. */
const LONGEST_LIST_BYTES = 16 * 1024 ** 2;

/**
 * Answers a request for a signed object whose engine cannot sign a folder at once. Players follow the addresses
 * in a playlist, relative to its own: playlists are handed through, and for all else the player is sent to an
 * address that is signed for it alone. So media never pass through this process.
 *
 * Never throws.
 *
 * @param reader what opens addresses that were signed for one reader
 */
export async function handleRelayedRequest(
  { objects, signer }: { objects: Objects; signer: Signer },
  request: Request,
  reader: string | null = null,
): Promise<Response> {
  try {
    const grant = signer.verify(new URL(request.url).pathname, Date.now(), reader);
    if ('refused' in grant) return refuse(grant.refused === 'unknown' ? 404 : 403, SENTENCES[grant.refused]);
    if (request.method === 'OPTIONS') return preflight();
    if (grant.kind !== 'read' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      return refuse(405, 'This address takes GET and HEAD.', { Allow: 'GET, HEAD, OPTIONS' });
    }
    if (!isMedia(grant.key)) return refuse(404, SENTENCES.unknown);
    const contentType = LISTS[grant.key.slice(grant.key.lastIndexOf('.') + 1)];
    if (contentType !== undefined) return await giveList(objects, grant.key, contentType, request);
    return new Response(null, {
      status: 302,
      headers: {
        ...HARDENED,
        ...OPEN_TO_ALL,
        Location: await objects.signRead(grant.key, { expiresSec: READ_EXPIRES_SEC }),
        'Cache-Control': `private, max-age=${REDIRECT_SEC}`,
      },
    });
  } catch (thrown) {
    return failure(thrown);
  }
}

/** Lists may still grow: whoever has one asks whether it is the newest. */
async function giveList(objects: Objects, key: string, contentType: string, request: Request): Promise<Response> {
  const { facts, body } = await objects.get(key);
  if (facts.sizeBytes > LONGEST_LIST_BYTES) return refuse(502, 'This playlist is longer than any of ours can be.');
  const etag = `"${facts.etag}"`;
  const headers = new Headers({ ...HARDENED, ...OPEN_TO_ALL, ETag: etag, 'Cache-Control': 'private, no-cache' });
  const blocks: Uint8Array[] = [];
  for await (const block of body) blocks.push(block);
  if (request.headers.get('If-None-Match') === etag) return new Response(null, { status: 304, headers });
  headers.set('Content-Type', contentType);
  headers.set('Content-Length', String(facts.sizeBytes));
  return new Response(request.method === 'HEAD' ? null : Buffer.concat(blocks), { headers });
}
