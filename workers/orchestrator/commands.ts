import { isAfterReady } from '@marquee/core/analysis';
import { MarqueeError } from '@marquee/core/errors';
import { type JobId, type MovieId, newId, type TaskId } from '@marquee/core/ids';
import { isOver, type MediaProcessingJob, newJob, PRIORITIES, type Priority } from '@marquee/core/job';
import { newMessage } from '@marquee/core/messages';
import { newMovie } from '@marquee/core/movie';
import type { Logger, Objects, Queue, Store } from '@marquee/core/ports';
import { SILENT_TRACER, type Tracer } from '@marquee/core/tracing';
import { publishTasks } from './publish.ts';
import { hasSuccessor } from './settle.ts';

/** What people's commands need; `Engines` with a log has it all. */
export interface CommandPorts {
  store: Store;
  queue: Queue;
  objects: Objects;
  log: Logger;
  tracer?: Tracer;
}

/** Tries against the orchestrator, which writes the same row. */
const UPDATE_TRIES = 20;

/**
 * Starts the work on an uploaded film: the title (unless it is a new version of `movieId`), the job, the message. Who
 * sees a new film, and how large its picture may be, is what admins have set for the house.
 *
 * @throws MarqueeError OBJECT_MISSING or INPUT_UNREADABLE if the upload does not stand whole,
 *         MESSAGE_INVALID if `movieId` is unknown
 */
export async function submitUpload(
  ports: CommandPorts,
  upload: {
    title: string;
    fileName: string;
    sourceKey: string;
    sizeBytes: number;
    nowMs: number;
    movieId?: MovieId;
    priority?: number;
    /** When sending of the file began; absent where it stood already. */
    uploadBeganAtMs?: number;
  },
): Promise<{ jobId: JobId; movieId: MovieId }> {
  const { store, queue, objects, log } = ports;
  const facts = await objects.head(upload.sourceKey);
  if (!facts) throw new MarqueeError('OBJECT_MISSING', 'The uploaded file is not in storage. Upload it again.');
  if (facts.sizeBytes !== upload.sizeBytes) {
    throw new MarqueeError(
      'INPUT_UNREADABLE',
      `The uploaded file has ${facts.sizeBytes} bytes instead of ${upload.sizeBytes}. Upload it again.`,
    );
  }
  const { nowMs } = upload;
  const { newFilmVisibility: visibility, maxRungPx } = (await store.settings.get()).values;
  const movieId = upload.movieId ?? newId<MovieId>(nowMs);
  const movie = upload.movieId === undefined ? null : await store.movies.get(movieId);
  if (upload.movieId === undefined) {
    await store.movies.insert(newMovie({ id: movieId, title: upload.title, nowMs, visibility }));
  } else if (!movie) {
    throw new MarqueeError('MESSAGE_INVALID', 'There is no such movie.', { context: { movieId } });
  }
  const uploadedSubtitles = movie?.subtitles ?? [];
  const id = newId<JobId>(nowMs);
  const traceparent = beginTrace(ports.tracer ?? SILENT_TRACER, id, upload);
  const job = newJob({ ...upload, id, movieId, maxRungPx, uploadedSubtitles, traceparent });
  await store.jobs.insert(job);
  await nudge(queue, job).catch((error) => log.warn('upload not announced; the sweep will see it', { error }));
  return { jobId: job.id, movieId };
}

/** All that is done for a job is part of how it came. */
function beginTrace(
  tracer: Tracer,
  id: JobId,
  { uploadBeganAtMs, sizeBytes, nowMs }: { uploadBeganAtMs?: number; sizeBytes: number; nowMs: number },
): string {
  const span = tracer.begin({
    name: uploadBeganAtMs === undefined ? 'remake' : 'upload',
    parent: null,
    startMs: Math.min(nowMs, uploadBeganAtMs ?? nowMs),
    attributes: { 'marquee.job.id': id, 'marquee.source.bytes': sizeBytes },
  });
  span.end({ atMs: nowMs });
  return span.traceparent;
}

/**
 * Cancels a job that is not over. Running parts stop within two seconds; then what it made is removed.
 *
 * @throws MarqueeError MESSAGE_INVALID if there is no such job or it has ended otherwise
 */
export async function cancelJob(ports: CommandPorts, jobId: JobId): Promise<void> {
  const nowMs = Date.now();
  const job = await change(ports.store, jobId, (job) => {
    if (job.status === 'cancelled') return null;
    if (isOver(job.status)) throw refused(`The job is ${job.status} already, so there is nothing to cancel.`, jobId);
    return { status: 'cancelled', finishedAtMs: nowMs, settledAtMs: null };
  });
  await nudge(ports.queue, job).catch((error) => ports.log.warn('cancel not announced', { jobId, error }));
}

/**
 * Starts a job again that did not succeed. After a failure only what failed runs again, and what had not run yet;
 * a cancelled job starts from nothing, if its source still stands.
 *
 * @throws MarqueeError MESSAGE_INVALID if the job is not over or is ready, OBJECT_MISSING if its source is gone
 */
