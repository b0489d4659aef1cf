import { type StageProgress, stageProgress } from '@marquee/core/advance';
import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import {
  type Failure,
  isOver,
  type JobStatus,
  type MediaProcessingJob,
  type Priority,
  priorityOf,
  type Task,
  type TaskRun,
  type TaskStatus,
} from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import { planDurationSec } from '@marquee/core/plan';

/** What a task shows of itself: small, since thousands of them travel to the browser. */
export interface TaskView {
  id: TaskId;
  type: TaskType;
  piece: string;
  status: TaskStatus;
  attempts: number;
  progress: number;
  error: Failure | null;
  runs: TaskRun[];
}

/** What the job page shows, as plain data that travels to the browser. */
export interface JobView {
  id: JobId;
  movieId: MovieId;
  title: string;
  status: JobStatus;
  fileName: string;
  sizeBytes: number;
  createdAtMs: number;
  playableAtMs: number | null;
  finishedAtMs: number | null;
  error: (Failure & { taskId: TaskId | null }) | null;
  priority: Priority;
  /** Length of the film in seconds, once known. */
  durationSec: number | null;
  notes: string[];
  rungs: string[];
  stages: StageProgress[];
  /** Share of the whole work done, in `[0, 1]`. */
  share: number;
  /** Start of the first encoding that counts towards `share`, for the estimate of the time left. */
  encodingSinceMs: number | null;
  /** True between an end and its being carried out: what a cancelled job made is being removed. */
  settling: boolean;
  /** True when the uploaded file is still there, so that a cancelled job can start again. */
  sourceStands: boolean;
  /** False when no worker has been seen lately, so that waiting has a reason. */
  workersSeen: boolean;
}

/** How much of a job's time goes to each stage; they add up to 1. */
const STAGE_WEIGHT: Record<StageProgress['stage'], number> = {
  inspect: 0.03,
  transcode: 0.86,
  audio: 0.05,
  thumbnails: 0.04,
  package: 0.02,
};

/** Sums up a job and its tasks for people. */
export function jobView(
  job: MediaProcessingJob,
  tasks: Task[],
  title: string,
  seen: { workersSeen: boolean; sourceStands: boolean },
): JobView {
  const stages = stageProgress(job.status, tasks);
  const starts = tasks.flatMap((task) =>
    task.type === 'video.transcode' && task.runs[0] ? [task.runs[0].startedAtMs] : [],
  );
  return {
    id: job.id,
    movieId: job.movieId,
    title,
    status: job.status,
    fileName: job.fileName,
    sizeBytes: job.sizeBytes,
    createdAtMs: job.createdAtMs,
    playableAtMs: job.playableAtMs,
    finishedAtMs: job.finishedAtMs,
    error: job.error,
    priority: priorityOf(job),
    durationSec: job.plan ? planDurationSec(job.plan) : null,
    notes: [...(job.inspection?.notes ?? []), ...leftOutSubtitles(tasks), ...leftOutAnalyses(tasks)],
    rungs: job.plan?.rungs.map((rung) => `${rung.nominalPx}p`) ?? [],
    stages,
    share: job.status === 'ready' ? 1 : wholeShare(job, stages),
    encodingSinceMs: starts.length > 0 ? Math.min(...starts) : null,
    settling: isOver(job.status) && job.settledAtMs === null,
    ...seen,
  };
}

/** Tracks that could not be published, each with the reason; the film goes on without them. */
function leftOutSubtitles(tasks: Task[]): string[] {
  return tasks.flatMap((task) => {
    if (task.type !== 'video.generate_subtitles') return [];
    const { payload, result } = task as Task<'video.generate_subtitles'>;
    if (result?.leftOut == null) return [];
    const { language, title, streamIndex, automatic, translated, dubbed } = payload.rendition;
    if (dubbed) return [`The film is not dubbed (${language}). ${result.leftOut}`];
    if (translated) return [`The subtitles are not translated (${language}). ${result.leftOut}`];
    if (automatic !== undefined) return [`No subtitles are made of what is said. ${result.leftOut}`];
    return [`Subtitle track ${streamIndex} (${title || language}) is left out. ${result.leftOut}`];
  });
}

/** What could not be found out about the film, each with the reason; the film is none the worse for it. */
function leftOutAnalyses(tasks: Task[]): string[] {
  return tasks.flatMap((task) => {
    if (task.type !== 'video.ai_analysis') return [];
    const why = (task as Task<'video.ai_analysis'>).result?.leftOut ?? task.error?.message;
    const isOpen = task.status === 'ready' || task.status === 'running';
    return why == null || isOpen ? [] : [`The analysis “${task.piece}” is left out. ${why}`];
  });
}

/** What a task shows of itself. */
export function taskView(task: Task): TaskView {
  const { id, type, piece, status, attempts, progress, error, runs } = task;
  return { id, type, piece, status, attempts, progress: Math.round(progress * 100) / 100, error, runs };
}

/** While the film is not yet indexed only its opening is planned: what stands then says little about the whole. */
export function wholeShare(job: Pick<MediaProcessingJob, 'plan'>, stages: StageProgress[]): number {
  const planned = job.plan?.frameCount != null;
  return stages.reduce((sum, { stage, share }) => {
    const counts = planned || stage === 'inspect';
    return sum + (counts ? STAGE_WEIGHT[stage] * share : 0);
  }, 0);
}
