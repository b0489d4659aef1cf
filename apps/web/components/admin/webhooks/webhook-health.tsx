'use client';

import type { WebhookView } from '../../../server/webhooks.ts';
import { webhookState } from '../../../view/webhook-words.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';

/** How a webhook stands, by the clock of whoever looks. */
export function WebhookHealth(props: {
  webhook: Pick<WebhookView, 'disabled' | 'failingSinceMs'>;
  renderedAtMs: number;
}) {
  const { webhook, renderedAtMs } = props;
  const isWell = webhook.disabled === null && webhook.failingSinceMs === null;
  const clock = { nowMs: renderedAtMs, timeZone: useTimeZone() };
  return (
    <p className={`figures mt-1 text-16 ${isWell ? 'text-quiet' : 'text-lost'}`}>{webhookState(webhook, clock)}</p>
  );
}
