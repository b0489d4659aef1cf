import type { Episode, Movie } from './movie.ts';
import type { TitleIndex } from './title-search.ts';
import { foldWords } from './title-words.ts';

/** Episodes of one series that are read. */
const MOST = 500;
/** A term is no longer than this, as those of people are not. */
const TERM_LETTERS = 40;

/** A film that is an episode. */
export type EpisodeMovie = Movie & { details: { episode: Episode } };

function isEpisode(movie: Movie): movie is EpisodeMovie {
  return movie.details.episode !== null;
}

/** What an episode is found by among the terms of the search, where no word of a title looks like it. */
export function seriesTerms(movie: Movie): string[] {
  const folded = isEpisode(movie) ? foldSeries(movie) : '';
  return folded === '' ? [] : [`~~s${folded.slice(0, TERM_LETTERS)}`];
}

/** Series are one whose names differ in case, accents and signs alone: people type them again for each episode. */
function foldSeries({ details }: EpisodeMovie): string {
  return foldWords(details.episode.series).join('');
}

/** Asks an index for all episodes of the series that a film is of, itself among them, in their order. */
export async function findEpisodes(index: TitleIndex, movie: Movie): Promise<EpisodeMovie[]> {
  const terms = seriesTerms(movie);
  if (terms.length === 0 || !isEpisode(movie)) return [];
  const found = await index.byTerms([terms], MOST);
  return found
    .filter((each) => isEpisode(each) && foldSeries(each) === foldSeries(movie))
    .sort(inOrder) as EpisodeMovie[];
}

/** Of two films that say to be the same episode the older stands first. */
function inOrder(a: Movie, b: Movie): number {
  const [one, two] = [a.details.episode, b.details.episode];
  if (!one || !two) return 0;
  return one.season - two.season || one.number - two.number || (a.id < b.id ? -1 : 1);
}

/** @returns what comes after a film in the order of its series, also over the end of a season; null for nothing */
export function episodeAfter(movie: Movie, episodes: EpisodeMovie[]): EpisodeMovie | null {
  return episodes.find((each) => each.id !== movie.id && inOrder(movie, each) < 0 && !isSamePlace(movie, each)) ?? null;
}

/** A second film of the same episode is no next one. */
function isSamePlace(a: Movie, b: Movie): boolean {
  const [one, two] = [a.details.episode, b.details.episode];
  return one?.season === two?.season && one?.number === two?.number;
}
