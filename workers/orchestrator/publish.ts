import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import type { MediaProcessingJob, NewTask } from '@marquee/core/job';
import { newMessage } from '@marquee/core/messages';
import type { Queue, Store } from '@marquee/core/ports';
import { OPENING_ORDER } from '../runtime/gate.ts';

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
  const { store, queue } = ports;
  for (const task of tasks) {
    try {
      await queue.publish(newMessage(task.type, task.payload, job.traceparent), { priority: priorityOf(job, task) });
    } catch (thrown) {
      const error = toMarqueeError(thrown);
      if (outcomeOf(error.code) !== 'permanent') throw error;
      const nowMs = Date.now();
      const claim = await store.tasks.claim(task.id, { holder: 'orchestrator', leaseMs: 0, nowMs });
      if ('refused' in claim) continue;
      const failure = { code: error.code, message: error.message };
      await store.tasks.fail(task.id, claim.task.fence, failure, { nowMs, retryAtMs: null });
      // The step that follows from the failure is made by whoever looks at the job next.
      await queue.publish(newMessage('task.finished', { jobId: job.id, taskId: task.id }, job.traceparent));
      continue;
    }
    await store.tasks.markPublished([task.id], Date.now());
  }
}

/** 0 to 9: openings of all films before the rest of any, and within each the job's own priority. */
function priorityOf(job: MediaProcessingJob, task: NewTask): number {
  return (task.order < OPENING_ORDER ? 5 : 0) + Math.max(0, Math.min(4, job.priority));
}
