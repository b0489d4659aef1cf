import type { JobId, TaskId } from '@marquee/core/ids';
import type { MediaProcessingJob, TaskState } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';

/** What is known of one job that is not over. Times in milliseconds since 1970. */
interface Watched {
  lastSignMs: number;
  /** Since when tasks have waited to be claimed; a message that is sent again makes no task younger. */
  waiting: Map<TaskId, { type: TaskType; runs: number; sinceMs: number }>;
}

/** How unfinished jobs get on, by what the sweep reads of them anyway. */
export interface JobWatch {
  /** @param open rows of all tasks of the job that are ready or running */
  see(job: MediaProcessingJob, open: readonly TaskState[], nowMs: number): void;
  forget(jobId: JobId): void;
  /** Forgets all but these. */
  keepOnly(jobIds: readonly JobId[]): void;
  /** The longest time since a job showed a sign of getting on, in milliseconds; 0 if there is no job. */
  longestSilenceMs(nowMs: number): number;
  /** For each type how long the task has waited that has waited longest. */
  longestWaitsMs(nowMs: number): Map<TaskType, number>;
}

export function createJobWatch(): JobWatch {
  const jobs = new Map<JobId, Watched>();
  return {
    see(job, open, nowMs) {
      const known = jobs.get(job.id);
      // What ended may be among the rows no more: what was seen of it is kept.
      const signs = open.flatMap(({ runs }) => runs.flatMap((run) => [run.startedAtMs, run.endedAtMs ?? 0]));
      const lastSignMs = Math.max(known?.lastSignMs ?? 0, job.updatedAtMs, ...signs);
      const waiting: Watched['waiting'] = new Map();
      for (const { id, type, status, runs, publishedAtMs, notBeforeMs } of open) {
        if (status !== 'ready' || notBeforeMs > nowMs) continue;
        const before = known?.waiting.get(id);
        const sinceMs = before?.runs === runs.length ? before.sinceMs : Math.max(publishedAtMs ?? nowMs, notBeforeMs);
        waiting.set(id, { type, runs: runs.length, sinceMs });
      }
      jobs.set(job.id, { lastSignMs, waiting });
    },
    forget: (jobId) => void jobs.delete(jobId),
    keepOnly(jobIds) {
      const kept = new Set(jobIds);
      for (const id of jobs.keys()) if (!kept.has(id)) jobs.delete(id);
    },
    longestSilenceMs(nowMs) {
      let longestMs = 0;
      for (const { lastSignMs } of jobs.values()) longestMs = Math.max(longestMs, nowMs - lastSignMs);
      return longestMs;
    },
    longestWaitsMs(nowMs) {
      const longest = new Map<TaskType, number>();
      for (const { waiting } of jobs.values()) {
        for (const { type, sinceMs } of waiting.values()) {
          longest.set(type, Math.max(longest.get(type) ?? 0, nowMs - sinceMs));
        }
      }
      return longest;
    },
  };
}
