import type { DeliveryState, Webhook, WebhookEvent, WebhookTry } from '@marquee/core/webhooks';
import { formatClock, formatSpan } from './format.ts';

/** What each event is, for people. */
export const EVENT_WORDS: Record<WebhookEvent, string> = {
  'job.ready': 'a film has been made and checked',
  'job.failed': 'making a film has failed',
  'movie.published': 'a film came out: everybody finds it',
};

export const STATE_WORDS: Record<DeliveryState, string> = {
  waiting: 'Waits',
  delivered: 'Taken',
  failed: 'Given up',
  withdrawn: 'Withdrawn',
};

/** How an address stands, in a sentence. */
export function webhookState(
  { disabled, failingSinceMs }: Pick<Webhook, 'disabled' | 'failingSinceMs'>,
  clock: { nowMs: number; timeZone: string },
): string {
  const at = (ms: number) => formatClock(ms, clock.nowMs, clock.timeZone);
  if (disabled) return `Off since ${at(disabled.atMs)}. ${disabled.why}`;
  return failingSinceMs === null ? 'On' : `On; it has taken nothing since ${at(failingSinceMs)}.`;
}

/** What became of a try: `200 in 34 ms`, `It answered 500. It took 34 ms.` */
export function tryWords({ status, tookMs, error }: WebhookTry): string {
  const took = tookMs < 1000 ? `${tookMs} ms` : formatSpan(tookMs);
  if (error === null) return `${status} in ${took}`;
  return `${error} It took ${took}.`;
}
