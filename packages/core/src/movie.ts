import type { JobId, MovieId } from './ids.ts';

/** A title of the house. */
export interface Movie {
  id: MovieId;
  title: string;
  /** Raised by one at every write (compare-and-set). */
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** The finished, checked version that plays; set by one write, and never unset by a re-process. */
  readyJobId: JobId | null;
  /** A version still being made whose opening can be watched; only used while there is no finished one. */
  openingJobId: JobId | null;
  durationSec: number | null;
  /** Object key of the still that stands for the film. */
  posterKey: string | null;
}

/** @returns the job whose stream a viewer gets, or null while nothing can be watched. */
export function playableJobId(movie: Movie): JobId | null {
  return movie.readyJobId ?? movie.openingJobId;
}
