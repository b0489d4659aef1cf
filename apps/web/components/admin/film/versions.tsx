'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { bulkAction } from '../../../server/film-actions.ts';
import type { FilmDesk } from '../../../server/film-edit.ts';
import { formatBytes, formatClock, formatShare } from '../../../view/format.ts';
import { stateWord } from '../../../view/job-sentence.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';

/** Every version of the film, and the way to one more. */
export function Versions({ desk, nowMs }: { desk: FilmDesk; nowMs: number }) {
  const timeZone = useTimeZone();
  const router = useRouter();
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const isAlive = desk.versions.some(({ status }) => status === 'pending' || status === 'processing');
  const remake = () =>
    start(async () => {
      const { refused: sentence } = await bulkAction([desk.title.id], 'remake').catch(() => ({
        refused: 'The site does not answer. Try again.',
      }));
      setRefused(sentence);
      router.refresh();
    });
  return (
    <section aria-labelledby="versions" className="border-t border-line pt-6">
      <h2 id="versions" className="display text-20">
        Versions
      </h2>
      <ul className="figures mt-3 divide-y divide-line text-14">
        {desk.versions.map((job) => (
          <li key={job.id} className="relative flex flex-wrap items-baseline gap-x-4 py-2.5 hover:bg-raised">
            <Link href={`/admin/jobs/${job.id}`} className="after:absolute after:inset-0">
              {formatClock(job.createdAtMs, nowMs, timeZone)}
            </Link>
            <span className={job.status === 'failed' ? 'text-lost' : ''}>
              {job.isPlaying ? 'Plays now' : stateWord(job)}
              {isMaking(job.status) && ` ${formatShare(job.share)}`}
            </span>
            <span className="min-w-0 truncate text-quiet">
              {[formatBytes(job.sizeBytes), job.rungs[0], job.fileName].filter(Boolean).join(' · ')}
            </span>
          </li>
        ))}
      </ul>
      <div className="mt-4 flex flex-wrap items-center gap-4">
        <button
          type="button"
          className="control"
          disabled={busy || isAlive || desk.versions.length === 0}
          onClick={remake}
        >
          {isAlive ? 'A version is being made' : 'Make it again'}
        </button>
        <p role="status" className="text-14 text-lost">
          {refused}
        </p>
      </div>
      <p className="mt-2 max-w-[60ch] text-14 text-quiet">
        Made again from the file that was uploaded; what plays today plays until the new version stands.
      </p>
    </section>
  );
}

function isMaking(status: string): boolean {
  return status === 'pending' || status === 'processing';
}
