import { dirname, join } from 'node:path';
import type { JobId } from '@marquee/core/ids';
import type { JobStatus, MediaProcessingJob } from '@marquee/core/job';
import type { Page, Store } from '@marquee/core/ports';
import type { Sqlite } from './sqlite.ts';
import { createSqlite } from './sqlite.ts';
import { createSqliteAccounts } from './sqlite-accounts.ts';
import { createSqliteApi } from './sqlite-api.ts';
import { parse, patched } from './sqlite-documents.ts';
import { JOB_FIGURES_SCHEMA, jobFigures, jobFiguresFromVersion3, keepFigures } from './sqlite-job-figures.ts';
import { createSqliteLibrary } from './sqlite-library.ts';
import { createSqliteMoments } from './sqlite-moments.ts';
import { SETTINGS_SCHEMA, settingsRepository } from './sqlite-settings.ts';
import {
  listedMovies,
  MOVIES_SCHEMA,
  movieRepository,
  moviesFromVersion1,
  moviesFromVersion2,
} from './sqlite-store-movies.ts';
import { TASKS_SCHEMA, taskRepository } from './sqlite-store-tasks.ts';
import { createSqliteViewings } from './sqlite-viewings.ts';

/** Jobs that are settled but for what is found out about their films; see `careOf`. */
const ANALYSED_INDEX = 'CREATE INDEX jobs_analysed ON jobs (id) WHERE settled = 2;';

/** Jobs and movies are whole JSON documents; the columns beside them are what queries look for. */
const SCHEMA = `
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    movie_id TEXT NOT NULL,
    settled INTEGER NOT NULL,
    document TEXT NOT NULL
  );
  CREATE INDEX jobs_by_status ON jobs (status, id);
  CREATE INDEX jobs_by_movie ON jobs (movie_id, id);
  CREATE INDEX jobs_unsettled ON jobs (id) WHERE settled = 0;
  ${ANALYSED_INDEX}
  CREATE TABLE presence (
    holder TEXT PRIMARY KEY,
    roles TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL
  );
  ${JOB_FIGURES_SCHEMA}
  ${MOVIES_SCHEMA}
  ${SETTINGS_SCHEMA}
  ${TASKS_SCHEMA}
`;

/**
 * The store in SQLite files, for any number of processes of one machine: jobs and films in `file`, and beside it
 * `accounts.db`, `library.db`, `api.db` and `viewings.db`, which hold what nobody else may read, and `moments.db`.
 */
export function createSqliteStore(options: { file: string }): Store {
  const db = createSqlite({
    file: options.file,
    version: 6,
    schema: SCHEMA,
    steps: [
      { from: 1, run: moviesFromVersion1 },
      { from: 2, run: moviesFromVersion2 },
      { from: 3, run: jobFiguresFromVersion3 },
      { from: 4, run: (older) => older.exec(SETTINGS_SCHEMA) },
      { from: 5, run: (older) => older.exec(ANALYSED_INDEX) },
    ],
    downCode: 'STORE_DOWN',
    what: 'job database',
  });
  const beside = (name: string) => ({ file: join(dirname(options.file), name) });
  const { open, close, ...people } = createSqliteAccounts(beside('accounts.db'));
  const kept = createSqliteLibrary(beside('library.db'));
  const programs = createSqliteApi(beside('api.db'));
  const viewed = createSqliteViewings(beside('viewings.db'));
  const spoken = createSqliteMoments({ ...beside('moments.db'), listed: listedMovies(db) });
  return {
    ...people,
    library: kept.library,
    apiTokens: programs.apiTokens,
    webhooks: programs.webhooks,
    viewings: viewed.viewings,
    moments: spoken.moments,
    jobs: jobRepository(db),
    tasks: taskRepository(db),
    movies: movieRepository(db),
    presence: presenceRepository(db),
    settings: settingsRepository(db),
    async setup() {
      db.open();
      open();
      kept.open();
      programs.open();
      viewed.open();
      spoken.open();
    },

    async check() {
      db.open();
      open();
      kept.open();
      programs.open();
      viewed.open();
      spoken.open();
    },
    async close() {
      db.close();
      close();
      kept.close();
      programs.close();
      viewed.close();
      spoken.close();
    },
  };
}

