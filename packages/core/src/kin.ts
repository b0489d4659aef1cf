import type { Credit, Movie } from './movie.ts';
import type { TitleIndex } from './title-search.ts';
import { foldWords } from './title-words.ts';

/** Of a long list of people those come first whom one knows a film by. */
const CAST = 10;
const CREW = 6;
const GENRES = 5;
/** Films that are read to be ranked, for each way in which they can be found. */
const BY_PEOPLE = 80;
const BY_GENRES = 150;
/** Films further apart than this share no time, in years. */
const NEAR_YEARS = 12;
/** Shorter words of a synopsis say nothing. */
const TELLING_LETTERS = 6;
const TELLING_WORDS = 4;
const SYNOPSIS_WORDS = 300;

/** What two films have in common. */
export interface Kinship {
  /** Whoever made both, or plays in both; the first is the one that says most. */
  people: { name: string; madeBoth: boolean }[];
  genres: string[];
  /** The years lie close together. */
  isOfOneTime: boolean;
  /** Words that both synopses use, the longest first. */
  words: string[];
}

/** A film that is like another, and why. */
export interface Kin {
  movie: Movie;
  shared: Kinship;
}

/** What a film is found by among the terms of the search, where no word of a title looks like these. */
export function kinTerms({ details }: Pick<Movie, 'details'>): string[] {
  return [...peopleTerms(details), ...genreTerms(details)];
}

function peopleTerms({ cast, crew }: Pick<Movie['details'], 'cast' | 'crew'>): string[] {
  return [...cast.slice(0, CAST), ...crew.slice(0, CREW)].map(({ name }) => fold(name)).flatMap(termOf('p'));
}

function genreTerms({ genres }: Pick<Movie['details'], 'genres'>): string[] {
  return genres.slice(0, GENRES).map(fold).flatMap(termOf('g'));
}

function termOf(sort: 'p' | 'g'): (folded: string) => string[] {
  return (folded) => (folded === '' ? [] : [`~~${sort}${folded.slice(0, 40)}`]);
}

function fold(name: string): string {
  return foldWords(name).join('');
}

/** Asks an index for films that share people, then for the newest that share a genre, and ranks what it finds. */
export async function findKin(index: TitleIndex, movie: Movie, limit: number): Promise<Kin[]> {
  const ask = (terms: string[], most: number) => (terms.length === 0 ? [] : index.byTerms([terms], most));
  const found = await Promise.all([
    ask(peopleTerms(movie.details), BY_PEOPLE),
    ask(genreTerms(movie.details), BY_GENRES),
  ]);
  return rankKin(movie, [...new Map(found.flat().map((each) => [each.id, each])).values()], limit);
}

/**
 * The films that have most in common with one, the nearest first; of equals the newer. Films that share neither people
 * nor a genre are left out, so that a reason can be given for each.
 */
export function rankKin(movie: Movie, others: Movie[], limit: number): Kin[] {
  return others
    .filter(({ id }) => id !== movie.id)
    .map((other) => ({ movie: other, shared: kinshipOf(movie, other) }))
    .filter(({ shared }) => shared.people.length > 0 || shared.genres.length > 0)
    .map((kin) => ({ kin, score: scoreOf(kin.shared, movie, kin.movie) }))
    .sort((a, b) => b.score - a.score || (a.kin.movie.id < b.kin.movie.id ? 1 : -1))
    .slice(0, limit)
    .map(({ kin }) => kin);
}

function kinshipOf(movie: Movie, other: Movie): Kinship {
  const [one, two] = [movie.details, other.details];
  const theirGenres = new Set(two.genres.map(fold));
  const [makers, players] = [namesIn(two.crew), namesIn(two.cast)];
  const people = new Map<string, { name: string; madeBoth: boolean }>();
  for (const { name } of one.crew) if (makers.has(fold(name))) people.set(fold(name), { name, madeBoth: true });
  for (const { name } of one.cast) if (players.has(fold(name))) people.set(fold(name), { name, madeBoth: false });
  const theirWords = tellingWords(other);
  return {
    people: [...people.values()],
    genres: one.genres.filter((genre) => theirGenres.has(fold(genre))),
    isOfOneTime: one.year !== null && two.year !== null && Math.abs(one.year - two.year) <= NEAR_YEARS,
    words: [...tellingWords(movie)]
      .filter((word) => theirWords.has(word))
      .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
      .slice(0, TELLING_WORDS),
  };
}

function namesIn(credits: Credit[]): Set<string> {
  return new Set(credits.map(({ name }) => fold(name)).filter((name) => name !== ''));
}

function tellingWords({ details }: Movie): Set<string> {
  // Piece by piece: titles are folded up to a length that a synopsis goes beyond.
  const words = details.synopsis.split(/\s+/).slice(0, SYNOPSIS_WORDS).flatMap(foldWords);
  return new Set(words.filter((word) => word.length >= TELLING_LETTERS));
}

/** A shared maker says more than a player, a player more than a genre; a genre that is one of many says less. */
function scoreOf({ people, genres, isOfOneTime, words }: Kinship, movie: Movie, other: Movie): number {
  const byPeople = people.reduce((sum, { madeBoth }) => sum + (madeBoth ? 4 : 3), 0);
  const mostGenres = Math.max(movie.details.genres.length, other.details.genres.length, 1);
  const byGenres = genres.length === 0 ? 0 : 1 + (4 * genres.length) / mostGenres;
  return Math.min(byPeople, 9) + byGenres + Number(isOfOneTime) + words.length * 0.6;
}
