import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import { isHolderDead, ownHolder } from '@marquee/workers/runtime/holder';
import * as z from 'zod';

/** Raised when an earlier version of Marquee would misread what is written. */
export const FORMAT = 1;

/** What is kept of one object, a line each, in the order of keys. */
export interface IndexedObject {
  key: string;
  sha256: string;
  sizeBytes: number;
  contentType: string;
  cacheControl?: string;
  /** As the storage that it came from named these bytes: if both are the same, it is not read again. */
  etag: string;
  updatedAtMs: number;
}

const listing = z.strictObject({
  lines: z.int().min(0),
  /** Of the compressed file. */
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  madeAtMs: z.number(),
  /** Of Marquee. */
  version: z.string(),
  rows: listing,
  objects: listing,
  objectBytes: z.number().min(0),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type Listing = z.infer<typeof listing>;

/** The two lists of a snapshot. */
export const ROWS_FILE = 'rows.ndjson.gz';
export const OBJECTS_FILE = 'objects.ndjson.gz';
const MANIFEST_FILE = 'manifest.json';
const SNAPSHOT = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

/** @returns what a snapshot of this time is called; names sort by time */
export function snapshotName(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
}

/** Names of whole snapshots, the newest first. A folder that is not there has none. */
export function snapshotsOf(folder: string): Promise<string[]> {
  return inFolder(async () => {
    const names = await readdir(join(folder, 'snapshots')).catch(noneIfMissing);
    return names.filter((name) => SNAPSHOT.test(name)).sort((a, b) => (a < b ? 1 : -1));
  });
}

/**
 * Reads what a snapshot says of itself.
 *
 * @param name the newest without it
 * @throws MarqueeError CONFIG_INVALID if there is none, or one that this version cannot read
 */
export async function openSnapshot(
  folder: string,
  name?: string,
): Promise<{ name: string; path: string; manifest: Manifest }> {
  const names = await snapshotsOf(folder);
  const found = name === undefined ? names[0] : names.find((each) => each === name);
  if (found === undefined) {
    const which = name === undefined ? 'no whole backup' : `no backup "${name}"`;
    const others = names.length > 0 ? ` There are: ${names.join(', ')}.` : '';
    throw new MarqueeError('CONFIG_INVALID', `There is ${which} in ${folder}.${others}`);
  }
  const path = join(folder, 'snapshots', found);
  const text = await inFolder(() => readFile(join(path, MANIFEST_FILE), 'utf8'));
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw new MarqueeError('CONFIG_INVALID', `The manifest of the backup ${found} is damaged: take another one.`);
  }
  const format = (said as { format?: unknown } | null)?.format;
  if (format !== FORMAT) {
    throw new MarqueeError(
      'CONFIG_INVALID',
      `The backup ${found} has format ${String(format)}, and this version of Marquee reads ${FORMAT}. Use the version that made it.`,
    );
  }
  const manifest = manifestSchema.safeParse(said);
  if (manifest.success) return { name: found, path, manifest: manifest.data };
  throw new MarqueeError('CONFIG_INVALID', `The manifest of the backup ${found} is damaged: take another one.`);
}

/** Begins a snapshot in a folder that nobody takes for one until `finish` has given it its name. */
export async function beginSnapshot(
  folder: string,
): Promise<{ path: string; finish(manifest: Manifest): Promise<string> }> {
  const path = join(folder, 'snapshots', `unfinished-${randomUUID()}`);
  await inFolder(() => mkdir(path, { recursive: true, mode: 0o700 }));
  return {
    path,
    finish: (manifest) =>
      inFolder(async () => {
        const name = snapshotName(manifest.madeAtMs);
        await writeFile(join(path, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, {
          mode: 0o600,
          flush: true,
        });
        await rename(path, join(folder, 'snapshots', name));
        await syncFolder(join(folder, 'snapshots'));
        return name;
      }),
  };
}

/** Removes snapshots by name, and whatever a backup that was broken off left behind. */
export function removeSnapshots(folder: string, names: readonly string[]): Promise<void> {
  return inFolder(async () => {
    const all = await readdir(join(folder, 'snapshots')).catch(noneIfMissing);
    for (const name of all) {
      if (names.includes(name) || name.startsWith('unfinished-'))
        await rm(join(folder, 'snapshots', name), { recursive: true, force: true });
    }
  });
}

/** Writes lines of JSON, compressed, in as little memory as one of them takes. */
export function writeLines(file: string, values: AsyncIterable<unknown>): Promise<Listing> {
  return inFolder(async () => {
    const hash = createHash('sha256');
    let lines = 0;
    let sizeBytes = 0;
    async function* texts() {
      for await (const value of values) {
        lines++;
        yield `${JSON.stringify(value)}\n`;
      }
    }
    const measured = new Transform({
      transform(bytes: Buffer, _encoding, done) {
        hash.update(bytes);
        sizeBytes += bytes.byteLength;
        done(null, bytes);
      },
    });
    const out = createWriteStream(file, { mode: 0o600, flush: true });
    await pipeline(Readable.from(texts()), createGzip({ level: 6 }), measured, out);
    return { lines, sizeBytes, sha256: hash.digest('hex') };
  });
}

/** Reads what `writeLines` wrote, line by line. */
export async function* readLines<T>(file: string): AsyncGenerator<T> {
  const source = createReadStream(file);
  const plain = createGunzip();
  const broken = pipeline(source, plain).catch((thrown: unknown) => thrown);
  for await (const line of createInterface({ input: plain, crlfDelay: Number.POSITIVE_INFINITY })) {
    yield JSON.parse(line) as T;
  }
  const thrown = await broken;
  if (thrown) throw worded(thrown);
}

/** @returns the SHA-256 and size of a file; null if there is none */
export async function digestOf(file: string): Promise<{ sha256: string; sizeBytes: number } | null> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(bytes);
      sizeBytes += bytes.byteLength;
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw worded(thrown);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/**
 * Keeps a second backup out of a folder: one that tidies up could take what another has only just put there.
 *
 * @throws MarqueeError CONFIG_INVALID while another process is at work in it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'lock');
  await inFolder(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  });
  for (let i = 0; i < 2; i++) {
    try {
      await writeFile(file, ownHolder(), { flag: 'wx', mode: 0o600 });
      return () => rm(file, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw worded(thrown);
      const holder = await readFile(file, 'utf8').catch(() => '');
      if (!isHolderDead(holder)) break;
      await rm(file, { force: true });
    }
  }
  throw new MarqueeError(
    'CONFIG_INVALID',
    `Another backup is at work in ${folder}. If there is none, because its machine is gone, remove ${file}.`,
  );
}

/** Runs work on files of the backup with their errors in our words. */
export async function inFolder<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw worded(thrown);
  }
}

/** Makes names durable that were given in a folder. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function worded(thrown: unknown): unknown {
  if (isMarqueeError(thrown)) return thrown;
  const { code, syscall, message } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MarqueeError('DISK_FULL', 'The disk of the backup is full. Free some space and call it again.', {
      cause: thrown,
    });
  }
  if (code?.startsWith('Z_')) return new MarqueeError('CONFIG_INVALID', `A list of the backup is damaged: ${message}.`);
  if (syscall === undefined) return thrown;
  return new MarqueeError('CONFIG_INVALID', `The folder of the backup cannot be used: ${message}.`, { cause: thrown });
}

function noneIfMissing(thrown: unknown): string[] {
  if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw thrown;
}
