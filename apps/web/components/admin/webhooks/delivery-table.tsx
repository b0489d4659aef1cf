'use client';

import { resendAction, testWebhookAction } from '../../../server/webhook-actions.ts';
import type { DeliveryView } from '../../../server/webhooks.ts';
import { formatClock } from '../../../view/format.ts';
import { STATE_WORDS, tryWords } from '../../../view/webhook-words.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';
import { Told } from '../told.tsx';
import { useDoing } from '../use-doing.ts';

/** What a webhook was told, with every try and what was answered. */
export function DeliveryTable(props: {
  webhookId: string;
  isOff: boolean;
  deliveries: DeliveryView[];
  renderedAtMs: number;
}) {
  const { webhookId, isOff, deliveries, renderedAtMs } = props;
  const { told, isBusy, run } = useDoing();
  const timeZone = useTimeZone();
  const clock = (ms: number) => formatClock(ms, renderedAtMs, timeZone);
  return (
    <>
      {!isOff && (
        <button
          type="button"
          className="control mt-6"
          disabled={isBusy}
          onClick={() => run(() => testWebhookAction(webhookId))}
        >
          Send a test
        </button>
      )}
      <Told told={told} />
      {deliveries.length === 0 ? (
        <p className="border-t border-line pt-6 text-16 text-quiet">It was told of nothing yet.</p>
      ) : (
        <ul className="border-t border-line">
          {deliveries.map((delivery) => (
            <li key={delivery.id} className="border-b border-line py-3">
              <div className="flex flex-wrap items-center justify-between gap-x-6">
                <p className="text-16">
                  <code>{delivery.type}</code>{' '}
                  <span className={delivery.state === 'failed' ? 'text-lost' : 'text-quiet'}>
                    {STATE_WORDS[delivery.state]}
                  </span>
                  <span className="figures block text-14 text-quiet">
                    {clock(delivery.createdAtMs)}
                    {delivery.state === 'waiting' && delivery.dueAtMs > renderedAtMs
                      ? `, next at ${clock(delivery.dueAtMs)}`
                      : ''}
                  </span>
                </p>
                {!isOff && (
                  <button
                    type="button"
                    className="control control-bare px-3 max-sm:-ml-3"
                    disabled={isBusy}
                    aria-label={`Send again: ${delivery.type} of ${clock(delivery.createdAtMs)}`}
                    onClick={() => run(() => resendAction(delivery.id))}
                  >
                    Send again
                  </button>
                )}
              </div>
              <Tries delivery={delivery} clock={clock} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Tries({ delivery, clock }: { delivery: DeliveryView; clock: (ms: number) => string }) {
  return (
    <details className="mt-1 text-14">
      <summary className="min-h-11 cursor-pointer content-center text-quiet">
        {delivery.tries.length === 0 ? 'Not tried' : tryWords(delivery.tries.at(-1) as (typeof delivery.tries)[0])}
      </summary>
      <ol className="mt-1">
        {delivery.tries.map((each) => (
          <li key={each.atMs} className="py-1">
            <span className="figures">{clock(each.atMs)}</span> <span className="text-quiet">{tryWords(each)}</span>
            {each.answer !== '' && (
              <pre className="mt-1 max-h-48 overflow-auto bg-raised p-3 text-12 whitespace-pre-wrap [overflow-wrap:anywhere]">
                {each.answer}
              </pre>
            )}
          </li>
        ))}
      </ol>
      <p className="mt-2 text-quiet">What was sent</p>
      <pre className="mt-1 max-h-48 overflow-auto bg-raised p-3 text-12 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {delivery.body}
      </pre>
    </details>
  );
}
