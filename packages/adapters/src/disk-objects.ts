import { MarqueeError } from '@marquee/core/errors';
import type { Objects, ObjectsFeatures, UploadedPart } from '@marquee/core/ports';
import type { StoredObject } from './disk-files.ts';
import { createDiskFiles } from './disk-files.ts';
import { disk, missing, readBlocks } from './disk-io.ts';
import { createDiskMultipart } from './disk-multipart.ts';
import type { Signer } from './disk-signing.ts';
import { createSigner } from './disk-signing.ts';
import { checkPrefix, IMMUTABLE } from './object-keys.ts';

/** S3's smallest part, so that what uploads here uploads there; the disk itself would take any. */
export const features: ObjectsFeatures = { signedFolders: true, minPartBytes: 5 * 1024 * 1024 };

/** Up to this many bytes are read when they are asked for; more, when the first of them is. */
const EAGER_BYTES = 256 * 1024;

export interface DiskObjectsOptions {
  /** Folder of everything; made if absent. */
  root: string;
  /** Path of the site under which `handleObjectsRequest` answers: `/objects`. */
  publicPath: string;
  /** Signs addresses; whoever knows it can read and write anything. */
  secret: string;
  /** Nothing is written when less than this would be left free. Default 0. */
  minFreeBytes?: number;
  /** Largest part taken by HTTP, in bytes. Default 512 MiB. */
  maxPartBytes?: number;
}

/** Objects on disk, and what the HTTP route beside it needs. */
export interface DiskObjects extends Objects {
  readonly verify: Signer['verify'];
  /** As `signRead` of all stores, for one reader alone too. */
  readonly signReadFor: Signer['signRead'];
  readonly maxPartBytes: number;
  /** Facts with the cache control that it was stored with. */
  describe(key: string): Promise<StoredObject | null>;
  /** Bytes `[start, end)` of the object that `facts` describe; the file is open only while they are read. */
  read(facts: StoredObject, start: number, end: number): AsyncGenerator<Uint8Array>;
  putPartStream(
    key: string,
    uploadId: string,
    partNumber: number,
    body: AsyncIterable<Uint8Array>,
  ): Promise<UploadedPart>;
}

/**
 * Object storage in a folder of this machine, for any number of processes.
 *
 * Objects appear and are replaced by rename, so that nobody ever reads half of one. Unlike S3, a key cannot be
 * an object and the folder of another at once.
 */
export function createDiskObjects(options: DiskObjectsOptions): DiskObjects {
  const files = createDiskFiles({ root: options.root, minFreeBytes: options.minFreeBytes ?? 0 });
  const multipart = createDiskMultipart(files);
  const signer = createSigner(options);

  async function* read(facts: StoredObject, start: number, end: number): AsyncGenerator<Uint8Array> {
    const { facts: now, handle } = await files.openObject(facts.key);
    try {
      if (now.etag !== facts.etag) {
        throw new MarqueeError('OBJECTS_DOWN', 'The object was replaced while it was being read. Read it again.', {
          context: { key: facts.key },
        });
      }
      yield* readBlocks(handle, start, end);
    } finally {
      await handle.close();
    }
  }

  return {
    features,
    verify: signer.verify,
    signReadFor: signer.signRead,
    maxPartBytes: options.maxPartBytes ?? 512 * 1024 * 1024,
    read,
    describe: files.find,

    async setup() {
      await files.setup();
      await multipart.sweep();
    },

    check: () => files.setup(),

    // Files are open only while they are read.
    async close() {},

    put(key, body, { contentType, cacheControl = IMMUTABLE, ifAbsent = false, signal }) {
      return files.withTemp(async (temp) => {
        files.pathOf(key);
        signal?.throwIfAborted();
        if (body instanceof Uint8Array || Symbol.asyncIterator in body) await files.write(temp, body, signal);
        else await files.copy(body.file, temp, signal);
        return files.publish(temp, key, { contentType, cacheControl }, ifAbsent);
      });
    },

    get: (key, range) =>
      disk(async () => {
        const { facts, handle } = await files.openObject(key);
        try {
          const start = range?.start ?? 0;
          const end = Math.min(range?.end ?? facts.sizeBytes, facts.sizeBytes);
          if (range && (start < 0 || start >= facts.sizeBytes || end <= start)) {
            throw new MarqueeError('MESSAGE_INVALID', `The range asked for is not within the object ${key}.`, {
              context: { key, range, sizeBytes: facts.sizeBytes },
            });
          }
          const { contentType, cacheControl, etag, sizeBytes, updatedAtMs } = facts;
          const plain = { key, contentType, cacheControl, etag, sizeBytes, updatedAtMs };
          if (end - start > EAGER_BYTES) return { facts: plain, body: read(facts, start, end) };
          // Playlists are replaced while they are read, and are small: what is described is what is given.
          const blocks: Uint8Array[] = [];
          for await (const block of readBlocks(handle, start, end)) blocks.push(block);
          return { facts: plain, body: each(blocks) };
        } finally {
          await handle.close();
        }
      }),

    async head(key) {
      return files.find(key);
    },

    list(prefix) {
      return files.list(checkPrefix(prefix));
    },

    delete: (key) => files.remove(key),

    async deleteFolder(prefix) {
      if (!checkPrefix(prefix).endsWith('/')) {
        throw new MarqueeError('MESSAGE_INVALID', 'A folder to be removed has to end in a slash.', {
          context: { prefix },
        });
      }
      let count = 0;
      for await (const { key } of files.list(prefix)) {
        await files.remove(key);
        count++;
      }
      return count;
    },

    createMultipart: (key, { contentType }) => multipart.create(key, contentType),
    async signPart(key, uploadId, partNumber, expiresSec) {
      return signer.signPart(key, uploadId, partNumber, expiresSec);
    },
    putPart: multipart.putPart,
    putPartStream: multipart.putPart,
    listParts: multipart.list,
    completeMultipart: multipart.complete,
    abortMultipart: multipart.abort,

    async signRead(key, { expiresSec, folder = false }) {
      return signer.signRead(key, expiresSec, folder);
    },

    async toolInput(key) {
      if ((await files.find(key)) === null) throw missing(key);
      // An absolute path begins with a slash: ffmpeg can take it for neither an option nor a protocol.
      return { url: files.pathOf(key), protocols: ['file'] };
    },
  };
}

async function* each(blocks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* blocks;
}
