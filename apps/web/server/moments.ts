import { type Moment, type MomentFilter, type MomentKind, momentKind, planMoments } from '@marquee/core/moments';
import type { Movie } from '@marquee/core/movie';
import { markedParts, type TextPart } from '../view/marked-parts.ts';
import { container } from './container.ts';
import { frameAddress } from './frames.ts';
import { playableJob, type Title, titleOfVersion } from './titles.ts';

/** Fewer words are looked for as they are. */
const FEWEST_WORDS = 3;
/** Nobody is kept waiting longer for what lines mean. */
const EMBED_MS = 500;

/** A line of a film, or what it shows, as lists show it. */
export interface FoundMoment {
  title: Title;
  kind: MomentKind;
  language: string;
  startSec: number;
  /** Address of the picture that is seen then; null where the film has no storyboard. */
  frame: string | null;
  /** The line, cut where the marks begin and end. */
  parts: TextPart[];
}

/** Lines of listed films in which something is said, and moments in which it is seen, the best first. None where the index cannot be asked. */
export async function foundMoments(query: { text: string; limit: number } & MomentFilter): Promise<FoundMoment[]> {
  const { engines, log } = await container();
  const moments = await saidAbout(query).catch((error: unknown): Moment[] => {
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
  return moments.flatMap(({ movieId, trackId, language, startMs, text, matches }) => {
    const film = films.get(movieId);
    if (!film) return [];
    const startSec = startMs / 1000;
    return [
      {
        title: film.title,
        kind: momentKind(trackId),
        language,
        startSec,
        frame: frameAddress(film.job, startSec),
        parts: markedParts(text, matches),
      },
    ];
  });
}

/** Lines with the very words first; where they are few, those that say something like it in others. */
async function saidAbout(query: Parameters<typeof foundMoments>[0]): Promise<Moment[]> {
  const { engines, log } = await container();
  const { moments } = engines.store;
  const asked = { ...query, listedAtMs: Date.now() };
  const byWords = await moments.search(asked);
  const { embedder } = engines;
  // One word means too much.
  if (!embedder || byWords.length >= query.limit || planMoments(query.text).words.length < FEWEST_WORDS) return byWords;
  try {
    const [meaning] = await embedder.embed([query.text], AbortSignal.timeout(EMBED_MS));
    const { text: _, ...rest } = asked;
    const near = meaning ? await moments.searchMeanings({ ...rest, meaning }) : [];
    const keyOf = ({ movieId, trackId, startMs }: Moment) => `${movieId} ${trackId} ${startMs}`;
    const known = new Set(byWords.map(keyOf));
    return [...byWords, ...near.filter((moment) => !known.has(keyOf(moment)))].slice(0, query.limit);
  } catch (error) {
    // The model may still be on its way; words are found without it.
    log.debug('lines were found by their words alone', { err: error });
    return byWords;
  }
}

async function filmOf(movie: Movie) {
  const job = await playableJob(movie);
  return { title: await titleOfVersion(movie, job), job };
}
