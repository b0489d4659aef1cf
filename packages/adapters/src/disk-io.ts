import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import { isGone } from './process-owner.ts';

/** Bytes of one read. */
const BLOCK_BYTES = 1024 * 1024;
/** A temporary file of this age is nobody's any more, whoever wrote it. */
const STALE_MS = 3_600_000;

/** Reads `[start, end)` of a file block by block, or to its end. */
export async function* readBlocks(handle: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; ) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafe(Math.min(BLOCK_BYTES, end - position)),
      0,
      Math.min(BLOCK_BYTES, end - position),
      position,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Names the bytes without reading them: a file is never changed in place, so these three tell two apart. */
export function etagOf(facts: BigIntStats): string {
  return [facts.size, facts.mtimeNs, facts.ino].map((value) => value.toString(36)).join('-');
}

/** Runs file operations with their errors in our words. */
export async function disk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw translate(thrown);
  }
}

/** The error for a key under which there is nothing. */
export function missing(key: string): MarqueeError {
  return new MarqueeError('OBJECT_MISSING', `The object ${key} is not in storage.`, { context: { key } });
}

/** For `.catch`: null where there is no such file, and the error itself otherwise. */
export function nullIfMissing(thrown: unknown): null {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
  throw thrown;
}

function translate(thrown: unknown): unknown {
  if (isMarqueeError(thrown)) return thrown;
  const { code, syscall, message } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MarqueeError('DISK_FULL', 'The disk is full. Free some space and the work goes on by itself.', {
      cause: thrown,
    });
  }
  if (typeof syscall !== 'string') return thrown;
  return new MarqueeError('OBJECTS_DOWN', `The object folder cannot be used just now: ${message}.`, { cause: thrown });
}

/** Has the disk keep a file that was written. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Writes all of it: one write may take less than it was given. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength; ) {
    offset += (await handle.write(bytes, offset, bytes.byteLength - offset)).bytesWritten;
  }
}

/** Each is lost only to somebody who emptied the same folder in the same moment. */
const MAKING_TRIES = 50;

/** Makes the folder of `path` if `work` finds that it is missing; again if another removed it, being empty, meanwhile. */
export async function inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === MAKING_TRIES) throw thrown;
      // A folder on the way may go while those below it are made; the next try finds out.
      await mkdir(dirname(path), { recursive: true }).catch(nullIfMissing);
    }
  }
}

/** Removes temporary files of processes that have ended, and of any that are very old. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = name.split('.').slice(0, 3).join('.');
    const facts = await lstat(join(folder, name)).catch(nullIfMissing);
    if (facts && (isGone(owner) || Date.now() - facts.mtimeMs > STALE_MS)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
