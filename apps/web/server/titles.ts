import type { JobId, MovieId } from '@marquee/core/ids';
import { isOver, type MediaProcessingJob } from '@marquee/core/job';
import { type Movie, playableJobId } from '@marquee/core/movie';
import { planDurationSec } from '@marquee/core/plan';
import { type JobView, jobView } from '../view/job-view.ts';
import { container } from './container.ts';
import { type Preview, previewOf } from './still.ts';

/** Titles shown on one page of a list. */
export const PAGE_SIZE = 48;
/** A worker that has not been seen for this long counts as gone. */
const WORKER_SILENT_MS = 30_000;
/** Long enough for the longest film with a pause; the player asks for a fresh one before it ends. */
const STREAM_EXPIRES_SEC = 6 * 3600;

/** A title as lists and pages show it. */
export interface Title {
  id: MovieId;
  title: string;
  durationSec: number | null;
  /** Address of the still without its width; null while there is none. */
  still: string | null;
  preview: Preview | null;
  /** `making` is playable too: its opening is there and it grows. */
  state: 'ready' | 'making' | 'unseen';
  topRung: string | null;
}

/** One page of titles that can be watched, newest first. */
export async function listWatchable(cursor?: string): Promise<{ titles: Title[]; cursor: string | null }> {
  const { engines } = await container();
  const page = await engines.store.movies.list({ limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) });
  const titles = await Promise.all(page.items.filter((movie) => playableJobId(movie) !== null).map(titleOf));
  return { titles, cursor: page.cursor };
}

/** @returns true when nothing was ever uploaded. */
export async function isEmptyHouse(): Promise<boolean> {
  const { engines } = await container();
  return (await engines.store.movies.list({ limit: 1 })).items.length === 0;
}

/** Titles whose name holds every word of `query`, at most `limit`. */
export async function findTitles(query: string, limit: number): Promise<{ id: MovieId; title: string }[]> {
  const { engines } = await container();
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: { id: MovieId; title: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof engines.store.movies.list>> = await engines.store.movies.list({
      limit: 200,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const movie of page.items) {
      const name = movie.title.toLowerCase();
      if (playableJobId(movie) !== null && words.every((word) => name.includes(word)))
        found.push({ id: movie.id, title: movie.title });
    }
    cursor = page.cursor;
  } while (cursor !== null && found.length < limit);
  return found.slice(0, limit);
}

/** @returns the title, or null if there is none of this id. */
export async function getTitle(id: MovieId): Promise<Title | null> {
  const { engines } = await container();
  const movie = await engines.store.movies.get(id);
  return movie ? titleOf(movie) : null;
}

async function titleOf(movie: Movie): Promise<Title> {
  const { engines } = await container();
  const jobId = playableJobId(movie);
  const job = jobId === null ? null : await engines.store.jobs.get(jobId);
  const top = job?.plan?.rungs[0];
  return {
    id: movie.id,
    title: movie.title,
    durationSec: movie.durationSec ?? (job?.plan ? planDurationSec(job.plan) : null),
    still: stillAddress(movie),
    preview: movie.posterKey === null ? null : await previewOf(movie.posterKey),
    state: movie.readyJobId !== null ? 'ready' : movie.openingJobId !== null ? 'making' : 'unseen',
    topRung: top ? `${top.nominalPx}p` : null,
  };
}

/** The version in the address changes with the picture, so that it can be kept for ever. */
function stillAddress(movie: Movie): string | null {
  return movie.posterKey === null ? null : `/stills/${movie.id}/${encodeURIComponent(versionOf(movie.posterKey))}`;
}

function versionOf(posterKey: string): string {
  return posterKey.split('/').slice(-3).join('-');
}

/** What a player needs to open a title. Addresses are signed and expire. */
export interface StreamFacts {
  /** Address of the stream's folder, ends in a slash. */
  baseUrl: string;
  /** Milliseconds since 1970. */
  expiresAtMs: number;
  /** False while the stream still grows. */
  complete: boolean;
  durationSec: number | null;
  hasStoryboard: boolean;
  jobId: JobId;
}

/** @returns how to play a title now, or null while nothing of it can be played. */
export async function streamFacts(id: MovieId): Promise<StreamFacts | null> {
  const { engines, signFolder } = await container();
  const movie = await engines.store.movies.get(id);
  const jobId = movie ? playableJobId(movie) : null;
  const job = jobId === null ? null : await engines.store.jobs.get(jobId);
  if (!movie || !job) return null;
  const complete = movie.readyJobId === job.id;
  const baseUrl = await signFolder(job.outputPrefix, STREAM_EXPIRES_SEC);
  return {
    baseUrl,
    expiresAtMs: Date.now() + STREAM_EXPIRES_SEC * 1000,
    complete,
    durationSec: movie.durationSec ?? (job.plan ? planDurationSec(job.plan) : null),
    hasStoryboard: complete && job.plan?.storyboard != null,
    jobId: job.id,
  };
}

/** A film as the admin's table shows it. */
export interface FilmRow {
  title: Title;
  job: JobView | null;
  sizeBytes: number | null;
  updatedAtMs: number;
}

/** One page of all films with their latest job, newest first. */
export async function listFilms(cursor?: string): Promise<{ rows: FilmRow[]; cursor: string | null }> {
  const { engines } = await container();
  const page = await engines.store.movies.list({ limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) });
  const workersSeen = await areWorkersSeen();
  const rows = await Promise.all(
    page.items.map(async (movie): Promise<FilmRow> => {
      const job = (await engines.store.jobs.list({ movieId: movie.id, limit: 1 })).items[0];
      return {
        title: await titleOf(movie),
        job: job ? await viewOf(job, movie.title, workersSeen) : null,
        sizeBytes: job?.sizeBytes ?? null,
        updatedAtMs: Math.max(movie.updatedAtMs, job?.updatedAtMs ?? 0),
      };
    }),
  );
  return { rows, cursor: page.cursor };
}

async function viewOf(job: MediaProcessingJob, title: string, workersSeen: boolean): Promise<JobView> {
  const { engines } = await container();
  // What is over shows no progress: its tasks, perhaps thousands, need not be read.
  const tasks = isOver(job.status) ? [] : await engines.store.tasks.list(job.id);
  return jobView(job, tasks, title, { workersSeen, sourceStands: true });
}

/** @returns whether any process that does work has been seen lately. */
export async function areWorkersSeen(): Promise<boolean> {
  const { engines } = await container();
  return (await engines.store.presence.list(Date.now() - WORKER_SILENT_MS)).length > 0;
}
