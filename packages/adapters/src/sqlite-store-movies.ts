import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { MovieId } from '@marquee/core/ids';
import { findKin } from '@marquee/core/kin';
import { completeMovie, MOVIE_STATES, type Movie, type MovieState } from '@marquee/core/movie';
import type { MovieSort, Store } from '@marquee/core/ports';
import { findEpisodes } from '@marquee/core/series';
import { searchTitles, type TermGroups, type TitleIndex } from '@marquee/core/title-search';
import { AFTER_ALL_LETTERS, type Lookup, lookupOf, pageOfMovies, placeOf } from './movie-pages.ts';
import type { Sqlite } from './sqlite.ts';
import { patched } from './sqlite-documents.ts';

/**
 * Every order has an index that also holds what pages are narrowed down by, so that only rows of the page are read.
 * `movie_terms` finds rows by their search terms: the list of terms is neither kept nor cut into words by SQLite.
 */
export const MOVIES_SCHEMA = `
  CREATE TABLE movies (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    title_key TEXT NOT NULL,
    visibility TEXT NOT NULL,
    state TEXT NOT NULL,
    listed_from_ms INTEGER,
    updated_at_ms INTEGER NOT NULL,
    document TEXT NOT NULL
  );
  CREATE INDEX movies_by_age ON movies (id, visibility, state, listed_from_ms);
  CREATE INDEX movies_by_title ON movies (title_key, id, visibility, state, listed_from_ms);
  CREATE INDEX movies_by_update ON movies (updated_at_ms, id, visibility, state, listed_from_ms);
  CREATE VIRTUAL TABLE movie_terms USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '~*'"
  );
`;

