import type { AuditAction, AuditActor } from '@marquee/core/audit';
import { isMarqueeError } from '@marquee/core/errors';
import type { JobId, MovieId } from '@marquee/core/ids';
import type { MediaProcessingJob } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import type { z } from 'zod';
import type { TaskView } from '../../view/job-view.ts';
import { jobTarget } from '../audit-targets.ts';
import { container } from '../container.ts';
import type { Commands } from '../host.ts';
import { jobSnapshot } from '../jobs.ts';
import { writeDown } from '../people.ts';
import { HttpError } from '../require-admin.ts';
import { CANCEL_JOB, GET_JOB, LIST_JOBS, RETRY_JOB } from './operations.ts';
import { answerJson, apiRoute } from './route.ts';
import type { JOB } from './schemas.ts';
import { isoTime } from './times.ts';

export const listJobs = apiRoute(LIST_JOBS, async ({ query: { limit, cursor, status, movieId } }) => {
  const { engines } = await container();
  const page = await engines.store.jobs.list({
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(status === undefined ? {} : { status }),
    ...(movieId === undefined ? {} : { movieId: movieId as MovieId }),
  });
  return answerJson({ items: page.items.map(jobOf), cursor: page.cursor });
});

export const getJob = apiRoute(GET_JOB, async ({ id }) => {
  const job = await read(id);
  const snapshot = await jobSnapshot(job.id);
  return answerJson({
    ...jobOf(job),
    share: snapshot?.job.share ?? 0,
    tasks: (snapshot?.tasks ?? []).map(taskOf),
  });
});

export const retryJob = apiRoute(RETRY_JOB, async ({ id, actor }) =>
  command(id, 'job.retried', actor, (commands, job) => commands.retryJob(job)),
);

export const cancelJob = apiRoute(CANCEL_JOB, async ({ id, actor }) =>
  command(id, 'job.cancelled', actor, (commands, job) => commands.cancelJob(job)),
);

async function command(
  id: string,
  action: AuditAction,
  actor: AuditActor,
  run: (commands: Commands, id: JobId) => Promise<unknown>,
): Promise<Response> {
  const { commands, engines } = await container();
  const job = await read(id);
  try {
    await run(commands, job.id);
  } catch (thrown) {
    // It makes sense, but not as the job stands.
    if (isMarqueeError(thrown) && thrown.code === 'MESSAGE_INVALID') throw new HttpError(409, thrown.message);
    throw thrown;
  }
  await writeDown(engines.store, actor, action, await jobTarget(engines.store, job.id));
  return answerJson(jobOf(await read(id)), { status: 202 });
}

async function read(id: string): Promise<MediaProcessingJob> {
  const { engines } = await container();
  const job = await engines.store.jobs.get(id as JobId);
  if (!job) throw new HttpError(404, 'There is no job of this id.');
  return job;
}

function jobOf(job: MediaProcessingJob): z.output<typeof JOB> {
  const { id, movieId, status, fileName, sizeBytes, plan, inspection, error } = job;
  return {
    id,
    movieId,
    status,
    fileName,
    sizeBytes,
    durationSec: plan ? planDurationSec(plan) : null,
    rungs: plan?.rungs.map((rung) => `${rung.nominalPx}p`) ?? [],
    notes: inspection?.notes ?? [],
    error,
    createdAt: isoTime(job.createdAtMs),
    updatedAt: isoTime(job.updatedAtMs),
    playableAt: isoTime(job.playableAtMs),
    finishedAt: isoTime(job.finishedAtMs),
  };
}

function taskOf({ runs, ...task }: TaskView) {
  return {
    ...task,
    runs: runs.map(({ worker, startedAtMs, endedAtMs, outcome }) => ({
      worker,
      startedAt: isoTime(startedAtMs),
      endedAt: isoTime(endedAtMs),
      outcome,
    })),
  };
}
