import { isAfterReady } from './analysis.ts';
import { type JobId, type TaskId, taskId } from './ids.ts';
import type { Inspection, SourceIndex } from './inspection.ts';
import { isOver, type JobStatus, type MediaProcessingJob, type NewTask, type Task, type TaskState } from './job.ts';
import { createJobState, type JobState } from './job-state.ts';
import type { TaskType } from './messages.ts';
import type { MediaPlan } from './plan.ts';
import { type TaskTally, tallyTasks } from './tally.ts';

/** The pure planners that turn facts about a film into work; they live beside the media code. */
export interface Planner {
  /** Plans what can be known from the head: the ladder, and the work that makes the opening playable. */
  opening(job: MediaProcessingJob, inspection: Inspection): { plan: MediaPlan; tasks: NewTask[] };
  /** Plans all the rest from the index. */
  rest(
    job: MediaProcessingJob,
    inspection: Inspection,
    plan: MediaPlan,
    index: SourceIndex,
  ): { plan: MediaPlan; tasks: NewTask[] };
}

/** The next step of a job: rows to insert, rows to open, and what changes on the job itself. */
export interface Advance {
  insert: NewTask[];
  /** Tasks whose needs are met, in the order in which they should be published. */
  open: TaskId[];
  patch: Partial<MediaProcessingJob> | null;
}

/** How many tasks of one job may be open (ready or running) at once, unless configured otherwise. */
export const OPEN_WINDOW = 256;

/**
 * Decides the next step of a job from what stands in the store. Pure: the same rows give the same step, so
 * two orchestrators at once, or one that died half-way and came back, do no harm.
 *
 * @param tasks all tasks of the job, in any order
 * @param nowMs time stamped on `playableAtMs` and `finishedAtMs`, milliseconds since 1970
 */
export function advance(job: MediaProcessingJob, tasks: Task[], planner: Planner, nowMs: number): Advance {
  return advanceState(job, createJobState(tasks), planner, { nowMs, openWindow: OPEN_WINDOW });
}

/**
 * The same on a state that is kept from step to step, so that a step costs what it changes and not what there is.
 * The state takes over what the step plans and opens: if the step cannot be written, it is void.
 *
 * @param options.openWindow how many tasks may be open at once, so that no job fills the queues
 */
export function advanceState(
  job: MediaProcessingJob,
  state: JobState,
  planner: Planner,
  options: { nowMs: number; openWindow: number },
): Advance {
  if (isOver(job.status)) return { insert: [], open: [], patch: null };
  const { nowMs } = options;

  const failed = state.firstFailure();
  if (failed) {
    return {
      insert: [],
      open: [],
      patch: { status: 'failed', error: { ...failed.error, taskId: failed.id }, finishedAtMs: nowMs },
    };
  }

  const insert: NewTask[] = [];
  const patch: Partial<MediaProcessingJob> = {};
  const add = (planned: NewTask[]) => {
    for (const task of planned) {
      if (state.has(task.id)) continue;
      insert.push(task);
      state.plan(task);
    }
  };

  if (job.status === 'pending') patch.status = 'processing';
  add([inspectTask(job, 'head', null)]);

  const head = state.inspected('head');
  const index = state.inspected('index');
  let plan = job.plan;
  if (head) {
    if (job.inspection === null) patch.inspection = head.inspection;
    // The tasks are inserted before the plan is written, and named by their piece: a crash between the two
    // plans the same again.
    add([inspectTask(job, 'index', head.inspection)]);
    if (plan === null) {
      const opening = planner.opening(job, head.inspection);
      plan = opening.plan;
      patch.plan = plan;
      add(opening.tasks);
    }
    if (index && plan.frameCount === null) {
      const rest = planner.rest(job, head.inspection, plan, index.index);
      plan = rest.plan;
      patch.plan = plan;
      add(rest.tasks);
    }
  }

  const written = state.packaged();
  if (written) {
    if (written.throughChunk > job.packagedChunks) patch.packagedChunks = written.throughChunk;
    if (job.playableAtMs === null) patch.playableAtMs = nowMs;
    if (written.final) return { insert, open: [], patch: { ...patch, status: 'ready', finishedAtMs: nowMs } };
  }
  if (plan !== null) {
    const next = nextPackage(job, plan, state, patch.packagedChunks ?? job.packagedChunks);
    // One that a restarted job has already is opened below, not planned again.
    if (next) add([next]);
  }
  // What is planned is written together with the job, of which only one of two orchestrators can be the writer.
  const hasNews = insert.length > 0 || Object.keys(patch).length > 0;
  return { insert, open: state.takeReady(options.openWindow), patch: hasNews ? patch : null };
}

