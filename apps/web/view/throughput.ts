import type { EndedSlot } from '@marquee/core/job';
import { formatSpan } from './format.ts';

/** Share of an hour's place that its bar takes. */
const BAR_SHARE = 0.72;

/** One hour as a bar; all but `failed` in shares of the picture. */
export interface ThroughputBar {
  fromMs: number;
  x: number;
  width: number;
  made: number;
  failed: number;
}

/** Lays hours out side by side, the one with the most film as high as the picture. */
export function barsOf(hours: EndedSlot[]): ThroughputBar[] {
  const most = Math.max(1, ...hours.map(({ filmMs }) => filmMs));
  return hours.map(({ fromMs, filmMs, failed }, i) => ({
    fromMs,
    x: i / hours.length,
    width: BAR_SHARE / hours.length,
    made: filmMs / most,
    failed,
  }));
}

/** What an hour of the house is good for: over all of them, and in the best. */
export function perHourWords(hours: EndedSlot[]): string {
  const sumMs = hours.reduce((sum, hour) => sum + hour.filmMs, 0);
  if (sumMs === 0) return 'No film became ready.';
  const bestMs = Math.max(...hours.map(({ filmMs }) => filmMs));
  return `${formatSpan(sumMs)} of film; ${formatSpan(sumMs / hours.length)} in an hour, ${formatSpan(bestMs)} in the best.`;
}
