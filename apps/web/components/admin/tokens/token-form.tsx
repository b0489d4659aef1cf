'use client';

import { SCOPES } from '@marquee/core/api-tokens';
import { startTransition, useActionState } from 'react';
import { makeTokenAction } from '../../../server/token-actions.ts';
import { SCOPE_WORDS, TOKEN_DAYS } from '../../../view/token-words.ts';
import { Told } from '../told.tsx';

/** Makes a token, which is shown this once. */
export function TokenForm() {
  const [told, act, isBusy] = useActionState(makeTokenAction, null);
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
      <div className="flex flex-wrap items-end gap-x-2 gap-y-3">
        <div className="w-full max-w-md">
          <label htmlFor="token-name" className="text-14 font-medium">
            What it is for
          </label>
          <input
            id="token-name"
            name="name"
            required
            maxLength={80}
            autoComplete="off"
            placeholder="Nightly import"
            className="field mt-2"
          />
        </div>
        <select name="days" aria-label="How long it works" defaultValue="90" className="field w-auto!">
          {TOKEN_DAYS.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <fieldset className="mt-5">
        <legend className="text-14 font-medium">What it may do</legend>
        <div className="mt-1 grid gap-x-6 sm:grid-cols-2 lg:grid-cols-3">
          {SCOPES.map((scope) => (
            <label key={scope} className="flex min-h-11 items-center gap-3 text-14">
              <input type="checkbox" name="scope" value={scope} className="size-5 shrink-0 accent-bulb" />
              <span>
                <code>{scope}</code> <span className="text-quiet">{SCOPE_WORDS[scope]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <button type="submit" disabled={isBusy} className="control control-solid mt-4">
        Make the token
      </button>
      <Told told={told} what="The token" />
    </form>
  );
}
