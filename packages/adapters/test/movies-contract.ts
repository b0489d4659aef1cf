import type { JobId } from '@marquee/core/ids';
import { newId } from '@marquee/core/ids';
import type { Movie } from '@marquee/core/movie';
import type { MovieSort, Page, Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { movie, T0 } from './store-samples.ts';

/** Holds an engine to the movies of the Store port. */
export function describeMoviesContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`store contract, movies: ${name}`, () => {
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

    it('counts films by how much of them there is', async () => {
      expect(await store.movies.counts()).toEqual({ ready: 0, making: 0, unseen: 0 });
      const jobId = newId<JobId>(T0);
      for (const facts of [{ readyJobId: jobId }, { readyJobId: jobId }, { openingJobId: jobId }, {}])
        await store.movies.insert(movie(T0, facts));
      const changing = movie();
      await store.movies.insert(changing);
      await store.movies.update(changing.id, 0, { openingJobId: jobId });
      expect(await other.movies.counts()).toEqual({ ready: 2, making: 2, unseen: 1 });
    });

    it('inserts, reads, and changes by compare-and-set', async () => {
      const film = movie();
      expect(await store.movies.get(film.id)).toBeNull();
      expect(await store.movies.insert(film)).toBe(true);
      expect(await other.movies.insert({ ...film, title: 'other' })).toBe(false);
      expect(await other.movies.get(film.id)).toEqual(film);
      const readyJobId = newId<JobId>(T0);
      expect(await other.movies.update(film.id, 0, { readyJobId, durationSec: 89.25 })).toBe(true);
      expect(await store.movies.update(film.id, 0, { readyJobId: null })).toBe(false);
      expect(await store.movies.get(film.id)).toEqual({ ...film, version: 1, readyJobId, durationSec: 89.25 });
    });

    it('keeps what was edited with what it was made from', async () => {
      const film = movie();
      await store.movies.insert(film);
      const track = { language: 'en', title: '', forced: false, hearingImpaired: false, fileName: '', cues: 2 };
      const subtitles: Movie['subtitles'] = [
        { ...track, id: 'a', key: 'a1', addedAtMs: T0, editedFrom: { kind: 'own', streamIndex: 2, language: 'en' } },
        { ...track, id: 'b', key: 'b2', addedAtMs: T0, editedFrom: { kind: 'upload', key: 'b1', cues: 3 } },
        { ...track, id: 'c', key: 'c1', addedAtMs: T0 },
      ];
      expect(await store.movies.update(film.id, 0, { subtitles })).toBe(true);
      expect((await other.movies.get(film.id))?.subtitles).toEqual(subtitles);
    });

    it('keeps what can be skipped as it was found beside what a person told', async () => {
      const film = movie();
      await store.movies.insert(film);
      const foundSkips: Movie['foundSkips'] = {
        jobId: newId<JobId>(T0),
        skips: [{ kind: 'intro', startSec: 0, endSec: 31.25, by: 'sound', confidence: 0.75 }],
      };
      expect(await store.movies.update(film.id, 0, { foundSkips })).toBe(true);
      expect(await other.movies.get(film.id)).toEqual({ ...film, version: 1, foundSkips });
      const ownSkips: Movie['ownSkips'] = [{ kind: 'credits', startSec: 80, endSec: 89.25 }];
      expect(await other.movies.update(film.id, 1, { ownSkips })).toBe(true);
      expect(await store.movies.get(film.id)).toEqual({ ...film, version: 2, foundSkips, ownSkips });
    });

    it('lists newest first, page by page', async () => {
      const films = Array.from({ length: 5 }, (_, i) => movie(T0 + i * 1000));
      for (const film of [films[3], films[0], films[4], films[1], films[2]]) await store.movies.insert(film as Movie);
      const ids = films.map((film) => film.id).reverse();
      const first = await other.movies.list({ limit: 3 });
      expect(first.items.map((film) => film.id)).toEqual(ids.slice(0, 3));
      const second = await other.movies.list({ limit: 3, cursor: first.cursor as string });
      expect(second.items.map((film) => film.id)).toEqual(ids.slice(3));
      expect(second.cursor).toBeNull();
    });

    it('lists in any order, page by page, with equal keys apart', async () => {
      const titles = ['The Zebra', 'apple', 'Éclair', 'apple', 'Banana', 'A Cat'];
      const films = titles.map((title, i) => movie(T0 + i * 1000, { title, updatedAtMs: T0 + (i % 3) * 1000 }));
      for (const film of films) await store.movies.insert(film);
      const walk = async (sort: MovieSort) => {
        const seen: Movie[] = [];
        let cursor: string | null = null;
        do {
          const page: Page<Movie> = await other.movies.list({ sort, limit: 2, ...(cursor ? { cursor } : {}) });
          expect(page.items.length).toBeLessThanOrEqual(2);
          seen.push(...page.items);
          cursor = page.cursor;
        } while (cursor !== null);
        return seen;
      };
      const byTitle = ['apple', 'apple', 'Banana', 'A Cat', 'Éclair', 'The Zebra'];
      expect((await walk('title')).map((film) => film.title)).toEqual(byTitle);
      const byUpdate = [...films].sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.id < b.id ? 1 : -1));
      expect(await walk('updated')).toEqual(byUpdate);
      expect(await walk('newest')).toEqual([...films].reverse());
      const nonsense = await store.movies.list({ sort: 'title', limit: 1, cursor: 'not one of ours' });
      expect(nonsense.items[0]?.title).toBe('apple');
    });

    it('narrows a list down, and follows what changes', async () => {
      const readyJobId = newId<JobId>(T0);
      const shown = movie(T0, { readyJobId });
      const due = movie(T0 + 1, { readyJobId, visibility: 'scheduled', publishAtMs: T0 });
      const later = movie(T0 + 2, { readyJobId, visibility: 'scheduled', publishAtMs: T0 + 500 });
      const draft = movie(T0 + 3, { openingJobId: readyJobId, visibility: 'draft' });
      const unseen = movie(T0 + 4);
      const unlisted = movie(T0 + 5, { readyJobId, visibility: 'unlisted' });
      for (const film of [shown, due, later, draft, unseen, unlisted]) await store.movies.insert(film);
      const ids = async (query: Partial<Parameters<Store['movies']['list']>[0]>) =>
        (await other.movies.list({ limit: 10, ...query })).items.map((film) => film.id);
      expect(await ids({ listedAtMs: T0 })).toEqual([due.id, shown.id]);
      expect(await ids({ listedAtMs: T0 + 500, sort: 'title' })).toEqual([shown.id, due.id, later.id]);
      expect(await ids({ visibility: 'scheduled' })).toEqual([later.id, due.id]);
      expect(await ids({ state: 'making' })).toEqual([draft.id]);
      expect(await ids({ state: 'ready', visibility: 'unlisted', sort: 'updated' })).toEqual([unlisted.id]);
      expect(await store.movies.update(draft.id, 0, { visibility: 'published' })).toBe(true);
      expect(await store.movies.update(unseen.id, 0, { openingJobId: readyJobId })).toBe(true);
      expect(await store.movies.update(shown.id, 0, { visibility: 'draft' })).toBe(true);
      expect(await ids({ listedAtMs: T0 })).toEqual([unseen.id, draft.id, due.id]);
    });

    it('finds by title, whatever changes, and only what is listed where that is asked', async () => {
      const readyJobId = newId<JobId>(T0);
      const titles = ['The Godfather', 'The Godfather Part II', 'Café de Flore', 'It', 'Italian for Beginners', '!!!'];
      const films = titles.map((title, i) => movie(T0 + i * 1000, { title, readyJobId }));
      for (const film of films) await store.movies.insert(film);
      const find = async (text: string, more: { listedAtMs?: number } = {}) =>
        (await other.movies.search({ text, limit: 5, ...more })).map((film) => film.title);
      expect(await find('godfather')).toEqual(['The Godfather', 'The Godfather Part II']);
      expect(await find('part godf')).toEqual(['The Godfather Part II']);
      expect((await find('teh godfahter'))[0]).toBe('The Godfather');
      expect(await find('cafe flore')).toEqual(['Café de Flore']);
      expect((await find('it'))[0]).toBe('It');
      expect(await find('!!!')).toEqual(['!!!']);
      expect(await find('" OR * ~ (')).toEqual([]);
      expect(await find('')).toEqual([]);
      const [first, second] = films as [Movie, Movie];
      const details = { ...first.details, originalTitle: 'Il padrino' };
      expect(await store.movies.update(first.id, 0, { title: 'Renamed', details })).toBe(true);
      expect(await find('godfather')).toEqual(['The Godfather Part II']);
      expect(await find('padrino')).toEqual(['Renamed']);
      expect(await store.movies.update(second.id, 0, { visibility: 'draft' })).toBe(true);
      expect(await find('godfather', { listedAtMs: T0 })).toEqual([]);
      expect(await find('renamed', { listedAtMs: T0 })).toEqual(['Renamed']);
      expect((await other.movies.search({ text: 'renamed', limit: 1 }))[0]).toEqual({
        ...first,
        title: 'Renamed',
        details,
        version: 1,
      });
    });

    it('finds films that share people or genres, and nothing by these that is searched for', async () => {
      const readyJobId = newId<JobId>(T0);
      const film = (i: number, title: string, genres: string[], cast: string[]) => {
        const details = { ...movie().details, genres, cast: cast.map((name) => ({ name, role: '' })) };
        return movie(T0 + i * 1000, { title, readyJobId, details });
      };
      const films = [
        film(1, 'One', ['Thriller', 'Drama'], ['Ada Miró']),
        film(2, 'Two', ['thriller'], ['ADA MIRO', 'Otto Pern']),
        film(3, 'Three', ['Science Fiction'], ['Otto Pern']),
        film(4, 'Four', ['Drama'], []),
        film(5, 'Five', ['Drama'], ['Ada Miró']),
      ];
      for (const each of films) await store.movies.insert(each);
      await store.movies.update((films[4] as Movie).id, 0, { visibility: 'draft' });
      const kin = async (at: number, listedAtMs?: number) =>
        (
          await other.movies.kin(films[at] as Movie, {
            limit: 9,
            ...(listedAtMs === undefined ? {} : { listedAtMs }),
          })
        ).map((each) => each.movie.title);
      expect(await kin(0, T0)).toEqual(['Two', 'Four']);
      expect(await kin(0)).toEqual(['Five', 'Two', 'Four']);
      expect(await kin(2, T0)).toEqual(['Two']);
      expect((await other.movies.kin(films[0] as Movie, { limit: 1, listedAtMs: T0 }))[0]).toMatchObject({
        movie: films[1],
        shared: { people: [{ name: 'Ada Miró', madeBoth: false }], genres: ['Thriller'] },
      });
      expect(await other.movies.search({ text: 'thriller', limit: 5 })).toEqual([]);
      expect(await other.movies.search({ text: 'ada miro', limit: 5 })).toEqual([]);
      await store.movies.update((films[1] as Movie).id, 0, { details: movie().details });
      expect(await kin(0, T0)).toEqual(['Four']);
    });

    it('deletes, so that nothing finds it any more', async () => {
      const film = movie();
      await store.movies.insert(film);
      expect(await store.movies.delete(film.id)).toBe(true);
      expect(await other.movies.delete(film.id)).toBe(false);
      expect(await other.movies.get(film.id)).toBeNull();
      expect(await other.movies.search({ text: 'voyage', limit: 5 })).toEqual([]);
      expect(await store.movies.update(film.id, 0, { title: 'x' })).toBe(false);
      expect(await store.movies.insert(film)).toBe(true);
      expect(await other.movies.search({ text: 'voyage', limit: 5 })).toEqual([film]);
    });
  });
}
