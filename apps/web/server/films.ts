import { isOver, type MediaProcessingJob } from '@marquee/core/job';
import { type Movie, movieState, type Visibility } from '@marquee/core/movie';
import type { FilmQuery } from '../view/film-query.ts';
import { type JobView, jobView } from '../view/job-view.ts';
import { container } from './container.ts';
import { areWorkersSeen, PAGE_SIZE, type Title, titleOf } from './titles.ts';

/** A film as the admin's table shows it. */
export interface FilmRow {
  title: Title;
  visibility: Visibility;
  publishAtMs: number | null;
  job: JobView | null;
  sizeBytes: number | null;
  updatedAtMs: number;
}

/** Films that a search by title shows. */
const FOUND = 100;

/** One page of films, whoever may see them, each with its latest job. */
export async function listFilms(query: FilmQuery): Promise<{ rows: FilmRow[]; cursor: string | null }> {
  const { engines } = await container();
  const { text, ...asked } = query;
  const page = text
    ? { items: (await engines.store.movies.search({ text, limit: FOUND })).filter(isAsked), cursor: null }
    : await engines.store.movies.list({ ...asked, limit: PAGE_SIZE });
  const workersSeen = await areWorkersSeen();
  return { rows: await Promise.all(page.items.map((movie) => rowOf(movie, workersSeen))), cursor: page.cursor };

  function isAsked(movie: Movie): boolean {
    const { visibility = movie.visibility, state = movieState(movie) } = query;
    return visibility === movie.visibility && state === movieState(movie);
  }
}

async function rowOf(movie: Movie, workersSeen: boolean): Promise<FilmRow> {
  const { engines } = await container();
  const job = (await engines.store.jobs.list({ movieId: movie.id, limit: 1 })).items[0];
  return {
    title: await titleOf(movie),
    visibility: movie.visibility,
    publishAtMs: movie.publishAtMs,
    job: job ? await viewOf(job, movie.title, workersSeen) : null,
    sizeBytes: job?.sizeBytes ?? null,
    updatedAtMs: Math.max(movie.updatedAtMs, job?.updatedAtMs ?? 0),
  };
}

/** A job of a film as tables show it. */
export async function viewOf(job: MediaProcessingJob, title: string, workersSeen: boolean): Promise<JobView> {
  const { engines } = await container();
  // What is over shows no progress: its tasks, perhaps thousands, need not be read.
  const tasks = isOver(job.status) ? [] : await engines.store.tasks.list(job.id);
  return jobView(job, tasks, title, { workersSeen, sourceStands: true });
}
