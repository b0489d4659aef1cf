import type { MovieId } from '@marquee/core/ids';
import {
  isNewer,
  markedWatched,
  newEntry,
  played,
  progressAt,
  readRef,
  readShelfCursor,
  refKey,
  resumeSec,
  setAside,
  shelfCursor,
} from '@marquee/core/library';
import { describe, expect, it } from 'vitest';

describe('what viewers keep', () => {
  it('knows a title by one text, and nothing else by it', () => {
    for (const ref of [
      { kind: 'own' as const, movieId: '01jz8kq3x9abcdef' as MovieId },
      { kind: 'film' as const, tmdbId: 1 },
      { kind: 'series' as const, tmdbId: 9_999_999_999 },
    ])
      expect(readRef(refKey(ref))).toEqual(ref);
    for (const text of ['', 'own:', 'own:../x', 'film:0', 'film:1e3', 'person:3', 'film:1 film:2', 'OWN:a'])
      expect(readRef(text)).toBeNull();
  });

  it('has a film begun after a minute or a fiftieth, and watched near its end or in its credits', () => {
    expect(progressAt(59, 5400)).toBe('glanced');
    expect(progressAt(60, 5400)).toBe('begun');
    expect(progressAt(5129, 5400)).toBe('begun');
    expect(progressAt(5130, 5400)).toBe('watched');
    // Of half an hour the last two minutes are more than a twentieth.
    expect(progressAt(1679, 1800)).toBe('begun');
    expect(progressAt(1680, 1800)).toBe('watched');
    // Two minutes of two minutes are not its credits.
    expect(progressAt(1, 120)).toBe('glanced');
    expect(progressAt(2.4, 120)).toBe('begun');
    expect(progressAt(107, 120)).toBe('begun');
    expect(progressAt(108, 120)).toBe('watched');
    expect(progressAt(59, null)).toBe('glanced');
    expect(progressAt(90_000, null)).toBe('begun');
  });

  it('only ever goes from glanced to begun to watched as a film goes on, whatever its length', () => {
    const order = ['glanced', 'begun', 'watched'];
    for (const durationSec of [1, 7, 59, 60, 119, 121, 600, 1199, 2400, 2401, 7200, 30_000]) {
      let before = 0;
      for (let step = 0; step <= 400; step++) {
        const now = order.indexOf(progressAt((durationSec * step) / 400, durationSec));
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
      expect(progressAt(0, durationSec)).toBe('glanced');
      expect(progressAt(durationSec / 2, durationSec)).toBe('begun');
      expect(progressAt(durationSec, durationSec)).toBe('watched');
    }
  });

  it('ends in the same state in whatever order positions come', () => {
    const writes = [
      played({ positionSec: 700, durationSec: 5400, atMs: 10 }),
      played({ positionSec: 5390, durationSec: 5400, atMs: 20 }),
      played({ positionSec: 300, durationSec: 5400, atMs: 30 }),
      setAside(15),
    ];
    for (let turn = 0; turn < 24; turn++) {
      const key = ({ positionAtMs = 0 }) => (positionAtMs * (turn + 7)) % 31;
      const end = newEntry('ann', 'film:1');
      for (const patch of [...writes].sort((a, b) => key(a) - key(b)))
        if (isNewer(patch, end)) Object.assign(end, patch);
      expect(end).toMatchObject({ positionSec: 300, positionAtMs: 30, continueAtMs: 30 });
    }
  });

  it('begins a watched film anew, and takes it off what is being watched', () => {
    expect(played({ positionSec: 5399, durationSec: 5400, atMs: 5 })).toEqual({
      positionSec: 0,
      durationSec: 5400,
      positionAtMs: 5,
      continueAtMs: null,
      watchedAtMs: 5,
    });
    expect(markedWatched(true, 9)).toEqual({ positionSec: 0, positionAtMs: 9, continueAtMs: null, watchedAtMs: 9 });
    expect(markedWatched(false, 9).watchedAtMs).toBeNull();
    // Watching it again leaves the mark.
    expect('watchedAtMs' in played({ positionSec: 100, durationSec: 5400, atMs: 6 })).toBe(false);
  });

  it('goes on where the last word was, here or elsewhere', () => {
    expect(resumeSec(null, null)).toBe(0);
    expect(resumeSec({ positionSec: 5, atMs: 1 }, null)).toBe(5);
    expect(resumeSec(null, { positionSec: 7, atMs: 1 })).toBe(7);
    expect(resumeSec({ positionSec: 5, atMs: 1 }, { positionSec: 7, atMs: 2 })).toBe(7);
    expect(resumeSec({ positionSec: 5, atMs: 3 }, { positionSec: 0, atMs: 2 })).toBe(5);
  });

  it('reads its own cursors and no others', () => {
    const entry = { ...newEntry('ann', 'film:12'), favouriteAtMs: 1_800_000_000_000 };
    expect(readShelfCursor(shelfCursor(entry, 'favourites'))).toEqual({ atMs: 1_800_000_000_000, title: 'film:12' });
    for (const text of [undefined, '', 'x', '12', '12.', '-1.film:1', '12.film:1 or'])
      expect(readShelfCursor(text)).toBeNull();
  });
});
