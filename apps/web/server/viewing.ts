import type { MovieId } from '@marquee/core/ids';
import { isViewable, type Movie } from '@marquee/core/movie';
import { container } from './container.ts';
import { isAdmin } from './require-admin.ts';

/**
 * The one way to a film for pages and routes that are not behind the admin's door.
 *
 * @returns null if there is none of this id, or none for whoever asks: they are not told which
 */
export async function viewableMovie(id: MovieId): Promise<Movie | null> {
  const { engines } = await container();
  const movie = await engines.store.movies.get(id);
  if (!movie) return null;
  const nowMs = Date.now();
  if (isViewable(movie, nowMs, { isAdmin: false })) return movie;
  return isViewable(movie, nowMs, { isAdmin: await isAdmin() }) ? movie : null;
}
