'use client';

import Link from 'next/link';
import { removeWebhookAction, switchWebhookAction, testWebhookAction } from '../../../server/webhook-actions.ts';
import type { WebhookView } from '../../../server/webhooks.ts';
import { webhookState } from '../../../view/webhook-words.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';
import { Told } from '../told.tsx';
import { useDoing } from '../use-doing.ts';

/** Webhooks with how each stands and what can be done about it. */
export function WebhookList({ webhooks, renderedAtMs }: { webhooks: WebhookView[]; renderedAtMs: number }) {
  const { told, isBusy, run } = useDoing();
  const clock = { nowMs: renderedAtMs, timeZone: useTimeZone() };
  return (
    <>
      <Told told={told} />
      <ul>
        {webhooks.map(({ id, url, events, ...health }) => {
          const isOff = health.disabled !== null;
          const button = (words: string, action: Parameters<typeof run>[0]) => (
            <button
              type="button"
              className="control control-bare px-3"
              disabled={isBusy}
              aria-label={`${words}: ${url}`}
              onClick={() => run(action)}
            >
              {words}
            </button>
          );
          return (
            <li key={id} className="flex flex-wrap items-start justify-between gap-x-6 border-b border-line py-3">
              <div className="min-w-0 max-w-full [overflow-wrap:anywhere]">
                <Link
                  href={`/admin/webhooks/${id}`}
                  className="inline-flex min-h-11 items-center text-16 underline underline-offset-4"
                >
                  {url}
                </Link>
                <p className="text-14 text-quiet">{events.join(', ')}</p>
                <p
                  className={`figures text-14 ${isOff || health.failingSinceMs !== null ? 'text-lost' : 'text-quiet'}`}
                >
                  {webhookState(health, clock)}
                </p>
              </div>
              <div className="-ml-3 flex flex-wrap">
                {!isOff && button('Test', () => testWebhookAction(id))}
                {button(isOff ? 'Switch on' : 'Switch off', () => switchWebhookAction(id, isOff))}
                {isOff && button('Remove', () => removeWebhookAction(id))}
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}
