import type { Visibility } from '@marquee/core/movie';
import { formatClock } from './format.ts';

/** Who finds a film, in a word. */
export const VISIBILITY_NAMES: Record<Visibility, string> = {
  draft: 'Draft',
  unlisted: 'Unlisted',
  published: 'Published',
  scheduled: 'Scheduled',
};

/** Who finds a film, in a sentence. */
export function visibilityWords(
  film: { visibility: Visibility; publishAtMs: number | null },
  nowMs: number,
  timeZone = 'UTC',
): string {
  switch (film.visibility) {
    case 'draft':
      return 'A draft: admins alone see it.';
    case 'unlisted':
      return 'Unlisted: whoever has its address can watch it.';
    case 'published':
      return 'Published: everybody finds it.';
    case 'scheduled': {
      if (film.publishAtMs === null) return 'Scheduled, without a time: admins alone see it.';
      const time = `${formatClock(film.publishAtMs, nowMs, timeZone)}${timeZone === 'UTC' ? ' UTC' : ''}`;
      return film.publishAtMs <= nowMs ? `Published since ${time}.` : `Scheduled for ${time}; admins alone see it.`;
    }
  }
}
