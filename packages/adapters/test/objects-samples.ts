import type { Objects } from '@marquee/core/ports';
export const BINARY = { contentType: 'application/octet-stream' };
export const MIB = 1024 * 1024;

/** Bytes that differ from place to place, so that a wrong range shows. */
export function pattern(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0, state = seed; i < sizeBytes; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export async function* inBlocks(bytes: Uint8Array, blockBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += blockBytes) yield bytes.subarray(at, at + blockBytes);
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** Bytes `[start, end)` of an object. */
export interface Range {
  start: number;
  end?: number;
}

export async function readOf(objects: Objects, key: string, range?: Range): Promise<Buffer> {
  return bytesOf((await objects.get(key, range)).body);
}

export async function keysIn(objects: Objects, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const facts of objects.list(prefix)) keys.push(facts.key);
  return keys;
}
