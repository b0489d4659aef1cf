import {
  CHAPTERS_NAME,
  type Chapter,
  chaptersJson,
  filmChapters,
  shownChapters,
  writeChapters,
} from '@marquee/core/chapters';
import { taskId } from '@marquee/core/ids';
import type { AnalysisResult, MediaProcessingJob, Task } from '@marquee/core/job';
import type { Movie } from '@marquee/core/movie';
import { container } from './container.ts';

/** What the edit page says of what was found out about a film. */
export interface AnalysisDesk {
  /** `none`: no version is ready, or nothing is to be found out. */
  state: 'none' | 'making' | 'made' | 'left-out';
  /** Why nothing was found out; null if something was. */
  leftOut: string | null;
  shots: number;
  scenes: number;
  silences: number;
  loudness: AnalysisResult['loudness'];
  /** The chapters that viewers see, a line each. */
  written: string;
  /** Whose they are. */
  by: 'person' | 'source' | 'marquee' | 'nobody';
}

/** @returns the chapters that viewers of a version are shown */
export async function chaptersOf(
  movie: Movie,
  job: MediaProcessingJob,
  durationSec: number | null,
): Promise<Chapter[]> {
  const source = job.inspection ? filmChapters(job.inspection, durationSec) : [];
  // Most films need no look into the store: somebody wrote their chapters, or they brought their own.
  const isMade = movie.ownChapters === null && source.length === 0 && job.status === 'ready';
  const made = isMade ? ((await shotsTask(job))?.result?.chapters ?? []) : [];
  return shownChapters(movie.ownChapters, source, made, durationSec);
}

/** Writes the chapters of the version that plays beside its playlists, where other players find them. */
export async function publishChapters(movie: Movie): Promise<void> {
  const { engines } = await container();
  const ready = movie.readyJobId ? await engines.store.jobs.get(movie.readyJobId) : null;
  if (!ready) return;
  const text = chaptersJson(await chaptersOf(movie, ready, movie.durationSec));
  await engines.objects.put(`${ready.outputPrefix}${CHAPTERS_NAME}`, Buffer.from(text), {
    contentType: 'application/json',
    cacheControl: 'no-cache',
  });
}

/** @param ready the version that plays, null while there is none */
export async function analysisDesk(movie: Movie, ready: MediaProcessingJob | null): Promise<AnalysisDesk> {
  const task = ready ? await shotsTask(ready) : null;
  const result = task?.result ?? null;
  const chapters = ready ? await chaptersOf(movie, ready, movie.durationSec) : [];
  const isSource = ready?.inspection != null && filmChapters(ready.inspection, movie.durationSec).length > 0;
  const leftOut = result?.leftOut ?? task?.error?.message ?? null;
  return {
    state: stateOf(task),
    leftOut,
    shots: result?.shots ?? 0,
    scenes: result?.scenes ?? 0,
    silences: result?.silences ?? 0,
    loudness: result?.loudness ?? null,
    written: writeChapters(chapters),
    by: movie.ownChapters !== null ? 'person' : isSource ? 'source' : chapters.length > 0 ? 'marquee' : 'nobody',
  };
}

function stateOf(task: Task<'video.ai_analysis'> | null): AnalysisDesk['state'] {
  if (task === null) return 'none';
  if (task.status === 'done') return task.result?.leftOut === null ? 'made' : 'left-out';
  return task.status === 'failed' || task.status === 'cancelled' ? 'left-out' : 'making';
}

async function shotsTask(job: MediaProcessingJob): Promise<Task<'video.ai_analysis'> | null> {
  const { engines } = await container();
  return (await engines.store.tasks.get(taskId(job.id, 'ai_analysis', 'shots'))) as Task<'video.ai_analysis'> | null;
}
