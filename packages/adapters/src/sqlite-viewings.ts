import type { MovieId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import {
  groupedViewings,
  noViewings,
  playerOf,
  RUNGS,
  startupStep,
  stepMs,
  VIEWING_ERRORS,
  VIEWINGS_KEPT_MS,
  type Viewing,
  type ViewingSums,
  type ViewingsBy,
} from '@marquee/core/viewings';
import { createSqlite, type Sqlite } from './sqlite.ts';

/** No row is ever read whole: columns are what sums are made of. */
const SCHEMA = `
  CREATE TABLE viewings (
    session TEXT NOT NULL UNIQUE,
    movie_id TEXT NOT NULL,
    began_at_ms INTEGER NOT NULL,
    report INTEGER NOT NULL,
    player TEXT NOT NULL,
    startup_step INTEGER,
    stalls INTEGER NOT NULL,
    stalled_ms INTEGER NOT NULL,
    watched_sec REAL NOT NULL,
    error TEXT,
    ${RUNGS.map((rung) => `rung_${rung} REAL NOT NULL`).join(', ')}
  );
  CREATE INDEX viewings_began ON viewings (began_at_ms);
`;
/** Rows that are over and go with each word: more than come in. */
const SWEPT = 2;

const NUMBERS = [
  'report',
  'startup_step',
  'stalls',
  'stalled_ms',
  'watched_sec',
  ...RUNGS.map((rung) => `rung_${rung}`),
];
const COLUMNS = ['session', 'movie_id', 'began_at_ms', 'player', 'error', ...NUMBERS];
const KEEP = `
  INSERT INTO viewings (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (session) DO UPDATE SET ${['error', ...NUMBERS].map((name) => `${name} = excluded.${name}`).join(', ')}
  WHERE report < excluded.report AND movie_id = excluded.movie_id`;

/** Sums of one step of startup times under one key. */
interface SumRow {
  key: string | number;
  step: number | null;
  sessions: number;
  stalledSessions: number;
  stalls: number;
  stalledMs: number;
  watchedSec: number;
  [column: string]: number | string | null;
}

/** A row as it stands. */
interface Row {
  rowid: number;
  session: string;
  movie_id: MovieId;
  began_at_ms: number;
  player: string;
  error: Viewing['error'];
  report: number;
  startup_step: number | null;
  stalls: number;
  stalled_ms: number;
  watched_sec: number;
  [rung: `rung_${string}`]: number;
}

/** How films came to their viewers' screens, in a file of its own: it is written all the time, and may be lost. */
export function createSqliteViewings(options: {
  file: string;
}): Pick<Store, 'viewings'> & Pick<Sqlite, 'open' | 'close'> {
  const db = createSqlite({
    file: options.file,
    version: 1,
    schema: SCHEMA,
    downCode: 'STORE_DOWN',
    what: 'database of viewings',
    isPrivate: true,
  });
  return { viewings: viewingsRepository(db), open: db.open, close: db.close };
}

function viewingsRepository(db: Sqlite): Store['viewings'] {
  return {
    async keep(viewing) {
      return db.write('process', () => {
        db.run(
          `DELETE FROM viewings WHERE rowid IN
             (SELECT rowid FROM viewings WHERE began_at_ms <= ? ORDER BY began_at_ms LIMIT ?)`,
          viewing.beganAtMs - VIEWINGS_KEPT_MS,
          SWEPT,
        );
        return db.run(KEEP, ...valuesOf(viewing)) === 1;
      });
    },

    async all({ limit, cursor }) {
      const rows = db.all<Row>(
        `SELECT rowid, ${COLUMNS.join(', ')} FROM viewings WHERE rowid > ? ORDER BY rowid LIMIT ?`,
        Number(cursor ?? 0),
        limit,
      );
      return { items: rows.map(viewingOf), cursor: rows.length < limit ? null : String(rows.at(-1)?.rowid) };
    },

    async sums({ sinceMs, untilMs, ...by }) {
      const key = keyOf(by);
      const among = 'began_at_ms >= ? AND began_at_ms < ?';
      const first =
        by.by === 'time'
          ? ''
          : `AND ${key} IN
               (SELECT ${key} FROM viewings WHERE ${among} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?)`;
      const rows = db.all<SumRow>(
        `SELECT ${key} AS key, startup_step AS step, count(*) AS sessions, sum(stalls > 0) AS stalledSessions,
           sum(stalls) AS stalls, sum(stalled_ms) AS stalledMs, sum(watched_sec) AS watchedSec,
           ${VIEWING_ERRORS.map((error) => `count(CASE error WHEN '${error}' THEN 1 END) AS ${error}`).join(', ')},
           ${RUNGS.map((rung) => `sum(rung_${rung}) AS rung_${rung}`).join(', ')}
         FROM viewings WHERE ${among} ${first} GROUP BY 1, 2 ORDER BY 1`,
        sinceMs,
        untilMs,
        ...(by.by === 'time' ? [] : [sinceMs, untilMs, by.limit]),
      );
      const keyed = rows.map((row) => ({ key: String(row.key), sums: sumsOf(row) }));
      return groupedViewings(keyed, by);
    },
  };
}

function valuesOf(viewing: Viewing): (string | number | null)[] {
  const { session, movieId, beganAtMs, browser, engine, error, report, startupMs, stalls, stalledMs } = viewing;
  const step = startupMs === null ? null : startupStep(startupMs);
  const rungs = RUNGS.map((rung) => viewing.rungSec[rung] ?? 0);
  const player = `${browser}, ${engine}`;
  return [session, movieId, beganAtMs, player, error, report, step, stalls, stalledMs, viewing.watchedSec, ...rungs];
}

function viewingOf(row: Row): Viewing {
  const rungs = RUNGS.map((rung) => [rung, Number(row[`rung_${rung}`])] as const);
  return {
    session: row.session,
    movieId: row.movie_id,
    beganAtMs: row.began_at_ms,
    ...playerOf(row.player),
    error: row.error,
    report: row.report,
    startupMs: row.startup_step === null ? null : stepMs(row.startup_step),
    stalls: row.stalls,
    stalledMs: row.stalled_ms,
    watchedSec: row.watched_sec,
    rungSec: Object.fromEntries(rungs.filter(([, sec]) => sec > 0)),
  };
}

/** Put into the statement as it is: nothing of it comes from outside but a whole number. */
function keyOf(by: ViewingsBy): string {
  if (by.by === 'time') return `began_at_ms - began_at_ms % ${Math.max(1, Math.trunc(by.everyMs))}`;
  return by.by === 'film' ? 'movie_id' : 'player';
}

function sumsOf(row: SumRow): ViewingSums {
  const { step, sessions, stalledSessions, stalls, stalledMs, watchedSec } = row;
  const sums = noViewings();
  for (const rung of RUNGS) sums.rungSec[rung] = Number(row[`rung_${rung}`]);
  for (const error of VIEWING_ERRORS) sums.errors[error] = Number(row[error]);
  const startups = step === null ? [] : [{ step, sessions }];
  return { ...sums, sessions, stalledSessions, stalls, stalledMs, watchedSec, startups };
}
