import type { Movie } from '@marquee/core/movie';
import { container } from './container.ts';
import { type Title, titleOf } from './titles.ts';

/** A line of a film as lists show it. */
export interface FoundMoment {
  title: Title;
  language: string;
  startSec: number;
  /** The line, cut where the marks begin and end. */
  parts: { at: number; text: string; isMatch: boolean }[];
}

/** Lines of listed films in which something is said, the best first. None where the index cannot be asked. */
export async function foundMoments(text: string, limit: number): Promise<FoundMoment[]> {
  const { engines, log } = await container();
  const moments = await engines.store.moments
    .search({ text, limit, listedAtMs: Date.now() })
    .catch((error: unknown) => {
      log.warn('what is said could not be searched', { err: error });
      return [];
    });
  const ids = [...new Set(moments.map(({ movieId }) => movieId))];
  const movies = await Promise.all(ids.map((id) => engines.store.movies.get(id)));
  const there = movies.filter((movie): movie is Movie => movie !== null);
  const titles = new Map((await Promise.all(there.map(titleOf))).map((title) => [title.id, title]));
  return moments.flatMap(({ movieId, language, startMs, text: line, matches }) => {
    const title = titles.get(movieId);
    return title ? [{ title, language, startSec: startMs / 1000, parts: markedParts(line, matches) }] : [];
  });
}

/** @param matches in order, apart from each other */
export function markedParts(text: string, matches: readonly [start: number, end: number][]): FoundMoment['parts'] {
  const parts: FoundMoment['parts'] = [];
  let at = 0;
  for (const [start, end] of matches) {
    parts.push({ at, text: text.slice(at, start), isMatch: false });
    parts.push({ at: start, text: text.slice(start, end), isMatch: true });
    at = end;
  }
  parts.push({ at, text: text.slice(at), isMatch: false });
  return parts.filter((part) => part.text !== '');
}
