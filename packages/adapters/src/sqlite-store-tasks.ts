import type { ErrorCode } from '@marquee/core/errors';
import type { JobId, TaskId } from '@marquee/core/ids';
import type { Task, TaskRun, TaskState, TaskStatus, ToolRun } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import type { Store } from '@marquee/core/ports';
import type { Claim } from '@marquee/core/task-repository';
import type { Sqlite } from './sqlite.ts';

/**
 * What conditions look at is a column; payload, result, error and runs are JSON, written only when they change,
 * so that a renewal rewrites three numbers and not a page of text.
 */
export const TASKS_SCHEMA = `
  CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    type TEXT NOT NULL,
    piece TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    lease_holder TEXT,
    lease_until_ms INTEGER,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    published_at_ms INTEGER,
    progress REAL NOT NULL DEFAULT 0,
    result TEXT,
    error TEXT,
    runs TEXT NOT NULL DEFAULT '[]',
    payload TEXT NOT NULL
  );
  CREATE INDEX tasks_by_job ON tasks (job_id, id);
`;

/** All but the payload, which `list` keeps in memory. */
const LIGHT = `id, job_id, type, piece, sequence, status, attempts, fence, lease_holder, lease_until_ms, not_before_ms,
  published_at_ms, progress, result, error, runs`;

/** Payloads kept in memory, a few kilobytes each. */
const KEPT_PAYLOADS = 5000;

interface Row {
  id: TaskId;
  job_id: JobId;
  type: TaskType;
  piece: string;
  sequence: number;
  status: TaskStatus;
  attempts: number;
  fence: number;
  lease_holder: string | null;
  lease_until_ms: number | null;
  not_before_ms: number;
  published_at_ms: number | null;
  progress: number;
  result: string | null;
  error: string | null;
  runs: string;
  payload: string;
}

/** The end of a run: the columns that change, beside the lease, which is always given up. */
interface RunEnd {
  status: TaskStatus;
  outcome: TaskRun['outcome'];
  nowMs: number;
  attempts: number;
  notBeforeMs: number;
  progress: number;
  result: string | null;
  error: string | null;
  tools: ToolRun[];
}

