import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger, ObjectFacts, Objects } from '@marquee/core/ports';
import { checkKey, IMMUTABLE } from './object-keys.ts';
import type { RequestOptions, S3Connection } from './s3-client.ts';
import { bareEtag, md5Of } from './s3-client.ts';
import { answerOf, isAnswer, isUnsupported } from './s3-errors.ts';
import type { Label, S3Headers, S3Multipart } from './s3-multipart.ts';
import { MAX_PARTS, newMark } from './s3-multipart.ts';
import type { S3Reader } from './s3-read.ts';

/** Up to this size bodies are sent in one piece from memory; larger ones in parts of at least this size. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** Parts of one body on their way at once. With the one being filled, four are in memory. */
const PARTS_AT_ONCE = 3;
/** As S3 has it: the most that one PUT may bring. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

interface Made {
  contentMd5: string;
  sizeBytes: number;
  /** Called anew for each attempt. */
  body(): Uint8Array | ReturnType<typeof createReadStream>;
}

/**
 * `put`: small bodies by one request, larger ones by a multipart upload, which nobody sees until it is complete.
 *
 * With `ifAbsent` a file goes by one request up to what that can bring, because services older than the
 * condition on "complete" ignore it there and would replace what stands. For what is larger still, and for
 * streams beyond a piece, the last look before "complete" is all there is on those.
 */
export function createS3Put(
  s3: S3Connection,
  parts: { reader: S3Reader; multipart: S3Multipart; headers: S3Headers; log: Logger },
): Objects['put'] {
  const { reader, multipart, headers, log } = parts;
  let conditional = true;

  const putWhole = async (key: string, made: Made, label: Label, ifAbsent: boolean, signal?: AbortSignal) => {
    const mark = ifAbsent ? newMark() : undefined;
    const { contentMd5: ContentMD5, sizeBytes } = made;
    const input = () => ({
      Bucket: s3.bucket,
      Key: key,
      ContentLength: sizeBytes,
      ContentMD5,
      ...headers({ ...label, ...(mark && { mark }) }),
      ...(ifAbsent && conditional && { IfNoneMatch: '*' }),
    });
    const send = () =>
      s3.send(
        async (client, request) => {
          const body = made.body();
          const command = new PutObjectCommand({ ...input(), Body: body });
          if (body instanceof Uint8Array) return client.send(command, request);
          return withStream(body, request, (both) => client.send(command, both));
        },
        { signal },
      );
    try {
      const output = await send().catch((thrown: unknown) => {
        if (!ifAbsent || !conditional || !isUnsupported(thrown)) throw thrown;
        // `setup` has said so; that nothing stood a moment ago is all that can be had.
        conditional = false;
        return send();
      });
      return factsOf(key, label, sizeBytes, bareEtag(output.ETag));
    } catch (thrown) {
      if (!ifAbsent || !isAnswer(thrown, 'PreconditionFailed', 'ConditionalRequestConflict')) throw thrown;
      const standing = await reader.look(key, signal);
      if (standing === null) throw down(key, thrown);
      // Ours: an earlier attempt went through and its answer was lost.
      return standing.mark === mark ? standing.facts : null;
    }
  };

  const putParts = async (
    key: string,
    pieces: AsyncIterable<Uint8Array>,
    label: Label,
    ifAbsent: boolean,
    signal?: AbortSignal,
  ): Promise<ObjectFacts | null> => {
    const stop = new AbortController();
    const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const uploadId = await multipart.begin(key, label, signal);
    const sent: { partNumber: number; etag: string; sizeBytes: number }[] = [];
    const running = new Set<Promise<void>>();
    const settle = async () => {
      stop.abort();
      await Promise.allSettled(running);
      await multipart.abortMultipart(key, uploadId).catch((thrown: unknown) => {
        log.warn('an upload could not be given up; the bucket removes it in time', { key, reason: String(thrown) });
      });
    };
    try {
      let partNumber = 0;
      for await (const piece of pieces) {
        signal?.throwIfAborted();
        if (++partNumber > MAX_PARTS) throw tooLong(key);
        const number = partNumber;
        const part = multipart.sendPart(key, uploadId, number, piece, both).then((done) => {
          sent.push(done);
          running.delete(part);
        });
        // Whether it failed is asked below; meanwhile it is no unhandled rejection.
        part.catch(() => undefined);
        running.add(part);
        if (running.size >= PARTS_AT_ONCE) await Promise.race(running);
      }
      await Promise.all(running);
      const sizeBytes = sent.reduce((sum, part) => sum + part.sizeBytes, 0);
      const facts = await multipart.finish(key, uploadId, sent, { ifAbsent, signal });
      if (facts === null) await settle();
      else if (facts.sizeBytes !== sizeBytes) throw down(key);
      return facts;
    } catch (thrown) {
      await settle();
      // It was there a moment ago: whoever removed it, another try begins anew.
      throw answerOf(thrown) === null && (thrown as MarqueeError).code === 'OBJECT_MISSING'
        ? down(key, thrown)
        : thrown;
    }
  };

  return async (key, body, { contentType, cacheControl = IMMUTABLE, ifAbsent = false, signal }) => {
    checkKey(key);
    signal?.throwIfAborted();
    const label: Label = { contentType, cacheControl };
    const fromMemory = (bytes: Uint8Array) =>
      putWhole(
        key,
        { contentMd5: md5Of(bytes), sizeBytes: bytes.byteLength, body: () => bytes },
        label,
        ifAbsent,
        signal,
      );
    const file = body instanceof Uint8Array || Symbol.asyncIterator in body ? null : body.file;
    const sizeBytes = file === null ? 0 : await sizeOf(file);
    // Nothing is sent for nothing; and where a service ignores the condition, it is kept all but for a race.
    if (ifAbsent && (await reader.look(key, signal)) !== null) return null;

    if (body instanceof Uint8Array) return fromMemory(body);
    if (file !== null) {
      if (sizeBytes <= PIECE_BYTES) return fromMemory(await readFile(file));
      if (ifAbsent && sizeBytes <= MAX_PUT_BYTES) {
        const made = { contentMd5: await md5OfFile(file, signal), sizeBytes, body: () => createReadStream(file) };
        return putWhole(key, made, label, ifAbsent, signal);
      }
      return putParts(key, piecesOfFile(file, sizeBytes), label, ifAbsent, signal);
    }

    const pieces = piecesOf(body as AsyncIterable<Uint8Array>, signal);
    const first = await pieces.next();
    const bytes = first.done ? new Uint8Array() : first.value;
    if (bytes.byteLength < PIECE_BYTES) return fromMemory(bytes);
    return putParts(key, startingWith(bytes, pieces), label, ifAbsent, signal);
  };
}

