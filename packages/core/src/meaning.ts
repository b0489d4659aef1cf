import type { MovieId } from './ids.ts';
import {
  type LineIndex,
  type LineTrack,
  type Moment,
  type MomentFilter,
  mainLanguage,
  readListed,
  type SpokenLine,
} from './moments.ts';

/** Numbers that the meaning of a line is kept in: a direction, of length one. */
export const MEANING_NUMBERS = 384;
/** Words of 32 bits in which the signs of a meaning are kept. */
const CODE_WORDS = MEANING_NUMBERS / 32;
/** Of these, those that all lines are looked through by; the rest only of what is near by them. */
const HEAD_WORDS = 4;
/** Near by the first signs is this share of all lines, and no fewer than `FEWEST_NEAR`. */
const NEAR_SHARE = 0.02;
const FEWEST_NEAR = 2000;
/** Lines whose meaning is compared in full. */
const COMPARED_LINES = 200;
/** The cosine from which on a line says something like it. Beside it: what lines say that have nothing in common. */
const LEAST_NEARNESS = 0.3;
/** Numbers of a meaning are seldom larger than 127 of these. */
const STEP = 1 / 400;

/** Turns words into meanings, the nearer to each other the more they say the same. */
export interface Embedder {
  /** Languages that it knows, as they are compared by `mainLanguage`. */
  languages: readonly string[];
  /**
   * @returns for each text a direction of `MEANING_NUMBERS` numbers, of length one
   * @throws MarqueeError MODELS_DOWN if its model is not there and cannot be fetched
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** The signs of a meaning, a bit each: in how many they differ tells roughly how far two are apart. */
export function signsOf(meaning: Float32Array): Uint32Array {
  const signs = new Uint32Array(CODE_WORDS);
  for (let i = 0; i < MEANING_NUMBERS; i++) {
    if ((meaning[i] as number) > 0) signs[i >> 5] = ((signs[i >> 5] as number) | (1 << (i & 31))) >>> 0;
  }
  return signs;
}

/** Signs of many meanings one after another, as they are kept: little-endian words. */
export function packSigns(meanings: readonly Float32Array[]): Uint8Array {
  const bytes = new Uint8Array(meanings.length * CODE_WORDS * 4);
  const view = new DataView(bytes.buffer);
  for (const [line, meaning] of meanings.entries())
    for (const [word, signs] of signsOf(meaning).entries()) view.setUint32((line * CODE_WORDS + word) * 4, signs, true);
  return bytes;
}

/** @param bytes of `packSigns` */
export function unpackSigns(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, word) => view.getUint32(word * 4, true));
}

/** A meaning in bytes, as it is kept. */
export function packMeaning(meaning: Float32Array): Int8Array {
  return Int8Array.from(meaning, (value) => Math.max(-127, Math.min(127, Math.round(value / STEP))));
}

/** The cosine between what is asked and what is kept, in `[-1, 1]`. */
export function nearness(asked: Float32Array, kept: Int8Array): number {
  let product = 0;
  let square = 0;
  for (let i = 0; i < MEANING_NUMBERS; i++) {
    const value = kept[i] as number;
    product += (asked[i] as number) * value;
    square += value * value;
  }
  return square === 0 ? 0 : product / Math.sqrt(square);
}

/** A line by its place: the track, as it was read, and which of its lines, from 0. */
export interface NearLine {
  block: string;
  line: number;
}

/**
 * Signs of all lines, in memory, 48 bytes each. What is near by the first third of them is looked at whole.
 */
export class SignIndex {
  #blocks = new Map<string, { movieId: MovieId; language: string; head: Uint32Array; tail: Uint32Array }>();

