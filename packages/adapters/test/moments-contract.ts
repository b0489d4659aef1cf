import { type JobId, type MovieId, newId } from '@marquee/core/ids';
import { MEANING_NUMBERS } from '@marquee/core/meaning';
import type { MomentFilter, WrittenTrack } from '@marquee/core/moments';
import { type Movie, newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from './engine.ts';
import { T0 } from './store-samples.ts';

function film(n: number, facts: Partial<Movie> = {}): Movie {
  const fresh = newMovie({ id: newId<MovieId>(T0 + n), title: `Film ${n}`, nowMs: T0 + n });
  return { ...fresh, readyJobId: newId<JobId>(n), ...facts };
}

const said = (...texts: string[]) => texts.map((text, i) => ({ startMs: i * 5000, endMs: i * 5000 + 4000, text }));

/** A direction that points along one axis, and half as much along another, and a little everywhere. */
function towards(most: number, less?: number): Float32Array {
  const meaning = new Float32Array(MEANING_NUMBERS).map((_, i) => (i % 7 === 0 ? 0.01 : -0.01));
  meaning[most] = 1;
  if (less !== undefined) meaning[less] = 0.6;
  const length = Math.hypot(...meaning);
  return meaning.map((value) => value / length);
}

/** Longer than an engine may look away. */
const WAIT = { timeout: 10_000, interval: 100 };

/** Holds a store to finding films by what is said in them. */
export function describeMomentsContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`moments contract: ${name}`, () => {
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

    const put = (movieId: MovieId, trackId: string, language: string, ...texts: string[]) =>
      store.moments.put({ movieId, trackId, language }, said(...texts));
    const find = async (text: string, more: { movieId?: MovieId; language?: string; limit?: number } = {}, at = T0) =>
      (await other.moments.search({ text, limit: 10, listedAtMs: at, ...more })).map((moment) => moment.text);

    it('finds all words in any order, case and accents, and says where they stand', async () => {
      const one = film(1);
      await store.movies.insert(one);
      await put(
        one.id,
        'a',
        'en',
        'The café is closed.',
        'Closed for ever, the Café!',
        'Don’t go & stay',
        '映画が好き',
      );
      expect(await other.moments.search({ text: 'cafe THE', limit: 10, listedAtMs: T0 })).toEqual([
        {
          movieId: one.id,
          trackId: 'a',
          language: 'en',
          startMs: 0,
          endMs: 4000,
          text: 'The café is closed.',
          matches: [
            [0, 3],
            [4, 8],
          ],
        },
        expect.objectContaining({ startMs: 5000, text: 'Closed for ever, the Café!' }),
      ]);
      expect(await find('dont and')).toEqual(['Don’t go & stay']);
      expect(await find('映画')).toEqual(['映画が好き']);
      expect(await find('cafe nothing')).toEqual([]);
      for (const empty of ['', ' ', '"*', '~()-']) expect(await find(empty)).toEqual([]);
    });

    it('puts the very words in their order first, and takes the last one as unfinished', async () => {
      const one = film(1);
      await store.movies.insert(one);
      await put(one.id, 'a', 'en', 'Home we go, soon', 'We go home tomorrow, he said', 'we go homeward', 'go');
      expect(await find('we go home')).toEqual(['We go home tomorrow, he said', 'we go homeward', 'Home we go, soon']);
      expect(await find('we tomor')).toEqual(['We go home tomorrow, he said']);
      // Two letters begin too many words.
      expect(await find('we to')).toEqual([]);
      expect(await find('we go', { limit: 1 })).toHaveLength(1);
    });

    it('puts what is said before what stands in the picture, and that before what is seen', async () => {
      const one = film(1);
      await store.movies.insert(one);
      await put(one.id, 'v1/seen', 'und', 'ship', 'ship, castle');
      await put(one.id, 'v1/letters', 'und', 'The Ship Inn');
      await put(one.id, 'v1/en-0', 'en', 'Every ship leaves one day, they said');
      const [said, letters, seen] = ['Every ship leaves one day, they said', 'The Ship Inn', 'ship'];
      expect(await find('ship')).toEqual([said, letters, seen, 'ship, castle']);
      expect(await find('ship castle')).toEqual(['ship, castle']);
      expect(await find('ship', { language: 'en' })).toEqual([said]);
    });

    it('puts a track in the place of what it was, and removes tracks and films', async () => {
      const [one, two] = [film(1), film(2)];
      for (const each of [one, two]) await store.movies.insert(each);
      await put(one.id, 'a', 'en', 'first words', 'second words');
      await put(one.id, 'b', 'en', 'other words');
      await put(two.id, 'a', 'en', 'words of two');
      await put(one.id, 'a', 'en', 'new words');
      expect((await find('words')).sort()).toEqual(['new words', 'other words', 'words of two']);
      expect(await other.moments.tracks(one.id)).toEqual(['a', 'b']);
      await put(one.id, 'b', 'en');
      expect(await other.moments.tracks(one.id)).toEqual(['a']);
      await other.moments.remove(one.id, 'a');
      await other.moments.remove(one.id, 'a');
      expect(await find('words')).toEqual(['words of two']);
      await put(two.id, 'b', 'de', 'words again');
      await store.moments.remove(two.id);
      expect(await find('words')).toEqual([]);
    });

    it('shows what may be seen when it is asked', async () => {
      const open = film(1);
      const secret = film(2, { visibility: 'unlisted' });
      const draft = film(3, { visibility: 'draft' });
      const due = film(4, { visibility: 'scheduled', publishAtMs: T0 + 100 });
      const unmade = film(5, { readyJobId: null });
      for (const each of [open, secret, draft, due, unmade]) {
        await store.movies.insert(each);
        await put(each.id, 'a', 'en', `hello from ${each.title}`);
      }
      await put('gone' as MovieId, 'a', 'en', 'hello from nowhere');
      expect(await find('hello')).toEqual(['hello from Film 1']);
      expect(await find('hello', { movieId: secret.id })).toEqual([]);
      expect(await find('hello', {}, T0 + 100)).toEqual(['hello from Film 4', 'hello from Film 1']);
      await store.movies.update(open.id, 0, { visibility: 'draft' });
      await store.movies.update(draft.id, 0, { visibility: 'published' });
      expect(await find('hello')).toEqual(['hello from Film 3']);
    });

    it('lets no hidden film take the places of others', async () => {
      const [seen, hidden] = [film(1), film(2, { visibility: 'draft' })];
      for (const each of [seen, hidden]) await store.movies.insert(each);
      await put(seen.id, 'a', 'en', 'hello you');
      await put(hidden.id, 'a', 'en', ...Array.from({ length: 450 }, (_, i) => `hello ${i}`));
      expect(await find('hello')).toEqual(['hello you']);
    });

    it('narrows down by film and language, and shows the same words of one moment once', async () => {
      const [one, two] = [film(1), film(2)];
      for (const each of [one, two]) await store.movies.insert(each);
      await put(one.id, 'a', 'en-GB', 'Taxi please');
      await put(one.id, 'b', 'de', 'Taxi bitte');
      await put(one.id, 'c', 'en', 'taxi, please');
      await put(two.id, 'a', 'en', 'No taxi');
      expect(await find('taxi', { language: 'de' })).toEqual(['Taxi bitte']);
      expect(await find('taxi', { language: 'en', movieId: two.id })).toEqual(['No taxi']);
      expect(await find('taxi please')).toHaveLength(1);
    });

    it('finds lines by their meanings, once they have them, as long as they are the lines that had them', async () => {
      const [one, two, hidden] = [film(1), film(2), film(3, { visibility: 'draft' })];
      for (const each of [one, two, hidden]) await store.movies.insert(each);
      await put(one.id, 'a', 'en-GB', 'all at sea', 'on the pier');
      await put(two.id, 'b', 'en', 'in the wires');
      await put(hidden.id, 'c', 'en', 'at sea');
      await put(two.id, 'd', 'de', 'auf See');
      const waiting = await other.moments.meaningless({ languages: ['en'], limit: 10 });
      expect(waiting.map(({ trackId }) => trackId)).toEqual(['a', 'b', 'c']);
      expect(waiting[0]).toMatchObject({ movieId: one.id, language: 'en-GB' });
      expect(await other.moments.meaningless({ languages: ['en'], limit: 1 })).toHaveLength(1);
      const [a, b, c] = waiting as [WrittenTrack, WrittenTrack, WrittenTrack];
      expect((await other.moments.lines(a)).map(({ text }) => text)).toEqual(['all at sea', 'on the pier']);
      expect(await other.moments.putMeanings(a, [towards(0), towards(1)])).toBe(true);
      expect(await other.moments.putMeanings(b, [towards(2)])).toBe(true);
      expect(await other.moments.putMeanings(c, [towards(0)])).toBe(true);
      expect(await other.moments.meaningless({ languages: ['en', 'de'], limit: 10 })).toEqual([
        expect.objectContaining({ trackId: 'd' }),
      ]);
      const near = async (meaning: Float32Array, filter: MomentFilter = {}) =>
        (await store.moments.searchMeanings({ meaning, limit: 10, listedAtMs: T0, ...filter })).map(({ text }) => text);
      await vi.waitFor(async () => expect(await near(towards(0, 1))).toEqual(['all at sea', 'on the pier']), WAIT);
      expect(await near(towards(1, 0))).toEqual(['on the pier', 'all at sea']);
      expect(await near(towards(3))).toEqual([]);
      expect(await near(towards(2), { language: 'en-US' })).toEqual(['in the wires']);
      expect(await near(towards(2), { movieId: one.id })).toEqual([]);
      expect(await near(towards(0), { movieId: hidden.id })).toEqual([]);
      // Words that are found still tell no meanings.
      expect(
        Object.keys((await other.moments.search({ text: 'pier', limit: 1, listedAtMs: T0 }))[0] ?? {}).sort(),
      ).toEqual(['endMs', 'language', 'matches', 'movieId', 'startMs', 'text', 'trackId']);

      await put(one.id, 'a', 'en', 'something else');
      expect(await other.moments.putMeanings(a, [towards(4), towards(4)])).toBe(false);
      expect(await other.moments.meaningless({ languages: ['en'], limit: 10 })).toHaveLength(1);
      await store.moments.remove(two.id);
      expect(await other.moments.putMeanings(b, [towards(4)])).toBe(false);
      await vi.waitFor(async () => expect(await near(towards(0, 2))).toEqual([]), WAIT);
    });
  });
}
