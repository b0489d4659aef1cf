'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { JobRow } from '../../server/job-list.ts';
import { formatClock, formatSpan } from '../../view/format.ts';
import { stateWord, workWords } from '../../view/job-sentence.ts';
import { PRIORITY_NAMES } from '../../view/priority.ts';
import { useTimeZone } from '../job/use-time-zone.ts';
import { JobBar } from './job-bar.tsx';
import { useChoice, walkRows } from './table-choice.ts';

/** Jobs, newest first. Up and Down go from row to row, Enter opens the job, Space on its box chooses it. */
export function JobTable({ rows, renderedAtMs }: { rows: JobRow[]; renderedAtMs: number }) {
  const router = useRouter();
  const timeZone = useTimeZone();
  const ids = rows.map(({ id }) => id);
  const { chosen, isChosen, choose, clear } = useChoice(ids);
  return (
    <>
      {/* Without rows the bar stays: it says what became of them. */}
      <table hidden={rows.length === 0} className="figures mt-6 w-full text-left text-14 sm:table-fixed">
        <thead className="text-12 text-quiet max-sm:sr-only">
          <tr className="border-b border-line">
            <th className="w-11 py-2 font-normal">
              <label className="grid min-h-6 cursor-pointer place-items-center">
                <span className="sr-only">Choose all jobs of this page</span>
                <input
                  type="checkbox"
                  checked={chosen.length === rows.length}
                  onChange={(event) => choose(ids, event.target.checked)}
                  className="size-4 accent-bulb"
                />
              </label>
            </th>
            <th className="py-2 pr-4 font-normal">Film</th>
            <th className="py-2 pr-4 font-normal">State</th>
            <th className="w-36 py-2 pr-4 font-normal max-lg:hidden">Turn</th>
            <th className="w-24 py-2 pr-4 text-right font-normal max-md:hidden">Took</th>
            <th className="w-44 py-2 text-right font-normal max-md:hidden">Begun</th>
          </tr>
        </thead>
        <tbody onKeyDown={walkRows}>
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              nowMs={renderedAtMs}
              timeZone={timeZone}
              isMarked={isChosen(row.id)}
              onMark={(on) => choose([row.id], on)}
            />
          ))}
        </tbody>
      </table>
      <JobBar
        chosen={rows.filter(({ id }) => isChosen(id))}
        onDone={() => {
          clear();
          router.refresh();
        }}
      />
    </>
  );
}

function Row(props: {
  row: JobRow;
  nowMs: number;
  timeZone: string;
  isMarked: boolean;
  onMark: (on: boolean) => void;
}) {
  const { row, nowMs, timeZone, isMarked } = props;
  const tookMs = (row.finishedAtMs ?? nowMs) - row.createdAtMs;
  const begun = formatClock(row.createdAtMs, nowMs, timeZone);
  const name = `${row.title}, begun ${begun}`;
  return (
    <tr
      className={`relative border-b border-line align-top hover:bg-raised has-focus-visible:bg-raised max-sm:grid max-sm:grid-cols-[2.75rem_1fr] max-sm:py-2 ${isMarked ? 'bg-raised' : ''}`}
    >
      <td className="max-sm:row-span-2">
        <label className="relative z-10 grid min-h-11 cursor-pointer place-items-center">
          <span className="sr-only">Choose {name}</span>
          <input
            type="checkbox"
            checked={isMarked}
            onChange={(event) => props.onMark(event.target.checked)}
            className="size-4 accent-bulb"
          />
        </label>
      </td>
      <td className="min-w-0 py-2.5 pr-4 max-sm:pb-0">
        <Link data-row href={`/admin/jobs/${row.id}`} className="block truncate text-16 after:absolute after:inset-0">
          {row.title}
        </Link>
        {!row.hasFilm && <span className="text-12 text-quiet">No film of the house any more</span>}
        <span className="text-12 text-quiet md:hidden">
          {begun} · {formatSpan(tookMs)}
        </span>
      </td>
      <td className="min-w-0 py-2.5 pr-4 max-sm:col-start-2 max-sm:pt-0">
        <State row={row} />
      </td>
      <td className={`py-3 pr-4 max-lg:hidden ${row.priority === 'inTurn' ? 'text-quiet' : ''}`}>
        {PRIORITY_NAMES[row.priority]}
      </td>
      <td className="py-3 pr-4 text-right whitespace-nowrap max-md:hidden">{formatSpan(tookMs)}</td>
      <td className="py-3 text-right whitespace-nowrap text-quiet max-md:hidden">{begun}</td>
    </tr>
  );
}

function State({ row }: { row: JobRow }) {
  const isAlive = row.status === 'pending' || row.status === 'processing';
  const tries = row.failedTries === 1 ? 'one failed try' : `${row.failedTries} failed tries`;
  const facts = [
    isAlive ? workWords(row) : '',
    row.settling ? 'being cleared away' : '',
    row.failedTries > 0 ? tries : '',
  ].filter(Boolean);
  return (
    <div className="min-w-0">
      <p className={`flex flex-wrap items-center gap-x-2 ${row.status === 'failed' ? 'text-lost' : ''}`}>
        {row.status === 'processing' && <span className="bulb-dot breathing" aria-hidden />}
        {stateWord(row)}
        <span className="text-quiet">{facts.join(' · ')}</span>
        {row.priority !== 'inTurn' && <span className="text-quiet lg:hidden">{PRIORITY_NAMES[row.priority]}</span>}
      </p>
      {row.error && (
        <p className="mt-0.5 line-clamp-2 text-quiet [overflow-wrap:anywhere]">
          {row.error.message} <span className="whitespace-nowrap">{row.error.code}</span>
        </p>
      )}
      {isAlive && (
        <span className="mt-1.5 block h-0.5 w-36 max-w-full overflow-hidden rounded-full bg-line">
          <span
            className="breathing block h-full bg-bulb"
            style={{ width: `${Math.max(2, row.share * 100)}%`, transition: 'width 400ms linear' }}
          />
        </span>
      )}
    </div>
  );
}
