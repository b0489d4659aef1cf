import { taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import type { Episode, Movie } from '@marquee/core/movie';
import { SKIP_KINDS, type SkipKind, type SkipSource, shownSkips, type TypedSkip, typeSkip } from '@marquee/core/skips';
import { container } from './container.ts';

const UNSEEN = 'This version was made without. Make the film again to have them found.';

/** What the edit page says of openings and credits. */
export interface SkipsDesk {
  isMaking: boolean;
  /** Why none were looked for; null if they were, or will be. */
  leftOut: string | null;
  /** Of each, when it is, as viewers are offered it. */
  typed: Record<SkipKind, TypedSkip>;
  /** How each was found; null for what was not. */
  found: Record<SkipKind, { by: SkipSource; confidence: number } | null>;
  isOwn: boolean;
}

/** @param ready the version that plays, null while there is none */
export async function skipsDesk(movie: Movie, ready: MediaProcessingJob | null): Promise<SkipsDesk> {
  const task = ready && (await skipsTask(ready));
  const version = { jobId: ready?.id ?? '', durationSec: movie.durationSec };
  const shown = shownSkips(movie.ownSkips, movie.foundSkips, version);
  const found = movie.foundSkips?.jobId === ready?.id ? (movie.foundSkips?.skips ?? []) : [];
  const each = <T>(make: (kind: SkipKind) => T) =>
    Object.fromEntries(SKIP_KINDS.map((kind) => [kind, make(kind)])) as Record<SkipKind, T>;
  return {
    isMaking: task?.status === 'ready' || task?.status === 'running' || task?.status === 'waiting',
    leftOut: ready && !task ? UNSEEN : (task?.result?.leftOut ?? task?.error?.message ?? null),
    typed: each((kind) => typeSkip(shown.find((skip) => skip.kind === kind))),
    found: each((kind) => {
      const skip = found.find((one) => one.kind === kind);
      return skip ? { by: skip.by, confidence: skip.confidence } : null;
    }),
    isOwn: movie.ownSkips !== null,
  };
}

/**
 * Has a film compared with the other episodes of its series once more, after somebody said that it is one, or of another
 * series. Nothing waits for it, and it is not looked at where it is being looked at already.
 */
export async function compareAgain(movie: Movie, before: Episode | null): Promise<void> {
  const now = movie.details.episode;
  if (now === null || now.series === before?.series || movie.readyJobId === null) return;
  const { engines, commands, log } = await container();
  const job = await engines.store.jobs.get(movie.readyJobId);
  const task = job && (await skipsTask(job));
  if (!job || (task?.status !== 'done' && task?.status !== 'failed')) return;
  await commands
    .retryTask(job.id, task.id)
    .catch((error: unknown) => log.warn('episodes are not compared', { movieId: movie.id, error }));
}

async function skipsTask(job: MediaProcessingJob): Promise<Task<'video.ai_analysis'> | null> {
  const { engines } = await container();
  return (await engines.store.tasks.get(taskId(job.id, 'ai_analysis', 'skips'))) as Task<'video.ai_analysis'> | null;
}
