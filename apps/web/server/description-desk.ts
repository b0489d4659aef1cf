import type { Description } from '@marquee/core/description';
import { taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { titleFromFileName } from '../view/format.ts';
import { container } from './container.ts';

/** What the edit page says of suggestions. */
export interface DescriptionDesk {
  /** Null where nothing plays yet, and for versions of before there were any. */
  part: { jobId: string; taskId: string } | null;
  isMaking: boolean;
  /** Null until it is made. */
  description: Description | null;
  /** Why it was not made, or is to be tried again; null otherwise. */
  fault: string | null;
  /** What the film would be called after its file. */
  fileTitle: string;
}

/** @param ready the version that plays, null while there is none */
export async function descriptionDesk(ready: MediaProcessingJob | null): Promise<DescriptionDesk> {
  const none = { part: null, isMaking: false, description: null, fault: null };
  if (ready === null) return { ...none, fileTitle: '' };
  const fileTitle = titleFromFileName(ready.fileName);
  const { engines } = await container();
  const id = taskId(ready.id, 'ai_analysis', 'describe');
  const task = (await engines.store.tasks.get(id)) as Task<'video.ai_analysis'> | null;
  if (task === null) return { ...none, fileTitle };
  const isOver = task.status === 'done' || task.status === 'failed' || task.status === 'cancelled';
  return {
    part: { jobId: ready.id, taskId: id },
    isMaking: !isOver,
    description: task.result?.description ?? null,
    fault: task.status === 'done' ? null : (task.error?.message ?? null),
    fileTitle,
  };
}
