'use client';

import Link from 'next/link';
import type { JobRow } from '../../../server/job-list.ts';
import { formatClock, formatCount } from '../../../view/format.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';
import { Section } from './section.tsx';

/** The newest jobs that failed, each with its sentence and its code. */
export function FailureSection(props: { failures: JobRow[]; total: number; renderedAtMs: number }) {
  const { failures, total, renderedAtMs } = props;
  const timeZone = useTimeZone();
  const more = total > 0 ? { href: '/admin/jobs?status=failed', name: `All ${formatCount(total)}` } : null;
  return (
    <Section id="failures" title="Failures" {...(more ? { more } : {})}>
      {failures.length === 0 ? (
        <p className="mt-2 text-14 text-quiet">No job has failed, or each that did was mended.</p>
      ) : (
        <ul className="mt-2 divide-y divide-line">
          {failures.map((job) => (
            <li key={job.id} className="relative py-3 hover:bg-raised">
              <p className="flex flex-wrap items-baseline justify-between gap-x-4">
                <Link href={`/admin/jobs/${job.id}`} className="min-w-0 truncate text-16 after:absolute after:inset-0">
                  {job.title}
                </Link>
                <span className="figures text-12 text-quiet">
                  {formatClock(job.finishedAtMs ?? job.createdAtMs, renderedAtMs, timeZone)}
                </span>
              </p>
              <p className="mt-0.5 line-clamp-3 text-14 [overflow-wrap:anywhere]">{job.error?.message}</p>
              <p className="figures text-12 text-lost">{job.error?.code}</p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
