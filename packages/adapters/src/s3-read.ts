import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { ObjectFacts, Objects } from '@marquee/core/ports';
import { checkKey, checkPrefix, typeOfKey } from './object-keys.ts';
import type { S3Connection } from './s3-client.ts';
import { bareEtag } from './s3-client.ts';
import { answerOf, isAnswer } from './s3-errors.ts';

/** Up to this many bytes are fetched before `get` answers, so that its connection is free again. */
const EAGER_BYTES = 256 * 1024;
/** A reading that breaks this many times without a byte in between is given up. */
const MAX_BREAKS = 3;
const BREAK_PAUSE_MS = 200;

/** What is stored beside an object's bytes to tell whose write it was. */
export const WRITE_MARK = 'marquee-write';

export interface S3Reader extends Pick<Objects, 'get' | 'list'> {
  /** @returns facts and the mark of the write they came by; null if there is no object */
  look(key: string, signal?: AbortSignal): Promise<{ facts: ObjectFacts; mark: string | null } | null>;
  /** Every key under a prefix, in pages as the service gives them. */
  pages(prefix: string): AsyncGenerator<ObjectFacts[]>;
}

/** The error for a key under which there is nothing. */
export function missing(key: string): MarqueeError {
  return new MarqueeError('OBJECT_MISSING', `The object ${key} is not in storage.`, { context: { key } });
}

/** Reads objects: facts, ranges, lists. */
export function createS3Reader(s3: S3Connection): S3Reader {
  const { bucket } = s3;

  /** Asks for bytes `[start, end)`, of the very object of `etag` where one is given. */
  const ask = async (key: string, range?: { start: number; end?: number }, etag?: string) => {
    const output = await s3.send((client, request) =>
      client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(range && { Range: `bytes=${range.start}-${range.end === undefined ? '' : range.end - 1}` }),
          ...(etag && { IfMatch: `"${etag}"` }),
        }),
        request,
      ),
    );
    const stream = output.Body as Readable;
    // It may break while nobody reads it; whoever does is told by the iterator.
    stream.on('error', () => undefined);
    return { output, stream };
  };

  const look: S3Reader['look'] = async (key, signal) => {
    checkKey(key);
    try {
      const output = await s3.send(
        (client, request) => client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), request),
        { signal },
      );
      return { facts: factsOf(key, output), mark: output.Metadata?.[WRITE_MARK] ?? null };
    } catch (thrown) {
      if (isAnswer(thrown, 'NotFound', 'NoSuchKey')) return null;
      throw thrown;
    }
  };

  /** Yields `[start, end)` of the object, going on where it broke off for as long as the object is the same. */
  async function* read(facts: ObjectFacts, start: number, end: number, first: Readable): AsyncGenerator<Uint8Array> {
    const { key, etag } = facts;
    let stream = first;
    let breaks = 0;
    // Read to its end, empty as it is, it leaves the connection for others.
    if (start >= end) first.resume();
    try {
      for (let position = start; position < end; ) {
        try {
          for await (const chunk of stream as AsyncIterable<Uint8Array>) {
            position += chunk.byteLength;
            breaks = 0;
            yield chunk;
          }
          if (position >= end) return;
        } catch (thrown) {
          if (isMarqueeError(thrown)) throw thrown;
        }
        stream.destroy();
        if (++breaks > MAX_BREAKS) {
          throw new MarqueeError('OBJECTS_DOWN', 'S3 breaks off again and again in the middle of an object.', {
            context: { ...s3.place, key, position },
          });
        }
        if (breaks > 1) await sleep(BREAK_PAUSE_MS * breaks);
        const again = await ask(key, { start: position, end }, etag).catch((thrown: unknown) => {
          if (isAnswer(thrown, 'NoSuchKey', 'NotFound')) throw missing(key);
          throw isAnswer(thrown, 'PreconditionFailed', 'InvalidRange') ? replaced(key) : thrown;
        });
        stream = again.stream;
        const from = /^bytes (\d+)-/.exec(again.output.ContentRange ?? '')?.[1];
        if (bareEtag(again.output.ETag) !== etag || Number(from) !== position) throw replaced(key);
      }
    } finally {
      if (start < end) stream.destroy();
    }
  }

  async function* pages(prefix: string): AsyncGenerator<ObjectFacts[]> {
    for (let token: string | undefined; ; ) {
      const page = await s3.send((client, request) =>
        client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
          request,
        ),
      );
      yield (page.Contents ?? []).map((entry) => ({
        key: entry.Key as string,
        sizeBytes: entry.Size ?? 0,
        etag: bareEtag(entry.ETag),
        contentType: typeOfKey(entry.Key as string),
        updatedAtMs: entry.LastModified?.getTime() ?? 0,
      }));
      token = page.NextContinuationToken;
      if (!page.IsTruncated || !token) return;
    }
  }

  return {
    look,
    pages,

    async get(key, range) {
      checkKey(key);
      if (range && (range.start < 0 || (range.end !== undefined && range.end <= range.start)))
        throw outside(key, range);
      const { output, stream } = await ask(key, range).catch((thrown: unknown) => {
        if (isAnswer(thrown, 'NoSuchKey', 'NotFound')) throw missing(key);
        if (answerOf(thrown)?.status === 416) throw outside(key, range);
        throw thrown;
      });
      const facts = factsOf(key, output);
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? facts.sizeBytes, facts.sizeBytes);
      const body = read(facts, start, end, stream);
      if (end - start > EAGER_BYTES) return { facts, body };
      const blocks: Uint8Array[] = [];
      for await (const block of body) blocks.push(block);
      return { facts, body: each(blocks) };
    },

    async *list(prefix) {
      for await (const page of pages(checkPrefix(prefix))) {
        // Consoles store empty objects to show a folder; no key of ours ends so.
        yield* page.filter(({ key }) => !key.endsWith('/'));
      }
    },
  };
}

function factsOf(key: string, output: GetObjectCommandOutput | HeadObjectCommandOutput): ObjectFacts {
  const whole = /\/(\d+)$/.exec(output.ContentRange ?? '')?.[1];
  return {
    key,
    sizeBytes: whole === undefined ? (output.ContentLength ?? 0) : Number(whole),
    etag: bareEtag(output.ETag),
    contentType: output.ContentType ?? 'application/octet-stream',
    updatedAtMs: output.LastModified?.getTime() ?? 0,
    ...(output.CacheControl === undefined ? {} : { cacheControl: output.CacheControl }),
  };
}

function outside(key: string, range: unknown): MarqueeError {
  return new MarqueeError('MESSAGE_INVALID', `The range asked for is not within the object ${key}.`, {
    context: { key, range },
  });
}

function replaced(key: string): MarqueeError {
  return new MarqueeError('OBJECTS_DOWN', 'The object was replaced while it was being read. Read it again.', {
    context: { key },
  });
}

async function* each(blocks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* blocks;
}