  /** Takes over which tracks there are. @param read the signs of all lines of a track that is new, one after another */
  async sync(ids: readonly string[], read: (id: string) => Promise<SignBlock | null>): Promise<void> {
    const wanted = new Set(ids);
    for (const id of this.#blocks.keys()) if (!wanted.has(id)) this.#blocks.delete(id);
    for (const id of ids) {
      if (this.#blocks.has(id)) continue;
      const block = await read(id);
      if (block) this.#blocks.set(id, { ...block, ...split(block.signs) });
    }
  }

  /** The lines whose signs differ least, the nearest first. */
  nearest(signs: Uint32Array, how: { limit: number; without: readonly MovieId[] } & MomentFilter): NearLine[] {
    const { movieId, language, without, limit } = how;
    const blocks = [...this.#blocks].filter(
      ([, block]) =>
        (movieId === undefined || block.movieId === movieId) &&
        (language === undefined || block.language === mainLanguage(language)) &&
        !without.includes(block.movieId),
    );
    const total = blocks.reduce((sum, [, { head }]) => sum + head.length / HEAD_WORDS, 0);
    const distances = new Uint8Array(total);
    const tally = new Uint32Array(HEAD_WORDS * 32 + 1);
    let at = 0;
    const [s0, s1, s2, s3] = signs as unknown as [number, number, number, number];
    for (const [, { head }] of blocks) {
      for (let i = 0; i < head.length; i += HEAD_WORDS) {
        const distance =
          bitCount((head[i] as number) ^ s0) +
          bitCount((head[i + 1] as number) ^ s1) +
          bitCount((head[i + 2] as number) ^ s2) +
          bitCount((head[i + 3] as number) ^ s3);
        distances[at++] = distance;
        tally[distance] = (tally[distance] as number) + 1;
      }
    }
    const most = farthest(tally, Math.max(FEWEST_NEAR, total * NEAR_SHARE));
    const near: (NearLine & { distance: number })[] = [];
    at = 0;
    for (const [block, { head, tail }] of blocks) {
      for (let line = 0; line < head.length / HEAD_WORDS; line++) {
        const first = distances[at++] as number;
        if (first > most) continue;
        let distance = first;
        for (let word = 0; word < CODE_WORDS - HEAD_WORDS; word++)
          distance += bitCount(
            (tail[line * (CODE_WORDS - HEAD_WORDS) + word] as number) ^ (signs[HEAD_WORDS + word] as number),
          );
        near.push({ block, line, distance });
      }
    }
    return near.sort((a, b) => a.distance - b.distance).slice(0, limit);
  }
}

/** What is read of a track: `signs` of all its lines, `CODE_WORDS` each. */
export interface SignBlock {
  movieId: MovieId;
  /** As it is compared, by `mainLanguage`. */
  language: string;
  signs: Uint32Array;
}

function split(signs: Uint32Array): { head: Uint32Array; tail: Uint32Array } {
  const lines = signs.length / CODE_WORDS;
  const head = new Uint32Array(lines * HEAD_WORDS);
  const tail = new Uint32Array(lines * (CODE_WORDS - HEAD_WORDS));
  for (let line = 0; line < lines; line++) {
    const at = line * CODE_WORDS;
    head.set(signs.subarray(at, at + HEAD_WORDS), line * HEAD_WORDS);
    tail.set(signs.subarray(at + HEAD_WORDS, at + CODE_WORDS), line * (CODE_WORDS - HEAD_WORDS));
  }
  return { head, tail };
}

/** The least distance within which at least `wanted` lines lie. */
function farthest(tally: Uint32Array, wanted: number): number {
  let sum = 0;
  for (let distance = 0; distance < tally.length; distance++) {
    sum += tally[distance] as number;
    if (sum >= wanted) return distance;
  }
  return tally.length;
}

/** Ones among 32 bits (Warren, "Hacker's Delight", 5-1). */
function bitCount(bits: number): number {
  let v = bits - ((bits >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A line with its meaning. */
export type MeantLine = SpokenLine & LineTrack & { meaning: Int8Array };

/** Where an engine looks for what is near. */
export interface MeaningIndex extends Pick<LineIndex, 'listed'> {
  /** Lines whose signs differ least. */
  near(signs: Uint32Array, how: { limit: number; without: MovieId[] } & MomentFilter): Promise<MeantLine[]>;
}

/** Lines of listed films that say something like what is asked, the nearest first; each text of a film once. */
export async function searchMeanings(
  index: MeaningIndex,
  query: { meaning: Float32Array; limit: number; listedAtMs: number } & MomentFilter,
): Promise<Moment[]> {
  const { meaning, limit, listedAtMs, ...filter } = query;
  const signs = signsOf(meaning);
  const lines = await readListed(index, { listedAtMs, hidden: new Set(), fewest: limit }, async (without) =>
    (await index.near(signs, { ...filter, limit: COMPARED_LINES, without }))
      .map((line) => ({ ...line, by: nearness(meaning, line.meaning) }))
      .filter(({ by }) => by >= LEAST_NEARNESS),
  );
  const said = new Set<string>();
  return lines
    .sort((a, b) => b.by - a.by)
    .filter(({ movieId, text }) => said.size < said.add(`${movieId} ${text}`).size)
    .slice(0, limit)
    .map(({ meaning: _, by: __, ...line }) => ({ ...line, matches: [] }));
}
