import { isAfterReady } from '@marquee/core/analysis';
import type { TaskState } from '@marquee/core/job';
import type { Queue, Store } from '@marquee/core/ports';
import { vanishedRuns } from '../runtime/decide-outcome.ts';
import { isHolderDead } from '../runtime/holder.ts';

/** A lease that has just run out may still be renewed by a process that was asleep; nobody else is due yet. */
const LEASE_GRACE_MS = 2000;
/** A message of this age can be missed: before, it may simply be on its way. */
const LOST_AFTER_MS = 5000;
/** Where its queue is never empty a lost message cannot be told from one that waits, so it is sent again this seldom. */
const RESEND_AFTER_MS = 15 * 60_000;
/** Nothing waits for what is found out about ready films, and where nobody takes such work its queue must not fill with copies. */
const RESEND_ANALYSIS_AFTER_MS = 24 * 3_600_000;
/** From this many vanished runs on a task is suspected of ending its process ... */
const SUSPECT_RUNS = 8;
/** ... and comes back at a random sweep, so that it does not always take the same companions down with it. */
const SUSPECT_CHANCE = 0.15;

/**
 * Takes tasks back from processes that are gone: certainly dead, or silent for longer than their lease. The
 * fence keeps one that was only asleep from writing afterwards.
 *
 * @param from  whose: of the certainly dead alone, or of the silent too
 * @returns how many were taken back
 */
export async function takeBack(
  store: Store,
  tasks: readonly TaskState[],
  nowMs: number,
  from: 'dead' | 'silent',
): Promise<number> {
  let taken = 0;
  for (const task of abandoned(tasks, nowMs, from)) {
    if (vanishedRuns(task.runs) >= SUSPECT_RUNS && Math.random() > SUSPECT_CHANCE) continue;
    const endedAtMs = Math.min(nowMs, task.leaseUntilMs ?? nowMs);
    if (await store.tasks.release(task.id, task.fence, 'LEASE_LOST', endedAtMs)) taken++;
  }
  return taken;
}

/** @returns running tasks that nobody runs any more */
export function abandoned(tasks: readonly TaskState[], nowMs: number, from: 'dead' | 'silent' = 'silent'): TaskState[] {
  return tasks.filter(
    (task) =>
      task.status === 'running' &&
      ((from === 'silent' && (task.leaseUntilMs ?? 0) + LEASE_GRACE_MS < nowMs) ||
        (task.leaseHolder !== null && isHolderDead(task.leaseHolder))),
  );
}

/**
 * Finds the tasks whose message has to be published: never published, or published and lost. Lost is sure when
 * the queue holds nothing of its type, so that a long queue does not fill with copies.
 */
export async function toPublish(queue: Queue, tasks: readonly TaskState[], nowMs: number): Promise<TaskState[]> {
  const due = tasks.filter((task) => task.status === 'ready' && task.notBeforeMs <= nowMs);
  const found: TaskState[] = [];
  const isEmpty = new Map<TaskState['type'], boolean>();
  for (const task of due) {
    if (task.publishedAtMs === null) {
      found.push(task);
      continue;
    }
    const sinceMs = Math.max(task.publishedAtMs, task.notBeforeMs);
    // Counts may be older than the message.
    if (nowMs - sinceMs < LOST_AFTER_MS + queue.features.statsLagMs) continue;
    if (!isEmpty.has(task.type)) isEmpty.set(task.type, await queue.isEmpty(task.type));
    const resendAfterMs = isAfterReady(task.type) ? RESEND_ANALYSIS_AFTER_MS : RESEND_AFTER_MS;
    if (isEmpty.get(task.type) || nowMs - sinceMs > resendAfterMs) found.push(task);
  }
  return found.sort((a, b) => a.order - b.order);
}