/** The task rows. Every change is one transaction that reads the row, decides, and writes it. */
export function taskRepository(db: Sqlite): Store['tasks'] {
  const rowOf = (id: TaskId) => db.get<Row>('SELECT * FROM tasks WHERE id = ?', id);

  // A job's tasks are listed each time that one of them ends, and reading a few thousand payloads takes most of
  // that time; they never change, so each is read once. They are frozen, because they are given to everybody.
  const payloads = new Map<TaskId, unknown>();
  const keepPayloads = (jobId: JobId, rows: { id: TaskId }[]) => {
    if (rows.every(({ id }) => payloads.has(id))) return;
    if (payloads.size + rows.length > KEPT_PAYLOADS) payloads.clear();
    for (const row of db.all<Pick<Row, 'id' | 'payload'>>('SELECT id, payload FROM tasks WHERE job_id = ?', jobId)) {
      if (!payloads.has(row.id)) payloads.set(row.id, frozen(JSON.parse(row.payload)));
    }
  };

  /** Ends the run of the holder of `fence`, or writes nothing. */
  const endRun = (
    id: TaskId,
    fence: number,
    end: (row: Row) => Partial<RunEnd> & Pick<RunEnd, 'status' | 'outcome' | 'nowMs'>,
  ): boolean =>
    db.write('power', () => {
      const row = rowOf(id);
      if (row?.status !== 'running' || row.fence !== fence) return false;
      const next = {
        attempts: row.attempts,
        notBeforeMs: row.not_before_ms,
        progress: 0,
        result: row.result,
        error: row.error,
        tools: [],
        ...end(row),
      };
      db.run(
        `UPDATE tasks SET status = ?, attempts = ?, lease_holder = NULL, lease_until_ms = NULL, not_before_ms = ?,
                          published_at_ms = CASE WHEN ?1 = 'ready' THEN NULL ELSE published_at_ms END,
                          progress = ?, result = ?, error = ?, runs = ? WHERE id = ?`,
        next.status,
        next.attempts,
        next.notBeforeMs,
        next.progress,
        next.result,
        next.error,
        JSON.stringify(withRunEnded(row, next.nowMs, next.outcome, next.tools)),
        id,
      );
      return true;
    });

  return {
    async insert(tasks) {
      db.write('power', () => {
        for (const task of tasks) {
          db.run(
            `INSERT INTO tasks (id, job_id, type, piece, sequence, payload) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING`,
            task.id,
            task.jobId,
            task.type,
            task.piece,
            task.order,
            JSON.stringify(task.payload),
          );
        }
      });
    },

    async restore(tasks) {
      db.write('power', () => {
        for (const task of tasks) {
          db.run(
            `INSERT INTO tasks (${LIGHT}, payload) VALUES (${Array(17).fill('?').join(', ')}) ON CONFLICT DO NOTHING`,
            task.id,
            task.jobId,
            task.type,
            task.piece,
            task.order,
            task.status,
            task.attempts,
            task.fence,
            task.leaseHolder,
            task.leaseUntilMs,
            task.notBeforeMs,
            task.publishedAtMs,
            task.progress,
            task.result && JSON.stringify(task.result),
            task.error && JSON.stringify(task.error),
            JSON.stringify(task.runs),
            JSON.stringify(task.payload),
          );
        }
      });
    },

    async get(id) {
      const row = rowOf(id);
      return row ? taskOf(row, JSON.parse(row.payload)) : null;
    },

    async getMany(ids) {
      const rows = ids.map(rowOf).filter((row) => row !== undefined);
      return rows.map((row) => taskOf(row, JSON.parse(row.payload)));
    },

    async states(ids) {
      const rows = ids.map((id) => db.get<Omit<Row, 'payload'>>(`SELECT ${LIGHT} FROM tasks WHERE id = ?`, id));
      return rows.filter((row) => row !== undefined).map(stateOf);
    },

    async list(jobId, statuses) {
      if (statuses) {
        const rows = db.all<Row>(
          `SELECT * FROM tasks WHERE job_id = ? AND status IN (${statuses.map(() => '?').join()})`,
          jobId,
          ...statuses,
        );
        return rows.map((row) => taskOf(row, JSON.parse(row.payload)));
      }
      const rows = db.all<Omit<Row, 'payload'>>(`SELECT ${LIGHT} FROM tasks WHERE job_id = ?`, jobId);
      keepPayloads(jobId, rows);
      return rows.map((row) => taskOf(row, payloads.get(row.id)));
    },

    async tally(jobIds) {
      const counted = jobIds.map((id) => {
        // Its JSON is not read: of a row with a large payload that is the first page alone.
        const rows = db.all<{ type: TaskType; total: number; done: number; progress: number; attempts: number }>(
          `SELECT type, count(*) AS total, sum(status = 'done') AS done, sum(attempts) AS attempts,
                  total(CASE WHEN status = 'done' THEN 1 ELSE progress END) AS progress
           FROM tasks WHERE job_id = ? GROUP BY type`,
          id,
        );
        return [id, rows.map((row) => ({ ...row }))] as const;
      });
      return new Map(counted.filter(([, tallies]) => tallies.length > 0));
    },

    async open(ids) {
      return db.write('power', () => {
        let count = 0;
        for (const id of ids)
          count += db.run("UPDATE tasks SET status = 'ready' WHERE id = ? AND status = 'waiting'", id);
        return count;
      });
    },

    async markPublished(ids, nowMs) {
      // Lost to a power cut, it only means that the message is published once more.
      db.write('process', () => {
        for (const id of ids) db.run('UPDATE tasks SET published_at_ms = ? WHERE id = ?', nowMs, id);
      });
    },

    async claim(id, { holder, leaseMs, nowMs, takesOver = true }) {
      // A claim lost to a power cut is no loss: its holder ran on this machine too.
      return db.write('process', (): Claim => {
        const row = rowOf(id);
        if (!row) return { refused: 'gone' };
        if (row.status === 'waiting') return { refused: 'waiting' };
        if (row.status === 'ready' && row.not_before_ms > nowMs) return { refused: 'early' };
        if (row.status === 'running' && (!takesOver || (row.lease_until_ms ?? 0) > nowMs)) return { refused: 'held' };
        if (row.status !== 'ready' && row.status !== 'running') return { refused: 'finished' };
        const runs = [
          // A holder that is silent: its run ended with its lease, nobody knows how.
          ...withRunEnded(row, row.lease_until_ms ?? nowMs, null),
          { worker: holder, startedAtMs: nowMs, endedAtMs: null, outcome: null },
        ];
        const claimed: Row = {
          ...row,
          status: 'running',
          fence: row.fence + 1,
          lease_holder: holder,
          lease_until_ms: nowMs + leaseMs,
          progress: 0,
          runs: JSON.stringify(runs),
        };
        db.run(
          `UPDATE tasks SET status = ?, fence = ?, lease_holder = ?, lease_until_ms = ?, progress = ?, runs = ?
           WHERE id = ?`,
          claimed.status,
          claimed.fence,
          claimed.lease_holder,
          claimed.lease_until_ms,
          claimed.progress,
          claimed.runs,
          id,
        );
        return { task: taskOf(claimed, JSON.parse(claimed.payload)) };
      });
    },

    async renew(id, fence, { leaseMs, nowMs, progress }) {
      return db.write(
        'process',
        () =>
          db.run(
            `UPDATE tasks SET lease_until_ms = ?, progress = coalesce(?, progress)
             WHERE id = ? AND fence = ? AND status = 'running'`,
            nowMs + leaseMs,
            progress ?? null,
            id,
            fence,
          ) === 1,
      );
    },

    async finish(id, fence, result, nowMs, tools = []) {
      const written = endRun(id, fence, () => ({
        status: 'done',
        outcome: 'done',
        nowMs,
        tools,
        progress: 1,
        result: JSON.stringify(result),
        error: null,
      }));
      if (written) return true;
      // The answer to the first call may have been lost: the same holder asking again is told that it stands.
      const row = rowOf(id);
      return row?.status === 'done' && row.fence === fence;
    },

    async fail(id, fence, failure, { nowMs, retryAtMs, tools = [] }) {
      return endRun(id, fence, (row) => ({
        status: retryAtMs === null ? 'failed' : 'ready',
        outcome: failure.code,
        nowMs,
        tools,
        attempts: row.attempts + 1,
        notBeforeMs: retryAtMs ?? row.not_before_ms,
        error: JSON.stringify(failure),
      }));
    },

    async release(id, fence, code: ErrorCode, nowMs) {
      return endRun(id, fence, () => ({ status: 'ready', outcome: code, nowMs }));
    },

    async cancel(id, fence, nowMs) {
      return endRun(id, fence, () => ({ status: 'cancelled', outcome: 'JOB_CANCELLED', nowMs }));
    },

    async reset(ids, to = 'ready') {
      return db.write('power', () => {
        let count = 0;
        for (const id of ids) {
          count += db.run(
            `UPDATE tasks SET status = ?1, attempts = 0, not_before_ms = 0, published_at_ms = NULL, progress = 0,
                              result = NULL, error = NULL
             WHERE id = ?2 AND (status IN ('done', 'failed', 'cancelled') OR (status = 'ready' AND ?1 = 'waiting'))`,
            to,
            id,
          );
        }
        return count;
      });
    },
  };
}

