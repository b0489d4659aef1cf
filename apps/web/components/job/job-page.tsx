'use client';

import { Play, RotateCcw } from 'lucide-react';
import Link from 'next/link';
import { useState, useTransition } from 'react';
import { retryJobAction } from '../../server/job-actions.ts';
import type { JobSnapshot } from '../../server/jobs.ts';
import { formatBytes, formatLength } from '../../view/format.ts';
import { jobSentence } from '../../view/job-sentence.ts';
import type { JobView } from '../../view/job-view.ts';
import { PRIORITY_NAMES } from '../../view/priority.ts';
import { taskName } from '../../view/task-name.ts';
import { CancelButton } from './cancel-button.tsx';
import { StageStrip } from './stage-strip.tsx';
import { TimelinePicture } from './timeline-picture.tsx';
import { type Line, useJob } from './use-job.ts';
import { useNow, useTimeZone } from './use-time-zone.ts';

const CLOCK_MS = 1000;

/** Everything about one job, alive while the work is. */
export function JobPage({ first, renderedAtMs }: { first: JobSnapshot; renderedAtMs: number }) {
  const { snapshot, line, again } = useJob(first);
  const { job, tasks, over } = snapshot;
  const timeZone = useTimeZone();
  const nowMs = useNow(renderedAtMs, CLOCK_MS, !over);
  const isAlive = job.status === 'processing' || job.status === 'pending';

  return (
    <article>
      <h1 className="display text-28 sm:text-40">{job.title}</h1>
      <p className={`mt-3 text-20 ${job.status === 'failed' ? 'text-lost' : ''}`} role="status">
        {jobSentence(job, nowMs, timeZone)}.
      </p>
      <LineWord line={line} />
      {job.error && <ErrorWords job={job} tasks={snapshot.tasks} />}
      {!job.workersSeen && isAlive && (
        <p className="mt-3 max-w-[65ch] border-l-2 border-lost pl-4 text-16">
          Start one with <code className="rounded-still bg-raised px-1.5 py-0.5 text-14">npm run marquee -- start</code>
          . What is done so far is kept, and the work goes on from there.
        </p>
      )}

      <div className="mt-6 flex flex-wrap gap-3">
        {(job.playableAtMs !== null || job.status === 'ready') && job.status !== 'cancelled' && (
          <Link href={`/watch/${job.movieId}`} className="control control-bulb">
            <Play size={18} fill="currentColor" aria-hidden /> Watch
          </Link>
        )}
        {(job.status === 'failed' || (job.status === 'cancelled' && (job.settling || job.sourceStands))) && (
          <RetryButton job={job} onDone={again} />
        )}
        {job.status === 'cancelled' && !job.settling && !job.sourceStands && (
          <Link href="/admin/upload" className="control">
            Upload it again
          </Link>
        )}
        {isAlive && <CancelButton jobId={job.id} title={job.title} />}
      </div>

      <StageStrip stages={job.stages} alive={isAlive} share={job.share} />
      <TimelinePicture job={job} tasks={tasks} nowMs={nowMs} timeZone={timeZone} onRetried={again} />
      <Facts job={job} />
    </article>
  );
}

function LineWord({ line }: { line: Line }) {
  const words: Partial<Record<Line, string>> = {
    polling: 'News comes every two seconds: live events do not get through to this browser.',
    lost: 'No news: the site does not answer. The page tries again by itself.',
  };
  return (
    <p className="text-14 text-quiet" aria-live="polite">
      {words[line] ?? ''}
    </p>
  );
}

/** What went wrong, in the words that were written for whoever can mend it. */
function ErrorWords({ job, tasks }: { job: JobView; tasks: JobSnapshot['tasks'] }) {
  const task = tasks.find((each) => each.id === job.error?.taskId);
  return (
    <div role="alert" className="mt-4 max-w-[70ch] border-l-2 border-lost pl-4">
      <p className="text-16 whitespace-pre-line">{job.error?.message}</p>
      <p className="figures mt-1 text-14 text-quiet">
        {task && `${taskName(task)} · `}
        {job.error?.code}
        {task && task.attempts > 1 && ` · ${task.attempts} tries`}
      </p>
    </div>
  );
}

function RetryButton({ job, onDone }: { job: JobView; onDone: () => void }) {
  const [busy, start] = useTransition();
  const [refused, setRefused] = useState<string | null>(null);
  const retry = () =>
    start(async () => {
      const sentence = await retryJobAction(job.id);
      setRefused(sentence);
      if (sentence === null) onDone();
    });
  return (
    <>
      <button
        type="button"
        className="control"
        disabled={busy || (job.settling && job.status === 'cancelled')}
        onClick={retry}
      >
        <RotateCcw size={18} aria-hidden />
        {retryWord(job, busy)}
      </button>
      {refused && (
        <p role="alert" className="self-center text-14 text-lost">
          {refused}
        </p>
      )}
    </>
  );
}

function retryWord(job: JobView, busy: boolean): string {
  if (busy) return 'Asking';
  if (job.status === 'failed') return 'Retry what failed';
  return job.settling ? 'Clearing away' : 'Start again';
}

function Facts({ job }: { job: JobView }) {
  const facts: [string, string][] = [
    ['File', job.fileName],
    ['Size', formatBytes(job.sizeBytes)],
    ['Length', job.durationSec === null ? 'not known yet' : formatLength(job.durationSec)],
    ['Qualities', job.rungs.join(', ') || 'not known yet'],
    ['Turn', PRIORITY_NAMES[job.priority]],
  ];
  return (
    <section aria-labelledby="facts" className="mt-12 border-t border-line pt-6">
      <h2 id="facts" className="display text-20">
        The film
      </h2>
      <dl className="mt-4 grid gap-x-10 gap-y-3 sm:grid-cols-2 lg:grid-cols-5">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-12 text-quiet">{name}</dt>
            <dd className="figures mt-0.5 text-14">{value}</dd>
          </div>
        ))}
      </dl>
      {job.notes.length > 0 && (
        <ul className="mt-5 max-w-[70ch] space-y-1 text-14 text-quiet">
          {job.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
