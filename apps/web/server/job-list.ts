import { type StageProgress, stagesOf } from '@marquee/core/advance';
import type { JobId, MovieId } from '@marquee/core/ids';
import {
  type Failure,
  isOver,
  type JobStatus,
  type MediaProcessingJob,
  type Priority,
  priorityOf,
} from '@marquee/core/job';
import type { TaskTally } from '@marquee/core/tally';
import type { JobQuery } from '../view/job-query.ts';
import { wholeShare } from '../view/job-view.ts';
import { container } from './container.ts';

const JOBS_PER_PAGE = 48;
/** Films whose jobs a search shows: the best of those that the title finds. */
const FILMS_FOUND = 100;

/** A job as the table of all jobs shows it. */
export interface JobRow {
  id: JobId;
  movieId: MovieId;
  title: string;
  /** False when the film was deleted: its jobs stay as history. */
  hasFilm: boolean;
  status: JobStatus;
  priority: Priority;
  createdAtMs: number;
  playableAtMs: number | null;
  finishedAtMs: number | null;
  error: Failure | null;
  stages: StageProgress[];
  share: number;
  /** Tries that failed, of the parts of a job at work, or of the part that a job failed for. */
  failedTries: number;
  /** True while the end of a cancelled job is being carried out. */
  settling: boolean;
}

/** One page of jobs, newest first. Tasks are counted in the store, and of jobs at work alone. */
export async function listJobs(
  query: JobQuery,
  limit = JOBS_PER_PAGE,
): Promise<{ rows: JobRow[]; cursor: string | null }> {
  const { engines } = await container();
  const { store } = engines;
  const { text, ...asked } = query;
  const films = text === undefined ? null : await store.movies.search({ text, limit: FILMS_FOUND });
  const found = films === null ? {} : { movieIds: films.map(({ id }) => id) };
  const { items, cursor } = await store.jobs.list({ ...asked, ...found, limit });
  const atWork = items.filter(({ status }) => !isOver(status)).map(({ id }) => id);
  const blamed = items.flatMap(({ error }) => (error?.taskId ? [error.taskId] : []));
  const [titles, tallies, failed] = await Promise.all([
    titlesOf(items),
    atWork.length > 0 ? store.tasks.tally(atWork) : new Map<JobId, TaskTally[]>(),
    blamed.length > 0 ? store.tasks.states(blamed) : [],
  ]);
  const triesOf = new Map(failed.map(({ jobId, attempts }) => [jobId, attempts]));
  return {
    cursor,
    rows: items.map((job) => rowOf(job, titles.get(job.movieId), tallies.get(job.id) ?? [], triesOf.get(job.id))),
  };
}

async function titlesOf(jobs: MediaProcessingJob[]): Promise<Map<MovieId, string>> {
  const { engines } = await container();
  const ids = [...new Set(jobs.map(({ movieId }) => movieId))];
  const films = await Promise.all(ids.map((id) => engines.store.movies.get(id)));
  return new Map(films.flatMap((film) => (film ? [[film.id, film.title]] : [])));
}

function rowOf(
  job: MediaProcessingJob,
  title: string | undefined,
  tallies: TaskTally[],
  triesOfFailed: number | undefined,
): JobRow {
  const stages = stagesOf(job.status, tallies);
  return {
    id: job.id,
    movieId: job.movieId,
    title: title ?? job.fileName,
    hasFilm: title !== undefined,
    status: job.status,
    priority: priorityOf(job),
    createdAtMs: job.createdAtMs,
    playableAtMs: job.playableAtMs,
    finishedAtMs: job.finishedAtMs,
    error: job.error && { code: job.error.code, message: job.error.message },
    stages,
    share: wholeShare(job, stages),
    failedTries: triesOfFailed ?? tallies.reduce((sum, { attempts }) => sum + attempts, 0),
    settling: job.status === 'cancelled' && job.settledAtMs === null,
  };
}
