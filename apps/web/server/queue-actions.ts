'use server';

import { toMarqueeError } from '@marquee/core/errors';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { QueueName } from '@marquee/core/ports';
import { z } from 'zod';
import { queueTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { type DeadDesk, deadDesk } from './dead-desk.ts';
import { troubleSentence } from './queues.ts';
import { requireAdmin } from './require-admin.ts';

/** What became of letters that were to be sent back. */
export interface SentBack {
  moved: number;
  /** The sentence to show when it did not work, or not wholly; null when it did. */
  refused: string | null;
}

const queueName = z.enum(MESSAGE_TYPES as [QueueName, ...QueueName[]]);
/** One page shows fewer; more in one call is not from our page. */
const choice = z
  .array(z.object({ queue: queueName, id: z.string().max(300) }))
  .min(1)
  .max(1000);

/** Sends the chosen dead letters back to their queues, as new. */
export async function sendBackAction(chosen: { queue: QueueName; id: string }[]): Promise<SentBack> {
  await requireAdmin('/admin/queues');
  const read = choice.safeParse(chosen);
  if (!read.success)
    return { moved: 0, refused: 'The choice was not understood. Load the page anew and choose again.' };
  const byQueue = Map.groupBy(read.data, ({ queue }) => queue);
  return send(read.data.length, async (desk, count) => {
    for (const [queue, letters] of byQueue) {
      await count(
        queue,
        await desk.sendBack(
          queue,
          letters.map(({ id }) => id),
        ),
      );
    }
  });
}

/** Sends all dead letters of a queue back to it, also those that are not shown. */
export async function sendAllBackAction(queue: QueueName): Promise<SentBack> {
  await requireAdmin('/admin/queues');
  const name = queueName.safeParse(queue);
  if (!name.success) return { moved: 0, refused: 'There is no queue of this name.' };
  return send(0, async (desk, count) => count(name.data, await desk.sendAllBack(name.data)));
}

async function send(
  asked: number,
  move: (desk: DeadDesk, count: (queue: QueueName, moved: number) => Promise<void>) => Promise<void>,
): Promise<SentBack> {
  const { engines, log } = await container();
  let moved = 0;
  try {
    await move(deadDesk(engines), async (queue, more) => {
      moved += more;
      log.info('dead letters sent back', { queue, moved: more });
      if (more > 0) await audit('queue.sent_back', queueTarget(queue), String(more));
    });
    const missing = asked - moved;
    if (missing <= 0) return { moved, refused: null };
    return { moved, refused: `${missing === 1 ? 'One was' : `${missing} were`} no longer there.` };
  } catch (thrown) {
    const error = toMarqueeError(thrown);
    if (error.code === 'INTERNAL') log.error('dead letters could not be sent back', { err: thrown });
    return { moved, refused: troubleSentence(error) };
  }
}
