import { CHAPTERS_NAME, type Chapter, chaptersJson, filmChapters, shownChapters } from '@marquee/core/chapters';
import type { Task } from '@marquee/core/job';
import type { Movie } from '@marquee/core/movie';
import { planDurationSec } from '@marquee/core/plan';
import type { TaskContext } from './handler.ts';

type Context = TaskContext<'video.package'> | TaskContext<'video.ai_analysis'>;

/**
 * Writes the chapters of a version beside its playlists, as viewers are shown them. They may change later, so players ask
 * for them each time.
 *
 * @param tasks all of the job
 * @param made  what was found out now; else what was found out before
 * @returns them
 */
export async function publishChapters(
  context: Context,
  tasks: readonly Task[],
  made: readonly Chapter[] = madeChapters(tasks),
): Promise<Chapter[]> {
  const { plan, outputPrefix } = context.task.payload;
  const durationSec = planDurationSec(plan);
  const movie = await context.movie();
  const chapters = shownChapters(movie?.ownChapters ?? null, sourceChapters(tasks, durationSec), made, durationSec);
  await context.objects.put(`${outputPrefix}${CHAPTERS_NAME}`, Buffer.from(chaptersJson(chapters)), {
    contentType: 'application/json',
    cacheControl: 'no-cache',
    signal: context.signal,
  });
  return chapters;
}

/** @returns the chapters that a person or the film's maker named, none that were made */
export function namedChapters(tasks: readonly Task[], movie: Movie | null, durationSec: number): Chapter[] {
  return shownChapters(movie?.ownChapters ?? null, sourceChapters(tasks, durationSec), [], durationSec);
}

function sourceChapters(tasks: readonly Task[], durationSec: number | null): Chapter[] {
  const inspected = tasks.find((task) => task.type === 'video.inspect' && task.piece === 'head');
  const result = (inspected as Task<'video.inspect'> | undefined)?.result;
  return result?.scope === 'head' ? filmChapters(result.inspection, durationSec) : [];
}

function madeChapters(tasks: readonly Task[]): Chapter[] {
  const shots = tasks.find((task) => task.type === 'video.ai_analysis' && task.piece === 'shots');
  return (shots as Task<'video.ai_analysis'> | undefined)?.result?.chapters ?? [];
}
