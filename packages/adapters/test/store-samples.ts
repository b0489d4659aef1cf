import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { type MediaProcessingJob, type NewTask, newJob } from '@marquee/core/job';
import { type Movie, newMovie } from '@marquee/core/movie';

/** When the samples of the store's contracts are from, in milliseconds since 1970. */
export const T0 = 1_800_000_000_000;
export const HOUR_MS = 3600_000;

export function job(facts: Partial<Parameters<typeof newJob>[0]> = {}): MediaProcessingJob {
  const nowMs = facts.nowMs ?? T0;
  return newJob({
    id: newId<JobId>(nowMs),
    movieId: newId<MovieId>(nowMs),
    sourceKey: 'uploads/u/source',
    fileName: 'A film – “映画”.mkv',
    sizeBytes: 5_000_000_000_000,
    nowMs,
    ...facts,
  });
}

export function movie(createdAtMs = T0, facts: Partial<Movie> = {}): Movie {
  const fresh = newMovie({ id: newId<MovieId>(createdAtMs), title: 'Le Voyage dans la Lune', nowMs: createdAtMs });
  return { ...fresh, ...facts };
}

export function planned(jobId: JobId, piece: string, order = 0): NewTask {
  const id = taskId(jobId, 'transcode', piece);
  const payload = { jobId, movieId: 'm', taskId: id, deep: { list: [1, 2.5, null], text: '“quoted”' } };
  return { id, jobId, type: 'video.transcode', piece, order, payload: payload as unknown as NewTask['payload'] };
}
