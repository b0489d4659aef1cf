import { kinTerms } from '@marquee/core/kin';
import { listedFromMs, type Movie, type MovieState, movieState, type Visibility } from '@marquee/core/movie';
import type { MovieSort, Page } from '@marquee/core/ports';
import { seriesTerms } from '@marquee/core/series';
import { searchTerms } from '@marquee/core/title-search';
import { titleKey } from '@marquee/core/title-words';

/** What queries look for beside the film itself; it follows from the film, and is written with it. */
export interface Lookup {
  titleKey: string;
  /** Of the title, of what makes films kin, and of the series. */
  terms: string[];
  visibility: Visibility;
  state: MovieState;
  listedFromMs: number | null;
}

/** What is found of a film. */
export function lookupOf(movie: Movie): Lookup {
  return {
    titleKey: titleKey(movie.title),
    terms: [...searchTerms(movie), ...new Set(kinTerms(movie)), ...seriesTerms(movie)],
    visibility: movie.visibility,
    state: movieState(movie),
    listedFromMs: listedFromMs(movie),
  };
}

/** Behind every key that begins with another: no letter comes after this one. */
export const AFTER_ALL_LETTERS = '\u{10ffff}';

/** Where a page ended: the last film's place in its order. */
export interface Place {
  key: string | number | null;
  id: string;
}

/** Cuts a page from films of which one more than asked for was read. */
export function pageOfMovies(movies: Movie[], limit: number, sort: MovieSort): Page<Movie> {
  const items = movies.slice(0, limit);
  const last = items.at(-1);
  return { items, cursor: movies.length > limit && last ? cursorOf(last, sort) : null };
}

function cursorOf(movie: Movie, sort: MovieSort): string {
  if (sort === 'newest') return movie.id;
  const place = [sort === 'title' ? titleKey(movie.title) : movie.updatedAtMs, movie.id];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @returns null for no cursor, and for one that is none of this order: such an address begins at the beginning */
export function placeOf(cursor: string | undefined, sort: MovieSort): Place | null {
  if (cursor === undefined) return null;
  if (sort === 'newest') return { key: null, id: cursor };
  try {
    const [key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    const isOfSort = typeof key === (sort === 'title' ? 'string' : 'number');
    return isOfSort && typeof id === 'string' ? { key: key as string | number, id } : null;
  } catch {
    return null;
  }
}
