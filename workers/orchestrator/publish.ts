import { toMarqueeError } from '@marquee/core/errors';
import { type MediaProcessingJob, type NewTask, type Priority, priorityOf } from '@marquee/core/job';
import { newMessage } from '@marquee/core/messages';
import type { Queue, Store } from '@marquee/core/ports';
import { OPENING_ORDER } from '../runtime/gate.ts';

/** Messages on their way to the broker at once; it confirms them together. */
const IN_FLIGHT = 128;
/**
 * Openings of films in turn go before the rest of any. A job that is put ahead has all of its work where brokers of two
 * lanes have the first one, from 5 on, and one that is put behind has none of it there.
 */
const LEVELS: Record<Priority, { opening: number; rest: number }> = {
  ahead: { opening: 9, rest: 5 },
  inTurn: { opening: 7, rest: 2 },
  behind: { opening: 3, rest: 0 },
};

/**
 * Publishes the messages of tasks that are `ready`, in the order given, and notes that they are out. A crash
 * between the two publishes again, which is harmless: a task is claimed once.
 *
 * A task whose message no queue would ever take (too large) fails with that reason rather than wait for ever.
 */
export async function publishTasks(
  ports: { store: Store; queue: Queue },
  job: MediaProcessingJob,
  tasks: readonly NewTask[],
): Promise<void> {
  for (let at = 0; at < tasks.length; at += IN_FLIGHT) {
    const batch = tasks.slice(at, at + IN_FLIGHT);
    const sent = await Promise.allSettled(batch.map((task) => publish(ports, job, task)));
    const accepted = batch.filter((_, i) => {
      const each = sent[i];
      return each?.status === 'fulfilled' && each.value;
    });
    if (accepted.length > 0) {
      await ports.store.tasks.markPublished(
        accepted.map((task) => task.id),
        Date.now(),
      );
    }
    const failure = sent.find((each) => each.status === 'rejected');
    if (failure) throw failure.reason;
  }
}

/** @returns false if no queue would ever take it, and the task has failed for that */
async function publish(
  { store, queue }: { store: Store; queue: Queue },
  job: MediaProcessingJob,
  task: NewTask,
): Promise<boolean> {
  try {
    await queue.publish(newMessage(task.type, task.payload, job.traceparent), { priority: levelOf(job, task) });
    return true;
  } catch (thrown) {
    const error = toMarqueeError(thrown);
    if (error.code !== 'MESSAGE_INVALID') throw error;
    const nowMs = Date.now();
    const claim = await store.tasks.claim(task.id, { holder: 'orchestrator', leaseMs: 0, nowMs });
    if ('refused' in claim) return false;
    const failure = { code: error.code, message: error.message };
    await store.tasks.fail(task.id, claim.task.fence, failure, { nowMs, retryAtMs: null });
    // The step that follows from the failure is made by whoever looks at the job next.
    await queue.publish(newMessage('task.finished', { jobId: job.id, taskId: task.id }, job.traceparent));
    return false;
  }
}

/** Where a task's message stands in its queue, 0 to 9. */
function levelOf(job: MediaProcessingJob, task: NewTask): number {
  const { opening, rest } = LEVELS[priorityOf(job)];
  return task.order < OPENING_ORDER ? opening : rest;
}
