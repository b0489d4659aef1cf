import { type ErrorCode, type MarqueeError, outcomeOf } from '@marquee/core/errors';
import type { Failure, Task } from '@marquee/core/job';

/** How a run that did not succeed is to be recorded. */
export type Decision =
  | { kind: 'retry'; failure: Failure; retryAtMs: number }
  | { kind: 'fail'; failure: Failure }
  | { kind: 'release'; code: ErrorCode }
  | { kind: 'cancel' }
  /** Write nothing: the task belongs to another. */
  | { kind: 'abandon' };

/** Runs that may fail before a task fails for good, where trying again can help. */
export const ATTEMPTS = 5;
/**
 * What is wrong with the house and not with the task mends itself once a person has made room, or an engine is back,
 * which takes longer: at 60 s each, about half an hour.
 */
export const HOUSE_ATTEMPTS = 60;
const HOUSE: readonly ErrorCode[] = ['DISK_FULL', 'BROKER_DOWN', 'STORE_DOWN', 'OBJECTS_DOWN'];
const BASE_MS = 1000;
const DISK_BASE_MS = 8000;
const CAP_MS = 60_000;

/**
 * Runs that may end with their worker gone without a word. A task that brings its process down must not do so
 * for ever; but a kill takes with it every task that happens to run, again and again where somebody kills often
 * (a nervous supervisor, machines that are taken back), and those are no fault of the task. The count is
 * therefore far above bad luck, and suspects are set apart in time (see the sweep).
 */
export const VANISHED_RUNS = 25;

/**
 * Decides what becomes of a task whose run threw.
 *
 * @param task   the row as claimed: its attempts do not count this run
 * @param random in `[0, 1)`: full jitter, so that tasks that failed together do not come back together
 *               (Brooker, "Exponential Backoff And Jitter", AWS 2015)
 */
export function decideOutcome(
  error: MarqueeError,
  task: Pick<Task, 'attempts' | 'runs'>,
  now: { nowMs: number; random: number },
): Decision {
  const failure = { code: error.code, message: error.message };
  const retry = (baseMs: number): Decision => {
    const ceilingMs = Math.min(CAP_MS, baseMs * 2 ** task.attempts);
    const delayMs = Math.max(error.retryAfterMs ?? 0, Math.round(now.random * ceilingMs));
    return { kind: 'retry', failure, retryAtMs: now.nowMs + delayMs };
  };
  switch (outcomeOf(error.code)) {
    case 'permanent':
      return { kind: 'fail', failure };
    case 'stopped':
      return error.code === 'LEASE_LOST' ? { kind: 'abandon' } : { kind: 'release', code: error.code };
    case 'cancelled':
      return { kind: 'cancel' };
    case 'resource':
      if (!isFrugal(task)) return retry(BASE_MS);
      return {
        kind: 'fail',
        failure: {
          code: error.code,
          message: `${error.message} It was killed again when it was run with less memory. Give the machine more, or lower MAX_RUNG, then retry this part.`,
        },
      };
    case 'transient':
    case 'unknown': {
      if (HOUSE.includes(error.code)) {
        const baseMs = error.code === 'DISK_FULL' ? DISK_BASE_MS : BASE_MS;
        return task.attempts + 1 < HOUSE_ATTEMPTS ? retry(baseMs) : givenUp(failure, task.attempts + 1);
      }
      const spent = failures(task).filter((code) => !HOUSE.includes(code)).length + 1;
      return spent < ATTEMPTS ? retry(BASE_MS) : givenUp(failure, spent);
    }
  }
}

/** @returns true if a tool was killed for want of memory in an earlier attempt, so that this run should use less. */
export function isFrugal(task: Pick<Task, 'attempts' | 'runs'>): boolean {
  return failures(task).includes('TOOL_KILLED');
}

/**
 * @param runs a task's finished runs, without one that is in hand
 * @returns how many of them, since the last whose end was recorded, ended with their worker gone
 */
export function vanishedRuns(runs: Task['runs']): number {
  let vanished = 0;
  for (const { outcome } of runs.toReversed()) {
    // A worker that is gone writes nothing; LEASE_LOST is written for it when it is found dead.
    if (outcome === null || outcome === 'LEASE_LOST') vanished++;
    else if (outcome !== 'SHUTDOWN') break;
  }
  return vanished;
}

/** The codes of the failures that count: as many as attempts were spent, since a retry by hand starts anew. */
function failures(task: Pick<Task, 'attempts' | 'runs'>): ErrorCode[] {
  if (task.attempts === 0) return [];
  return task.runs
    .map((run) => run.outcome)
    .filter((code): code is ErrorCode => code !== null && code !== 'done' && !isLeftAlone(code))
    .slice(-task.attempts);
}

function isLeftAlone(code: ErrorCode): boolean {
  const outcome = outcomeOf(code);
  return outcome === 'stopped' || outcome === 'cancelled';
}

function givenUp(failure: Failure, attempts: number): Decision {
  const message =
    failure.code === 'INTERNAL'
      ? `A fault in Marquee stopped this part ${attempts} times (${failure.message}). Retry it; if it fails again, report it with the log.`
      : `${failure.message} It was tried ${attempts} times.`;
  return { kind: 'fail', failure: { code: failure.code, message } };
}
