import { randomUUID } from 'node:crypto';
import { batched } from '@marquee/core/batches';
import type { ErrorCode } from '@marquee/core/errors';
import type { JobId, TaskId } from '@marquee/core/ids';
import { type Task, type TaskResult, type TaskRun, type TaskState, type ToolRun, taskRow } from '@marquee/core/job';
import type { Store } from '@marquee/core/ports';
import type { TaskTally } from '@marquee/core/tally';
import type { Claim } from '@marquee/core/task-repository';
import { type AnyBulkWriteOperation, type Collection, MongoNetworkError, type UpdateFilter } from 'mongodb';
import { type Guard, isDuplicate } from './mongo-errors.ts';

/**
 * A task as it is stored. Each claim raises the fence by one and pushes one run, so run `i` is the one of fence
 * `i + 1`; its end is set beside it under that fence. A holder, who knows nothing but its fence, so ends its run
 * by one plain update.
 */
export interface TaskDocument extends Omit<Task, 'id' | 'runs'> {
  _id: TaskId;
  runs: Pick<TaskRun, 'worker' | 'startedAtMs'>[];
  ends: Record<string, Pick<TaskRun, 'endedAtMs' | 'outcome' | 'tools'>>;
  /** Names the call that claimed it last, where several tasks were claimed by one. */
  claim?: string;
}

/** One holder's wish for one task. */
interface Wish {
  id: TaskId;
  claim: { holder: string; leaseMs: number; nowMs: number; takesOver?: boolean };
}
interface Finish {
  id: TaskId;
  fence: number;
  result: TaskResult;
  nowMs: number;
  tools: ToolRun[];
}

const LIGHT = { payload: 0, result: 0 };
const ENDED = ['done', 'failed', 'cancelled'] as const;
/** Claims or ends that go to the server together, at most. */
const BATCH = 200;
/** Rows of one call; more go in several, so that each is answered in bounded time however large a job is. */
const ROWS = 2000;

/** Asks for a long list in parts, one after another. @returns the answers in order */
async function inParts<T, A>(list: readonly T[], ask: (part: T[]) => Promise<A>): Promise<A[]> {
  const answers: A[] = [];
  for (let at = 0; at < list.length; at += ROWS) answers.push(await ask(list.slice(at, at + ROWS)));
  return answers;
}

