import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { inFolder, syncFolder } from './folder.ts';

/** Bits that tell what is in use: 16 MiB, in which of ten million objects one in fourteen that could go is kept. */
const MARKS = 2 ** 27;

/** Contents of objects, each once, under the names of their SHA-256. */
export interface Pool {
  /** Stores bytes as they come. @returns their names */
  add(body: AsyncIterable<Uint8Array>): Promise<{ sha256: string; sizeBytes: number; isNew: boolean }>;
  has(content: { sha256: string; sizeBytes: number }): Promise<boolean>;
  pathOf(sha256: string): string;
  /** Reads a content, and fails at its end unless it is what its name says. */
  read(content: { sha256: string; sizeBytes: number }): AsyncGenerator<Uint8Array>;
  /** Removes what none of these names, in constant memory. @returns how many went */
  sweep(used: AsyncIterable<string>): Promise<number>;
}

export function openPool(folder: string): Pool {
  const root = join(folder, 'objects');
  const temp = join(folder, 'tmp');
  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256);
  const has: Pool['has'] = async ({ sha256, sizeBytes }) =>
    (await stat(pathOf(sha256)).catch(() => null))?.size === sizeBytes;
  return {
    pathOf,
    has,

    add: (body) =>
      inFolder(async () => {
        await mkdir(temp, { recursive: true, mode: 0o700 });
        const draft = join(temp, randomUUID());
        const hash = createHash('sha256');
        let sizeBytes = 0;
        try {
          const handle = await open(draft, 'wx', 0o600);
          try {
            for await (const bytes of body) {
              hash.update(bytes);
              sizeBytes += bytes.byteLength;
              await handle.writeFile(bytes);
            }
            await handle.datasync();
          } finally {
            await handle.close();
          }
          const sha256 = hash.digest('hex');
          const isNew = !(await has({ sha256, sizeBytes }));
          if (isNew) {
            await mkdir(dirname(pathOf(sha256)), { recursive: true, mode: 0o700 });
            await rename(draft, pathOf(sha256));
          }
          return { sha256, sizeBytes, isNew };
        } finally {
          await rm(draft, { force: true });
        }
      }),

    async *read({ sha256, sizeBytes }) {
      const hash = createHash('sha256');
      let readBytes = 0;
      const file = createReadStream(pathOf(sha256));
      try {
        for await (const bytes of file as AsyncIterable<Buffer>) {
          hash.update(bytes);
          readBytes += bytes.byteLength;
          yield bytes;
        }
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      }
      if (readBytes !== sizeBytes || hash.digest('hex') !== sha256) {
        throw new MarqueeError('CONFIG_INVALID', `The file ${pathOf(sha256)} of the backup is damaged or missing.`);
      }
    },

    sweep: (used) =>
      inFolder(async () => {
        await rm(temp, { recursive: true, force: true });
        const marks = new Uint8Array(MARKS / 8);
        const markOf = (sha256: string) => Number.parseInt(sha256.slice(0, 8), 16) % MARKS;
        for await (const sha256 of used) {
          const mark = markOf(sha256);
          marks[mark >> 3] = (marks[mark >> 3] ?? 0) | (1 << (mark & 7));
        }
        let gone = 0;
        for (const shelf of await readdir(root).catch(() => [])) {
          for (const sha256 of await readdir(join(root, shelf))) {
            const mark = markOf(sha256);
            if ((marks[mark >> 3] ?? 0) & (1 << (mark & 7))) continue;
            await rm(join(root, shelf, sha256), { force: true });
            gone++;
          }
        }
        return gone;
      }),
  };
}

/** Makes the names of all contents durable that were added since. */
export async function syncPool(folder: string): Promise<void> {
  const root = join(folder, 'objects');
  await inFolder(async () => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const shelf of await readdir(root)) await syncFolder(join(root, shelf));
    await syncFolder(root);
  });
}
