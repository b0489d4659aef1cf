import type { QueueName } from '@marquee/core/ports';
import { stageOf } from './stages.ts';

/** What lies in a queue, in words: task queues are called as the stage they are work of. */
export function queueTitle(name: QueueName): string {
  if (name === 'video.uploaded') return 'New films';
  if (name === 'task.finished') return 'Finished parts';
  return stageOf(name).name;
}
