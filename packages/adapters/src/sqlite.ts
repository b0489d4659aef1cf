import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import type { ErrorCode } from '@marquee/core/errors';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';

/** How long a call waits for another process's write to end before it gives up. */
const BUSY_TIMEOUT_MS = 10_000;
/** SQLite's primary result codes that say "the engine cannot be used now", not "this statement is wrong". */
const DOWN = new Set([5, 6, 8, 10, 11, 14, 15, 22, 23, 26]);
const FULL = 13;

export interface SqliteOptions {
  file: string;
  /** Raised when `schema` changes in a way that older code would misread. */
  version: number;
  /** Statements that make the tables of `version`, run once per file. */
  schema: string;
  /** Brings a file of version `from` to the next one, keeping what is in it. Runs in the transaction of all of them. */
  steps?: { from: number; run(db: DatabaseSync): void }[];
  /** Code of the error when the file cannot be used. */
  downCode: Extract<ErrorCode, 'STORE_DOWN' | 'BROKER_DOWN'>;
  /** What the file holds, for sentences: `job database`. */
  what: string;
  /** Readable by its owner alone. */
  isPrivate?: boolean;
}

/** A SQLite file that several processes of one machine use at once. Every method throws MarqueeErrors only. */
export interface Sqlite {
  /** Opens the file and makes its tables, if that has not been done. Any other call does it too. */
  open(): void;
  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined;
  all<T>(sql: string, ...values: SQLInputValue[]): T[];
  /** @returns the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /**
   * Runs `work` in one write transaction, rolled back if it throws.
   *
   * @param durable `power` when the change has to outlive a power cut, `process` when a killed process is enough
   */
  write<T>(durable: 'power' | 'process', work: () => T): T;
  /** Idempotent; calls after it throw the down code. */
  close(): void;
}

/**
 * Prepares a database file; nothing is touched until the first call.
 *
 * In WAL mode a committed transaction outlives `kill -9` of any process whatever `synchronous` is, and only a
 * power cut can take the last ones (the file stays sound). So `synchronous` is FULL, one fsync, for changes
 * that promise something to somebody, and NORMAL, none, for those whose loss only means doing a thing again.
 * A later FULL commit makes all before it durable too.
 */
export function createSqlite(options: SqliteOptions): Sqlite {
  let db: DatabaseSync | null = null;
  let closed = false;
  let level: 'power' | 'process' | null = null;
  const statements = new Map<string, StatementSync>();

  const open = (): DatabaseSync => {
    if (db) return db;
    if (closed) throw new MarqueeError(options.downCode, `The ${options.what} has been closed.`);
    return guard(options, () => {
      mkdirSync(dirname(options.file), { recursive: true });
      // SQLite gives the files beside it (WAL) the rights of this one.
      if (options.isPrivate) makePrivate(options.file);
      const opened = new DatabaseSync(options.file, { timeout: BUSY_TIMEOUT_MS });
      try {
        useWal(opened);
        makeTables(opened, options);
      } catch (thrown) {
        opened.close();
        throw thrown;
      }
      db = opened;
      return opened;
    });
  };
  const statement = (sql: string): StatementSync => {
    const database = open();
    const known = statements.get(sql);
    if (known) return known;
    const made = database.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const atLevel = (durable: 'power' | 'process') => {
    if (level === durable) return;
    open().exec(`PRAGMA synchronous = ${durable === 'power' ? 'FULL' : 'NORMAL'}`);
    level = durable;
  };

  return {
    open: () => void open(),
    get: <T>(sql: string, ...values: SQLInputValue[]) =>
      guard(options, () => statement(sql).get(...values) as T | undefined),
    all: <T>(sql: string, ...values: SQLInputValue[]) => guard(options, () => statement(sql).all(...values) as T[]),
    run: (sql, ...values) => guard(options, () => Number(statement(sql).run(...values).changes)),
    write: (durable, work) =>
      guard(options, () => {
        const database = open();
        atLevel(durable);
        statement('BEGIN IMMEDIATE').run();
        try {
          const result = work();
          statement('COMMIT').run();
          return result;
        } catch (thrown) {
          if (database.isTransaction) database.exec('ROLLBACK');
          throw thrown;
        }
      }),
    close() {
      closed = true;
      statements.clear();
      db?.close();
      db = null;
    },
  };
}

/** An empty file is a new database. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

/** Two processes that turn a new file into a WAL one at the same moment do not wait for each other by themselves. */
function useWal(db: DatabaseSync): void {
  const giveUpAtMs = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      if (modeOf(db) === 'wal') return;
      db.exec('PRAGMA journal_mode = WAL');
    } catch (thrown) {
      if (resultCode(thrown) !== 5 || Date.now() > giveUpAtMs) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function modeOf(db: DatabaseSync): unknown {
  return (db.prepare('PRAGMA journal_mode').get() as { journal_mode: unknown }).journal_mode;
}

function makeTables(db: DatabaseSync, options: SqliteOptions): void {
  const versionOf = () => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (versionOf() === options.version) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    const found = versionOf();
    if (found === 0) db.exec(options.schema);
    else if (found !== options.version && !bringUp(db, options, found)) {
      throw new MarqueeError(
        'CONFIG_INVALID',
        `The ${options.what} was made by another version of Marquee (format ${found}, this one reads ${options.version}). Use that version, or another data folder.`,
        { context: { file: options.file } },
      );
    }
    db.exec(`PRAGMA user_version = ${options.version}`);
    db.exec('COMMIT');
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw thrown;
  }
}

/** @returns false if no steps lead from the version that was found to ours */
function bringUp(db: DatabaseSync, { steps = [], version }: SqliteOptions, found: number): boolean {
  if (found > version) return false;
  const way: typeof steps = [];
  for (let from = found; from < version; from++) {
    const step = steps.find((each) => each.from === from);
    if (!step) return false;
    way.push(step);
  }
  for (const step of way) step.run(db);
  return true;
}

function guard<T>(options: SqliteOptions, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw translate(options, thrown);
  }
}

function translate(options: SqliteOptions, thrown: unknown): unknown {
  if (isMarqueeError(thrown)) return thrown;
  const details = { cause: thrown, context: { file: options.file } };
  const code = resultCode(thrown);
  const systemCode = (thrown as NodeJS.ErrnoException).code;
  if (code === FULL || systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
    return new MarqueeError(
      'DISK_FULL',
      `The disk is full: the ${options.what} cannot be written. Free some space and the work goes on by itself.`,
      details,
    );
  }
  const isSystemError = typeof (thrown as NodeJS.ErrnoException).syscall === 'string';
  if ((code !== null && DOWN.has(code)) || systemCode === 'ERR_INVALID_STATE' || isSystemError) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return new MarqueeError(options.downCode, `The ${options.what} cannot be used just now: ${why}.`, details);
  }
  return thrown;
}

/** @returns SQLite's primary result code, or null if the error is not SQLite's. */
function resultCode(thrown: unknown): number | null {
  const error = thrown as { code?: unknown; errcode?: unknown };
  return error?.code === 'ERR_SQLITE_ERROR' && typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}
