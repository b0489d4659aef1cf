import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readRows } from '@marquee/core/backup-rows';
import { isMarqueeError } from '@marquee/core/errors';
import type { ObjectFacts, Objects } from '@marquee/core/ports';
import { EXIT } from '../exit.ts';
import { formatBytes, print, say } from '../print.ts';
import { runSession, type Session } from '../session.ts';
import {
  beginSnapshot,
  FORMAT,
  type IndexedObject,
  lockFolder,
  type Manifest,
  OBJECTS_FILE,
  openSnapshot,
  ROWS_FILE,
  readLines,
  removeSnapshots,
  snapshotsOf,
  writeLines,
} from './folder.ts';
import { beside, inOrder } from './in-order.ts';
import { openPool, type Pool, syncPool } from './pool.ts';

/** Folders of the storage that hold objects of ours; a bucket may hold others. */
const FOLDERS = ['media/', 'uploads/'];
/** Objects on their way at once: as many as a disk or a bucket serves well, of a few blocks each in memory. */
export const AT_ONCE = 8;
/** Playlists are replaced while they are read. */
const READ_TRIES = 5;

interface Copied {
  copied: number;
  copiedBytes: number;
}

/** `marquee backup FOLDER`: what is printed. */
export interface BackupAnswer extends Copied {
  snapshot: string;
  rows: number;
  objects: number;
  objectBytes: number;
  removedSnapshots: string[];
}

/** `marquee backup FOLDER`: writes all that the store and the storage hold into a folder, beside a running house. */
export function backup(folder: string, options: { keep: number; json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async (session) => {
    const unlock = await lockFolder(folder);
    try {
      const answer = await makeBackup(folder, options.keep, session);
      if (options.json) print(JSON.stringify(answer));
      else {
        print(`Backup ${answer.snapshot}: ${answer.rows} rows of the store, ${answer.objects} objects`);
        print(
          `(${formatBytes(answer.objectBytes)}), of which ${answer.copied} (${formatBytes(answer.copiedBytes)}) were new.`,
        );
        if (answer.removedSnapshots.length > 0) print(`Removed: ${answer.removedSnapshots.join(', ')}.`);
      }
      return EXIT.ok;
    } finally {
      await unlock();
    }
  });
}

async function makeBackup(folder: string, keep: number, { engines, interrupted }: Session): Promise<BackupAnswer> {
  // What another that was broken off left must not stand beside what is made now.
  await removeSnapshots(folder, []);
  const pool = openPool(folder);
  const before = (await snapshotsOf(folder))[0];
  const known = before === undefined ? nothing<IndexedObject>() : knownObjects(folder, before);
  const snapshot = await beginSnapshot(folder);
  const madeAtMs = Date.now();
  // The store first: objects are written before it speaks of them, and removed after.
  const rows = await writeLines(join(snapshot.path, ROWS_FILE), untilAborted(readRows(engines.store), interrupted));
  const sums: Copied & { bytes: number } = { copied: 0, copiedBytes: 0, bytes: 0 };
  const indexed = inOrder(beside(listed(engines.objects), known), AT_ONCE, async ({ item, known: old }) => {
    interrupted.throwIfAborted();
    const object = await copied(engines.objects, pool, item, old, sums);
    if (object) sums.bytes += object.sizeBytes;
    return object;
  });
  const objects = await writeLines(join(snapshot.path, OBJECTS_FILE), present(indexed));
  await syncPool(folder);
  const manifest: Manifest = {
    format: FORMAT,
    madeAtMs,
    version: versionOfMarquee(),
    rows,
    objects,
    objectBytes: sums.bytes,
  };
  const name = await snapshot.finish(manifest);
  const removedSnapshots = (await snapshotsOf(folder)).slice(keep);
  await removeSnapshots(folder, removedSnapshots);
  await pool.sweep(usedContents(folder));
  const { copied: count, copiedBytes } = sums;
  const facts = { rows: rows.lines, objects: objects.lines, objectBytes: sums.bytes };
  return { snapshot: name, ...facts, copied: count, copiedBytes, removedSnapshots };
}

/** @returns null for an object that was removed since it was listed */
async function copied(
  objects: Objects,
  pool: Pool,
  facts: ObjectFacts,
  old: IndexedObject | null,
  sums: Copied,
): Promise<IndexedObject | null> {
  const isSame = old !== null && old.etag === facts.etag && old.sizeBytes === facts.sizeBytes;
  if (isSame && old.updatedAtMs === facts.updatedAtMs && (await pool.has(old))) return old;
  for (let tries = 1; ; tries++) {
    try {
      const { facts: now, body } = await objects.get(facts.key);
      const { isNew, ...content } = await pool.add(body);
      if (isNew) {
        sums.copied++;
        sums.copiedBytes += content.sizeBytes;
      }
      const { key, contentType, cacheControl, etag, updatedAtMs } = now;
      const label = { contentType, ...(cacheControl === undefined ? {} : { cacheControl }) };
      return { key, ...content, ...label, etag, updatedAtMs };
    } catch (thrown) {
      if (isMarqueeError(thrown) && thrown.code === 'OBJECT_MISSING') return null;
      if (!isMarqueeError(thrown) || thrown.code !== 'OBJECTS_DOWN' || tries === READ_TRIES) throw thrown;
    }
  }
}

/** All objects of ours, in the order of their keys. */
async function* listed(objects: Objects): AsyncGenerator<ObjectFacts> {
  for (const folder of FOLDERS) yield* objects.list(folder);
}

/** What the last backup knows; one that cannot be read is no help, and no hindrance. */
async function* knownObjects(folder: string, name: string): AsyncGenerator<IndexedObject> {
  try {
    const { path } = await openSnapshot(folder, name);
    yield* readLines<IndexedObject>(join(path, OBJECTS_FILE));
  } catch (thrown) {
    say(`The backup before, ${name}, cannot be read: all objects are copied that it does not tell of.`);
    say(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

async function* usedContents(folder: string): AsyncGenerator<string> {
  for (const name of await snapshotsOf(folder)) {
    const { path } = await openSnapshot(folder, name);
    for await (const { sha256 } of readLines<IndexedObject>(join(path, OBJECTS_FILE))) yield sha256;
  }
}

async function* present<T>(items: AsyncIterable<T | null>): AsyncGenerator<T> {
  for await (const item of items) if (item !== null) yield item;
}

async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

async function* nothing<T>(): AsyncGenerator<T> {}

function versionOfMarquee(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}
