import type { MovieId } from '@marquee/core/ids';
import { findKin } from '@marquee/core/kin';
import { completeMovie, MOVIE_STATES, type Movie, type MovieState } from '@marquee/core/movie';
import type { MovieSort, Store } from '@marquee/core/ports';
import { findEpisodes } from '@marquee/core/series';
import { searchTitles, type TitleIndex } from '@marquee/core/title-search';
import type { Collection, CreateIndexesOptions, Filter, IndexSpecification, Sort } from 'mongodb';
import { insert, restore, type Stored } from './mongo-documents.ts';
import type { Guard } from './mongo-errors.ts';
import { AFTER_ALL_LETTERS, type Lookup, lookupOf, pageOfMovies, placeOf } from './movie-pages.ts';

/** Raised when films are found by more than before. */
const TERMS_VERSION = 2;

/** A film with what it is found by, which never leaves this file. Films of earlier versions lack some until `setup`. */
export type MovieDocument = Stored<Movie & { lookup?: Lookup; termsVersion?: number }>;

/** Each order with what its pages are narrowed down by, so that only documents of the page are fetched. */
export const MOVIE_INDEXES: { key: IndexSpecification; options: CreateIndexesOptions & { name: string } }[] = [
  { key: { 'lookup.terms': 1, _id: -1 }, options: { name: 'by-term' } },
  {
    key: { 'lookup.titleKey': 1, _id: 1, 'lookup.visibility': 1, 'lookup.state': 1, 'lookup.listedFromMs': 1 },
    options: { name: 'by-title' },
  },
  {
    key: { updatedAtMs: -1, _id: -1, 'lookup.visibility': 1, 'lookup.state': 1 },
    options: { name: 'by-update' },
  },
  { key: { 'lookup.visibility': 1, _id: -1 }, options: { name: 'by-visibility' } },
  { key: { 'lookup.state': 1 }, options: { name: 'by-state' } },
];

const ORDERS: Record<MovieSort, Sort> = {
  newest: { _id: -1 },
  title: { 'lookup.titleKey': 1, _id: 1 },
  updated: { updatedAtMs: -1, _id: -1 },
};

/** Terms are many times as long as the film. */
const WITHOUT_LOOKUP = { projection: { lookup: 0, termsVersion: 0 } };
const BROUGHT_UP_AT_ONCE = 50;

/** Gives films that were stored by an earlier version what they are found by. Safe to run again, and beside others. */
export async function bringMoviesUp(movies: Collection<MovieDocument>, guard: Guard): Promise<void> {
  for (;;) {
    const found = await guard(() =>
      movies
        .find({ termsVersion: { $ne: TERMS_VERSION } })
        .limit(BROUGHT_UP_AT_ONCE)
        .toArray(),
    );
    await Promise.all(
      found.map((document) => {
        const { id: _id, ...movie } = read(document);
        // Whoever writes meanwhile raises the version, and writes this too.
        const change = { $set: { ...movie, ...foundBy({ id: _id, ...movie }) } };
        return guard(() => movies.updateOne({ _id, version: movie.version }, change));
      }),
    );
    if (found.length < BROUGHT_UP_AT_ONCE) return;
  }
}

