'use client';

import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { QueueName } from '@marquee/core/ports';
import type { QueueRow } from '../../server/queues.ts';
import { formatCount, formatSpan } from '../../view/format.ts';
import { queueTitle } from '../../view/queue-name.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CELL = 'py-2.5 pl-2 text-right sm:pl-4';
const HEAD = 'py-2 pl-2 text-right align-bottom font-normal sm:pl-4';

/** The place of a queue's dead letters on the page. */
export function letterSectionId(name: QueueName): string {
  return `dead-${name}`;
}

/** A row for each queue. Rows and columns keep their places whatever the counts are. */
export function QueueTable(props: {
  queues: QueueRow[] | null;
  knowsAge: boolean;
  /** False while the counts are the last known ones. */
  isFresh: boolean;
  /** Queues whose letters are listed below. */
  inList: Set<QueueName>;
}) {
  const { queues, knowsAge, isFresh, inList } = props;
  const rows = MESSAGE_TYPES.map((name) => ({ name, row: queues?.find((each) => each.name === name) ?? null }));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard. */}
      <section className="relative mt-4 overflow-x-auto" tabIndex={0} aria-label="Counts">
        <table
          className={`figures w-full min-w-[22.25rem] table-fixed text-left text-14 ${isFresh ? '' : 'text-quiet'}`}
        >
          <caption className="sr-only">Messages in each queue</caption>
          <thead className="text-12 text-quiet">
            <tr className="border-b border-line">
              <th scope="col" className="py-2 align-bottom font-normal">
                Queue
              </th>
              <th scope="col" className={`${HEAD} w-14 sm:w-28`}>
                Waiting
              </th>
              <th scope="col" className={`${HEAD} w-11 sm:w-28`}>
                In flight
              </th>
              <th scope="col" className={`${HEAD} w-14 sm:w-28`}>
                Delayed
              </th>
              {knowsAge && (
                <th scope="col" className={`${HEAD} w-14 sm:w-28`}>
                  Oldest
                </th>
              )}
              <th scope="col" className={`${HEAD} w-12 sm:w-28`}>
                Dead
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, row }) => (
              <tr key={name} className="border-b border-line">
                <th scope="row" className="py-2.5 font-normal">
                  <span className="md:inline-block md:w-32">{queueTitle(name)}</span>
                  <span className="text-12 text-quiet max-md:hidden">{name}</span>
                </th>
                <td className={CELL}>
                  <Count of={row?.ready} />
                </td>
                <td className={CELL}>
                  <Count of={row?.inFlight} />
                </td>
                <td className={CELL}>
                  <Count of={row?.delayed} />
                </td>
                {knowsAge && (
                  <td className={`${CELL} whitespace-nowrap`}>
                    {row?.ready === 0 ? null : row ? <Age ms={row.oldestAgeMs} /> : <Unknown />}
                  </td>
                )}
                <td className={CELL}>
                  {row && row.dead > 0 && inList.has(name) ? (
                    <a
                      href={`#${letterSectionId(name)}`}
                      className={`underline underline-offset-4 ${isFresh ? 'text-lost' : ''}`}
                    >
                      {formatCount(row.dead)}
                      <span className="sr-only"> dead letters of {queueTitle(name)}</span>
                    </a>
                  ) : (
                    <Count of={row?.dead} tone={isFresh ? 'text-lost' : ''} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="mt-3 max-w-[75ch] text-12 text-quiet">
        In flight is what a worker has in hand; delayed is what waits before it is tried again. A dash (–) stands where
        the engine does not know just now.
      </p>
    </>
  );
}

function Count({ of: count, tone = '' }: { of: number | null | undefined; tone?: string }) {
  if (count === null || count === undefined) return <Unknown />;
  return <span className={count === 0 ? 'text-quiet' : tone}>{formatCount(count)}</span>;
}

/** Coarse, so that it fits its column however long it is. */
function Age({ ms }: { ms: number | null }) {
  if (ms === null) return <Unknown />;
  if (ms < HOUR_MS) return formatSpan(Math.min(ms, HOUR_MS - MINUTE_MS));
  const hours = Math.floor(ms / HOUR_MS);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

function Unknown() {
  return (
    <span className="text-quiet">
      <span aria-hidden>–</span>
      <span className="sr-only">not known</span>
    </span>
  );
}