const INSERT = `INSERT INTO movies (id, version, title_key, visibility, state, listed_from_ms, updated_at_ms, document)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const INSERT_TERMS = 'INSERT INTO movie_terms (rowid, terms) VALUES ((SELECT number FROM movies WHERE id = ?), ?)';

/** Version 1 kept a film's id, version and document alone. */
export function moviesFromVersion1(db: DatabaseSync): void {
  db.exec('ALTER TABLE movies RENAME TO movies_1');
  db.exec(MOVIES_SCHEMA);
  const insert = db.prepare(INSERT);
  const insertTerms = db.prepare(INSERT_TERMS);
  for (const { document } of db.prepare('SELECT document FROM movies_1 ORDER BY id').iterate()) {
    const movie = completeMovie(JSON.parse(document as string) as Movie);
    const lookup = lookupOf(movie);
    insert.run(...columnsOf(movie, lookup));
    insertTerms.run(movie.id, lookup.terms.join(' '));
  }
  db.exec('DROP TABLE movies_1');
}

/** Version 2 found films by their titles alone. */
export function moviesFromVersion2(db: DatabaseSync): void {
  db.exec("INSERT INTO movie_terms (movie_terms) VALUES ('delete-all')");
  const insertTerms = db.prepare(INSERT_TERMS);
  for (const { document } of db.prepare('SELECT document FROM movies').iterate()) {
    const movie = readMovie({ document: document as string });
    insertTerms.run(movie.id, lookupOf(movie).terms.join(' '));
  }
}

/** How each order is read. `key` is empty where the id alone decides. */
const ORDERS: Record<MovieSort, { index: string; key: string; direction: 'ASC' | 'DESC' }> = {
  newest: { index: 'movies_by_age', key: '', direction: 'DESC' },
  title: { index: 'movies_by_title', key: 'title_key', direction: 'ASC' },
  updated: { index: 'movies_by_update', key: 'updated_at_ms', direction: 'DESC' },
};

/** The films of the house in SQLite, with what they are found by. */
export function movieRepository(db: Sqlite): Store['movies'] {
  const read = (id: string) => parseMovie(db.get('SELECT document FROM movies WHERE id = ?', id));
  return {
    async insert(movie) {
      return db.write('power', () => {
        const lookup = lookupOf(movie);
        if (db.run(INSERT, ...columnsOf(movie, lookup)) === 0) return false;
        db.run(INSERT_TERMS, movie.id, lookup.terms.join(' '));
        return true;
      });
    },

    async get(id) {
      return read(id);
    },

    async update(id, version, patch) {
      return db.write('power', () => {
        const movie = read(id);
        if (movie?.version !== version) return false;
        const next = patched(movie, patch);
        const lookup = lookupOf(next);
        db.run(
          `UPDATE movies SET id = ?, version = ?, title_key = ?, visibility = ?, state = ?, listed_from_ms = ?,
             updated_at_ms = ?, document = ? WHERE id = ?`,
          ...columnsOf(next, lookup),
          id,
        );
        const terms = lookup.terms.join(' ');
        if (terms !== lookupOf(movie).terms.join(' ')) {
          db.run('DELETE FROM movie_terms WHERE rowid = (SELECT number FROM movies WHERE id = ?)', id);
          db.run(INSERT_TERMS, id, terms);
        }
        return true;
      });
    },

    async delete(id) {
      return db.write('power', () => {
        db.run('DELETE FROM movie_terms WHERE rowid = (SELECT number FROM movies WHERE id = ?)', id);
        return db.run('DELETE FROM movies WHERE id = ?', id) === 1;
      });
    },

    async list({ limit, cursor, sort = 'newest', visibility, state, listedAtMs }) {
      const { index, key, direction } = ORDERS[sort];
      const beyond = direction === 'ASC' ? '>' : '<';
      const place = placeOf(cursor, sort);
      const wanted: [string, SQLInputValue[]][] = [];
      if (place && key === '') wanted.push([`id ${beyond} ?`, [place.id]]);
      else if (place) wanted.push([`(${key}, id) ${beyond} (?, ?)`, [place.key, place.id]]);
      if (visibility !== undefined) wanted.push(['visibility = ?', [visibility]]);
      if (state !== undefined) wanted.push(['state = ?', [state]]);
      if (listedAtMs !== undefined) wanted.push(['listed_from_ms <= ?', [listedAtMs]]);
      const where = wanted.length > 0 ? `WHERE ${wanted.map(([condition]) => condition).join(' AND ')}` : '';
      const order = key === '' ? `id ${direction}` : `${key} ${direction}, id ${direction}`;
      const rows = db.all<{ document: string }>(
        `SELECT document FROM movies INDEXED BY ${index} ${where} ORDER BY ${order} LIMIT ?`,
        ...wanted.flatMap(([, values]) => values),
        limit + 1,
      );
      return pageOfMovies(rows.map(readMovie), limit, sort);
    },

    async counts() {
      // An index that holds the state is read from end to end; films are not.
      const rows = db.all<{ state: MovieState; count: number }>(
        'SELECT state, count(*) AS count FROM movies INDEXED BY movies_by_age GROUP BY state',
      );
      const counted = new Map(rows.map(({ state, count }) => [state, count]));
      return Object.fromEntries(MOVIE_STATES.map((each) => [each, counted.get(each) ?? 0])) as Record<
        MovieState,
        number
      >;
    },

    async search({ text, limit, listedAtMs }) {
      return searchTitles(titleIndex(db, listedAtMs), text, limit);
    },

    async kin(movie, { limit, listedAtMs }) {
      return findKin(titleIndex(db, listedAtMs), movie, limit);
    },

    async episodes(movie, { listedAtMs }) {
      return findEpisodes(titleIndex(db, listedAtMs), movie);
    },
  };
}

/** Which of some films stand in lists then. */
export function listedMovies(db: Sqlite) {
  return async (ids: MovieId[], atMs: number): Promise<Set<MovieId>> => {
    const rows = db.all<{ id: MovieId }>(
      'SELECT id FROM movies WHERE id IN (SELECT value FROM json_each(?)) AND listed_from_ms <= ?',
      JSON.stringify(ids),
      atMs,
    );
    return new Set(rows.map(({ id }) => id));
  };
}

function titleIndex(db: Sqlite, listedAtMs: number | undefined): TitleIndex {
  const narrowed = listedAtMs === undefined ? '' : 'AND listed_from_ms <= ?';
  const values = listedAtMs === undefined ? [] : [listedAtMs];
  return {
    async byKey(key, limit) {
      const rows = db.all<{ document: string }>(
        `SELECT document FROM movies INDEXED BY movies_by_title WHERE title_key >= ? AND title_key < ? ${narrowed}
         ORDER BY title_key, id LIMIT ?`,
        key,
        `${key}${AFTER_ALL_LETTERS}`,
        ...values,
        limit,
      );
      return rows.map(readMovie);
    },

    async byTerms(groups, limit) {
      const rows = db.all<{ document: string }>(
        `SELECT document FROM movie_terms CROSS JOIN movies ON number = movie_terms.rowid
         WHERE movie_terms MATCH ? ${narrowed} ORDER BY movie_terms.rowid DESC LIMIT ?`,
        matchOf(groups),
        ...values,
        limit,
      );
      return rows.map(readMovie);
    },
  };
}

/** Terms hold letters, figures, `~` and `*` alone, so that quotes are all that has to be put around them. */
function matchOf(groups: TermGroups): string {
  return groups.map((group) => `(${group.map((term) => `"${term}"`).join(' OR ')})`).join(' AND ');
}

function columnsOf(movie: Movie, lookup: Lookup): SQLInputValue[] {
  return [
    movie.id,
    movie.version,
    lookup.titleKey,
    lookup.visibility,
    lookup.state,
    lookup.listedFromMs,
    movie.updatedAtMs,
    JSON.stringify(movie),
  ];
}

function parseMovie(row: { document: string } | undefined): Movie | null {
  return row ? readMovie(row) : null;
}

function readMovie(row: { document: string }): Movie {
  return completeMovie(JSON.parse(row.document) as Movie);
}
