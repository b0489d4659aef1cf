import type { Moment, MomentFilter } from '@marquee/core/moments';
import { type Movie, playableJobId } from '@marquee/core/movie';
import { markedParts, type TextPart } from '../view/marked-parts.ts';
import { container } from './container.ts';
import { frameAddress } from './frames.ts';
import { type Title, titleOf } from './titles.ts';

/** A line of a film as lists show it. */
export interface FoundMoment {
  title: Title;
  language: string;
  startSec: number;
  /** Address of the picture that is seen then; null where the film has no storyboard. */
  frame: string | null;
  /** The line, cut where the marks begin and end. */
  parts: TextPart[];
}

/** Lines of listed films in which something is said, the best first. None where the index cannot be asked. */
export async function foundMoments(query: { text: string; limit: number } & MomentFilter): Promise<FoundMoment[]> {
  const { engines, log } = await container();
  const moments = await engines.store.moments
    .search({ ...query, listedAtMs: Date.now() })
    .catch((error: unknown): Moment[] => {
      log.warn('what is said could not be searched', { err: error });
      return [];
    });
  const ids = [...new Set(moments.map(({ movieId }) => movieId))];
  const movies = await Promise.all(ids.map((id) => engines.store.movies.get(id)));
  const films = new Map(
    await Promise.all(
      movies
        .filter((movie): movie is Movie => movie !== null)
        .map(async (movie) => [movie.id, await filmOf(movie)] as const),
    ),
  );
  return moments.flatMap(({ movieId, language, startMs, text, matches }) => {
    const film = films.get(movieId);
    if (!film) return [];
    const startSec = startMs / 1000;
    return [
      {
        title: film.title,
        language,
        startSec,
        frame: frameAddress(film.job, startSec),
        parts: markedParts(text, matches),
      },
    ];
  });
}

async function filmOf(movie: Movie) {
  const { engines } = await container();
  const jobId = playableJobId(movie);
  const [title, job] = await Promise.all([titleOf(movie), jobId === null ? null : engines.store.jobs.get(jobId)]);
  return { title, job };
}
