'use client';

import type { User } from '@marquee/core/accounts';
import { useState, useTransition } from 'react';
import {
  changeRoleAction,
  disableAction,
  enableAction,
  resetLinkAction,
  type Told as Words,
} from '../../server/user-actions.ts';
import { formatClock } from '../../view/format.ts';
import { useTimeZone } from '../job/use-time-zone.ts';
import { Told } from './told.tsx';

/** People with what can be done about each. */
export function UserTable(props: { users: User[]; selfId: string; renderedAtMs: number }) {
  const { users, selfId, renderedAtMs } = props;
  const [told, setTold] = useState<Words | null>(null);
  const [isBusy, start] = useTransition();
  const timeZone = useTimeZone();
  const run = (action: () => Promise<Words>) =>
    start(async () => {
      try {
        setTold(await action());
      } catch {
        setTold({ ok: false, says: 'The site did not answer. Look whether it was done, and try again.' });
      }
    });
  return (
    <>
      <Told told={told} />
      <table className="w-full table-fixed text-left text-14">
        <thead className="text-12 text-quiet max-lg:sr-only">
          <tr className="border-b border-line">
            <th className="py-2 pr-4 font-normal">Who</th>
            <th className="w-40 py-2 pr-4 font-normal">Role</th>
            <th className="w-44 py-2 pr-4 font-normal">Since</th>
            <th className="w-[27rem] py-2 font-normal">
              <span className="sr-only">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id} className="border-b border-line max-lg:flex max-lg:flex-wrap max-lg:gap-x-4 max-lg:py-2">
              <td className="min-w-0 py-2 pr-4 max-lg:w-full">
                <span className="block truncate text-16">
                  {user.name}
                  {user.id === selfId && <span className="text-quiet"> · you</span>}
                </span>
                <span className="block truncate text-quiet">{user.email}</span>
              </td>
              <td className={`py-2 pr-4 ${user.disabledAtMs === null ? '' : 'text-lost'}`}>
                {user.disabledAtMs !== null ? 'Shut out' : user.role === 'admin' ? 'Runs the house' : 'Watches'}
              </td>
              <td className="figures py-2 pr-4 whitespace-nowrap text-quiet">
                {formatClock(user.createdAtMs, renderedAtMs, timeZone)}
              </td>
              <td className="py-1 max-lg:w-full">
                <Doings user={user} isSelf={user.id === selfId} isBusy={isBusy} run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Doings(props: { user: User; isSelf: boolean; isBusy: boolean; run: (action: () => Promise<Words>) => void }) {
  const { user, isSelf, isBusy, run } = props;
  const isShut = user.disabledAtMs !== null;
  const other = user.role === 'admin' ? 'viewer' : 'admin';
  return (
    <div className="-ml-3 flex flex-wrap lg:ml-0 lg:justify-end">
      <button
        type="button"
        className="control control-bare px-3"
        disabled={isBusy}
        aria-label={`${other === 'admin' ? 'Make admin' : 'Make viewer'}: ${user.email}`}
        onClick={() => run(() => changeRoleAction(user.id, other))}
      >
        {other === 'admin' ? 'Make admin' : 'Make viewer'}
      </button>
      <button
        type="button"
        className="control control-bare px-3"
        disabled={isBusy || isShut}
        aria-label={`Reset link: ${user.email}`}
        onClick={() => run(() => resetLinkAction(user.id))}
      >
        Reset link
      </button>
      {!isSelf && (
        <button
          type="button"
          className="control control-bare px-3"
          disabled={isBusy}
          aria-label={`${isShut ? 'Let in again' : 'Shut out'}: ${user.email}`}
          onClick={() => run(() => (isShut ? enableAction(user.id) : disableAction(user.id)))}
        >
          {isShut ? 'Let in again' : 'Shut out'}
        </button>
      )}
    </div>
  );
}
