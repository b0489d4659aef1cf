import { constants, type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { newId, type UploadId } from '@marquee/core/ids';
import type { Objects } from '@marquee/core/ports';
import { formatBytes } from './print.ts';

/** Parts start at this size; storage takes at most 10,000 of them, so huge films get larger ones. */
const PART_BYTES = 64 * 1024 ** 2;
const MAX_PARTS = 10_000;

/** A film on this machine, open and checked. */
export interface LocalFilm {
  handle: FileHandle;
  fileName: string;
  sizeBytes: number;
}

/**
 * Opens a film of this machine.
 *
 * @throws MarqueeError INPUT_UNREADABLE or INPUT_UNSUPPORTED with what is wrong with the path
 */
export async function openFilm(path: string, maxBytes: number): Promise<LocalFilm> {
  let handle: FileHandle;
  try {
    // Without waiting: opening a pipe would last until somebody writes to it.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new MarqueeError('INPUT_UNREADABLE', cannotOpen(path, cause as NodeJS.ErrnoException), { cause });
  }
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) {
      throw new MarqueeError('INPUT_UNSUPPORTED', `"${path}" is a folder. Name the film in it.`);
    }
    if (!facts.isFile()) throw new MarqueeError('INPUT_UNSUPPORTED', `"${path}" is not a file but a pipe or a device.`);
    if (facts.size === 0) throw new MarqueeError('INPUT_UNREADABLE', `"${path}" is empty (0 bytes).`);
    if (facts.size > maxBytes) {
      throw new MarqueeError(
        'INPUT_UNSUPPORTED',
        `"${path}" has ${formatBytes(facts.size)}; the largest accepted here is ${formatBytes(maxBytes)} (MAX_SOURCE_BYTES).`,
      );
    }
    return { handle, fileName: basename(path), sizeBytes: facts.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Sends a film to storage in parts, as the site does. On any failure nothing is left behind.
 *
 * @param signal aborting it gives the upload up
 * @returns the key under which the film stands
 * @throws MarqueeError INPUT_UNREADABLE if the file changes or cannot be read, SHUTDOWN if given up
 */
export async function uploadFilm(objects: Objects, film: LocalFilm, signal: AbortSignal): Promise<string> {
  const key = `uploads/${newId<UploadId>()}/source`;
  const upload = await objects.createMultipart(key, { contentType: 'application/octet-stream' });
  try {
    const partBytes = Math.max(PART_BYTES, objects.features.minPartBytes, Math.ceil(film.sizeBytes / MAX_PARTS));
    const buffer = Buffer.allocUnsafe(Math.min(partBytes, film.sizeBytes));
    const parts: { partNumber: number; etag: string }[] = [];
    for (let start = 0; start < film.sizeBytes; start += partBytes) {
      if (signal.aborted) throw new MarqueeError('SHUTDOWN', 'The upload was given up; nothing of it is kept.');
      const wanted = Math.min(partBytes, film.sizeBytes - start);
      await readFully(film, buffer.subarray(0, wanted), start);
      parts.push(await objects.putPart(key, upload, parts.length + 1, buffer.subarray(0, wanted)));
    }
    await objects.completeMultipart(key, upload, parts);
    return key;
  } catch (error) {
    await objects.abortMultipart(key, upload);
    await objects.delete(key);
    throw error;
  }
}

async function readFully(film: LocalFilm, into: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    let got: number;
    try {
      got = (await film.handle.read(into, done, into.length - done, position + done)).bytesRead;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new MarqueeError('INPUT_UNREADABLE', `"${film.fileName}" could not be read to its end (${code}).`, {
        cause,
      });
    }
    if (got === 0) {
      throw new MarqueeError('INPUT_UNREADABLE', `"${film.fileName}" became shorter while it was read. Try again.`);
    }
    done += got;
  }
}

function cannotOpen(path: string, cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no file "${path}".`;
    case 'EACCES':
    case 'EPERM':
      return `"${path}" may not be read by this user. Change its permissions, or run as somebody who may.`;
    default:
      return `"${path}" cannot be opened (${cause.code ?? cause.message}).`;
  }
}
