import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { ObjectFacts, UploadedPart } from '@marquee/core/ports';
import type { DiskFiles } from './disk-files.ts';
import { disk, etagOf, nullIfMissing, readBlocks } from './disk-io.ts';
import { checkKey, IMMUTABLE } from './object-keys.ts';

/** As S3 has it. */
const MAX_PARTS = 10_000;
/** How long a finished upload is remembered, for a caller that lost the answer. */
const REMEMBERED_MS = 24 * 3_600_000;
/** An upload to which nothing was added for this long has been given up. */
const ABANDONED_MS = 7 * 24 * 3_600_000;

interface Upload {
  key: string;
  contentType: string;
}

export interface DiskMultipart {
  create(key: string, contentType: string): Promise<string>;
  putPart(
    key: string,
    uploadId: string,
    partNumber: number,
    body: Uint8Array | AsyncIterable<Uint8Array>,
  ): Promise<UploadedPart>;
  list(key: string, uploadId: string): Promise<UploadedPart[]>;
  complete(key: string, uploadId: string, parts: { partNumber: number; etag: string }[]): Promise<ObjectFacts>;
  abort(key: string, uploadId: string): Promise<void>;
  /** Forgets uploads that were finished or given up long ago. */
  sweep(): Promise<void>;
}

/**
 * Uploads in parts: a folder per upload under `multipart/`, a file per part, `upload.json` with what it is for
 * and, once it has been joined, `done.json` with the tag of the object that it became.
 */
export function createDiskMultipart(files: DiskFiles): DiskMultipart {
  const folderOf = (uploadId: string) => join(files.root, 'multipart', uploadId);
  const partFile = (uploadId: string, partNumber: number) =>
    join(folderOf(uploadId), String(partNumber).padStart(5, '0'));

  const uploadOf = async (key: string, uploadId: string): Promise<Upload> => {
    checkKey(key);
    const known = /^[0-9a-f-]{36}$/.test(uploadId)
      ? await readFile(join(folderOf(uploadId), 'upload.json'), 'utf8').catch(nullIfMissing)
      : null;
    const upload = known === null ? null : (JSON.parse(known) as Upload);
    if (upload?.key !== key) throw noUpload(uploadId);
    return upload;
  };

  const partsOf = async (uploadId: string): Promise<UploadedPart[]> => {
    const names = (await readdir(folderOf(uploadId)).catch(nullIfMissing)) ?? [];
    const parts: UploadedPart[] = [];
    for (const name of names.filter((each) => /^\d{5}$/.test(each)).sort()) {
      const facts = await lstat(join(folderOf(uploadId), name), { bigint: true }).catch(nullIfMissing);
      if (facts) parts.push({ partNumber: Number(name), sizeBytes: Number(facts.size), etag: etagOf(facts) });
    }
    return parts;
  };

  /** Builds the whole in `temp`; a single part is linked, not copied. */
  const joinParts = async (uploadId: string, parts: number[], temp: string) => {
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      const linked = await link(partFile(uploadId, first), temp).then(
        () => true,
        () => false,
      );
      if (linked) return;
    }
    await files.write(
      temp,
      (async function* () {
        for (const part of parts) {
          const handle = await open(partFile(uploadId, part), 'r');
          try {
            yield* readBlocks(handle, 0, Number.POSITIVE_INFINITY);
          } finally {
            await handle.close();
          }
        }
      })(),
    );
  };

  return {
    create: (key, contentType) =>
      disk(async () => {
        checkKey(key);
        const uploadId = randomUUID();
        await mkdir(folderOf(uploadId), { recursive: true });
        await writeFile(join(folderOf(uploadId), 'upload.json'), JSON.stringify({ key, contentType }), { flush: true });
        return uploadId;
      }),

    async putPart(key, uploadId, partNumber, body) {
      if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
        throw new MarqueeError('MESSAGE_INVALID', `Parts are numbered from 1 to ${MAX_PARTS}.`, {
          context: { partNumber },
        });
      }
      await disk(() => uploadOf(key, uploadId));
      return files.withTemp(async (temp) => {
        await files.write(temp, body);
        const facts = await lstat(temp, { bigint: true });
        await rename(temp, partFile(uploadId, partNumber)).catch((thrown: unknown) => {
          nullIfMissing(thrown);
          throw noUpload(uploadId);
        });
        return { partNumber, sizeBytes: Number(facts.size), etag: etagOf(facts) };
      });
    },

    list: (key, uploadId) =>
      disk(async () => {
        await uploadOf(key, uploadId);
        return partsOf(uploadId);
      }),

    complete: (key, uploadId, wanted) =>
      disk(async () => {
        const upload = await uploadOf(key, uploadId);
        const doneFile = join(folderOf(uploadId), 'done.json');
        const done = await readFile(doneFile, 'utf8').catch(nullIfMissing);
        if (done !== null) {
          // The answer to an earlier call was lost, or its process ended just before the rename.
          const standing = await files.find(key);
          if (standing?.etag === (JSON.parse(done) as { etag: string }).etag) return standing;
        }
        const stored = new Map((await partsOf(uploadId)).map((part) => [part.partNumber, part.etag]));
        const sorted = [...wanted].sort((a, b) => a.partNumber - b.partNumber);
        for (const [index, part] of sorted.entries()) {
          const twice = sorted[index - 1]?.partNumber === part.partNumber;
          if (twice || stored.get(part.partNumber) !== part.etag.replace(/^"|"$/g, '')) throw badPart(part.partNumber);
        }
        if (sorted.length === 0) throw badPart(1);
        const label = { contentType: upload.contentType, cacheControl: IMMUTABLE };
        const whole = await files.withTemp(async (temp) => {
          await joinParts(
            uploadId,
            sorted.map((part) => part.partNumber),
            temp,
          );
          const etag = etagOf(await lstat(temp, { bigint: true }));
          await writeFile(doneFile, JSON.stringify({ etag }), { flush: true });
          return files.publish(temp, key, label);
        });
        for (const { partNumber } of await partsOf(uploadId)) {
          await rm(partFile(uploadId, partNumber), { force: true });
        }
        return whole as ObjectFacts;
      }),

    abort: (key, uploadId) =>
      disk(async () => {
        try {
          await uploadOf(key, uploadId);
        } catch (thrown) {
          // Given up already: as with `delete`, that is no error.
          if (isMarqueeError(thrown) && thrown.code === 'OBJECT_MISSING') return;
          throw thrown;
        }
        await rm(folderOf(uploadId), { recursive: true, force: true });
      }),

    sweep: () =>
      disk(async () => {
        for (const uploadId of await readdir(join(files.root, 'multipart'))) {
          const folder = folderOf(uploadId);
          const done = await lstat(join(folder, 'done.json')).catch(nullIfMissing);
          const touched = done ?? (await lstat(folder).catch(nullIfMissing));
          const keptMs = done ? REMEMBERED_MS : ABANDONED_MS;
          if (touched && Date.now() - touched.mtimeMs > keptMs) await rm(folder, { recursive: true, force: true });
        }
      }),
  };
}

function noUpload(uploadId: string): MarqueeError {
  return new MarqueeError('OBJECT_MISSING', 'There is no such upload: it was finished, given up or never begun.', {
    context: { uploadId },
  });
}

function badPart(partNumber: number): MarqueeError {
  return new MarqueeError(
    'INPUT_UNREADABLE',
    `Part ${partNumber} of the upload is not there as it was sent. Send it again.`,
    { context: { partNumber } },
  );
}
