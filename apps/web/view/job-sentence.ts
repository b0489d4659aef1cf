import type { JobStatus } from '@marquee/core/job';
import { formatClock, formatShare, formatSpan } from './format.ts';
import type { JobView } from './job-view.ts';
import { STAGES } from './stages.ts';

/** Before this share, or this much time, an estimate would be a guess. */
const MIN_SHARE = 0.06;
const MIN_ELAPSED_MS = 3000;

/**
 * Guesses the time left from how long the work so far took.
 *
 * @returns milliseconds, or null while too little is known
 */
export function timeLeftMs(job: Pick<JobView, 'share' | 'encodingSinceMs'>, nowMs: number): number | null {
  if (job.encodingSinceMs === null || job.share < MIN_SHARE || job.share >= 1) return null;
  const elapsedMs = nowMs - job.encodingSinceMs;
  if (elapsedMs < MIN_ELAPSED_MS) return null;
  return (elapsedMs * (1 - job.share)) / job.share;
}

/** The one sentence that says how a job stands: "Ready in 4 min, playable since 12:03". */
export function jobSentence(job: JobView, nowMs: number, timeZone: string): string {
  const clock = (ms: number) => formatClock(ms, nowMs, timeZone);
  const since = job.playableAtMs === null ? '' : `, playable since ${clock(job.playableAtMs)}`;
  switch (job.status) {
    case 'ready': {
      const took = job.finishedAtMs === null ? '' : ` in ${formatSpan(job.finishedAtMs - job.createdAtMs)}`;
      return `Ready and checked${took}${since}`;
    }
    case 'failed':
      return 'The film could not be finished';
    case 'cancelled':
      return job.finishedAtMs === null ? 'Cancelled' : `Cancelled at ${clock(job.finishedAtMs)}`;
    case 'pending':
    case 'processing': {
      if (!job.workersSeen) return `Waiting: no worker is running${since}`;
      if (job.status === 'pending') return 'Waiting for a worker to take it';
      const left = timeLeftMs(job, nowMs);
      if (left !== null) return `Ready in ${formatSpan(left)}${since}`;
      if (job.playableAtMs !== null) return `Being made, ${formatShare(job.share)}${since}`;
      return job.stages.some((stage) => stage.stage === 'transcode' && stage.total > 0)
        ? 'Making the opening'
        : 'Reading the file';
    }
  }
}

/** The states of jobs, for filters. */
export const STATUS_NAMES: Record<JobStatus, string> = {
  pending: 'Waiting',
  processing: 'Being made',
  ready: 'Ready',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** What is being done for a job that is at work, in a word and a figure: `Picture, 34 %`. Empty before anything is. */
export function workWords({ stages, share }: Pick<JobView, 'stages' | 'share'>): string {
  const atWork = stages.find(({ done, total }) => done < total);
  return atWork ? `${STAGES[atWork.stage].name}, ${formatShare(share)}` : '';
}

/** The state of a job in one or two words, for tables. */
export function stateWord(job: Pick<JobView, 'status' | 'playableAtMs'>): string {
  return job.status === 'processing' && job.playableAtMs !== null ? 'Playable' : STATUS_NAMES[job.status];
}
