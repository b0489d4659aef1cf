import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import type { TaskType } from '@marquee/core/messages';
import type { TaskContext } from './handler.ts';

/** Runs that may fail at a service outside before the film goes on without what it was asked for. */
const TRIES = 4;

/**
 * What a service outside is asked for is waited for as long as that can help, and then done without.
 *
 * @returns what is to be said, or null if the run is to be tried again as any other
 */
export function serviceFault<T extends TaskType>(
  thrown: unknown,
  { task, signal }: Pick<TaskContext<T>, 'task' | 'signal'>,
): string | null {
  if (signal.aborted) return null;
  const { code, message } = toMarqueeError(thrown);
  const outcome = outcomeOf(code);
  if (outcome === 'stopped' || outcome === 'cancelled') return null;
  const isServices =
    code === 'LLM_DOWN' || code === 'PROVIDER_DOWN' || code === 'RATE_LIMITED' || outcome === 'unknown';
  return outcome === 'permanent' || (isServices && task.attempts + 1 >= TRIES) ? message : null;
}
