import { isAfterReady } from '@marquee/core/analysis';
import { type MovieId, taskId } from '@marquee/core/ids';
import { indexMoments } from '@marquee/core/index-moments';
import type { MediaProcessingJob, PublishedBytes, Task } from '@marquee/core/job';
import { type Metrics, SILENT_METRICS } from '@marquee/core/metrics';
import type { Movie } from '@marquee/core/movie';
import { planDurationSec } from '@marquee/core/plan';
import type { Logger, Objects, Store } from '@marquee/core/ports';
import { announceJob, updateMovie as writeMovie } from '@marquee/core/webhook-events';
import { abandoned } from './tend.ts';

/** Tries against other writers of the same movie; each lost one means that another got on. */
const MOVIE_TRIES = 20;

/**
 * Carries out the end of a job that is over, then notes it. Doing it twice does no harm. It does nothing yet
 * while a part of a ready job is being made again, or a part of a cancelled one still runs. A ready job that is still
 * being analysed is carried out, and its end noted when that has ended, so that somebody looks after it until then; or
 * when a newer version plays: nobody asks any more what this one shows, so its analyses end.
 *
 * @param unended tasks of the job that have not ended
 */
export async function settle(
  ports: { store: Store; objects: Objects; log: Logger; metrics?: Metrics },
  job: MediaProcessingJob,
  unended: readonly Task[],
): Promise<void> {
  const { store, metrics = SILENT_METRICS } = ports;
  const nowMs = Date.now();
  let isAnalysed = job.status !== 'ready' || unended.length === 0;
  let published: PublishedBytes | null = null;
  if (job.status === 'ready') {
    if (unended.some(({ type }) => !isAfterReady(type))) return;
    if (!isAnalysed && (await hasSuccessor(store, job))) isAnalysed = await endAnalyses(store, unended, nowMs);
    const isCarriedOut = job.published != null;
    if (isCarriedOut && !isAnalysed) return;
    published = await publishedOf(store, job);
    const posters = await store.tasks.get(taskId(job.id, 'generate_thumbnails', 'posters'));
    await updateMovie(store, job.movieId, (movie) => ({
      ...withReady(movie, job, posters),
      ...withoutOpening(movie, job),
    }));
    // A film that plays is ready, whether its words can be found or not.
    await indexMoments(ports, job.movieId, { anew: true }).catch((error: unknown) =>
      ports.log.warn('what is said was not indexed: run "marquee moments index"', { movieId: job.movieId, error }),
    );
  } else {
    if (job.status === 'cancelled' && (await isStillRunning(store, unended, nowMs))) return;
    await updateMovie(store, job.movieId, (movie) => withoutOpening(movie, job));
    if (job.status === 'cancelled') await removeObjects(ports, job);
  }
  await announceJob(store, job, nowMs);
  // Refused if somebody retried the job meanwhile: then this end is void and the next look starts from there.
  const patch = isAnalysed ? { settledAtMs: nowMs, published } : { published };
  const isWritten = await store.jobs.update(job.id, job.version, patch);
  if (isWritten && job.status === 'cancelled') metrics.add('marquee_jobs_ended_total', { status: 'cancelled' });
}

/** @returns true if a newer version of the film plays */
export async function hasSuccessor(store: Store, job: MediaProcessingJob): Promise<boolean> {
  const readyJobId = (await store.movies.get(job.movieId))?.readyJobId ?? null;
  return readyJobId !== null && readyJobId > job.id;
}

/**
 * Whoever runs one loses it, and whoever is handed one later finds it ended.
 *
 * @returns false if one was out of reach, between two tries or in other hands by now
 */
async function endAnalyses(store: Store, unended: readonly Task[], nowMs: number): Promise<boolean> {
  await store.tasks.open(unended.map(({ id }) => id));
  let left = unended.length;
  for (const { id, status, fence } of unended) {
    const claim =
      status === 'running' ? null : await store.tasks.claim(id, { holder: 'orchestrator', leaseMs: 0, nowMs });
    if (claim && 'refused' in claim) continue;
    if (await store.tasks.cancel(id, claim?.task.fence ?? fence, nowMs)) left--;
  }
  return left === 0;
}

/** What the last of its playlists found when all of it was checked. */
async function publishedOf(store: Store, job: MediaProcessingJob): Promise<PublishedBytes | null> {
  const final = (await store.tasks.get(taskId(job.id, 'package', 'final'))) as Task<'video.package'> | null;
  return final?.result?.published ?? null;
}

/** Lets viewers in as soon as the opening stands; the newest version wins, ids being in order of birth. */
export async function showOpening(store: Store, job: MediaProcessingJob): Promise<void> {
  await updateMovie(store, job.movieId, (movie) =>
    movie.openingJobId === null || movie.openingJobId < job.id ? { openingJobId: job.id } : {},
  );
}

function withReady(movie: Movie, job: MediaProcessingJob, posters: Task | null): Partial<Movie> {
  if (movie.readyJobId !== null && movie.readyJobId > job.id) return {};
  const result = (posters as Task<'video.generate_thumbnails'> | undefined)?.result;
  const posterKey = result?.kind === 'posters' ? result.posters[0]?.key : undefined;
  return {
    readyJobId: job.id,
    durationSec: job.plan ? planDurationSec(job.plan) : null,
    posterKey: posterKey ?? movie.posterKey,
  };
}

function withoutOpening(movie: Movie, job: MediaProcessingJob): Partial<Movie> {
  return movie.openingJobId === job.id ? { openingJobId: null } : {};
}

async function updateMovie(store: Store, id: MovieId, change: (movie: Movie) => Partial<Movie>): Promise<void> {
  for (let i = 0; i < MOVIE_TRIES; i++) {
    const movie = await store.movies.get(id);
    if (!movie) return;
    const patch = change(movie);
    const isNews = Object.entries(patch).some(([name, value]) => movie[name as keyof Movie] !== value);
    const nowMs = Date.now();
    if (!isNews || (await writeMovie(store, movie, { ...patch, updatedAtMs: nowMs }, nowMs))) return;
  }
}

/** Ends what dead workers left running, which no one else will. */
async function isStillRunning(store: Store, tasks: readonly Task[], nowMs: number): Promise<boolean> {
  let running = tasks.filter((task) => task.status === 'running').length;
  for (const task of abandoned(tasks, nowMs)) {
    if (await store.tasks.cancel(task.id, task.fence, nowMs)) running--;
  }
  return running > 0;
}

/** Removes what the job made, and its source unless another job is made from it. */
async function removeObjects(ports: { store: Store; objects: Objects }, job: MediaProcessingJob): Promise<void> {
  const { store, objects } = ports;
  await objects.deleteFolder(job.outputPrefix);
  const { items } = await store.jobs.list({ movieId: job.movieId, limit: 1000 });
  const isShared = items.some(
    (other) => other.id !== job.id && other.sourceKey === job.sourceKey && other.status !== 'cancelled',
  );
  if (isShared) return;
  const keys: string[] = [];
  for await (const { key } of objects.list(job.sourceKey)) {
    // The upload, and the copy of it that can be sought in.
    if (key === job.sourceKey || key.startsWith(`${job.sourceKey}.`)) keys.push(key);
  }
  for (const key of keys) await objects.delete(key);
}