/** Cuts a stream into pieces of equal size but the last, which some services demand. Blocks are copied. */
async function* piecesOf(blocks: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  let piece = Buffer.allocUnsafe(64 * 1024);
  let filled = 0;
  for await (const block of blocks) {
    signal?.throwIfAborted();
    for (let taken = 0; taken < block.byteLength; ) {
      if (filled === piece.length) {
        const larger = Buffer.allocUnsafe(Math.min(piece.length * 2, PIECE_BYTES));
        piece.copy(larger, 0, 0, filled);
        piece = larger;
      }
      const wanted = Math.min(piece.length - filled, block.byteLength - taken);
      piece.set(block.subarray(taken, taken + wanted), filled);
      filled += wanted;
      taken += wanted;
      if (filled < PIECE_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(PIECE_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

async function* startingWith(first: Uint8Array, rest: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** Reads a file in as many equal pieces as may be sent, none smaller than a piece. */
async function* piecesOfFile(file: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const mib = 1024 * 1024;
  const pieceBytes = Math.max(PIECE_BYTES, Math.ceil(sizeBytes / MAX_PARTS / mib) * mib);
  const handle = await open(file, 'r');
  try {
    for (let position = 0; position < sizeBytes; ) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, sizeBytes - position));
      for (let filled = 0; filled < piece.length; ) {
        const { bytesRead } = await handle.read(piece, filled, piece.length - filled, position + filled);
        if (bytesRead === 0) throw noFile(file, 'grew shorter while it was being stored');
        filled += bytesRead;
      }
      position += piece.length;
      yield piece;
    }
  } finally {
    await handle.close();
  }
}

/** Sends a stream; an error in reading it ends the request, and the end of the request ends the reading. */
async function withStream<T>(
  stream: ReturnType<typeof createReadStream>,
  request: RequestOptions,
  work: (request: RequestOptions) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let fault: Error | null = null;
  stream.once('error', (error) => {
    fault = error;
    stop.abort();
  });
  const signals = request.abortSignal ? [request.abortSignal, stop.signal] : [stop.signal];
  try {
    return await work({ abortSignal: AbortSignal.any(signals) });
  } catch (thrown) {
    throw fault ?? thrown;
  } finally {
    stream.destroy();
  }
}

async function md5OfFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash, signal ? { signal } : {});
  return hash.digest('base64');
}

async function sizeOf(file: string): Promise<number> {
  const facts = await stat(file).catch(() => null);
  // Not OBJECT_MISSING, which is for good: whoever lost its own file may make it again.
  if (!facts?.isFile()) throw noFile(file, 'is not there');
  return facts.size;
}

function noFile(file: string, why: string): MarqueeError {
  return new MarqueeError('INTERNAL', `The local file to be stored ${why}.`, { context: { file } });
}

function tooLong(key: string): MarqueeError {
  return new MarqueeError('MESSAGE_INVALID', 'The stream is longer than 156 GiB. Store it from a file instead.', {
    context: { key },
  });
}

function down(key: string, cause?: unknown): MarqueeError {
  return new MarqueeError('OBJECTS_DOWN', 'S3 did not store the object as it was sent. It is sent again.', {
    context: { key },
    cause,
  });
}

/** The service's clock is not in its answer: the time is ours, a moment after. */
function factsOf(key: string, label: Label, sizeBytes: number, etag: string): ObjectFacts {
  return { key, sizeBytes, etag, contentType: label.contentType, updatedAtMs: Date.now() };
}