/**
 * Says which work of a ready job comes next: that of the lowest order, when all of a lower one has ended, well or not.
 *
 * @param unended tasks of the job that have not ended
 */
export function nextAnalyses(unended: readonly TaskState[]): TaskId[] {
  const mine = unended.filter(({ type }) => isAfterReady(type));
  const order = Math.min(...mine.map((task) => task.order));
  return mine.filter((task) => task.order === order && task.status === 'waiting').map(({ id }) => id);
}

/** How far a job is, for people: each stage's share done in `[0, 1]`. */
export interface StageProgress {
  stage: 'inspect' | 'transcode' | 'audio' | 'thumbnails' | 'package';
  done: number;
  total: number;
  share: number;
}

/** The type of task that a stage consists of. */
export const STAGES: Record<StageProgress['stage'], TaskType> = {
  inspect: 'video.inspect',
  transcode: 'video.transcode',
  audio: 'video.encode_audio',
  thumbnails: 'video.generate_thumbnails',
  package: 'video.package',
};

/** Sums up a job's tasks by stage; a stage with nothing planned yet has a total of 0. */
export function stageProgress(status: JobStatus, tasks: Task[]): StageProgress[] {
  return stagesOf(status, tallyTasks(tasks));
}

/** The same from what a store has counted. */
export function stagesOf(status: JobStatus, tallies: readonly TaskTally[]): StageProgress[] {
  return (Object.keys(STAGES) as StageProgress['stage'][]).map((stage) => {
    const tally = tallies.find(({ type }) => type === STAGES[stage]);
    const { done, total, progress } = tally ?? { done: 0, total: 0, progress: 0 };
    const isPackaged = stage !== 'package' || status === 'ready';
    return { stage, done, total, share: isPackaged && total > 0 ? progress / total : 0 };
  });
}

/**
 * The playlist is written again at the opening, then each time a tenth more of the film stands, when the whole
 * film does, and at the end: a ten-hour film needs a few dozen writes, not thousands. The write for the whole
 * film decodes samples of it while the last thumbnails are made.
 */
function nextPackage(
  job: MediaProcessingJob,
  plan: MediaPlan,
  state: JobState,
  packaged: number,
): NewTask<'video.package'> | null {
  if (state.isPackaging()) return null;
  const isPlanned = plan.frameCount !== null;
  if (isPlanned && plan.chunkCount !== null && state.allWork()) return packageTask(job, plan, plan.chunkCount, true);
  const prefix = state.videoPrefix();
  if (prefix < packaged + Math.max(1, Math.floor(packaged / 10))) return null;
  const sound = prefix === plan.chunkCount ? isPlanned && state.allAudio() : state.audioOpens(plan);
  return sound ? packageTask(job, plan, prefix, false) : null;
}

function inspectTask(
  job: MediaProcessingJob,
  scope: 'head' | 'index',
  inspection: Inspection | null,
): NewTask<'video.inspect'> {
  const id = taskId(job.id, 'inspect', scope);
  return {
    id,
    jobId: job.id,
    type: 'video.inspect',
    piece: scope,
    order: scope === 'head' ? 0 : 2,
    payload: {
      jobId: job.id,
      movieId: job.movieId,
      taskId: id,
      outputPrefix: job.outputPrefix,
      sourceKey: inspection?.sourceKey ?? job.sourceKey,
      scope,
      inspection,
    },
  };
}

function packageTask(
  job: MediaProcessingJob,
  plan: MediaPlan,
  throughChunk: number,
  final: boolean,
): NewTask<'video.package'> {
  const piece = final ? 'final' : String(throughChunk).padStart(5, '0');
  const id = taskId(job.id as JobId, 'package', piece);
  return {
    id,
    jobId: job.id,
    type: 'video.package',
    piece,
    order: 1,
    payload: {
      jobId: job.id,
      movieId: job.movieId,
      taskId: id,
      outputPrefix: job.outputPrefix,
      plan,
      throughChunk,
      final,
    },
  };
}