function withRunEnded(
  row: Pick<Row, 'runs'>,
  nowMs: number,
  outcome: TaskRun['outcome'],
  tools: ToolRun[] = [],
): TaskRun[] {
  const runs = JSON.parse(row.runs) as TaskRun[];
  const end = { endedAtMs: nowMs, outcome, ...(tools.length > 0 ? { tools } : {}) };
  return runs.map((run) => (run.endedAtMs === null ? { ...run, ...end } : run));
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}

function taskOf(row: Omit<Row, 'payload'>, payload: unknown): Task {
  return {
    ...stateOf(row),
    payload: payload as Task['payload'],
    result: row.result === null ? null : JSON.parse(row.result),
  };
}

function stateOf(row: Omit<Row, 'payload'>): TaskState {
  return {
    id: row.id,
    jobId: row.job_id,
    type: row.type,
    piece: row.piece,
    order: row.sequence,
    status: row.status,
    attempts: row.attempts,
    fence: row.fence,
    leaseHolder: row.lease_holder,
    leaseUntilMs: row.lease_until_ms,
    notBeforeMs: row.not_before_ms,
    publishedAtMs: row.published_at_ms,
    progress: row.progress,
    error: row.error === null ? null : JSON.parse(row.error),
    runs: JSON.parse(row.runs),
  };
}
