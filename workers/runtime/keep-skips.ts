import { MarqueeError } from '@marquee/core/errors';
import type { MovieId } from '@marquee/core/ids';
import type { Movie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import type { FoundSkips } from '@marquee/core/skips';

/** Tries against other writers of the same film; each lost one means that another got on. */
const TRIES = 20;

/** @returns the other episodes of a film's series, the nearest in their order first */
export async function otherEpisodes(store: Store, movieId: MovieId): Promise<Movie[]> {
  const movie = await store.movies.get(movieId);
  if (!movie) return [];
  const all = await store.movies.episodes(movie, {});
  const at = all.findIndex(({ id }) => id === movieId);
  const away = new Map(all.map(({ id }, i) => [id, Math.abs(i - at)]));
  return all
    .filter(({ id }) => id !== movieId)
    .sort((a, b) => (away.get(a.id) ?? 0) - (away.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
}

/**
 * Stores what was found of the version that plays, for whatever wrote the film meanwhile. What people told stands in a
 * field of its own.
 */
export async function keepSkips(store: Store, movieId: MovieId, found: FoundSkips): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const movie = await store.movies.get(movieId);
    if (movie?.readyJobId !== found.jobId || JSON.stringify(movie.foundSkips) === JSON.stringify(found)) return;
    // Nobody changed the film: when it was last changed stays as it is.
    if (await store.movies.update(movieId, movie.version, { foundSkips: found })) return;
  }
  throw new MarqueeError('STORE_DOWN', 'The film is being changed by others all the time.', { context: { movieId } });
}
