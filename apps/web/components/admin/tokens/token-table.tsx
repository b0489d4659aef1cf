'use client';

import type { TokenView } from '../../../server/api-tokens.ts';
import { revokeTokenAction } from '../../../server/token-actions.ts';
import { formatClock } from '../../../view/format.ts';
import { tokenState } from '../../../view/token-words.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';
import { Told } from '../told.tsx';
import { useDoing } from '../use-doing.ts';

/** Tokens with what they may do, when they were used last, and the button that ends each. */
export function TokenTable({ tokens, renderedAtMs }: { tokens: TokenView[]; renderedAtMs: number }) {
  const { told, isBusy, run } = useDoing();
  const timeZone = useTimeZone();
  const clock = (ms: number) => formatClock(ms, renderedAtMs, timeZone);
  return (
    <>
      <Told told={told} />
      <table className="w-full text-left text-14">
        <thead className="text-12 text-quiet max-lg:sr-only">
          <tr className="border-b border-line">
            <th className="py-2 pr-4 font-normal">What for</th>
            <th className="py-2 pr-4 font-normal">State</th>
            <th className="py-2 pr-4 font-normal">Until</th>
            <th className="py-2 pr-4 font-normal">Last used</th>
            <th className="py-2 font-normal">
              <span className="sr-only">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => {
            const state = tokenState(token, renderedAtMs);
            return (
              <tr
                key={token.id}
                className="border-b border-line align-top max-lg:flex max-lg:flex-wrap max-lg:gap-x-4 max-lg:py-2"
              >
                <td className="py-2.5 pr-4 [overflow-wrap:anywhere] max-lg:w-full">
                  <span className="block text-16">{token.name}</span>
                  <code className="block text-12 text-quiet">mq_{token.id}…</code>
                  <span className="block text-quiet">{token.scopes.join(', ')}</span>
                  <span className="block text-quiet">
                    by {token.madeBy.name}, {clock(token.createdAtMs)}
                  </span>
                </td>
                <td className={`py-2.5 pr-4 ${state === 'Works' ? '' : 'text-lost'}`}>{state}</td>
                <td className="figures py-2.5 pr-4 whitespace-nowrap text-quiet">
                  <span className="lg:hidden">until </span>
                  {token.expiresAtMs === null ? 'it is revoked' : clock(token.expiresAtMs)}
                </td>
                <td className="figures py-2.5 pr-4 whitespace-nowrap text-quiet">
                  <span className="lg:hidden">used </span>
                  {token.lastUsedAtMs === null ? 'never' : clock(token.lastUsedAtMs)}
                </td>
                <td className="py-1 text-right max-lg:w-full max-lg:text-left">
                  {token.revokedAtMs === null && (
                    <button
                      type="button"
                      className="control control-bare px-3 max-lg:-ml-3"
                      disabled={isBusy}
                      aria-label={`Revoke: ${token.name}`}
                      onClick={() => run(() => revokeTokenAction(token.id))}
                    >
                      Revoke
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
