import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import type { TaskType } from '@marquee/core/messages';
import type { TaskContext } from './handler.ts';

/** Runs that may fail before the film goes on without what they were to make. */
const TRIES = 2;

/**
 * What nobody wrote or asked for is a gift: whatever keeps it from being made, the film is none the worse.
 *
 * @returns why there is none, or null if the run is to be tried again as any other
 */
export function giftFault<T extends TaskType>(
  thrown: unknown,
  { task, signal }: Pick<TaskContext<T>, 'task' | 'signal'>,
): string | null {
  if (signal.aborted) return null;
  const { code, message } = toMarqueeError(thrown);
  const outcome = outcomeOf(code);
  // A limit says of itself when it ends.
  const isHouses = code.endsWith('_DOWN') || code === 'DISK_FULL' || code === 'RATE_LIMITED';
  if (outcome === 'stopped' || outcome === 'cancelled' || isHouses) return null;
  return outcome === 'permanent' || task.attempts + 1 >= TRIES ? message : null;
}
