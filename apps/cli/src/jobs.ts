import { stageProgress } from '@marquee/core/advance';
import type { JobId, TaskId } from '@marquee/core/ids';
import { isOver, type JobStatus, type MediaProcessingJob, type Task } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import { jobTarget } from '@marquee/web/server/audit-targets';
import { COMMAND_LINE, writeDown } from '@marquee/web/server/people';
import { ROLES } from '@marquee/workers/main';
import { cancelJob, retryJob, retryTask } from '@marquee/workers/orchestrator/commands';
import { describeJob, exitCodeOf, type JobAnswer, sinceStartSec } from './answer.ts';
import { createCrew, missingRoles } from './crew.ts';
import { EXIT } from './exit.ts';
import { follow, lookAt, sayHowToGoOn } from './follow.ts';
import { printEnd, quietLevel, waitHere } from './ingest.ts';
import { STAGE_NAMES } from './pace.ts';
import { formatSec, print, say } from './print.ts';
import { runSession } from './session.ts';

/** `marquee jobs list` */
export function listJobs(options: { status?: JobStatus; limit: number; json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { store } }) => {
    const { status, limit } = options;
    const { items } = await store.jobs.list({ limit, ...(status === undefined ? {} : { status }) });
    const titles = await Promise.all(items.map(async (job) => (await store.movies.get(job.movieId))?.title ?? ''));
    if (options.json) {
      const jobs = items.map((job, i) => ({
        jobId: job.id,
        movieId: job.movieId,
        title: titles[i],
        fileName: job.fileName,
        status: job.status,
        error: job.error && { code: job.error.code, message: job.error.message },
        durationSec: job.plan && planDurationSec(job.plan),
        createdAt: new Date(job.createdAtMs).toISOString(),
      }));
      print(JSON.stringify({ jobs }));
      return EXIT.ok;
    }
    if (items.length === 0) say('There are no jobs. "marquee ingest FILE --wait" makes one.');
    for (const [i, job] of items.entries()) {
      print(`${job.id}  ${job.status.padEnd(10)}  ${time(job.createdAtMs)}  ${titles[i]}`);
    }
    return EXIT.ok;
  });
}

/** `marquee jobs show` */
export function showJob(id: string, options: { json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async (session) => {
    const seen = await lookAt(session, id as JobId);
    const answer = await describeJob(session, seen);
    if (options.json) {
      print(JSON.stringify(answer));
      return EXIT.ok;
    }
    const movie = await session.engines.store.movies.get(seen.job.movieId);
    printJob(seen.job, seen.tasks, movie?.title ?? '', answer);
    if (!isOver(seen.job.status) && (await missingRoles(session, ROLES)).length > 0) {
      say(`Nobody is at work on it. Go on with "marquee jobs wait ${id}", or "marquee start" for the whole site.`);
    }
    return EXIT.ok;
  });
}

/** `marquee jobs wait`: runs the workers as far as nobody else does, until the job is over. */
export function waitForJob(id: string, options: { json: boolean }): Promise<number> {
  return runSession({ logLevel: quietLevel() }, async (session) => {
    await lookAt(session, id as JobId);
    return end(await waitHere(session, id as JobId), options.json);
  });
}

/** `marquee jobs cancel`: also sees to it that what the job made is removed, whether or not anybody is at work. */
export function cancel(id: string, options: { json: boolean }): Promise<number> {
  return runSession({ logLevel: quietLevel() }, async (session) => {
    const jobId = id as JobId;
    const { engines, log } = session;
    await cancelJob({ ...engines, log }, jobId);
    await writeDown(engines.store, COMMAND_LINE, 'job.cancelled', await jobTarget(engines.store, jobId));
    const crew = createCrew(session, ['orchestrator']);
    try {
      const seen = await follow(session, jobId, crew, { show() {}, async end() {} });
      await crew.drain();
      const answer = { ...(await describeJob(session, seen)), wallSec: sinceStartSec() };
      if (options.json) print(JSON.stringify(answer));
      else print('Cancelled. What it had made is removed.');
      return EXIT.ok;
    } finally {
      await crew.drain();
    }
  });
}

