import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JobId, type MovieId, newId } from '../src/ids.ts';
import { completeMovie, isListed, isViewable, type Movie, newMovie, stillKey, VISIBILITIES } from '../src/movie.ts';

const NOW_MS = 1_800_000_000_000;

const movies: fc.Arbitrary<Movie> = fc
  .record({
    visibility: fc.constantFrom(...VISIBILITIES),
    publishAtMs: fc.option(fc.integer({ min: NOW_MS - 1000, max: NOW_MS + 1000 })),
    readyJobId: fc.option(fc.constant('job' as JobId)),
    openingJobId: fc.option(fc.constant('opening' as JobId)),
  })
  .map((facts) => ({ ...newMovie({ id: newId<MovieId>(NOW_MS), title: 'A', nowMs: NOW_MS }), ...facts }));

describe('who sees a film', () => {
  it('lists nothing that could not be viewed or watched', () => {
    fc.assert(
      fc.property(movies, (movie) => {
        if (!isListed(movie, NOW_MS)) return;
        expect(isViewable(movie, NOW_MS, { isAdmin: false })).toBe(true);
        expect(movie.readyJobId ?? movie.openingJobId).not.toBeNull();
        expect(['published', 'scheduled']).toContain(movie.visibility);
      }),
    );
  });

  it('shows admins everything, and strangers no draft whatever its date', () => {
    fc.assert(
      fc.property(movies, (movie) => {
        expect(isViewable(movie, NOW_MS, { isAdmin: true })).toBe(true);
        if (movie.visibility === 'draft') expect(isViewable(movie, NOW_MS, { isAdmin: false })).toBe(false);
      }),
    );
  });

  it('never takes away by waiting', () => {
    fc.assert(
      fc.property(movies, fc.nat(5000), (movie, laterMs) => {
        if (isListed(movie, NOW_MS)) expect(isListed(movie, NOW_MS + laterMs)).toBe(true);
        if (isViewable(movie, NOW_MS, { isAdmin: false }))
          expect(isViewable(movie, NOW_MS + laterMs, { isAdmin: false })).toBe(true);
      }),
    );
  });

  it('opens a scheduled film at its time, to the millisecond', () => {
    const movie: Movie = {
      ...newMovie({ id: newId<MovieId>(NOW_MS), title: 'A', nowMs: NOW_MS }),
      readyJobId: 'job' as JobId,
      visibility: 'scheduled',
      publishAtMs: NOW_MS,
    };
    expect([isListed(movie, NOW_MS - 1), isListed(movie, NOW_MS)]).toEqual([false, true]);
    expect(isViewable(movie, NOW_MS - 1, { isAdmin: false })).toBe(false);
    expect(isViewable(movie, NOW_MS, { isAdmin: false })).toBe(true);
    expect(isViewable({ ...movie, publishAtMs: null }, NOW_MS, { isAdmin: false })).toBe(false);
  });

  it('shows an unlisted film to who has its address, and in no list', () => {
    const movie: Movie = {
      ...newMovie({ id: newId<MovieId>(NOW_MS), title: 'A', nowMs: NOW_MS }),
      readyJobId: 'job' as JobId,
      visibility: 'unlisted',
    };
    expect(isListed(movie, NOW_MS)).toBe(false);
    expect(isViewable(movie, NOW_MS, { isAdmin: false })).toBe(true);
  });
});

it('reads a film that was stored before there were details as published, with none', () => {
  const earlier = {
    id: newId<MovieId>(NOW_MS),
    title: 'Old',
    version: 3,
    createdAtMs: 1,
    updatedAtMs: 2,
    readyJobId: 'job' as JobId,
    openingJobId: null,
    durationSec: 60,
    posterKey: 'media/a/b/posters/0.jpg',
  };
  const movie = completeMovie(earlier);
  expect(movie).toMatchObject({ ...earlier, visibility: 'published', publishAtMs: null, tmdb: null });
  expect(movie).toMatchObject({ ownChapters: null, ownSkips: null, foundSkips: null });
  expect(movie.details).toMatchObject({ synopsis: '', genres: [], cast: [], year: null });
  expect(isListed(movie, NOW_MS)).toBe(true);
});

it('prefers the picture that a person chose', () => {
  const movie = { ...newMovie({ id: newId<MovieId>(NOW_MS), title: 'A', nowMs: NOW_MS }), posterKey: 'made' };
  expect(stillKey(movie)).toBe('made');
  expect(stillKey({ ...movie, chosenBackdropKey: 'chosen' })).toBe('chosen');
});
