import { formatBytes } from './format.ts';

/** Why a file cannot be uploaded, in a sentence; null if it can. Asked in the browser first and again on the server. */
export function refusal(file: { name: string; sizeBytes: number }, maxBytes: number): string | null {
  if (file.sizeBytes === 0) return `“${file.name}” is empty (0 bytes). Choose the film itself.`;
  if (file.sizeBytes > maxBytes) {
    return `“${file.name}” has ${formatBytes(file.sizeBytes)}; the largest accepted here is ${formatBytes(maxBytes)}.`;
  }
  return null;
}

/** Parts start at this size; S3 takes at most 10,000 of them, so huge files get larger ones. */
const PART_BYTES = 8 * 1024 ** 2;
const MAX_PARTS = 9000;

/** Size of every part of an upload but the last, in bytes. */
export function partSizeBytes(sizeBytes: number, minPartBytes: number): number {
  const needed = Math.ceil(sizeBytes / MAX_PARTS);
  const mebibytes = Math.ceil(Math.max(PART_BYTES, minPartBytes, needed) / 1024 ** 2);
  return mebibytes * 1024 ** 2;
}

/** `[start, end)` of a part, `partNumber` from 1. */
export function partRange(partNumber: number, sizeBytes: number, partBytes: number): { start: number; end: number } {
  const start = (partNumber - 1) * partBytes;
  return { start, end: Math.min(start + partBytes, sizeBytes) };
}

/** How many parts a file of this size has. */
export function partCount(sizeBytes: number, partBytes: number): number {
  return Math.ceil(sizeBytes / partBytes);
}
