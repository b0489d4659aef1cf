import { isOver, type MediaProcessingJob } from './job.ts';
import type { Movie } from './movie.ts';

/**
 * What belongs to nobody is left alone for so long after it was last written: as long as unfinished uploads. Whoever
 * writes an object before the row that speaks of it is done within seconds.
 */
export const ORPHANED_AFTER_MS = 7 * 24 * 3600_000;

/**
 * What becomes of the objects of one version of a film. `replaced`: a newer one has played for long enough. `orphaned`:
 * no job will ever speak of them again.
 */
export type Fate = 'kept' | 'replaced' | 'orphaned';

/** What is known when it is decided. */
export interface VersionFacts {
  jobId: string;
  /** Null if there is no such row. */
  job: MediaProcessingJob | null;
  /** The film that the version is of; null if there is none. */
  movie: Movie | null;
  /** The job that the film plays; null if there is none, or no row of it. */
  playing: MediaProcessingJob | null;
  /** When the last of its objects was written, in milliseconds since 1970. */
  newestAtMs: number;
  nowMs: number;
  /** How long a version stays once a newer one is ready; null for ever. */
  oldVersionsMs: number | null;
}

/** Decides about a version; where there is doubt it is kept. */
export function fateOf(version: VersionFacts): Fate {
  const { jobId, job, movie, playing, newestAtMs, nowMs, oldVersionsMs } = version;
  if (movie !== null && (movie.readyJobId === jobId || movie.openingJobId === jobId)) return 'kept';
  const isStale = newestAtMs + ORPHANED_AFTER_MS <= nowMs;
  if (job === null) return isStale ? 'orphaned' : 'kept';
  if (!isOver(job.status) || job.settledAtMs === null) return 'kept';
  // Its objects went when it was cancelled; these were written by a part that had not heard of it yet.
  if (job.status === 'cancelled') return isStale ? 'orphaned' : 'kept';
  if (movie === null) return 'kept';
  if (job.mediaRemovedAtMs != null) return 'replaced';
  if (oldVersionsMs === null || playing === null || playing.finishedAtMs === null) return 'kept';
  if (movie.readyJobId !== playing.id || playing.id <= jobId) return 'kept';
  return playing.finishedAtMs + oldVersionsMs <= nowMs ? 'replaced' : 'kept';
}

/** Keys of objects that a film shows whichever version of it plays: they may stand in the folder of an old one. */
export function keysOfMovie(movie: Movie): Set<string> {
  const { posterKey, chosenBackdropKey, chosenPosterKey, subtitles } = movie;
  const keys = subtitles.flatMap(({ key, editedFrom }) =>
    editedFrom?.kind === 'upload' ? [key, editedFrom.key] : [key],
  );
  for (const key of [posterKey, chosenBackdropKey, chosenPosterKey]) if (key !== null) keys.push(key);
  return new Set(keys);
}
