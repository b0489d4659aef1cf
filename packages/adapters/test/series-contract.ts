import { type JobId, type MovieId, newId } from '@marquee/core/ids';
import { type Movie, newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';

const T0 = 1_800_000_000_000;

function film(n: number, series: string | null, season: number, number: number): Movie {
  const fresh = newMovie({ id: newId<MovieId>(T0 + n), title: `Part ${n}`, nowMs: T0 + n });
  const details = { ...fresh.details, episode: series === null ? null : { series, season, number } };
  return { ...fresh, details, readyJobId: newId<JobId>(n) };
}

/** Holds a store to finding the episodes of a series. */
export function describeSeriesContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`series contract: ${name}`, () => {
    let engine: Engine<Store>;
    beforeEach(async () => {
      engine = await open();
    });
    afterEach(async () => {
      await engine.close();
    });

    it('finds all episodes of a film’s series in their order, and follows what is changed', async () => {
      const [store, other] = [engine.port, await engine.another()];
      const films = [
        film(1, 'Ebb & Flow', 1, 2),
        film(2, 'ebb and flow', 1, 1),
        film(3, null, 1, 3),
        film(4, 'Ebb', 1, 1),
      ];
      const [second, first, third] = films as [Movie, Movie, Movie];
      for (const each of films) expect(await store.movies.insert(each)).toBe(true);
      const titles = async (of: Movie, listedAtMs?: number) => {
        const found = await other.movies.episodes(of, listedAtMs === undefined ? {} : { listedAtMs });
        return found.map(({ title }) => title);
      };
      expect(await titles(second)).toEqual(['Part 2', 'Part 1']);
      expect(await titles(third)).toEqual([]);
      const details = { ...third.details, episode: { series: 'Ebb and Flow', season: 1, number: 3 } };
      expect(await store.movies.update(third.id, third.version, { details })).toBe(true);
      expect(await titles(first)).toEqual(['Part 2', 'Part 1', 'Part 3']);
      expect(await store.movies.update(second.id, second.version, { visibility: 'draft' })).toBe(true);
      expect(await titles(first, T0)).toEqual(['Part 2', 'Part 3']);
      expect(await titles(first)).toEqual(['Part 2', 'Part 1', 'Part 3']);
      expect((await store.movies.search({ text: 'ebb', limit: 9 })).map(({ title }) => title)).toEqual([]);
    });
  });
}