export async function retryJob(ports: CommandPorts, jobId: JobId): Promise<void> {
  const { store, objects } = ports;
  const job = await read(store, jobId);
  refuseRemoved(job);
  if (job.status === 'ready') {
    throw refused('The job is ready: nothing of it failed. A single part can be made again.', jobId);
  }
  if (!isOver(job.status))
    throw refused('The job is still being worked on. Cancel it first, or wait for its end.', jobId);
  if (job.status === 'cancelled' && job.settledAtMs === null) {
    throw refused('The cancelled job is still being cleared away. Try again in a few seconds.', jobId);
  }
  if (!(await objects.head(job.sourceKey))) {
    throw new MarqueeError('OBJECT_MISSING', 'The uploaded file is no longer in storage. Upload it again.', {
      context: { jobId },
    });
  }
  // Tasks first: a crash in between leaves the job as it was, to be retried once more. All that is to run waits to
  // be opened, as at first, so that the window and the needs hold again.
  const tasks = await store.tasks.list(jobId);
  const again = tasks.filter((task) => job.status === 'cancelled' || task.status !== 'done').map((task) => task.id);
  await store.tasks.reset(again, 'waiting');
  const reopened = { error: null, finishedAtMs: null, settledAtMs: null };
  const fromNothing = { inspection: null, plan: null, packagedChunks: 0, playableAtMs: null };
  const next = await change(store, jobId, (now) => {
    if (now.status !== job.status) return null;
    refuseRemoved(now);
    return job.status === 'failed'
      ? { ...reopened, status: 'processing' }
      : { ...reopened, ...fromNothing, status: 'pending' };
  });
  await nudge(ports.queue, next).catch((error) => ports.log.warn('retry not announced', { jobId, error }));
}

/**
 * Makes one part again. A ready job stays ready and playable meanwhile: the part's objects are replaced by the
 * same bytes. In a failed job it must be the part that failed, since the job cannot go on without it.
 *
 * @throws MarqueeError MESSAGE_INVALID if there is no such part, it has not ended, or the job is not over
 */
export async function retryTask(ports: CommandPorts, jobId: JobId, taskId: TaskId): Promise<void> {
  const { store } = ports;
  const job = await read(store, jobId);
  refuseRemoved(job);
  const tasks = await store.tasks.list(jobId);
  const task = tasks.find((each) => each.id === taskId);
  if (!task) throw refused('The job has no such part.', jobId);
  if (job.status === 'failed') {
    const failed = tasks.filter((each) => each.status === 'failed');
    if (failed.some((each) => each.id !== taskId)) {
      throw refused('Other parts of this job failed too. Retry the job: only what failed runs again.', jobId);
    }
    if (task.status !== 'failed') throw refused('This part did not fail. Retry the job.', jobId);
    return retryJob(ports, jobId);
  }
  if (job.status !== 'ready') throw refused('Parts can be made again when their job has ended.', jobId);
  if (isAfterReady(task.type) && (await hasSuccessor(store, job)))
    throw refused('A newer version of the film plays. Make that part of it again.', jobId);
  if (task.status !== 'done' && task.status !== 'failed') throw refused('This part is being made already.', jobId);
  // The job first: from here on the sweep looks after it until the part has ended.
  const next = await change(store, jobId, (now) => {
    refuseRemoved(now);
    return now.status === 'ready' ? { settledAtMs: null } : null;
  });
  await store.tasks.reset([taskId]);
  try {
    const again = await store.tasks.get(taskId);
    if (again?.status === 'ready') await publishTasks(ports, next, [again]);
  } catch (error) {
    ports.log.warn('retry not announced; the sweep will see it', { jobId, error });
  }
}

/**
 * Puts a job ahead of others, behind them, or in turn again. What of it is queued already keeps its place.
 *
 * @throws MarqueeError MESSAGE_INVALID if there is no such job or it is over
 */
export async function prioritizeJob(ports: CommandPorts, jobId: JobId, priority: Priority): Promise<void> {
  await change(ports.store, jobId, (job) => {
    if (isOver(job.status)) throw refused(`The job is ${job.status}: nothing of it waits any more.`, jobId);
    return job.priority === PRIORITIES[priority] ? null : { priority: PRIORITIES[priority] };
  });
}

/** Has an orchestrator look at the job. */
export async function nudge(queue: Queue, job: MediaProcessingJob): Promise<void> {
  const payload = { jobId: job.id, movieId: job.movieId, sourceKey: job.sourceKey };
  await queue.publish(newMessage('video.uploaded', payload, job.traceparent), { priority: 5 });
}

async function read(store: Store, jobId: JobId): Promise<MediaProcessingJob> {
  const job = await store.jobs.get(jobId);
  if (!job) throw refused('There is no such job.', jobId);
  return job;
}

/** Changes a job by compare-and-set, reading it again when another wrote first. @returns the job as it then stands. */
export async function change(
  store: Store,
  jobId: JobId,
  decide: (job: MediaProcessingJob) => Partial<MediaProcessingJob> | null,
): Promise<MediaProcessingJob> {
  for (let i = 0; i < UPDATE_TRIES; i++) {
    const job = await read(store, jobId);
    const patch = decide(job);
    if (!patch) return job;
    if (await store.jobs.update(jobId, job.version, { ...patch, updatedAtMs: Date.now() })) return { ...job, ...patch };
  }
  throw new MarqueeError('STORE_DOWN', 'The job is being changed by others all the time. Try again.', {
    context: { jobId },
  });
}

/** What is gone is made again as a whole, or not at all. */
function refuseRemoved(job: MediaProcessingJob): void {
  if (job.mediaRemovedAtMs == null) return;
  throw refused('A newer version of the film took the place of this one, and its media was removed.', job.id);
}

function refused(sentence: string, jobId: JobId): MarqueeError {
  return new MarqueeError('MESSAGE_INVALID', sentence, { context: { jobId } });
}