/** The task rows. Every change is one update of one document, or the same one of many. */
export function taskRepository(tasks: Collection<TaskDocument>, guard: Guard): Store['tasks'] {
  /** Ends the run of the holder of `fence`, or writes nothing. */
  const endOf = (
    fence: number,
    end: {
      nowMs: number;
      outcome: TaskRun['outcome'];
      tools?: ToolRun[];
      isAttempt?: boolean;
      set: Partial<TaskDocument>;
    },
  ): UpdateFilter<TaskDocument> => ({
    $set: {
      leaseHolder: null,
      leaseUntilMs: null,
      progress: 0,
      ...end.set,
      [`ends.${fence}`]: {
        endedAtMs: end.nowMs,
        outcome: end.outcome,
        ...(end.tools?.length ? { tools: end.tools } : {}),
      },
    },
    ...(end.isAttempt ? { $inc: { attempts: 1 } } : {}),
  });
  const endRun = async (id: TaskId, fence: number, end: Parameters<typeof endOf>[1]): Promise<boolean> => {
    const { matchedCount } = await guard(() =>
      tasks.updateOne({ _id: id, status: 'running', fence }, endOf(fence, end)),
    );
    return matchedCount === 1;
  };

  const take = (claim: { holder: string; leaseMs: number; nowMs: number }): UpdateFilter<TaskDocument> => ({
    $set: {
      status: 'running',
      leaseHolder: claim.holder,
      leaseUntilMs: claim.nowMs + claim.leaseMs,
      progress: 0,
    },
    $inc: { fence: 1 },
    $push: { runs: { worker: claim.holder, startedAtMs: claim.nowMs } },
  });

  const claimOne = async ({ id, claim }: Wish): Promise<Claim> => {
    const { nowMs } = claim;
    const ready = { _id: id, status: 'ready' as const, notBeforeMs: { $lte: nowMs } };
    const taken = await guard(() => tasks.findOneAndUpdate(ready, take(claim), { returnDocument: 'after' }));
    if (taken) return { task: taskOf(taken) };

    const row = await guard(() => tasks.findOne({ _id: id }, { projection: LIGHT }));
    if (!row) return { refused: 'gone' };
    if (row.status === 'waiting') return { refused: 'waiting' };
    if (row.status === 'ready') return { refused: row.notBeforeMs > nowMs ? 'early' : 'held' };
    if (row.status !== 'running') return { refused: 'finished' };
    if (claim.takesOver === false || (row.leaseUntilMs ?? 0) > nowMs) return { refused: 'held' };
    // Its holder is silent: its run ended with its lease, nobody knows how.
    const update = take(claim);
    Object.assign(update.$set as object, { [`ends.${row.fence}`]: { endedAtMs: row.leaseUntilMs, outcome: null } });
    const stale = { _id: id, status: 'running' as const, fence: row.fence, leaseUntilMs: row.leaseUntilMs };
    const over = await guard(() => tasks.findOneAndUpdate(stale, update, { returnDocument: 'after' }));
    return over ? { task: taskOf(over) } : { refused: 'held' };
  };

  /**
   * Claims many tasks by one update, each of them by compare-and-set, and reads back which of them bear the name of
   * this call. What it did not get is asked for by itself, which also says why it cannot be had.
   */
  const claimTogether = batched<Wish, Claim>(async (wishes) => {
    const got = new Map<TaskId, Claim>();
    const [first] = wishes;
    if (first && wishes.length > 1) {
      const { claim } = first;
      const name = randomUUID();
      const isAlike = (wish: Wish) => wish.claim.holder === claim.holder && wish.claim.leaseMs === claim.leaseMs;
      const ids = wishes.filter(isAlike).map((wish) => wish.id);
      const ready = { _id: { $in: ids }, status: 'ready' as const, notBeforeMs: { $lte: claim.nowMs } };
      const update = take(claim);
      Object.assign(update.$set as object, { claim: name });
      await guard(async () => {
        try {
          await tasks.updateMany(ready, update);
        } catch (thrown) {
          // Asked again it claims what is left: what it has claimed is not ready any more, and bears its name.
          if (!(thrown instanceof MongoNetworkError)) throw thrown;
          await tasks.updateMany(ready, update);
        }
      });
      const rows = await guard(() => tasks.find({ _id: { $in: ids }, claim: name }).toArray());
      for (const row of rows) got.set(row._id, { task: taskOf(row) });
    }
    return wishes.map((wish) => {
      const claim = got.get(wish.id);
      // A task that is asked for twice is had once.
      got.delete(wish.id);
      return claim ?? claimOne(wish);
    });
  }, BATCH);

  const endWell = (result: TaskResult) => ({ status: 'done' as const, progress: 1, result, error: null });
  const finishOne = async ({ id, fence, result, nowMs, tools }: Finish): Promise<boolean> => {
    if (await endRun(id, fence, { nowMs, outcome: 'done', tools, set: endWell(result) })) return true;
    // The answer to the first call may have been lost: the same holder asking again is told that it stands.
    const row = await guard(() => tasks.findOne({ _id: id }, { projection: { status: 1, fence: 1 } }));
    return row?.status === 'done' && row.fence === fence;
  };

  const finishTogether = batched<Finish, boolean>(async (ends) => {
    if (ends.length === 1) return ends.map(finishOne);
    const writes = ends.map(({ id, fence, result, nowMs, tools }): AnyBulkWriteOperation<TaskDocument> => {
      const update = endOf(fence, { nowMs, outcome: 'done', tools, set: endWell(result) });
      return { updateOne: { filter: { _id: id, status: 'running', fence }, update } };
    });
    const isWhole = await guard(async () => {
      try {
        return (await tasks.bulkWrite(writes, { ordered: false })).matchedCount === ends.length;
      } catch (thrown) {
        if (thrown instanceof MongoNetworkError) throw thrown;
        return false;
      }
    });
    // Which of them were stale, or cannot be written, is not said: each is asked for by itself.
    return isWhole ? ends.map(() => true) : ends.map(finishOne);
  }, BATCH);

  const restore = async (rows: readonly Task[]) => {
    await inParts(rows, (part) =>
      guard(async () => {
        try {
          await tasks.insertMany(part.map(documentOf), { ordered: false });
        } catch (thrown) {
          if (!isDuplicate(thrown)) throw thrown;
        }
      }),
    );
  };

  return {
    insert: (planned) => restore(planned.map((task) => taskRow(task))),
    restore,

    async get(id) {
      const found = await guard(() => tasks.findOne({ _id: id }));
      return found && taskOf(found);
    },

    async getMany(ids) {
      const found = await inParts(ids, (part) => guard(() => tasks.find({ _id: { $in: part } }).toArray()));
      return found.flat().map(taskOf);
    },

    async states(ids) {
      const found = await inParts(ids, (part) =>
        guard(() => tasks.find({ _id: { $in: part } }, { projection: LIGHT }).toArray()),
      );
      return found.flat().map(stateOf);
    },

    async list(jobId, statuses) {
      const filter = statuses ? { jobId, status: { $in: statuses } } : { jobId };
      return (await guard(() => tasks.find(filter, { batchSize: 5000 }).toArray())).map(taskOf);
    },

    async tally(jobIds) {
      const isDone = { $eq: ['$status', 'done'] };
      const counted = await guard(() =>
        tasks
          .aggregate<TaskTally & { _id: { jobId: JobId; type: TaskTally['type'] } }>([
            { $match: { jobId: { $in: jobIds } } },
            {
              $group: {
                _id: { jobId: '$jobId', type: '$type' },
                total: { $sum: 1 },
                done: { $sum: { $cond: [isDone, 1, 0] } },
                progress: { $sum: { $cond: [isDone, 1, '$progress'] } },
                attempts: { $sum: '$attempts' },
              },
            },
          ])
          .toArray(),
      );
      const tallies = new Map<JobId, TaskTally[]>();
      for (const { _id, total, done, progress, attempts } of counted) {
        const tally = { type: _id.type, total, done, progress, attempts };
        tallies.set(_id.jobId, [...(tallies.get(_id.jobId) ?? []), tally]);
      }
      return tallies;
    },

    async open(ids) {
      const turned = await inParts(ids, (part) => {
        const filter = { _id: { $in: part }, status: 'waiting' as const };
        return guard(() => tasks.updateMany(filter, { $set: { status: 'ready' } }));
      });
      return turned.reduce((sum, { matchedCount }) => sum + matchedCount, 0);
    },

    async markPublished(ids, nowMs) {
      if (ids.length === 0) return;
      await guard(() => tasks.updateMany({ _id: { $in: ids } }, { $set: { publishedAtMs: nowMs } }));
    },

    claim: (id, claim) => claimTogether({ id, claim }),

    async renew(id, fence, { leaseMs, nowMs, progress }) {
      const set = { leaseUntilMs: nowMs + leaseMs, ...(progress === undefined ? {} : { progress }) };
      const held = { _id: id, fence, status: 'running' as const };
      return (await guard(() => tasks.updateOne(held, { $set: set }))).matchedCount === 1;
    },

    finish: (id, fence, result, nowMs, tools = []) => finishTogether({ id, fence, result, nowMs, tools }),

    async fail(id, fence, failure, { nowMs, retryAtMs, tools = [] }) {
      const set: Partial<TaskDocument> =
        retryAtMs === null
          ? { status: 'failed', error: failure }
          : { status: 'ready', error: failure, notBeforeMs: retryAtMs, publishedAtMs: null };
      return endRun(id, fence, { nowMs, outcome: failure.code, tools, isAttempt: true, set });
    },

    release: (id, fence, code: ErrorCode, nowMs) =>
      endRun(id, fence, { nowMs, outcome: code, set: { status: 'ready', publishedAtMs: null } }),

    cancel: (id, fence, nowMs) => endRun(id, fence, { nowMs, outcome: 'JOB_CANCELLED', set: { status: 'cancelled' } }),

    async reset(ids, to = 'ready') {
      if (ids.length === 0) return 0;
      const from = to === 'waiting' ? [...ENDED, 'ready' as const] : [...ENDED];
      const cleared = { attempts: 0, notBeforeMs: 0, publishedAtMs: null, progress: 0, result: null, error: null };
      const filter = { _id: { $in: ids }, status: { $in: from } };
      return (await guard(() => tasks.updateMany(filter, { $set: { status: to, ...cleared } }))).matchedCount;
    },
  };
}

