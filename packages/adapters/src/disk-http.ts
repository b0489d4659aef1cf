import type { StoredObject } from './disk-files.ts';
import type { DiskObjects } from './disk-objects.ts';
import { failure, HARDENED, isMedia, OPEN_TO_ALL, preflight, refuse, SENTENCES } from './object-answers.ts';

/**
 * Answers a request below the object store's public path: GET and HEAD of signed objects with ranges and
 * conditions, PUT of signed upload parts. Never throws; bodies are streamed with backpressure, and files are
 * closed when the client goes away (the server has to cancel the body of the answer, or error that of the
 * request, as web-standard servers do).
 *
 * @param reader what opens addresses that were signed for one reader
 */
export async function handleObjectsRequest(
  objects: DiskObjects,
  request: Request,
  reader: string | null = null,
): Promise<Response> {
  try {
    const grant = objects.verify(new URL(request.url).pathname, Date.now(), reader);
    if ('refused' in grant) return refuse(grant.refused === 'unknown' ? 404 : 403, SENTENCES[grant.refused]);
    if (grant.kind === 'part') {
      if (request.method !== 'PUT') return refuse(405, 'This address takes PUT.', { Allow: 'PUT' });
      return await takePart(objects, grant, request);
    }
    if (request.method === 'OPTIONS') return preflight();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(405, 'This address takes GET and HEAD.', { Allow: 'GET, HEAD, OPTIONS' });
    }
    const facts = isMedia(grant.key) ? await objects.describe(grant.key) : null;
    if (facts === null) return refuse(404, 'There is nothing at this address.');
    return give(objects, facts, request);
  } catch (thrown) {
    return failure(thrown);
  }
}

function give(objects: DiskObjects, facts: StoredObject, request: Request): Response {
  const etag = `"${facts.etag}"`;
  const headers = new Headers({
    ...HARDENED,
    ...OPEN_TO_ALL,
    ETag: etag,
    'Last-Modified': new Date(facts.updatedAtMs).toUTCString(),
    // A cache that many share would go on answering when the signature is over.
    'Cache-Control': facts.cacheControl.replace('public', 'private'),
    'Content-Type': facts.contentType,
    'Accept-Ranges': 'bytes',
  });
  if (matchesAny(request.headers.get('If-None-Match'), etag)) {
    headers.delete('Content-Type');
    return new Response(null, { status: 304, headers });
  }
  const ifRange = request.headers.get('If-Range');
  const asked =
    request.method === 'GET' && (ifRange === null || ifRange === etag) ? request.headers.get('Range') : null;
  const range = asked === null ? null : parseRange(asked, facts.sizeBytes);
  if (range === 'unsatisfiable') {
    return refuse(416, 'The range asked for is past the end.', { 'Content-Range': `bytes */${facts.sizeBytes}` });
  }
  const { start, end } = range ?? { start: 0, end: facts.sizeBytes };
  headers.set('Content-Length', String(end - start));
  if (range !== null) headers.set('Content-Range', `bytes ${start}-${end - 1}/${facts.sizeBytes}`);
  const body = request.method === 'HEAD' || end === start ? null : streamOf(objects.read(facts, start, end));
  return new Response(body, { status: range === null ? 200 : 206, headers });
}

/**
 * Reads a Range header (RFC 9110, 14.2) of one range; several, or another unit, are left unheeded as the RFC
 * allows.
 *
 * @returns `[start, end)`, or null to give everything
 */
export function parseRange(header: string, sizeBytes: number): { start: number; end: number } | null | 'unsatisfiable' {
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i.exec(header.trim());
  if (!match) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const lengthBytes = Math.min(Number(last), sizeBytes);
    return lengthBytes === 0 ? 'unsatisfiable' : { start: sizeBytes - lengthBytes, end: sizeBytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

async function takePart(
  objects: DiskObjects,
  grant: { key: string; uploadId: string; partNumber: number },
  request: Request,
): Promise<Response> {
  const declared = request.headers.get('Content-Length');
  const tooLarge = () => refuse(413, `A part may hold at most ${objects.maxPartBytes} bytes.`);
  if (declared !== null && Number(declared) > objects.maxPartBytes) {
    await request.body?.cancel();
    return tooLarge();
  }
  if (request.body === null) return refuse(400, 'The part is empty.');
  let receivedBytes = 0;
  let overflow = false;
  const counted = async function* (body: AsyncIterable<Uint8Array>) {
    for await (const bytes of body) {
      receivedBytes += bytes.byteLength;
      overflow = receivedBytes > objects.maxPartBytes;
      if (overflow) throw new CutShort();
      yield bytes;
    }
    if (receivedBytes === 0 || (declared !== null && receivedBytes !== Number(declared))) throw new CutShort();
  };
  try {
    const part = await objects.putPartStream(grant.key, grant.uploadId, grant.partNumber, counted(request.body));
    return new Response(null, { status: 200, headers: { ...HARDENED, ETag: `"${part.etag}"` } });
  } catch (thrown) {
    if (!(thrown instanceof CutShort)) throw thrown;
    return overflow ? tooLarge() : refuse(400, 'The part did not arrive whole. Send it again.');
  }
}

/** The body of a part ended too early or went on too long; never leaves this file. */
class CutShort extends Error {}

function streamOf(blocks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await blocks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await blocks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

function matchesAny(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
}
