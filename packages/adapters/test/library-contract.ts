import type { MovieId } from '@marquee/core/ids';
import { markedWatched, newEntry, played, rated, refKey, setAside } from '@marquee/core/library';
import type { Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';

const T0 = 1_800_000_000_000;
const FILM = refKey({ kind: 'own', movieId: '01abc' as MovieId });
const SERIES = refKey({ kind: 'series', tmdbId: 77 });
const CARD = { title: 'Café “映画”', year: 1968, backdrop: 'https://x/{size}/b.jpg', poster: null };

const at = (positionSec: number, atMs: number) => played({ positionSec, durationSec: 5400, atMs });

/** Holds a store to what viewers' libraries need of it. */
export function describeLibraryContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`library contract: ${name}`, () => {
    let engine: Engine<Store>;
    let store: Store;
    let other: Store;
    beforeEach(async () => {
      engine = await open();
      store = engine.port;
      other = await engine.another();
    });
    afterEach(async () => {
      await engine.close();
    });

    it('keeps one row for a viewer and a title, whatever is kept first', async () => {
      expect(await store.library.get('ann', FILM)).toBeNull();
      expect(await store.library.keep('ann', FILM, { favouriteAtMs: T0 })).toBe(true);
      expect(await other.library.keep('ann', FILM, at(754, T0 + 1))).toBe(true);
      expect(await store.library.keep('ann', FILM, rated(4, T0 + 2))).toBe(true);
      expect(await store.library.keep('ann', SERIES, { favouriteAtMs: T0, card: CARD })).toBe(true);
      expect(await other.library.get('ann', FILM)).toEqual({
        ...newEntry('ann', FILM),
        positionSec: 754,
        durationSec: 5400,
        positionAtMs: T0 + 1,
        continueAtMs: T0 + 1,
        favouriteAtMs: T0,
        rating: 4,
        ratedAtMs: T0 + 2,
      });
      expect((await other.library.get('ann', SERIES))?.card).toEqual(CARD);
      expect(await store.library.get('bob', FILM)).toBeNull();
      expect(await store.library.keep('ann', FILM, rated(null, T0 + 3))).toBe(true);
      expect(await other.library.get('ann', FILM)).toMatchObject({ rating: null, ratedAtMs: null, favouriteAtMs: T0 });
    });

    it('never lets an older position take the place of a newer one', async () => {
      expect(await store.library.keep('ann', FILM, at(1000, T0 + 10))).toBe(true);
      expect(await other.library.keep('ann', FILM, at(2000, T0 + 9))).toBe(false);
      expect(await other.library.keep('ann', FILM, at(2000, T0 + 10))).toBe(false);
      expect((await store.library.get('ann', FILM))?.positionSec).toBe(1000);
      expect(await store.library.keep('ann', FILM, setAside(T0 + 20))).toBe(true);
      expect(await other.library.keep('ann', FILM, at(1010, T0 + 19))).toBe(false);
      expect((await store.library.list('ann', 'continue', { limit: 9 })).items).toEqual([]);
      expect(await store.library.keep('ann', FILM, { favouriteAtMs: T0 })).toBe(true);
      expect(await other.library.get('ann', FILM)).toMatchObject({ positionSec: 0, favouriteAtMs: T0 });
    });

    it('ends with the latest of many positions that come at once, and loses nothing else', async () => {
      const times = [7, 2, 9, 4, 1, 8, 3, 6, 5];
      await Promise.all([
        ...times.map((n, i) => (i % 2 ? store : other).library.keep('ann', FILM, at(100 * n, T0 + n))),
        store.library.keep('ann', FILM, { favouriteAtMs: T0 }),
        other.library.keep('ann', FILM, rated(5, T0)),
      ]);
      expect(await store.library.get('ann', FILM)).toMatchObject({
        positionSec: 900,
        positionAtMs: T0 + 9,
        favouriteAtMs: T0,
        rating: 5,
      });
    });

    it('lists each shelf with the last first, page by page, of one viewer alone', async () => {
      for (let n = 1; n <= 5; n++) {
        await store.library.keep('ann', `film:${n}`, { favouriteAtMs: T0 + (n === 4 ? 3 : n) });
        await store.library.keep('bob', `film:${n}`, { favouriteAtMs: T0 + n });
      }
      await store.library.keep('ann', FILM, at(600, T0));
      await store.library.keep('ann', SERIES, markedWatched(true, T0));
      const titles = async (cursor?: string) => {
        const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
        const page = await other.library.list('ann', 'favourites', query);
        return { titles: page.items.map(({ title }) => title), cursor: page.cursor };
      };
      const first = await titles();
      expect(first.titles).toEqual(['film:5', 'film:4']);
      const second = await titles(first.cursor as string);
      expect(second.titles).toEqual(['film:3', 'film:2']);
      expect(await titles(second.cursor as string)).toEqual({ titles: ['film:1'], cursor: null });
      expect((await titles('nonsense')).titles).toEqual(['film:5', 'film:4']);
      const on = async (shelf: 'continue' | 'watched' | 'rated') =>
        (await other.library.list('ann', shelf, { limit: 9 })).items.map(({ title }) => title);
      expect(await on('continue')).toEqual([FILM]);
      expect(await on('watched')).toEqual([SERIES]);
      expect(await on('rated')).toEqual([]);
      await store.library.keep('ann', FILM, at(5399, T0 + 1));
      expect(await on('continue')).toEqual([]);
      expect(await on('watched')).toEqual([FILM, SERIES]);
    });

    it('forgets all of one viewer, and nothing of others', async () => {
      await store.library.keep('ann', FILM, at(600, T0));
      await store.library.keep('ann', SERIES, { favouriteAtMs: T0 });
      await store.library.keep('bob', FILM, { favouriteAtMs: T0 });
      expect(await other.library.forget('ann')).toBe(2);
      expect(await store.library.get('ann', FILM)).toBeNull();
      expect((await store.library.list('ann', 'favourites', { limit: 9 })).items).toEqual([]);
      expect((await store.library.list('bob', 'favourites', { limit: 9 })).items).toHaveLength(1);
      expect(await other.library.forget('ann')).toBe(0);
    });
  });
}