function jobRepository(db: Sqlite): Store['jobs'] {
  return {
    ...jobFigures(db),

    async insert(job) {
      return db.write('power', () => {
        const inserted = db.run(
          `INSERT INTO jobs (id, version, status, movie_id, settled, document) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING`,
          job.id,
          job.version,
          job.status,
          job.movieId,
          careOf(job),
          JSON.stringify(job),
        );
        if (inserted === 1) keepFigures(db, job);
        return inserted === 1;
      });
    },

    async get(id) {
      return parse<MediaProcessingJob>(db.get('SELECT document FROM jobs WHERE id = ?', id));
    },

    async status(id) {
      return db.get<{ status: JobStatus }>('SELECT status FROM jobs WHERE id = ?', id)?.status ?? null;
    },

    async update(id, version, patch) {
      return db.write('power', () => {
        const job = parse<MediaProcessingJob>(
          db.get('SELECT document FROM jobs WHERE id = ? AND version = ?', id, version),
        );
        if (!job) return false;
        const next = patched(job, patch);
        db.run(
          'UPDATE jobs SET version = ?, status = ?, movie_id = ?, settled = ?, document = ? WHERE id = ?',
          next.version,
          next.status,
          next.movieId,
          careOf(next),
          JSON.stringify(next),
          id,
        );
        keepFigures(db, next);
        return true;
      });
    },

    async list({ status, movieId, movieIds, limit, cursor }) {
      const wanted: [string, string[]][] = [];
      if (status !== undefined) wanted.push(['status = ?', [status]]);
      if (movieId !== undefined) wanted.push(['movie_id = ?', [movieId]]);
      if (movieIds !== undefined) wanted.push([`movie_id IN (${movieIds.map(() => '?').join()})`, movieIds]);
      if (cursor !== undefined) wanted.push(['id < ?', [cursor]]);
      const where = wanted.length > 0 ? `WHERE ${wanted.map(([condition]) => condition).join(' AND ')}` : '';
      // A few films have a few jobs each: to be sorted, not to be looked for among all of a status.
      const by = movieId === undefined && movieIds === undefined ? '' : 'INDEXED BY jobs_by_movie';
      const rows = db.all<{ document: string }>(
        `SELECT document FROM jobs ${by} ${where} ORDER BY id DESC LIMIT ?`,
        ...wanted.flatMap(([, values]) => values),
        limit + 1,
      );
      return pageOf<MediaProcessingJob>(rows, limit);
    },

    async active(limit) {
      const idsOf = (settled: 0 | 2, most: number) =>
        db.all<{ id: JobId }>(`SELECT id FROM jobs WHERE settled = ${settled} ORDER BY id LIMIT ?`, most);
      const first = idsOf(0, limit);
      return [...first, ...idsOf(2, limit - first.length)].map((row) => row.id);
    },
  };
}

/** @returns what is kept of who has to look after a job: 1 nobody, 0 whoever advances it, 2 the same, when there is time */
function careOf(job: MediaProcessingJob): 0 | 1 | 2 {
  if (job.settledAtMs !== null) return 1;
  return job.published ? 2 : 0;
}

function presenceRepository(db: Sqlite): Store['presence'] {
  return {
    async beat({ holder, roles, startedAtMs, seenAtMs }) {
      db.write('process', () =>
        db.run(
          `INSERT INTO presence (holder, roles, started_at_ms, seen_at_ms) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET roles = excluded.roles, started_at_ms = excluded.started_at_ms,
                                     seen_at_ms = excluded.seen_at_ms`,
          holder,
          JSON.stringify(roles),
          startedAtMs,
          seenAtMs,
        ),
      );
    },

    async leave(holder) {
      db.write('process', () => db.run('DELETE FROM presence WHERE holder = ?', holder));
    },

    async list(sinceMs) {
      const rows = db.all<{ holder: string; roles: string; startedAtMs: number; seenAtMs: number }>(
        `SELECT holder, roles, started_at_ms AS startedAtMs, seen_at_ms AS seenAtMs FROM presence
         WHERE seen_at_ms >= ? ORDER BY holder`,
        sinceMs,
      );
      return rows.map((row) => ({ ...row, roles: JSON.parse(row.roles) as string[] }));
    },
  };
}

/** Builds a page from rows of which one more than asked for was read. */
function pageOf<T extends { id: string }>(rows: { document: string }[], limit: number): Page<T> {
  const items = rows.slice(0, limit).map((row) => JSON.parse(row.document) as T);
  return { items, cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