/** The films of the house in MongoDB. */
export function movieRepository(movies: Collection<MovieDocument>, guard: Guard): Store['movies'] {
  const find = async (filter: Filter<MovieDocument>, sort: Sort, limit: number) => {
    const found = await guard(() => movies.find(filter, WITHOUT_LOOKUP).sort(sort).limit(limit).toArray());
    return found.map(read);
  };
  const get = async (id: Movie['id']) => {
    const found = await guard(() => movies.findOne({ _id: id }, WITHOUT_LOOKUP));
    return found && read(found);
  };
  const indexOf = (listedAtMs: number | undefined): TitleIndex => {
    const narrowed = listedAtMs === undefined ? {} : { 'lookup.listedFromMs': { $lte: listedAtMs } };
    return {
      byKey: (key, most) =>
        find({ 'lookup.titleKey': { $gte: key, $lt: `${key}${AFTER_ALL_LETTERS}` }, ...narrowed }, ORDERS.title, most),
      byTerms: (groups, most) =>
        find({ $and: groups.map((group) => ({ 'lookup.terms': termsIn(group) })), ...narrowed }, ORDERS.newest, most),
    };
  };
  return {
    insert: (movie) => insert<Movie & { lookup?: Lookup }>(movies, guard, { ...movie, ...foundBy(movie) }),
    get,

    async update(id, version, { id: _id, version: _version, ...patch }) {
      const movie = await get(id);
      if (movie?.version !== version) return false;
      const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const change = { $set: { ...named, ...foundBy({ ...movie, ...named }) }, $inc: { version: 1 } };
      const written = await guard(() => movies.updateOne({ _id: id, version }, change as never));
      return written.matchedCount === 1;
    },

    async delete(id) {
      return (await guard(() => movies.deleteOne({ _id: id }))).deletedCount === 1;
    },

    async list({ limit, cursor, sort = 'newest', visibility, state, listedAtMs }) {
      const place = placeOf(cursor, sort);
      const filter: Filter<MovieDocument> = {
        ...(visibility === undefined ? {} : { 'lookup.visibility': visibility }),
        ...(state === undefined ? {} : { 'lookup.state': state }),
        ...(listedAtMs === undefined ? {} : { 'lookup.listedFromMs': { $lte: listedAtMs } }),
        ...(place ? beyond(place, sort) : {}),
      };
      return pageOfMovies(await find(filter, ORDERS[sort], limit + 1), limit, sort);
    },

    async counts() {
      const counted = await Promise.all(
        MOVIE_STATES.map(async (state) => {
          return [state, await guard(() => movies.countDocuments({ 'lookup.state': state }))] as const;
        }),
      );
      return Object.fromEntries(counted) as Record<MovieState, number>;
    },

    search: ({ text, limit, listedAtMs }) => searchTitles(indexOf(listedAtMs), text, limit),

    kin: (movie, { limit, listedAtMs }) => findKin(indexOf(listedAtMs), movie, limit),

    episodes: (movie, { listedAtMs }) => findEpisodes(indexOf(listedAtMs), movie),
  };
}

/** Which of some films stand in lists then. */
export function listedMovies(movies: Collection<MovieDocument>, guard: Guard) {
  return async (ids: MovieId[], atMs: number): Promise<Set<MovieId>> => {
    const filter: Filter<MovieDocument> = { _id: { $in: ids }, 'lookup.listedFromMs': { $lte: atMs } };
    const found = await guard(() => movies.find(filter, { projection: { _id: 1 } }).toArray());
    return new Set(found.map(({ _id }) => _id));
  };
}

/** One term is looked up in the order that is asked for; of several the server has to merge the findings. */
function termsIn(group: string[]): string | { $in: string[] } {
  return group.length === 1 ? (group[0] as string) : { $in: group };
}

/** The range that the index begins at, and in it what stood on the page before. */
function beyond(place: { key: string | number | null; id: string }, sort: MovieSort): Filter<MovieDocument> {
  const id = place.id as Movie['id'];
  if (sort === 'newest') return { _id: { $lt: id } };
  if (sort === 'title') {
    const key = place.key as string;
    return {
      'lookup.titleKey': { $gte: key },
      $or: [{ 'lookup.titleKey': { $gt: key } }, { _id: { $gt: id } }],
    };
  }
  const atMs = place.key as number;
  return { updatedAtMs: { $lte: atMs }, $or: [{ updatedAtMs: { $lt: atMs } }, { _id: { $lt: id } }] };
}

function foundBy(movie: Movie): Pick<MovieDocument, 'lookup' | 'termsVersion'> {
  return { lookup: lookupOf(movie), termsVersion: TERMS_VERSION };
}

function read({ lookup: _, termsVersion: _version, ...document }: MovieDocument): Movie {
  return completeMovie(restore<Movie>(document));
}
