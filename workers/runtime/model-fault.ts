import { toMarqueeError } from '@marquee/core/errors';
import type { TaskType } from '@marquee/core/messages';
import { giftFault } from './gift-fault.ts';
import type { TaskContext } from './handler.ts';
import { serviceFault } from './service-fault.ts';

const REMEDY =
  'Run "marquee models pull" where there is a way to the registries of packages, then make this part again.';

type Run<T extends TaskType> = Pick<TaskContext<T>, 'task' | 'signal'>;

/**
 * What a model hears, reads or sees is a gift, and a model that cannot be had is not waited for.
 *
 * @returns what is to be said, or null if the run is to be tried again as any other
 */
export function modelFault<T extends TaskType>(thrown: unknown, context: Run<T>): string | null {
  return missingModel(thrown, context) ?? giftFault(thrown, context);
}

/** The same where a service outside hears: a model of the house's tells it where somebody speaks. */
export function hearingFault<T extends TaskType>(thrown: unknown, context: Run<T>): string | null {
  return missingModel(thrown, context) ?? serviceFault(thrown, context) ?? giftFault(thrown, context);
}

function missingModel<T extends TaskType>(thrown: unknown, { signal }: Run<T>): string | null {
  const { code, message } = toMarqueeError(thrown);
  return !signal.aborted && code === 'MODELS_DOWN' ? `${message} ${REMEDY}` : null;
}
