import { MOVIE_STATES, type MovieState, VISIBILITIES, type Visibility } from '@marquee/core/movie';
import type { MovieSort } from '@marquee/core/ports';

/** What the table was asked for. */
export interface FilmQuery {
  /** By title, in which case the best come first and there is one page. */
  text?: string;
  sort: MovieSort;
  visibility?: Visibility;
  state?: MovieState;
  cursor?: string;
}

type Asked = Record<string, string | string[] | undefined>;

/** Reads what the address of the films' table asks for; what makes no sense is as if it were not there. */
export function filmQueryOf(asked: Asked): FilmQuery {
  const one = (name: string) => {
    const value = asked[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const text = one('q')?.slice(0, 100);
  const visibility = VISIBILITIES.find((each) => each === one('visibility'));
  const state = MOVIE_STATES.find((each) => each === one('state'));
  const cursor = one('after')?.slice(0, 1000);
  return {
    sort: (['title', 'updated'] as const).find((each) => each === one('sort')) ?? 'newest',
    ...(text === undefined ? {} : { text }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(state === undefined ? {} : { state }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The address of the page that follows. */
export function nextPageAddress(query: FilmQuery, cursor: string): string {
  const params = new URLSearchParams();
  if (query.visibility) params.set('visibility', query.visibility);
  if (query.state) params.set('state', query.state);
  if (query.sort !== 'newest') params.set('sort', query.sort);
  params.set('after', cursor);
  return `/admin/films?${params}`;
}
