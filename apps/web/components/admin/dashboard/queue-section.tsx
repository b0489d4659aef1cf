import type { QueueRow } from '../../../server/queues.ts';
import { formatCount } from '../../../view/format.ts';
import { queueTitle } from '../../../view/queue-name.ts';
import { Section } from './section.tsx';

/** How much waits in each queue that holds anything. */
export function QueueSection({ queues }: { queues: QueueRow[] | null }) {
  const more = { href: '/admin/queues', name: 'All queues' };
  const held = queues?.filter(({ ready, inFlight, delayed, dead }) => ready + (inFlight ?? 0) + delayed + dead > 0);
  return (
    <Section id="queues" title="Queues" more={more}>
      {held === undefined && <p className="mt-2 text-14 text-lost">The message queue does not answer just now.</p>}
      {held?.length === 0 && <p className="mt-2 text-14 text-quiet">Nothing waits.</p>}
      {held && held.length > 0 && (
        <ul className="mt-2 divide-y divide-line text-14">
          {held.map(({ name, ready, inFlight, delayed, dead }) => (
            <li key={name} className="figures flex flex-wrap items-baseline justify-between gap-x-4 py-2.5">
              <span>{queueTitle(name)}</span>
              <span className="text-quiet">
                {[
                  `${formatCount(ready + delayed)} waiting`,
                  inFlight === null ? '' : `${formatCount(inFlight)} in hand`,
                ]
                  .filter(Boolean)
                  .join(', ')}
                {dead > 0 && <span className="text-lost">, {formatCount(dead)} dead</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
