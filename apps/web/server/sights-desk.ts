import { taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { type SightsSummary, sightFrameName } from '@marquee/core/sights';
import { container } from './container.ts';
import { currentReader } from './current-user.ts';

/** The page's pictures are fetched as it opens; a page that is opened anew signs anew. */
const FRAMES_EXPIRE_SEC = 900;

/** What the edit page says of what a film shows. */
export interface SightsDesk {
  /** Null where nothing plays yet, and for versions that were not looked at. */
  part: { jobId: string; taskId: string } | null;
  isMaking: boolean;
  /** Null until it is made. */
  sights: SightsSummary | null;
  /** Addresses of the frames that are evidence, by their times in seconds. */
  frames: Record<number, string>;
  /** Why nothing was looked for, or is to be tried again; null otherwise. */
  fault: string | null;
}

/** @param ready the version that plays, null while there is none */
export async function sightsDesk(ready: MediaProcessingJob | null): Promise<SightsDesk> {
  const none: SightsDesk = { part: null, isMaking: false, sights: null, frames: {}, fault: null };
  if (ready === null) return none;
  const { engines, signFolder } = await container();
  const id = taskId(ready.id, 'ai_analysis', 'sights');
  const task = (await engines.store.tasks.get(id)) as Task<'video.ai_analysis'> | null;
  if (task === null) return none;
  const isOver = task.status === 'done' || task.status === 'failed' || task.status === 'cancelled';
  const sights = task.result?.sights ?? null;
  const folder = sights
    ? await signFolder(`${ready.outputPrefix}sights/`, FRAMES_EXPIRE_SEC, await currentReader())
    : '';
  const times = sights ? timesIn(sights) : [];
  return {
    part: { jobId: ready.id, taskId: id },
    isMaking: !isOver,
    sights,
    frames: Object.fromEntries(
      times.map((atSec) => [atSec, `${folder}${sightFrameName(atSec).slice('sights/'.length)}`]),
    ),
    fault: task.result?.leftOut ?? task.error?.message ?? (task.status === 'cancelled' ? 'It was cancelled.' : null),
  };
}

function timesIn({ tags, flags, letters }: SightsSummary): number[] {
  const ofFrames = [...tags, ...flags].flatMap(({ evidence }) => evidence.map(({ atSec }) => atSec));
  return [...new Set([...ofFrames, ...letters.map(({ atSec }) => atSec)])];
}
