import type { TaskState } from './job.ts';
import type { TaskType } from './messages.ts';

/** The tasks of one type that a job has, summed up: all that lists say of its progress. */
export interface TaskTally {
  type: TaskType;
  total: number;
  done: number;
  /** Sum of the shares done, in `[0, total]`. */
  progress: number;
  /** Sum of the attempts spent. */
  attempts: number;
}

/** Sums up tasks by type, in the order in which types come first. */
export function tallyTasks(
  tasks: readonly Pick<TaskState, 'type' | 'status' | 'progress' | 'attempts'>[],
): TaskTally[] {
  const tallies = new Map<TaskType, TaskTally>();
  for (const { type, status, progress, attempts } of tasks) {
    const tally = tallies.get(type) ?? { type, total: 0, done: 0, progress: 0, attempts: 0 };
    const isDone = status === 'done';
    tallies.set(type, {
      type,
      total: tally.total + 1,
      done: tally.done + Number(isDone),
      progress: tally.progress + (isDone ? 1 : progress),
      attempts: tally.attempts + attempts,
    });
  }
  return [...tallies.values()];
}
