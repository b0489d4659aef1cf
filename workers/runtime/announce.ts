import { batched } from '@marquee/core/batches';
import type { JobId, TaskId } from '@marquee/core/ids';
import { MAX_OTHERS, newMessage } from '@marquee/core/messages';
import type { Queue } from '@marquee/core/ports';
import { OPENING_ORDER } from './gate.ts';

/** A task that has ended, well or not. */
export interface Ending {
  jobId: JobId;
  taskId: TaskId;
  order: number;
}

/**
 * Tells the orchestrator that a task has ended; resolves when the broker has the word.
 *
 * @throws MarqueeError BROKER_DOWN if it could not be told
 */
export type Announce = (ending: Ending) => Promise<void>;

/**
 * Makes an announcer for one worker. Tasks of one job that end while a word of earlier ones is on its way are told of
 * together: a fleet that ends a thousand small tasks a second need not say so a thousand times.
 */
export function createAnnouncer(queue: Queue): Announce {
  return batched<Ending, void>(async (endings) => {
    const urgency = ({ order }: Ending) => (order < OPENING_ORDER ? 9 : 0);
    const sent = new Map<Ending, Promise<void>>();
    for (const group of Map.groupBy(endings, (each) => `${urgency(each)} ${each.jobId}`).values()) {
      const [first, ...rest] = group as [Ending, ...Ending[]];
      const others = rest.map(({ taskId }) => taskId);
      const { jobId, taskId } = first;
      const message = newMessage('task.finished', { jobId, taskId, ...(others.length > 0 ? { others } : {}) });
      const told = queue.publish(message, { priority: urgency(first) });
      for (const each of group) sent.set(each, told);
    }
    await Promise.allSettled(sent.values());
    return endings.map((each) => sent.get(each) as Promise<void>);
  }, 1 + MAX_OTHERS);
}
