import type { JobId, TaskId } from './ids.ts';
import { taskId } from './ids.ts';
import type { Inspection, SourceIndex } from './inspection.ts';
import type { JobStatus, MediaProcessingJob, NewTask, Task, TaskResult } from './job.ts';
import { isOver, taskRow } from './job.ts';
import type { TaskType } from './messages.ts';
import type { Chunk, MediaPlan } from './plan.ts';

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

/** How many tasks of one job may be open (ready or running) at once, so that no job fills the queues. */
export const OPEN_WINDOW = 24;

/**
 * Decides the next step of a job from what stands in the store. Pure: the same rows give the same step, so
 * two orchestrators at once, or one that died half-way and came back, do no harm.
 *
 * @param tasks all tasks of the job, in any order
 * @param nowMs time stamped on `playableAtMs` and `finishedAtMs`, milliseconds since 1970
 */
export function advance(job: MediaProcessingJob, tasks: Task[], planner: Planner, nowMs: number): Advance {
  if (isOver(job.status)) return { insert: [], open: [], patch: null };

  const failed = tasks.filter((task) => task.status === 'failed').sort((a, b) => a.order - b.order)[0];
  if (failed) {
    const error = failed.error ?? { code: 'INTERNAL' as const, message: 'A task failed without saying why.' };
    return {
      insert: [],
      open: [],
      patch: { status: 'failed', error: { ...error, taskId: failed.id }, finishedAtMs: nowMs },
    };
  }

  const insert: NewTask[] = [];
  const patch: Partial<MediaProcessingJob> = {};
  const known = new Set<string>(tasks.map((task) => task.id));
  const add = (planned: NewTask[]) => {
    for (const task of planned) if (!known.has(task.id)) insert.push(task);
  };

  if (job.status === 'pending') patch.status = 'processing';
  add([inspectTask(job, 'head', null)]);

  const head = resultOf(tasks, 'video.inspect', 'head');
  const index = resultOf(tasks, 'video.inspect', 'index');
  let plan = job.plan;
  if (head?.scope === 'head') {
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
    if (index?.scope === 'index' && plan.frameCount === null) {
      const rest = planner.rest(job, head.inspection, plan, index.index);
      plan = rest.plan;
      patch.plan = plan;
      add(rest.tasks);
    }
  }

  // Tasks planned in this very step count as work still to do.
  const rows = [...tasks, ...insert.map(taskRow)];
  const stand = standing(rows, plan);
  for (const task of tasks) {
    if (task.type !== 'video.package' || task.status !== 'done') continue;
    const result = task.result as TaskResult<'video.package'>;
    if (result.throughChunk > (patch.packagedChunks ?? job.packagedChunks)) patch.packagedChunks = result.throughChunk;
    if (job.playableAtMs === null) patch.playableAtMs = nowMs;
    if (result.final) {
      patch.status = 'ready';
      patch.finishedAtMs = nowMs;
    }
  }
  if (patch.status === 'ready') return { insert, open: [], patch };
  if (plan !== null) {
    const packaged = patch.packagedChunks ?? job.packagedChunks;
    const next = nextPackage(job, plan, rows, stand, packaged);
    // One that a restarted job has already is opened below, not planned again.
    if (next && !known.has(next.id)) {
      insert.push(next);
      rows.push(taskRow(next));
    }
  }

  return { insert, open: toOpen(rows, stand), patch: Object.keys(patch).length > 0 ? patch : null };
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
  return (Object.keys(STAGES) as StageProgress['stage'][]).map((stage) => {
    const mine = tasks.filter((task) => task.type === STAGES[stage]);
    const done = mine.filter((task) => task.status === 'done').length;
    const sum = mine.reduce((total, task) => total + (task.status === 'done' ? 1 : task.progress), 0);
    const whole = stage === 'package' && status !== 'ready' ? 0 : mine.length === 0 ? 0 : sum / mine.length;
    return { stage, done, total: mine.length, share: whole };
  });
}

interface Standing {
  /** True when the film's tracks are known, which all other work reads. */
  head: boolean;
  /** Video chunks that stand without a gap from the start. */
  videoPrefix: number;
  /** True when every planned chunk, window and thumbnail stands, and all are planned. */
  everything: boolean;
  /** True when each sound track's first window stands. */
  audioOpens: boolean;
  /** True when all of every sound track stands. */
  allAudio: boolean;
  /** True when every one of these frames is in a standing chunk. */
  covers: (frames: readonly number[]) => boolean;
}

