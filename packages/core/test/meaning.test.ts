import type { MovieId } from '@marquee/core/ids';
import {
  MEANING_NUMBERS,
  nearness,
  packMeaning,
  packSigns,
  SignIndex,
  signsOf,
  unpackSigns,
} from '@marquee/core/meaning';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A direction of length one, drawn from a seed (mulberry32, and sums for a bell). */
function direction(seed: number): Float32Array {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const numbers = new Float32Array(MEANING_NUMBERS).map(() => next() + next() + next() - 1.5);
  const length = Math.hypot(...numbers);
  return numbers.map((value) => value / length);
}

function between(one: Float32Array, two: Float32Array, share: number): Float32Array {
  const mixed = one.map((value, i) => value * share + (two[i] as number) * (1 - share));
  const length = Math.hypot(...mixed);
  return mixed.map((value) => value / length);
}

const EVERYWHERE = { limit: 5, without: [] };

describe('the meaning of a line', () => {
  it('keeps its direction in bytes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const [one, two] = [direction(a), direction(b)];
        const exact = one.reduce((sum, value, i) => sum + value * (two[i] as number), 0);
        expect(nearness(one, packMeaning(two))).toBeCloseTo(exact, 1.7);
        expect(nearness(one, packMeaning(one))).toBeGreaterThan(0.999);
      }),
      { numRuns: 50 },
    );
  });

  it('has signs that come back from their bytes, wherever those lie', () => {
    const meanings = [direction(1), direction(2)];
    const bytes = new Uint8Array(1 + meanings.length * 48);
    bytes.set(packSigns(meanings), 1);
    const signs = unpackSigns(bytes.subarray(1));
    expect([...signs]).toEqual(meanings.flatMap((meaning) => [...signsOf(meaning)]));
  });
});

describe('an index of signs', () => {
  const blockOf = (movie: string, language: string, meanings: Float32Array[]) => ({
    movieId: movie as MovieId,
    language,
    signs: unpackSigns(packSigns(meanings)),
  });

  it('finds what is nearest among many thousands, and no more than it is asked for', async () => {
    const index = new SignIndex();
    const all = Array.from({ length: 20_000 }, (_, i) => direction(i));
    const blocks = [all.slice(0, 12_345), all.slice(12_345)];
    await index.sync(['0', '1'], async (id) => blockOf(`m${id}`, 'en', blocks[Number(id)] ?? []));
    for (const wanted of [0, 12_344, 12_345, 19_999]) {
      const asked = between(all[wanted] as Float32Array, direction(-1 - wanted), 0.55);
      const found = index.nearest(signsOf(asked), EVERYWHERE);
      expect(found).toHaveLength(5);
      expect(found[0]).toMatchObject(
        wanted < 12_345 ? { block: '0', line: wanted } : { block: '1', line: wanted - 12_345 },
      );
    }
  });

  it('forgets tracks that are gone, reads new ones once, and keeps to films and languages', async () => {
    const index = new SignIndex();
    const read: string[] = [];
    const sync = (ids: string[]) =>
      index.sync(ids, async (id) => {
        read.push(id);
        return blockOf(`m${id}`, id === '2' ? 'de' : 'en', [direction(Number(id))]);
      });
    await sync(['1', '2']);
    await sync(['2', '3']);
    expect(read).toEqual(['1', '2', '3']);
    const blocks = (how: object) =>
      index
        .nearest(signsOf(direction(2)), { ...EVERYWHERE, ...how })
        .map(({ block }) => block)
        .sort();
    expect(blocks({})).toEqual(['2', '3']);
    expect(blocks({ language: 'en' })).toEqual(['3']);
    expect(blocks({ movieId: 'm2' })).toEqual(['2']);
    expect(blocks({ without: ['m2'] })).toEqual(['3']);
    await sync([]);
    expect(blocks({})).toEqual([]);
  });
});
