'use client';

import type { CrewMember } from '../../../server/dashboard.ts';
import { formatClock, formatCount } from '../../../view/format.ts';
import { workerName } from '../../../view/worker-name.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';
import { Section } from './section.tsx';

/** Processes that are named; a fleet may have hundreds. */
const SHOWN = 12;

/** The processes that were seen lately, and what each is there for. */
export function CrewSection({ crew, renderedAtMs }: { crew: CrewMember[]; renderedAtMs: number }) {
  const timeZone = useTimeZone();
  return (
    <Section id="crew" title="Who is at work">
      {crew.length === 0 ? (
        <p className="mt-2 max-w-[60ch] text-14 text-lost">
          Nobody. Films that are uploaded wait until a worker is started:{' '}
          <code className="rounded-still bg-raised px-1.5 py-0.5 text-ink">npm run marquee -- start</code>.
        </p>
      ) : (
        <ul className="mt-2 divide-y divide-line text-14">
          {crew.slice(0, SHOWN).map(({ holder, roles, startedAtMs }) => (
            <li key={holder} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2.5">
              <span className="min-w-0 [overflow-wrap:anywhere]">{workerName(holder)}</span>
              <span className="text-quiet">{roles.join(', ')}</span>
              <span className="figures text-12 text-quiet">
                since {formatClock(startedAtMs, renderedAtMs, timeZone)}
              </span>
            </li>
          ))}
          {crew.length > SHOWN && <li className="py-2.5 text-quiet">and {formatCount(crew.length - SHOWN)} more</li>}
        </ul>
      )}
    </Section>
  );
}
