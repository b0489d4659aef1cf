import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskId } from '@marquee/core/ids';
import type { Task, TaskResult, ToolRun } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import { type Metrics, SILENT_METRICS } from '@marquee/core/metrics';
import type { Logger, Store, Verdict } from '@marquee/core/ports';
import type { Announce } from './announce.ts';
import type { Decision } from './decide-outcome.ts';

/** How a run ended: well, or as decided. */
export type End<T extends TaskType> = Decision | { kind: 'finish'; result: TaskResult<T> };

export const ACK: Verdict = { kind: 'ack' };
/** Waits between tries to record how a run ended: about as long as the lease is still ours. */
const RECORD_RETRIES_MS = [50, 200, 1000, 2000, 3000, 3000, 3000, 3000];

/**
 * Writes the end of a run to the store, under its fence, and then tells the orchestrator. What is lost after
 * the write (the announcement, the verdict, this process) the sweep finds.
 *
 * @param tools that the run has used
 * @returns the verdict on the message that brought the task
 * @throws MarqueeError STORE_DOWN if the store stays away; the lease then runs out and the run is done again
 */
export async function recordEnd<T extends TaskType>(
  ports: { store: Store; announce: Announce; log: Logger; metrics?: Metrics },
  task: Task<T>,
  end: End<T>,
  tools: ToolRun[] = [],
): Promise<Verdict> {
  const { tasks } = ports.store;
  const { id, type, fence } = task;
  const { metrics = SILENT_METRICS } = ports;
  const nowMs = Date.now();
  const write = (): Promise<boolean> => {
    switch (end.kind) {
      case 'abandon':
        return Promise.resolve(false);
      case 'finish':
        return tasks.finish(id, fence, end.result, nowMs, tools);
      case 'fail':
        return tasks.fail(id, fence, end.failure, { nowMs, retryAtMs: null, tools });
      case 'retry':
        return tasks.fail(id, fence, end.failure, { nowMs, retryAtMs: end.retryAtMs, tools });
      case 'release':
        return tasks.release(id, fence, end.code, nowMs);
      case 'cancel':
        return tasks.cancel(id, fence, nowMs);
    }
  };
  const isOurs = await persist(write);
  if (!isOurs) {
    ports.log.warn('task was no longer ours', { taskId: id, fence });
    metrics.add('marquee_task_lease_losses_total', { type });
    return ACK;
  }
  if (end.kind === 'finish' || end.kind === 'fail') {
    metrics.observe('marquee_task_attempts', { type }, task.attempts + 1);
  }
  if (end.kind === 'release') return comeBack(ports, id, 0);
  if (end.kind === 'retry') return comeBack(ports, id, Math.max(0, end.retryAtMs - Date.now()));
  try {
    await ports.announce({ jobId: task.jobId, taskId: id, order: task.order });
  } catch (error) {
    ports.log.warn('end of a task not announced', { taskId: id, error });
  }
  return ACK;
}

/** Sends the same message round again. Marked, so that the sweep does not publish it a second time. */
async function comeBack(ports: { store: Store; log: Logger }, id: TaskId, delayMs: number): Promise<Verdict> {
  await ports.store.tasks
    .markPublished([id], Date.now())
    .catch((error) => ports.log.warn('not marked', { taskId: id, error }));
  return { kind: 'retry', delayMs };
}

/** Tries again while the store is away: losing the end of a run means doing it again. */
async function persist(write: () => Promise<boolean>): Promise<boolean> {
  for (const waitMs of RECORD_RETRIES_MS) {
    try {
      return await write();
    } catch {
      await sleep(waitMs);
    }
  }
  return write();
}
