import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import {
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import type { ObjectFacts } from '@marquee/core/ports';
import { disk, etagOf, inFolder, missing, nullIfMissing, readBlocks, sweep, sync, writeAll } from './disk-io.ts';
import { checkKey, IMMUTABLE, typeOfKey } from './object-keys.ts';
import { THIS_PROCESS } from './process-owner.ts';

/** What is told about an object beside its bytes. */
export interface Label {
  contentType: string;
  cacheControl: string;
}

export type StoredObject = ObjectFacts & Label;

/** Free space is asked for again after this many bytes of a stream. */
const FREE_CHECK_BYTES = 64 * 1024 * 1024;

/** The file system under the disk engine: whole files, appearing and vanishing at once. */
export interface DiskFiles {
  readonly root: string;
  setup(): Promise<void>;
  /** Gives a new temporary file to `fill`, and removes it if that or anything later in `work` fails. */
  withTemp<T>(work: (path: string) => Promise<T>): Promise<T>;
  /** Writes bytes to a new file, checking free space. @returns how many */
  write(path: string, body: Uint8Array | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<number>;
  /** Copies a file, sharing its blocks where the file system can. */
  copy(from: string, to: string, signal?: AbortSignal): Promise<void>;
  /** Makes a finished temporary file the object of this key. @returns null if `ifAbsent` and the key is taken. */
  publish(temp: string, key: string, label: Label, ifAbsent?: boolean): Promise<StoredObject | null>;
  find(key: string): Promise<StoredObject | null>;
  /** Opens the bytes of an object for reading. @throws MarqueeError OBJECT_MISSING */
  openObject(key: string): Promise<{ facts: StoredObject; handle: FileHandle }>;
  list(prefix: string): AsyncIterable<ObjectFacts>;
  remove(key: string): Promise<void>;
  pathOf(key: string): string;
}

/**
 * Objects are files under `objects/`, named by their key. Content type and cache control are those of the
 * key's extension; where a writer said otherwise, a note stands under `notes/`, named by key and inode: it is
 * written before the file gets its name, so that bytes and note change in one rename.
 *
 * A file is synced before it is renamed: the store, which is synced too, must never call a piece done whose
 * bytes a power cut can take. (The rename itself rides in the file system's journal, before the store's sync.)
 */
export function createDiskFiles(options: { root: string; minFreeBytes: number }): DiskFiles {
  const given = resolve(options.root);
  const root = { path: given };
  const under = (...parts: string[]) => join(root.path, ...parts);
  const pathOf = (key: string) => under('objects', checkKey(key));
  const noteOf = (key: string, facts: BigIntStats) => under('notes', `${key}@${facts.ino}.json`);

  const checkFree = async (neededBytes: number) => {
    const disk = await statfs(root.path);
    const freeBytes = disk.bavail * disk.bsize;
    if (freeBytes - neededBytes < options.minFreeBytes) {
      throw new MarqueeError('DISK_FULL', 'The disk is nearly full. Free some space and the work goes on by itself.', {
        context: { freeBytes, neededBytes, minFreeBytes: options.minFreeBytes },
      });
    }
  };

  /** @returns null if the object was replaced meanwhile, and its note with it: look again. */
  const describe = async (key: string, facts: BigIntStats): Promise<StoredObject | null> => {
    const note = await readFile(noteOf(key, facts), 'utf8').catch(nullIfMissing);
    if (note === null) {
      const now = await lstat(pathOf(key), { bigint: true }).catch(nullIfMissing);
      if (now !== null && now.ino !== facts.ino) return null;
    }
    const label: Label =
      note === null ? { contentType: typeOfKey(key), cacheControl: IMMUTABLE } : (JSON.parse(note) as Label);
    return { key, sizeBytes: Number(facts.size), etag: etagOf(facts), updatedAtMs: Number(facts.mtimeMs), ...label };
  };

  /** @returns the object's file, or null if there is none or a link on the way leads elsewhere. */
  const locate = async (key: string): Promise<string | null> => {
    const path = pathOf(key);
    const real = await realpath(path).catch(nullIfMissing);
    return real === path ? path : null;
  };

  const dropEmptyFolders = async (file: string, top: string) => {
    for (let folder = dirname(file); folder.startsWith(`${top}/`); folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch {
        return;
      }
    }
  };

  const files: DiskFiles = {
    get root() {
      return root.path;
    },
    pathOf,

    setup: () =>
      disk(async () => {
        await mkdir(given, { recursive: true });
        // Links are refused below the root by comparing real paths, so the root itself has to be one.
        root.path = await realpath(given);
        for (const folder of ['objects', 'notes', 'tmp', 'multipart']) await mkdir(under(folder), { recursive: true });
        await sweep(under('tmp'));
      }),

    async withTemp(work) {
      const path = under('tmp', `${THIS_PROCESS}.${randomUUID()}`);
      try {
        return await disk(() => work(path));
      } finally {
        await rm(path, { force: true }).catch(() => undefined);
      }
    },

    async write(path, body, signal) {
      signal?.throwIfAborted();
      await checkFree(body instanceof Uint8Array ? body.byteLength : 0);
      const handle = await open(path, 'wx', 0o644);
      let sizeBytes = 0;
      try {
        if (body instanceof Uint8Array) {
          await writeAll(handle, body);
          sizeBytes = body.byteLength;
        } else {
          let checkedBytes = 0;
          for await (const bytes of body) {
            signal?.throwIfAborted();
            await writeAll(handle, bytes);
            sizeBytes += bytes.byteLength;
            if (sizeBytes - checkedBytes < FREE_CHECK_BYTES) continue;
            checkedBytes = sizeBytes;
            await checkFree(0);
          }
        }
        signal?.throwIfAborted();
        await handle.datasync();
      } finally {
        await handle.close();
      }
      return sizeBytes;
    },

    async copy(from, to, signal) {
      const facts = await stat(from).catch(nullIfMissing);
      if (!facts?.isFile()) {
        // Not OBJECT_MISSING, which is for good: whoever lost its own file may make it again.
        throw new MarqueeError('INTERNAL', 'The local file to be stored is not there.', {
          context: { file: from },
        });
      }
      try {
        await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
        await sync(to);
      } catch {
        // The file system cannot share blocks. Block by block, because this has to be stoppable.
        await rm(to, { force: true });
        await checkFree(facts.size);
        const source = await open(from, 'r');
        try {
          await files.write(to, readBlocks(source, 0, Number.POSITIVE_INFINITY), signal);
        } finally {
          await source.close();
        }
      }
    },

    async publish(temp, key, label, ifAbsent = false) {
      const path = pathOf(key);
      const facts = await lstat(temp, { bigint: true });
      const note = noteOf(key, facts);
      const plain = label.contentType === typeOfKey(key) && label.cacheControl === IMMUTABLE;
      // An inode number is used again: a note left by a process that was killed must not speak for this file.
      if (plain) await rm(note, { force: true }).catch(nullIfMissing);
      else await inFolder(note, () => writeFile(note, JSON.stringify(label), { flush: true }));
      const before = await lstat(path, { bigint: true }).catch(nullIfMissing);
      if (before?.isDirectory()) throw notAFolder(key);
      try {
        await inFolder(path, async () => {
          if ((await realpath(dirname(path))) !== dirname(path)) throw notAFolder(key);
          await (ifAbsent ? link(temp, path) : rename(temp, path));
        });
      } catch (thrown) {
        if (!plain) await rm(note, { force: true });
        const { code } = thrown as NodeJS.ErrnoException;
        if (code === 'EEXIST' && ifAbsent) return null;
        throw code === 'ENOTDIR' || code === 'EISDIR' || code === 'EEXIST' ? notAFolder(key) : thrown;
      }
      if (before !== null && before.ino !== facts.ino) await rm(noteOf(key, before), { force: true });
      return { key, sizeBytes: Number(facts.size), etag: etagOf(facts), updatedAtMs: Number(facts.mtimeMs), ...label };
    },

    find: (key) =>
      disk(async () => {
        const path = await locate(key);
        const facts = path === null ? null : await lstat(path, { bigint: true }).catch(nullIfMissing);
        return facts?.isFile() ? ((await describe(key, facts)) ?? files.find(key)) : null;
      }),

    openObject: (key) =>
      disk(async () => {
        const path = await locate(key);
        const handle =
          path === null ? null : await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(nullIfMissing);
        if (handle === null) throw missing(key);
        try {
          const facts = await handle.stat({ bigint: true });
          if (!facts.isFile()) throw missing(key);
          const described = await describe(key, facts);
          if (described !== null) return { facts: described, handle };
        } catch (thrown) {
          await handle.close();
          throw thrown;
        }
        await handle.close();
        return files.openObject(key);
      }),

    async *list(prefix) {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      const top = under('objects', folder);
      const real = await disk(() => realpath(top).catch(nullIfMissing));
      if (real !== null && join(real, '/') === join(top, '/')) yield* walk(folder, prefix);
    },

    remove: (key) =>
      disk(async () => {
        const path = await locate(key);
        const facts = path === null ? null : await lstat(path, { bigint: true }).catch(nullIfMissing);
        if (path === null || !facts?.isFile()) return;
        await unlink(path).catch(nullIfMissing);
        await rm(noteOf(key, facts), { force: true });
        await dropEmptyFolders(noteOf(key, facts), under('notes'));
        await dropEmptyFolders(path, under('objects'));
      }),
  };

  async function* walk(folder: string, prefix: string): AsyncGenerator<ObjectFacts> {
    const entries =
      (await disk(() => readdir(under('objects', folder), { withFileTypes: true }).catch(nullIfMissing))) ?? [];
    // A folder sorts as its keys do, with the slash: `a-b` < `a/b` < `a0`.
    const names = entries
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''))
      .filter((name) => name.startsWith(prefix) || (name.endsWith('/') && prefix.startsWith(name)))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (name.endsWith('/')) {
        yield* walk(name, prefix);
        continue;
      }
      const facts = await disk(async () => {
        const found = await lstat(under('objects', name), { bigint: true }).catch(nullIfMissing);
        return found && ((await describe(name, found)) ?? files.find(name));
      });
      // Removed since the folder was read.
      if (facts) yield facts;
    }
  }

  return files;
}

function notAFolder(key: string): MarqueeError {
  return new MarqueeError('MESSAGE_INVALID', 'On disk a key cannot be both an object and a folder of others.', {
    context: { key },
  });
}
