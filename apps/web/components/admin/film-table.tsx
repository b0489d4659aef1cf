'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { FilmRow } from '../../server/films.ts';
import { formatBytes, formatClock, formatLength, formatShare, formatSpan } from '../../view/format.ts';
import { stateWord, timeLeftMs } from '../../view/job-sentence.ts';
import type { JobView } from '../../view/job-view.ts';
import { VISIBILITY_NAMES } from '../../view/visibility.ts';
import { useTimeZone } from '../job/use-time-zone.ts';
import { StillPicture } from '../still-picture.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { useChoice, walkRows } from './table-choice.ts';

/** All films: dense and calm. Up and Down go from row to row, Enter opens the film, Space on its box chooses it. */
export function FilmTable({ rows, renderedAtMs }: { rows: FilmRow[]; renderedAtMs: number }) {
  const router = useRouter();
  const timeZone = useTimeZone();
  const ids = rows.map(({ title }) => title.id);
  const { chosen, isChosen, choose, clear } = useChoice(ids);

  return (
    <>
      {/* Without rows the bar stays: it says what became of them. */}
      <table hidden={rows.length === 0} className="figures mt-6 w-full text-left text-14 sm:table-fixed">
        <thead className="text-12 text-quiet max-sm:sr-only">
          <tr className="border-b border-line">
            <th className="w-11 py-2 font-normal">
              <label className="grid min-h-6 cursor-pointer place-items-center">
                <span className="sr-only">Choose all films of this page</span>
                <input
                  type="checkbox"
                  checked={chosen.length === rows.length}
                  onChange={(event) => choose(ids, event.target.checked)}
                  className="size-4 accent-bulb"
                />
              </label>
            </th>
            <th className="w-28 py-2 font-normal">
              <span className="sr-only">Still</span>
            </th>
            <th className="py-2 pr-4 font-normal">Title</th>
            <th className="w-44 py-2 pr-4 font-normal">State</th>
            <th className="w-24 py-2 pr-4 font-normal max-md:hidden">Seen by</th>
            <th className="w-20 py-2 pr-4 text-right font-normal">Length</th>
            <th className="w-24 py-2 pr-4 text-right font-normal max-lg:hidden">Size</th>
            <th className="w-40 py-2 text-right font-normal max-lg:hidden">Updated</th>
          </tr>
        </thead>
        <tbody onKeyDown={walkRows}>
          {rows.map((row) => (
            <Row
              key={row.title.id}
              row={row}
              nowMs={renderedAtMs}
              timeZone={timeZone}
              isMarked={isChosen(row.title.id)}
              onMark={(on) => choose([row.title.id], on)}
            />
          ))}
        </tbody>
      </table>
      <BulkBar
        chosen={rows
          .filter(({ title }) => isChosen(title.id))
          .map(({ title }) => ({ id: title.id, title: title.title }))}
        onDone={() => {
          clear();
          router.refresh();
        }}
      />
    </>
  );
}

function Row(props: {
  row: FilmRow;
  nowMs: number;
  timeZone: string;
  isMarked: boolean;
  onMark: (on: boolean) => void;
}) {
  const { row, nowMs, timeZone, isMarked } = props;
  const { title, job, visibility, sizeBytes, updatedAtMs } = row;
  return (
    <tr
      className={`relative border-b border-line hover:bg-raised has-focus-visible:bg-raised max-sm:grid max-sm:grid-cols-[2.75rem_5.5rem_1fr_auto] max-sm:py-2 ${isMarked ? 'bg-raised' : ''}`}
    >
      <td className="max-sm:row-span-2">
        <label className="relative z-10 grid min-h-11 cursor-pointer place-items-center">
          <span className="sr-only">Choose {title.title}</span>
          <input
            type="checkbox"
            checked={isMarked}
            onChange={(event) => props.onMark(event.target.checked)}
            className="size-4 accent-bulb"
          />
        </label>
      </td>
      <td className="py-2 pr-4 max-sm:row-span-2">
        <StillPicture still={title.still} preview={title.preview} sizes="96px" className="aspect-video w-18 sm:w-24" />
      </td>
      <td className="min-w-0 py-2 pr-4 max-sm:pr-2 max-sm:pb-0">
        <Link
          data-row
          href={`/admin/films/${title.id}`}
          className="block truncate text-16 after:absolute after:inset-0"
        >
          {title.title}
        </Link>
      </td>
      <td className="py-2 pr-4 max-sm:col-start-3 max-sm:row-start-2 max-sm:pt-0">
        <State job={job} nowMs={nowMs} />
        {visibility !== 'published' && (
          <span className="text-12 text-quiet md:hidden">{VISIBILITY_NAMES[visibility]}</span>
        )}
      </td>
      <td className={`py-2 pr-4 max-md:hidden ${visibility === 'published' ? 'text-quiet' : ''}`}>
        {VISIBILITY_NAMES[visibility]}
      </td>
      <td className="py-2 pr-4 text-right max-sm:pr-0">
        {title.durationSec === null ? <span className="text-quiet">–</span> : formatLength(title.durationSec)}
      </td>
      <td className="py-2 pr-4 text-right whitespace-nowrap max-lg:hidden">
        {sizeBytes === null ? '–' : formatBytes(sizeBytes)}
      </td>
      <td className="py-2 text-right whitespace-nowrap text-quiet max-lg:hidden">
        {formatClock(updatedAtMs, nowMs, timeZone)}
      </td>
    </tr>
  );
}

function State({ job, nowMs }: { job: JobView | null; nowMs: number }) {
  if (!job) return <span className="text-quiet">No job</span>;
  const isAlive = job.status === 'pending' || job.status === 'processing';
  const leftMs = timeLeftMs(job, nowMs);
  return (
    <div>
      <Link
        href={`/admin/jobs/${job.id}`}
        className={`relative z-10 inline-flex items-center gap-2 underline-offset-4 hover:underline ${job.status === 'failed' ? 'text-lost' : ''}`}
      >
        {job.status === 'processing' && job.playableAtMs !== null && (
          <span className="bulb-dot breathing" aria-hidden />
        )}
        {stateWord(job)}
        {isAlive && (
          <span className="text-quiet">
            {leftMs === null ? (job.share > 0 ? formatShare(job.share) : '') : `ready in ${formatSpan(leftMs)}`}
          </span>
        )}
      </Link>
      {isAlive && (
        <span className="mt-1.5 block h-0.5 w-36 max-w-full overflow-hidden rounded-full bg-line">
          <span
            className="breathing block h-full bg-bulb"
            style={{ width: `${Math.max(2, job.share * 100)}%`, transition: 'width 400ms linear' }}
          />
        </span>
      )}
    </div>
  );
}
