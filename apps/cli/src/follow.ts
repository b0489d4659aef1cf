import { setTimeout as sleep } from 'node:timers/promises';
import { MarqueeError } from '@marquee/core/errors';
import type { JobId } from '@marquee/core/ids';
import type { Crew } from './crew.ts';
import type { ProgressView, Snapshot } from './pace.ts';
import { say } from './print.ts';
import type { Session } from './session.ts';

const POLL_MS = 50;
/** Reading a job of thousands of tasks takes a while: it is done less often, so that watching costs little. */
const SPARING = 25;
const LOOK_ROUND_MS = 1000;

/** @throws MarqueeError MESSAGE_INVALID if there is no such job */
export async function lookAt(session: Pick<Session, 'engines'>, jobId: JobId): Promise<Snapshot> {
  const { store } = session.engines;
  const job = await store.jobs.get(jobId);
  if (!job) throw new MarqueeError('MESSAGE_INVALID', `There is no job "${jobId}". "marquee jobs list" lists them.`);
  return { job, tasks: await store.tasks.list(jobId) };
}

/**
 * Waits until a job is over and its end has been carried out, or until Ctrl-C. Sees to it that somebody does the
 * work; whoever vanishes is replaced.
 *
 * @param view shown how far the job is
 */
export async function follow(session: Session, jobId: JobId, crew: Crew, view: ProgressView): Promise<Snapshot> {
  const { store } = session.engines;
  let nextRoundMs = 0;
  let nextShowMs = 0;
  while (!session.interrupted.aborted) {
    if (performance.now() >= nextRoundMs) {
      await crew.fill();
      nextRoundMs = performance.now() + LOOK_ROUND_MS;
    }
    const job = await store.jobs.get(jobId);
    if (!job || job.settledAtMs !== null) break;
    const startMs = performance.now();
    if (startMs >= nextShowMs) {
      view.show({ job, tasks: await store.tasks.list(jobId) });
      nextShowMs = performance.now() + SPARING * (performance.now() - startMs);
    }
    await sleep(POLL_MS, undefined, { signal: session.interrupted }).catch(() => {});
  }
  const end = await lookAt(session, jobId);
  view.show(end);
  return end;
}

/** Says how a job goes on that is not over. */
export function sayHowToGoOn(jobId: JobId): void {
  say(`The job stays. Go on with "marquee jobs wait ${jobId}", or "marquee start" for the whole site.`);
}