function documentOf({ id, runs, ...row }: Task): TaskDocument {
  const ends = runs.flatMap(({ worker: _worker, startedAtMs: _startedAtMs, ...end }, i) =>
    end.endedAtMs === null ? [] : [[i + 1, end] as const],
  );
  return {
    _id: id,
    ...row,
    runs: runs.map(({ worker, startedAtMs }) => ({ worker, startedAtMs })),
    ends: Object.fromEntries(ends),
  };
}

function taskOf(document: TaskDocument): Task {
  return { ...stateOf(document), payload: document.payload, result: document.result ?? null };
}

/** What an older version did not write has its first value. */
function stateOf(document: TaskDocument): TaskState {
  const { runs = [], ends = {} } = document;
  return {
    id: document._id,
    jobId: document.jobId,
    type: document.type,
    piece: document.piece,
    order: document.order,
    status: document.status,
    attempts: document.attempts ?? 0,
    fence: document.fence ?? 0,
    leaseHolder: document.leaseHolder ?? null,
    leaseUntilMs: document.leaseUntilMs ?? null,
    notBeforeMs: document.notBeforeMs ?? 0,
    publishedAtMs: document.publishedAtMs ?? null,
    progress: document.progress ?? 0,
    error: document.error ?? null,
    runs: runs.map((run, i) => ({ ...run, ...(ends[i + 1] ?? { endedAtMs: null, outcome: null }) })),
  };
}
