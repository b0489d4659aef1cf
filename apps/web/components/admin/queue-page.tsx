'use client';

import Link from 'next/link';
import type { QueuesSnapshot } from '../../server/queues.ts';
import { formatSpan } from '../../view/format.ts';
import { DeadLetters } from './dead-letters.tsx';
import { QueueTable } from './queue-table.tsx';
import { type QueueLine, useQueues } from './use-queues.ts';

/** How the queues stand and what nobody could handle, kept up to date. */
export function QueuePage({ first }: { first: QueuesSnapshot }) {
  const { snapshot, letters, line, again } = useQueues(first);
  const isWell = snapshot.trouble === null && line === 'live';
  return (
    <>
      <h1 className="display text-40">Queues</h1>
      <StateWords snapshot={snapshot} line={line} />
      <QueueTable
        queues={snapshot.queues}
        knowsAge={snapshot.knowsAge}
        isFresh={isWell}
        inList={new Set(letters?.map(({ queue }) => queue))}
      />
      <DeadLetters snapshot={snapshot} letters={letters} isWell={isWell} again={again} />
    </>
  );
}

/** One sentence on whether what is shown is true now. Keeps its height, so that nothing jumps when it changes. */
function StateWords({ snapshot, line }: { snapshot: QueuesSnapshot; line: QueueLine }) {
  return (
    <div className="mt-3 min-h-10 max-w-[75ch] text-14 sm:min-h-5">
      <p role="status" className={line === 'live' && snapshot.trouble === null ? 'sr-only' : 'text-lost'}>
        {line === 'lost' && 'The site does not answer; this page tries again by itself.'}
        {line === 'live' && snapshot.trouble}
        {line === 'out' && (
          <>
            You are signed out.{' '}
            <Link href="/sign-in?next=/admin/queues" className="underline underline-offset-4">
              Sign in again
            </Link>
          </>
        )}
      </p>
      {line === 'live' && snapshot.trouble === null && (
        <p className="text-quiet">
          {snapshot.statsLagMs > 0
            ? `Kept up to date by itself. The engine’s counts may be ${formatSpan(snapshot.statsLagMs)} old.`
            : 'Kept up to date by itself.'}
        </p>
      )}
    </div>
  );
}
