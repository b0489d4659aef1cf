import type { Chapter } from '@marquee/core/chapters';
import type { JobId, MovieId } from '@marquee/core/ids';
import type { MediaProcessingJob } from '@marquee/core/job';
import {
  isViewable,
  type Movie,
  type MovieDetails,
  type MovieState,
  movieState,
  playableJobId,
  stillKey,
  type Visibility,
} from '@marquee/core/movie';
import { planDurationSec } from '@marquee/core/plan';
import { type Skip, shownSkips } from '@marquee/core/skips';
import { chaptersOf } from './analysis-facts.ts';
import { container } from './container.ts';
import { currentReader } from './current-user.ts';
import { type Preview, pictureVersion, previewOf } from './still.ts';
import { type SubtitleFacts, subtitleFacts } from './subtitle-facts.ts';
import { viewableMovie } from './viewing.ts';

/** Titles shown on one page of a list. */
export const PAGE_SIZE = 48;
/** A worker that has not been seen for this long counts as gone. */
export const WORKER_SILENT_MS = 30_000;
/**
 * How long somebody who may no longer see a film can still read it. The player asks for a fresh address before this one
 * ends, and again when one is refused.
 */
const STREAM_EXPIRES_SEC = 900;

/** A title as lists and pages show it. */
export interface Title {
  id: MovieId;
  title: string;
  year: number | null;
  durationSec: number | null;
  /** Address of the still without its width; null while there is none. */
  still: string | null;
  /** The same of an upright picture, if somebody gave it one. */
  poster: string | null;
  preview: Preview | null;
  /** `making` is playable too: its opening is there and it grows. */
  state: MovieState;
  topRung: string | null;
}

/** One page of the titles that are listed now, newest first. */
export async function listWatchable(cursor?: string): Promise<{ titles: Title[]; cursor: string | null }> {
  const { engines } = await container();
  const listed = { limit: PAGE_SIZE, listedAtMs: Date.now() };
  const page = await engines.store.movies.list({ ...listed, ...(cursor === undefined ? {} : { cursor }) });
  return { titles: await Promise.all(page.items.map(titleOf)), cursor: page.cursor };
}

/** @returns true when nothing was ever uploaded. */
export async function isEmptyHouse(): Promise<boolean> {
  const { engines } = await container();
  return (await engines.store.movies.list({ limit: 1 })).items.length === 0;
}

/** Listed films by their titles, the best first; forgives typos, accents, the order of words, an unfinished last one. */
export async function searchTitles(query: string, limit: number): Promise<Title[]> {
  const { engines } = await container();
  const found = await engines.store.movies.search({ text: query, limit, listedAtMs: Date.now() });
  return Promise.all(found.map(titleOf));
}

/** @returns the title, or null if there is none of this id for whoever asks. */
export async function getTitle(id: MovieId): Promise<Title | null> {
  const movie = await viewableMovie(id);
  return movie && titleOf(movie);
}

/** What a film's own page shows. */
export interface FilmFacts extends Title, MovieDetails {
  visibility: Visibility;
  publishAtMs: number | null;
}

/** @returns everything about a film, or null if there is none of this id for whoever asks. */
export async function getFilm(id: MovieId): Promise<FilmFacts | null> {
  const movie = await viewableMovie(id);
  if (!movie) return null;
  const { visibility, publishAtMs, details } = movie;
  return { ...details, ...(await titleOf(movie)), visibility, publishAtMs };
}

/** A film as lists and pages show it; whether it may be shown is the caller's business. */
export async function titleOf(movie: Movie): Promise<Title> {
  return titleOfVersion(movie, await playableJob(movie));
}

/** The version of a film that plays, or null. */
export async function playableJob(movie: Movie): Promise<MediaProcessingJob | null> {
  const jobId = playableJobId(movie);
  return jobId === null ? null : (await container()).engines.store.jobs.get(jobId);
}

/** The same as `titleOf`, for whoever has the version that plays at hand. */
export async function titleOfVersion(movie: Movie, job: MediaProcessingJob | null): Promise<Title> {
  const top = job?.plan?.rungs[0];
  return {
    id: movie.id,
    title: movie.title,
    durationSec: movie.durationSec ?? (job?.plan ? planDurationSec(job.plan) : null),
    year: movie.details.year,
    still: pictureAddress(movie.id, stillKey(movie)),
    poster: pictureAddress(movie.id, movie.chosenPosterKey),
    preview: await previewOf(stillKey(movie)),
    state: movieState(movie),
    topRung: top ? `${top.nominalPx}p` : null,
  };
}

/** The version in the address changes with the picture, so that it can be kept for ever. */
function pictureAddress(id: MovieId, key: string | null): string | null {
  return key === null ? null : `/stills/${id}/${encodeURIComponent(pictureVersion(key))}`;
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
  /** In the order of time; none where there are none. */
  chapters: Chapter[];
  /** Opening titles and credits that can be passed over, in the order of time. */
  skips: Skip[];
  /** Those that stand by now, in the order of menus. */
  subtitles: SubtitleFacts[];
  jobId: JobId;
}

/** @returns how to play a title now, or null while nothing of it can be played, or not by whoever asks. */
export async function streamFacts(id: MovieId): Promise<StreamFacts | null> {
  const { signFolder } = await container();
  const movie = await viewableMovie(id);
  const job = movie && (await playableJob(movie));
  if (!movie || !job) return null;
  const complete = movie.readyJobId === job.id;
  // Everybody may see a film that is out; an address of any other is for whoever asked for it.
  const reader = isViewable(movie, Date.now(), { isAdmin: false }) ? null : await currentReader();
  const baseUrl = await signFolder(job.outputPrefix, STREAM_EXPIRES_SEC, reader);
  const durationSec = movie.durationSec ?? (job.plan ? planDurationSec(job.plan) : null);
  return {
    baseUrl,
    expiresAtMs: Date.now() + STREAM_EXPIRES_SEC * 1000,
    complete,
    durationSec,
    chapters: await chaptersOf(movie, job, durationSec),
    skips: complete ? shownSkips(movie.ownSkips, movie.foundSkips, { jobId: job.id, durationSec }) : [],
    hasStoryboard: complete && job.plan?.storyboard != null,
    subtitles: await subtitleFacts(movie, job, { baseUrl, reader, expiresSec: STREAM_EXPIRES_SEC }),
    jobId: job.id,
  };
}

/** @returns whether any process that does work has been seen lately. */
export async function areWorkersSeen(): Promise<boolean> {
  const { engines } = await container();
  return (await engines.store.presence.list(Date.now() - WORKER_SILENT_MS)).length > 0;
}
