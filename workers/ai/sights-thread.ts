import { open } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { FrameSights } from '@marquee/core/sights';
import { endWhenAsked, type ThreadNews } from '../runtime/in-thread.ts';
import { openSightModels, type SightFiles } from './sight-models.ts';

/** A file of frames, one after another, red, green and blue of each dot. */
export interface SightOrder {
  file: string;
  times: number[];
  widthPx: number;
  heightPx: number;
  models: SightFiles;
}

const PATIENT_NICENESS = 10;

endWhenAsked();
const order = workerData as SightOrder;
// On Linux the call means this thread, which nobody waits for; elsewhere it would mean the whole process.
if (process.platform === 'linux') setPriority(PATIENT_NICENESS);
const models = await openSightModels(order.models);
const file = await open(order.file);
const tell = (news: ThreadNews<FrameSights[]>) => parentPort?.postMessage(news);
try {
  const { times, widthPx, heightPx } = order;
  const bytes = 3 * widthPx * heightPx;
  const answer: FrameSights[] = [];
  for (const [i, atSec] of times.entries()) {
    const rgb = Buffer.alloc(bytes);
    await file.read(rgb, 0, bytes, i * bytes);
    answer.push({ atSec, ...(await models.look({ widthPx, heightPx, rgb })) });
    tell({ kind: 'progress', share: answer.length / times.length });
  }
  tell({ kind: 'done', answer });
} finally {
  await file.close();
  await models.close();
}
