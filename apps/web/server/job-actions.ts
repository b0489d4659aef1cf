'use server';

import type { AuditAction } from '@marquee/core/audit';
import { toMarqueeError } from '@marquee/core/errors';
import type { JobId, TaskId } from '@marquee/core/ids';
import type { Priority } from '@marquee/core/job';
import { z } from 'zod';
import { PRIORITY_NAMES } from '../view/priority.ts';
import { jobTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import type { Commands } from './host.ts';
import { requireAdmin } from './require-admin.ts';

/** The sentence to show when it did not work; null when it did. */
export type ActionResult = string | null;

/** Stops the work on a film and removes what was made of it, and its file. */
export async function cancelJobAction(id: string): Promise<ActionResult> {
  await requireAdmin(`/admin/jobs/${encodeURIComponent(id)}`);
  return command(id, 'job.cancelled', null, (commands) => commands.cancelJob(id as JobId));
}

/** Runs what failed once more, keeping what stands. */
export async function retryJobAction(id: string): Promise<ActionResult> {
  await requireAdmin(`/admin/jobs/${encodeURIComponent(id)}`);
  return command(id, 'job.retried', null, (commands) => commands.retryJob(id as JobId));
}

/** Makes one part again. */
export async function retryTaskAction(id: string, taskId: string): Promise<ActionResult> {
  await requireAdmin(`/admin/jobs/${encodeURIComponent(id)}`);
  const part = String(taskId).slice(String(taskId).indexOf(':') + 1);
  return command(id, 'job.part_retried', part, (commands) => commands.retryTask(id as JobId, taskId as TaskId));
}

const jobWork = z.enum(['retry', 'cancel', 'ahead', 'inTurn', 'behind']);
export type JobWork = z.infer<typeof jobWork>;
/** One page shows fewer; more in one call is not from our page. */
const choice = z.array(z.string().min(1).max(64)).min(1).max(200);

/** Does one thing to each of the jobs. @returns how many it was done to, and why not to the others */
export async function jobsAction(ids: string[], work: JobWork): Promise<{ done: number; refused: string | null }> {
  await requireAdmin('/admin/jobs');
  const [chosen, what] = [choice.safeParse(ids), jobWork.safeParse(work)];
  if (!chosen.success || !what.success)
    return { done: 0, refused: 'The choice was not understood. Load the page anew and choose again.' };
  let done = 0;
  const sentences = new Set<string>();
  for (const id of chosen.data) {
    const sentence = await commandOf(id as JobId, what.data);
    if (sentence === null) done++;
    else sentences.add(sentence);
  }
  return { done, refused: sentences.size > 0 ? [...sentences].join(' ') : null };
}

function commandOf(id: JobId, work: JobWork): Promise<ActionResult> {
  if (work === 'retry') return command(id, 'job.retried', null, (commands) => commands.retryJob(id));
  if (work === 'cancel') return command(id, 'job.cancelled', null, (commands) => commands.cancelJob(id));
  const priority: Priority = work;
  const words = PRIORITY_NAMES[priority].toLowerCase();
  return command(id, 'job.prioritized', words, (commands) => commands.prioritizeJob(id, priority));
}

async function command(
  id: string,
  action: AuditAction,
  detail: string | null,
  run: (commands: Commands) => Promise<unknown>,
): Promise<ActionResult> {
  const { commands, engines, log } = await container();
  try {
    await run(commands);
    await audit(action, await jobTarget(engines.store, id as JobId), detail);
    return null;
  } catch (thrown) {
    const error = toMarqueeError(thrown);
    if (error.code === 'INTERNAL') log.error('a job command failed', { jobId: id, err: thrown });
    return error.code === 'INTERNAL' ? 'Something failed on the server. The log says what.' : error.message;
  }
}
