import type { ViewersQuality, ViewingError } from '@marquee/core/viewings';
import { formatSpan } from './format.ts';

export const RANGE_NAMES = { day: 'Last day', week: 'Last week', month: 'Last month' } as const;

const ERROR_WORDS: Record<ViewingError, string> = {
  aborted: 'broken off',
  network: 'did not come through',
  decode: 'could not be decoded',
  unsupported: 'not playable there',
};

/** What the address asks for; a week where it asks for nothing that there is. */
export function rangeOf(asked: string | string[] | undefined): keyof typeof RANGE_NAMES {
  return (['day', 'month'] as const).find((each) => each === asked) ?? 'week';
}

/** A wait as it is felt: `0.4 s`, `12 s`. */
export function waitWords(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** A small share: `0.4 %`, `12 %`; a dash where there was nothing to share. */
export function shareWords(share: number | null): string {
  if (share === null) return '–';
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '< 0.1 %';
  return percent < 9.95 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`;
}

export function watchedWords(sec: number): string {
  const hours = sec / 3600;
  return hours < 10 ? formatSpan(sec * 1000) : `${Math.round(hours).toLocaleString('en')} h`;
}

/** What stopped films, the most frequent first: `3 did not come through, 1 could not be decoded`. */
export function errorWords({ errors }: Pick<ViewersQuality, 'errors'>): string {
  return Object.entries(errors)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([error, count]) => `${count} ${ERROR_WORDS[error as ViewingError]}`)
    .join(', ');
}

/** A span of the picture's axis: an hour of the day, or a day. */
export function spanName(atMs: number, spanMs: number): string {
  const style: Intl.DateTimeFormatOptions =
    spanMs < 86_400_000 ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...style }).format(atMs);
}
