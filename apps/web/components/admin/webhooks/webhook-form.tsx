'use client';

import { WEBHOOK_EVENTS } from '@marquee/core/webhooks';
import { startTransition, useActionState } from 'react';
import { makeWebhookAction } from '../../../server/webhook-actions.ts';
import { EVENT_WORDS } from '../../../view/webhook-words.ts';
import { Told } from '../told.tsx';

/** Makes a webhook, whose secret is shown this once. */
export function WebhookForm() {
  const [told, act, isBusy] = useActionState(makeWebhookAction, null);
  return (
    <form
      action={act}
      onSubmit={(event) => {
        event.preventDefault();
        const sent = new FormData(event.currentTarget);
        startTransition(() => act(sent));
      }}
      className="mt-6"
    >
      <label htmlFor="webhook-url" className="block text-14 font-medium">
        Address
      </label>
      <input
        id="webhook-url"
        name="url"
        type="url"
        required
        autoComplete="off"
        placeholder="https://example.org/hooks/films"
        className="field mt-2 max-w-xl"
      />
      <fieldset className="mt-5">
        <legend className="text-14 font-medium">What it is told of</legend>
        <div className="mt-1 grid gap-x-6 sm:grid-cols-2">
          {WEBHOOK_EVENTS.map((event) => (
            <label key={event} className="flex min-h-11 items-center gap-3 text-14">
              <input type="checkbox" name="event" value={event} className="size-5 shrink-0 accent-bulb" />
              <span>
                <code>{event}</code> <span className="text-quiet">{EVENT_WORDS[event]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <button type="submit" disabled={isBusy} className="control control-solid mt-4">
        Make the webhook
      </button>
      <Told told={told} what="The secret" />
    </form>
  );
}
