'use server';

import { toMarqueeError } from '@marquee/core/errors';
import type { JobId, TaskId } from '@marquee/core/ids';
import { container } from './container.ts';
import type { Commands } from './host.ts';
import { requireAdmin } from './require-admin.ts';

/** The sentence to show when it did not work; null when it did. */
export type ActionResult = string | null;

/** Stops the work on a film and removes what was made of it, and its file. */
export async function cancelJobAction(id: string): Promise<ActionResult> {
  return command(id, (commands) => commands.cancelJob(id as JobId));
}

/** Runs what failed once more, keeping what stands. */
export async function retryJobAction(id: string): Promise<ActionResult> {
  return command(id, (commands) => commands.retryJob(id as JobId));
}

/** Makes one part again. */
export async function retryTaskAction(id: string, taskId: string): Promise<ActionResult> {
  return command(id, (commands) => commands.retryTask(id as JobId, taskId as TaskId));
}

async function command(id: string, run: (commands: Commands) => Promise<unknown>): Promise<ActionResult> {
  await requireAdmin(`/admin/jobs/${encodeURIComponent(id)}`);
  const { commands, log } = await container();
  try {
    await run(commands);
    return null;
  } catch (thrown) {
    const error = toMarqueeError(thrown);
    if (error.code === 'INTERNAL') log.error('a job command failed', { jobId: id, err: thrown });
    return error.code === 'INTERNAL' ? 'Something failed on the server. The log says what.' : error.message;
  }
}
