import type { ErrorCode } from './errors.ts';
import type { JobId, TaskId } from './ids.ts';
import type { Failure, NewTask, Task, TaskResult, TaskState, TaskStatus, ToolRun } from './job.ts';
import type { TaskTally } from './tally.ts';

/** Why a task could not be claimed: nobody should (`gone`, `finished`), or not now (`held`, `early`, `waiting`). */
export type ClaimRefusal = 'gone' | 'finished' | 'held' | 'early' | 'waiting';
export type Claim = { task: Task } | { refused: ClaimRefusal };

/** Pieces of jobs. Each call changes single rows, by compare-and-set where others may want the same. */
export interface TaskRepository {
  /** Inserts as `waiting`; rows that stand already are left as they are. */
  insert(tasks: NewTask[]): Promise<void>;
  /** Inserts whole rows as they were once read, for a backup; rows that stand already are left as they are. */
  restore(tasks: readonly Task[]): Promise<void>;
  get(id: TaskId): Promise<Task | null>;
  /** Those that exist, in any order. */
  getMany(ids: TaskId[]): Promise<Task[]>;
  /** The same without payloads and results, which are most of a row. */
  states(ids: TaskId[]): Promise<TaskState[]>;
  /** All of a job, or those in one of these states; in any order. */
  list(jobId: JobId, statuses?: TaskStatus[]): Promise<Task[]>;
  /** What there is of each job, by type, counted where the rows are. A job without tasks is not named. */
  tally(jobIds: JobId[]): Promise<Map<JobId, TaskTally[]>>;
  /** Turns `waiting` into `ready` (not yet published). Others are left. @returns how many were turned */
  open(ids: TaskId[]): Promise<number>;
  markPublished(ids: TaskId[], nowMs: number): Promise<void>;
  /**
   * Takes a task that is `ready` and due, or `running` with its lease run out, by one compare-and-set:
   * `running`, fence + 1, lease, a new run. Of any number of racers one wins. A run that is taken over ended with its lease;
   * with `takesOver: false` none is: a task that runs is held, whatever its lease says.
   */
  claim(id: TaskId, claim: { holder: string; leaseMs: number; nowMs: number; takesOver?: boolean }): Promise<Claim>;
  /** Extends the lease. @returns false if the fence is no longer the row's: the holder must stop and write nothing. */
  renew(id: TaskId, fence: number, renewal: { leaseMs: number; nowMs: number; progress?: number }): Promise<boolean>;
  /** Ends a running task well. `tools` are kept with the run. @returns false if the fence is stale. */
  finish(id: TaskId, fence: number, result: TaskResult, nowMs: number, tools?: ToolRun[]): Promise<boolean>;
  /**
   * Ends a run that failed. With `retryAtMs` the task is `ready` again from then on (unpublished, one
   * attempt more), without it `failed` for good. @returns false if the fence is stale.
   */
  fail(
    id: TaskId,
    fence: number,
    failure: Failure,
    end: { nowMs: number; retryAtMs: number | null; tools?: ToolRun[] },
  ): Promise<boolean>;
  /** Hands a running task back, `ready` and unpublished, no attempt spent. @returns false if the fence is stale. */
  release(id: TaskId, fence: number, code: ErrorCode, endedAtMs: number): Promise<boolean>;
  /** Ends a running task as `cancelled`. @returns false if the fence is stale. */
  cancel(id: TaskId, fence: number, nowMs: number): Promise<boolean>;
  /**
   * Makes tasks that ended (any way) `ready` and unpublished again with no attempts spent, keeping their
   * runs. With `to: 'waiting'` they wait to be opened as if just planned, and so do those that were `ready`.
   * @returns how many were reset.
   */
  reset(ids: TaskId[], to?: 'ready' | 'waiting'): Promise<number>;
}
