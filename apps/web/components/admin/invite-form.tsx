'use client';

import { startTransition, useActionState } from 'react';
import { inviteAction } from '../../server/user-actions.ts';
import { Told } from './told.tsx';

/** Makes a link that makes an account. */
export function InviteForm() {
  const [told, act, isBusy] = useActionState(inviteAction, null);
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
          <label htmlFor="invite-email" className="text-14 font-medium">
            Invite somebody
          </label>
          <input
            id="invite-email"
            name="email"
            type="email"
            required
            autoComplete="off"
            placeholder="E-mail"
            className="field mt-2"
          />
        </div>
        <select name="role" aria-label="Role" className="field w-auto!">
          <option value="viewer">to watch</option>
          <option value="admin">to run the house</option>
        </select>
        <button type="submit" disabled={isBusy} className="control control-solid">
          Invite
        </button>
      </div>
      <Told told={told} />
    </form>
  );
}