/** `marquee jobs retry`: the whole job, or one part of it. */
export function retry(id: string, options: { task?: string; wait: boolean; json: boolean }): Promise<number> {
  return runSession({ logLevel: quietLevel() }, async (session) => {
    const jobId = id as JobId;
    const { engines, log } = session;
    const task = options.task === undefined ? null : fullTaskId(jobId, options.task);
    if (task === null) await retryJob({ ...engines, log }, jobId);
    else await retryTask({ ...engines, log }, jobId, task);
    const [action, part] =
      task === null ? (['job.retried', null] as const) : (['job.part_retried', partOf(task)] as const);
    await writeDown(engines.store, COMMAND_LINE, action, await jobTarget(engines.store, jobId), part);
    if (options.wait) return end(await waitHere(session, jobId), options.json);
    if ((await missingRoles(session, ROLES)).length > 0) sayHowToGoOn(jobId);
    if (options.json) print(JSON.stringify(await describeJob(session, await lookAt(session, jobId))));
    return EXIT.ok;
  });
}

/** Parts are shown without their job's id, and may be named with it. */
function fullTaskId(jobId: JobId, task: string): TaskId {
  return (task.startsWith(`${jobId}:`) ? task : `${jobId}:${task}`) as TaskId;
}

/** A part's name without its job's. */
function partOf(task: TaskId): string {
  return task.slice(task.indexOf(':') + 1);
}

function end(answer: JobAnswer, json: boolean): number {
  if (json) print(JSON.stringify({ ...answer, wallSec: sinceStartSec() }));
  else printEnd(answer);
  return exitCodeOf(answer.status);
}

function printJob(job: MediaProcessingJob, tasks: Task[], title: string, answer: JobAnswer): void {
  const rows: [string, string | null][] = [
    ['job', job.id],
    ['film', `${title} (${job.fileName})`],
    ['status', job.error ? `${job.status}: ${job.error.message} (${job.error.code})` : job.status],
    ['begun', time(job.createdAtMs)],
    ['over', job.finishedAtMs && `${time(job.finishedAtMs)}, after ${tookSec(job.createdAtMs, job.finishedAtMs)}`],
    ['playable', job.playableAtMs && `after ${tookSec(job.createdAtMs, job.playableAtMs)}`],
    ['length', answer.durationSec === null ? null : formatSec(answer.durationSec)],
    ['qualities', answer.rungs.length === 0 ? null : answer.rungs.map((rung) => `${rung}p`).join(', ')],
    ['HLS', answer.hls],
    ['DASH', answer.dash],
  ].map(([name, value]) => [name as string, value ? String(value) : null]);
  for (const [name, value] of rows) if (value !== null) print(`${name.padEnd(10)}  ${value}`);
  for (const { stage, done, total } of stageProgress(job.status, tasks)) {
    if (total > 0) print(`${STAGE_NAMES[stage].padEnd(10)}  ${done} of ${total} done`);
  }
  const names = tasks.map((task) => task.id.slice(job.id.length + 1));
  const width = Math.max(0, ...names.map((name) => name.length));
  for (const [i, task] of tasks.entries()) {
    const spent = task.runs.reduce(
      (sum, run) => sum + Math.max(0, (run.endedAtMs ?? run.startedAtMs) - run.startedAtMs),
      0,
    );
    const why = task.error && task.status !== 'done' ? `  ${task.error.message}` : '';
    const runs = task.runs.length === 1 ? '1 run' : `${task.runs.length} runs`;
    print(
      `  ${names[i]?.padEnd(width)}  ${task.status.padEnd(9)}  ${runs.padStart(7)}  ${(spent / 1000).toFixed(1)} s${why}`,
    );
  }
}

function tookSec(startMs: number, endMs: number): string {
  return `${((endMs - startMs) / 1000).toFixed(1)} s`;
}

function time(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
