import { type ErrorCode, isMarqueeError, toMarqueeError } from '@marquee/core/errors';
import type { JobStatus } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import type { Objects } from '@marquee/core/ports';
import { EXIT } from './exit.ts';
import type { Snapshot } from './pace.ts';
import type { Session } from './session.ts';

/** What `--json` prints about one job; null for what does not exist. */
export interface JobAnswer {
  jobId: string | null;
  movieId: string | null;
  status: JobStatus;
  error: { code: ErrorCode; message: string } | null;
  /** Length of the published film. */
  durationSec: number | null;
  /** From the start of the command to its end; null for commands that only look. */
  wallSec: number | null;
  /** From the job's birth until its opening could be watched. */
  firstPlayableSec: number | null;
  /** Paths or URLs that ffprobe, or a reader, can open as printed. */
  hls: string | null;
  dash: string | null;
  storyboard: string | null;
  /** Heights of the qualities, best first. */
  rungs: number[];
  tasks: { id: string; type: string; status: string; attempts: number; runs: number }[];
}

/** Describes a job. */
export async function describeJob(session: Pick<Session, 'engines'>, { job, tasks }: Snapshot): Promise<JobAnswer> {
  const { objects } = session.engines;
  const [hls, dash, storyboard] = await Promise.all(
    ['master.m3u8', 'manifest.mpd', 'storyboard/storyboard.vtt'].map((name) =>
      place(objects, `${job.outputPrefix}${name}`),
    ),
  );
  return {
    jobId: job.id,
    movieId: job.movieId,
    status: job.status,
    error: job.error && { code: job.error.code, message: job.error.message },
    durationSec: job.plan && planDurationSec(job.plan),
    wallSec: null,
    firstPlayableSec: job.playableAtMs === null ? null : (job.playableAtMs - job.createdAtMs) / 1000,
    hls: hls ?? null,
    dash: dash ?? null,
    rungs: job.plan?.rungs.map((rung) => rung.nominalPx) ?? [],
    storyboard: storyboard ?? null,
    tasks: tasks.map(({ id, type, status, attempts, runs }) => ({ id, type, status, attempts, runs: runs.length })),
  };
}

/** Describes a film of which no job came. */
export function describeRefusal(thrown: unknown): JobAnswer {
  const { code, message } = toMarqueeError(thrown);
  return {
    jobId: null,
    movieId: null,
    status: 'failed',
    error: { code, message },
    durationSec: null,
    wallSec: null,
    firstPlayableSec: null,
    hls: null,
    dash: null,
    rungs: [],
    storyboard: null,
    tasks: [],
  };
}

/** Seconds since this process was started. */
export function sinceStartSec(): number {
  return Math.round(performance.now()) / 1000;
}

/** The exit code of a command that waited for a job. */
export function exitCodeOf(status: JobStatus): number {
  if (status === 'ready') return EXIT.ok;
  return status === 'failed' || status === 'cancelled' ? EXIT.failed : EXIT.interrupted;
}

async function place(objects: Objects, key: string): Promise<string | null> {
  try {
    return (await objects.toolInput(key)).url;
  } catch (error) {
    if (isMarqueeError(error) && error.code === 'OBJECT_MISSING') return null;
    throw error;
  }
}
