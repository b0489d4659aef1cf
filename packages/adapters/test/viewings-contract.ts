import type { MovieId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { addViewings, noViewings, qualityOf, startupStep, type Viewing } from '@marquee/core/viewings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';

const DAY_MS = 86_400_000;
/** Midnight of a day that is not long ago: what is older than a month may be gone. */
const T0 = Math.floor(Date.now() / DAY_MS) * DAY_MS - 5 * DAY_MS;
const ALL = { sinceMs: 0, untilMs: T0 + 30 * DAY_MS };

let made = 0;
function viewing(change: Partial<Viewing> = {}): Viewing {
  made++;
  return {
    session: made.toString(16).padStart(32, '0'),
    report: 1,
    movieId: 'lamp' as MovieId,
    beganAtMs: T0,
    startupMs: null,
    stalls: 0,
    stalledMs: 0,
    watchedSec: 0,
    rungSec: {},
    error: null,
    engine: 'hls.js',
    browser: 'Firefox',
    ...change,
  };
}

/** Holds a store to what the figures of viewers need of it. */
export function describeViewingsContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`viewings contract: ${name}`, () => {
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
    const byFilm = (limit = 10) => other.viewings.sums({ ...ALL, by: 'film', limit });

    it('keeps the last word of each viewing, whichever comes last', async () => {
      const first = viewing({ startupMs: 400, watchedSec: 5, rungSec: { 240: 5 } });
      const last = { ...first, report: 3, stalls: 2, stalledMs: 900, watchedSec: 65, rungSec: { 240: 5, 720: 60 } };
      expect(await store.viewings.keep(first)).toBe(true);
      expect(await other.viewings.keep({ ...last, beganAtMs: T0 + DAY_MS, browser: 'Safari' })).toBe(true);
      expect(await store.viewings.keep({ ...first, report: 2, watchedSec: 35 })).toBe(false);
      expect(await store.viewings.keep(last)).toBe(false);
      expect(await other.viewings.keep({ ...last, report: 4, movieId: 'another' as MovieId })).toBe(false);
      const [sums, ...rest] = await store.viewings.sums({ ...ALL, by: 'time', everyMs: DAY_MS });
      expect(rest).toEqual([]);
      expect(sums).toEqual({
        ...noViewings(),
        key: String(T0),
        sessions: 1,
        startups: [{ step: startupStep(400), sessions: 1 }],
        stalledSessions: 1,
        stalls: 2,
        stalledMs: 900,
        watchedSec: 65,
        rungSec: { ...noViewings().rungSec, 240: 5, 720: 60 },
      });
      expect((await store.viewings.sums({ ...ALL, by: 'player', limit: 9 }))[0]?.key).toBe('Firefox, hls.js');
    });

    it('keeps one row of words that come at once', async () => {
      const one = viewing();
      const words = [4, 1, 5, 2, 3].map((report) => ({ ...one, report, watchedSec: report * 10 }));
      await Promise.all(words.map((word, i) => (i % 2 ? store : other).viewings.keep(word)));
      expect(await byFilm()).toMatchObject([{ key: 'lamp', sessions: 1, watchedSec: 50 }]);
    });

    it('adds up by time, film and player, of the span that is asked for alone', async () => {
      for (const [day, movieId, startupMs] of [
        [0, 'lamp', 100],
        [0, 'harbour', 300],
        [2, 'lamp', null],
        [2, 'lamp', 500],
        [3, 'water', 700],
      ] as const) {
        const beganAtMs = T0 + day * DAY_MS + 3600_000;
        await store.viewings.keep(viewing({ movieId: movieId as MovieId, beganAtMs, startupMs, watchedSec: 10 }));
      }
      await store.viewings.keep(
        viewing({ beganAtMs: T0 + DAY_MS, error: 'network', engine: 'native', browser: 'Safari' }),
      );
      const days = await other.viewings.sums({ ...ALL, by: 'time', everyMs: DAY_MS });
      expect(days.map(({ key, sessions }) => [Number(key), sessions])).toEqual([
        [T0, 2],
        [T0 + DAY_MS, 1],
        [T0 + 2 * DAY_MS, 2],
        [T0 + 3 * DAY_MS, 1],
      ]);
      expect((await byFilm()).map(({ key, sessions }) => [key, sessions])).toEqual([
        ['lamp', 4],
        ['harbour', 1],
        ['water', 1],
      ]);
      expect((await byFilm(1)).map(({ key, startups }) => [key, startups.length])).toEqual([['lamp', 2]]);
      const players = await other.viewings.sums({ ...ALL, by: 'player', limit: 9 });
      expect(players.map(({ key, sessions, errors }) => [key, sessions, errors.network])).toEqual([
        ['Firefox, hls.js', 5, 0],
        ['Safari, native', 1, 1],
      ]);
      const span = { sinceMs: T0 + DAY_MS, untilMs: T0 + 3 * DAY_MS };
      const some = await other.viewings.sums({ ...span, by: 'time', everyMs: DAY_MS });
      expect(some.map(({ key }) => Number(key))).toEqual([T0 + DAY_MS, T0 + 2 * DAY_MS]);
      expect(await other.viewings.sums({ sinceMs: 0, untilMs: T0, by: 'film', limit: 9 })).toEqual([]);
      expect(qualityOf(addViewings(days))).toMatchObject({ sessions: 6, watchedSec: 50, errorShare: 1 / 6 });
    });
  });
}
