import type { Priority } from '@marquee/core/job';

/** Whose work goes first, as one says it of a job. */
export const PRIORITY_NAMES: Record<Priority, string> = {
  ahead: 'Ahead of others',
  inTurn: 'In turn',
  behind: 'Behind others',
};