function standing(tasks: Task[], plan: MediaPlan | null): Standing {
  const doneChunks = tasks
    .filter((task): task is Task<'video.transcode'> => task.type === 'video.transcode' && task.status === 'done')
    .map((task) => task.payload.chunk)
    .sort((a, b) => a.index - b.index);
  let videoPrefix = 0;
  for (const chunk of doneChunks) {
    if (chunk.index !== videoPrefix) break;
    videoPrefix++;
  }
  const audioOpens = (plan?.audio ?? []).every((rendition) =>
    tasks.some(
      (task) => task.type === 'video.encode_audio' && task.status === 'done' && task.piece === `${rendition.name}:000`,
    ),
  );
  const planned = plan !== null && plan.frameCount !== null;
  return {
    head: resultOf(tasks, 'video.inspect', 'head') !== null,
    videoPrefix,
    covers: coverage(doneChunks),
    audioOpens,
    allAudio: planned && tasks.every((task) => task.type !== 'video.encode_audio' || task.status === 'done'),
    everything: planned && tasks.every((task) => task.type === 'video.package' || task.status === 'done'),
  };
}

/** Tells whether frames lie in standing chunks: a search among runs `[start, end)`, for films of thousands of chunks. */
function coverage(chunks: readonly Chunk[]): (frames: readonly number[]) => boolean {
  const runs: { start: number; end: number }[] = [];
  for (const { startFrame, frames } of chunks) {
    const last = runs.at(-1);
    if (last && last.end === startFrame) last.end += frames;
    else runs.push({ start: startFrame, end: startFrame + frames });
  }
  const covered = (frame: number) => {
    let low = 0;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((runs[middle]?.end ?? 0) > frame) high = middle;
      else low = middle + 1;
    }
    return (runs[low]?.start ?? Number.POSITIVE_INFINITY) <= frame;
  };
  return (frames) => frames.every(covered);
}

/**
 * The playlist is written again at the opening, then each time a tenth more of the film stands, when the whole
 * film does, and at the end: a ten-hour film needs a few dozen writes, not thousands. The write for the whole
 * film decodes samples of it while the last thumbnails are made.
 */
function nextPackage(
  job: MediaProcessingJob,
  plan: MediaPlan,
  tasks: Task[],
  stand: Standing,
  packaged: number,
): NewTask<'video.package'> | null {
  const busy = tasks.some((task) => task.type === 'video.package' && task.status !== 'done');
  if (busy) return null;
  if (stand.everything && plan.chunkCount !== null) return packageTask(job, plan, plan.chunkCount, true);
  const due = stand.videoPrefix >= packaged + Math.max(1, Math.floor(packaged / 10));
  const whole = stand.videoPrefix === plan.chunkCount;
  if (due && (whole ? stand.allAudio : stand.audioOpens)) return packageTask(job, plan, stand.videoPrefix, false);
  return null;
}

function toOpen(tasks: Task[], stand: Standing): TaskId[] {
  const isOpen = (task: Task) => task.status === 'ready' || task.status === 'running';
  let room = OPEN_WINDOW - tasks.filter(isOpen).length;
  // Playlists are written one after another, so that an older one never lands on a newer.
  let packaging = tasks.some((task) => task.type === 'video.package' && isOpen(task));
  const open: TaskId[] = [];
  const candidates = tasks
    .filter((task) => task.status === 'waiting' && needsAreMet(task, stand))
    .sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  for (const task of candidates) {
    if (room <= 0) break;
    if (task.type === 'video.package') {
      if (packaging) continue;
      packaging = true;
    }
    open.push(task.id);
    room--;
  }
  return open;
}

/** What a task reads must stand. Most of it stands when the task is planned, but not after a restart from nothing. */
function needsAreMet(task: Task, stand: Standing): boolean {
  if (task.type === 'video.inspect' && task.piece === 'head') return true;
  if (!stand.head) return false;
  if (task.type === 'video.package') {
    const { payload } = task as Task<'video.package'>;
    if (payload.final) return stand.everything;
    const sound = payload.throughChunk === payload.plan.chunkCount ? stand.allAudio : stand.audioOpens;
    return sound && stand.videoPrefix >= payload.throughChunk;
  }
  if (task.type !== 'video.generate_thumbnails') return true;
  const { payload } = task as Task<'video.generate_thumbnails'>;
  return stand.covers(
    payload.work.kind === 'storyboard'
      ? payload.work.frames
      : payload.work.segments.map((segment) => segment * payload.segmentFrames),
  );
}

function resultOf<T extends TaskType>(tasks: Task[], type: T, piece: string): TaskResult<T> | null {
  const task = tasks.find((each) => each.type === type && each.piece === piece && each.status === 'done');
  return (task?.result as TaskResult<T> | undefined) ?? null;
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
