'use client';

import type { AuditEntry } from '@marquee/core/audit';
import Link from 'next/link';
import { auditAddress } from '../../view/audit-query.ts';
import { auditHref, auditWords } from '../../view/audit-words.ts';
import { formatClock } from '../../view/format.ts';
import { useTimeZone } from '../job/use-time-zone.ts';

/** Who did what, one line each. */
export function AuditTable({ entries, renderedAtMs }: { entries: AuditEntry[]; renderedAtMs: number }) {
  const timeZone = useTimeZone();
  return (
    <table className="mt-6 w-full text-left text-14">
      <thead className="text-12 text-quiet max-sm:sr-only">
        <tr className="border-b border-line">
          <th className="w-44 py-2 pr-4 font-normal">When</th>
          <th className="py-2 pr-4 font-normal">Who and what</th>
          <th className="w-44 py-2 text-right font-normal">From</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id} className="border-b border-line align-top max-sm:flex max-sm:flex-wrap max-sm:gap-x-4">
            <td className="figures py-2.5 pr-4 whitespace-nowrap text-quiet max-sm:order-2 max-sm:pt-0">
              {formatClock(entry.atMs, renderedAtMs, timeZone)}
            </td>
            <td className="py-2.5 pr-4 [overflow-wrap:anywhere] max-sm:order-1 max-sm:w-full max-sm:pb-0.5">
              <Link
                href={auditAddress({ by: entry.actor.name })}
                title={`What ${entry.actor.name} did`}
                className="font-medium underline-offset-4 hover:underline"
              >
                {entry.actor.name}
              </Link>{' '}
              <What entry={entry} />
            </td>
            <td className="figures py-2.5 text-right text-quiet max-sm:order-3 max-sm:pt-0">{entry.actor.address}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function What({ entry }: { entry: AuditEntry }) {
  const href = auditHref(entry);
  if (href === null) return auditWords(entry);
  return (
    <Link href={href} className="underline-offset-4 hover:underline">
      {auditWords(entry)}
    </Link>
  );
}
