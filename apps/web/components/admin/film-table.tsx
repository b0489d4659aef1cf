'use client';

import Link from 'next/link';
import { type KeyboardEvent, useRef } from 'react';
import type { FilmRow } from '../../server/titles.ts';
import { formatBytes, formatClock, formatLength, formatShare, formatSpan } from '../../view/format.ts';
import { stateWord, timeLeftMs } from '../../view/job-sentence.ts';
import type { JobView } from '../../view/job-view.ts';
import { useTimeZone } from '../job/use-time-zone.ts';
import { StillPicture } from '../still-picture.tsx';

/** All films: dense and calm. Up and Down go from row to row, Enter opens the job. */
export function FilmTable({ rows, renderedAtMs }: { rows: FilmRow[]; renderedAtMs: number }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const timeZone = useTimeZone();

  const onKeyDown = (event: KeyboardEvent) => {
    const links = [...(body.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    const link = next === undefined || at < 0 ? undefined : links[next];
    if (!link) return;
    event.preventDefault();
    link.focus();
  };

  return (
    <table className="figures mt-6 w-full text-left text-14 sm:table-fixed">
      <thead className="text-12 text-quiet max-sm:sr-only">
        <tr className="border-b border-line">
          <th className="w-28 py-2 font-normal">
            <span className="sr-only">Still</span>
          </th>
          <th className="py-2 pr-4 font-normal">Title</th>
          <th className="w-56 py-2 pr-4 font-normal">State</th>
          <th className="w-24 py-2 pr-4 text-right font-normal">Length</th>
          <th className="w-28 py-2 pr-4 text-right font-normal max-md:hidden">Size</th>
          <th className="w-44 py-2 text-right font-normal max-md:hidden">Updated</th>
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown}>
        {rows.map(({ title, job, sizeBytes, updatedAtMs }) => (
          <tr
            key={title.id}
            className="relative border-b border-line hover:bg-raised has-focus-visible:bg-raised max-sm:grid max-sm:grid-cols-[5.5rem_1fr_auto] max-sm:py-2"
          >
            <td className="py-2 pr-4 max-sm:row-span-2">
              <StillPicture
                still={title.still}
                preview={title.preview}
                sizes="96px"
                className="aspect-video w-20 sm:w-24"
              />
            </td>
            <td className="py-2 pr-4 max-sm:pr-2 max-sm:pb-0">
              <Link
                data-row
                href={job ? `/admin/jobs/${job.id}` : `/watch/${title.id}`}
                className="block truncate text-16 after:absolute after:inset-0"
              >
                {title.title}
              </Link>
            </td>
            <td className="py-2 pr-4 max-sm:col-start-2 max-sm:row-start-2 max-sm:pt-0">
              <State job={job} nowMs={renderedAtMs} />
            </td>
            <td className="py-2 pr-4 text-right max-sm:pr-0">
              {title.durationSec === null ? <span className="text-quiet">–</span> : formatLength(title.durationSec)}
            </td>
            <td className="py-2 pr-4 text-right whitespace-nowrap max-md:hidden">
              {sizeBytes === null ? '–' : formatBytes(sizeBytes)}
            </td>
            <td className="py-2 text-right whitespace-nowrap text-quiet max-md:hidden">
              {formatClock(updatedAtMs, renderedAtMs, timeZone)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ job, nowMs }: { job: JobView | null; nowMs: number }) {
  if (!job) return <span className="text-quiet">No job</span>;
  const isAlive = job.status === 'pending' || job.status === 'processing';
  const leftMs = timeLeftMs(job, nowMs);
  return (
    <div>
      <span className={`flex items-center gap-2 ${job.status === 'failed' ? 'text-lost' : ''}`}>
        {job.status === 'processing' && job.playableAtMs !== null && (
          <span className="bulb-dot breathing" aria-hidden />
        )}
        {stateWord(job)}
        {isAlive && (
          <span className="text-quiet">
            {leftMs === null ? (job.share > 0 ? formatShare(job.share) : '') : `ready in ${formatSpan(leftMs)}`}
          </span>
        )}
      </span>
      {isAlive && (
        <span className="mt-1.5 block h-0.5 w-36 overflow-hidden rounded-full bg-line">
          <span
            className="breathing block h-full bg-bulb"
            style={{ width: `${Math.max(2, job.share * 100)}%`, transition: 'width 400ms linear' }}
          />
        </span>
      )}
    </div>
  );
}
