import { parse } from 'node:path';
import type { JobId } from '@marquee/core/ids';
import { COMMAND_LINE, writeDown } from '@marquee/web/server/people';
import { ROLES } from '@marquee/workers/main';
import { submitUpload } from '@marquee/workers/orchestrator/commands';
import { describeJob, describeRefusal, exitCodeOf, type JobAnswer, sinceStartSec } from './answer.ts';
import { createCrew, missingRoles } from './crew.ts';
import { EXIT } from './exit.ts';
import { follow, lookAt, sayHowToGoOn } from './follow.ts';
import { formatSec, print, say } from './print.ts';
import { createProgressView } from './progress.ts';
import { runSession, type Session } from './session.ts';
import { type LocalFilm, openFilm, uploadFilm } from './upload-file.ts';

/** Longest title that is kept, in characters. */
const MAX_TITLE = 200;

/** `marquee ingest`: a film goes in by the same way as through the site. */
export async function ingest(path: string, options: { title?: string; wait: boolean; json: boolean }): Promise<number> {
  let answer: JobAnswer | null = null;
  const code = await runSession(
    {
      logLevel: quietLevel(),
      onError: (thrown) => {
        answer ??= describeRefusal(thrown);
      },
    },
    async (session) => {
      const film = await openFilm(path, session.config.limits.sourceBytes);
      if (options.wait) {
        answer = await makeFilm(session, film, options.title);
        if (!options.json) printEnd(answer);
        return exitCodeOf(answer.status);
      }
      const jobId = await submitFilm(session, film, options.title);
      await sayWhoWorks(session, jobId);
      answer = await describeJob(session, await lookAt(session, jobId));
      if (!options.json) print(jobId);
      return EXIT.ok;
    },
  );
  if (options.json && answer) print(JSON.stringify({ ...(answer as JobAnswer), wallSec: sinceStartSec() }));
  return code;
}

/**
 * Uploads a film, submits it and waits for its end.
 *
 * @throws MarqueeError with what is wrong with the file; nothing of it is left behind then
 */
export async function makeFilm(session: Session, film: LocalFilm, title?: string): Promise<JobAnswer> {
  const crew = createCrew(session, ROLES);
  // Workers start while the film is uploaded.
  const [submitted, filled] = await Promise.allSettled([submitFilm(session, film, title), crew.fill()]);
  if (submitted.status === 'fulfilled' && filled.status === 'fulfilled')
    return waitHere(session, submitted.value, crew);
  await crew.drain();
  throw (submitted as PromiseRejectedResult).reason ?? (filled as PromiseRejectedResult).reason;
}

/** Uploads a film, submits it and closes it. */
async function submitFilm(session: Session, film: LocalFilm, title?: string): Promise<JobId> {
  const { engines, log, interrupted } = session;
  try {
    const uploadBeganAtMs = Date.now();
    const sourceKey = await uploadFilm(engines.objects, film, interrupted);
    const { fileName, sizeBytes } = film;
    const named = (title ?? titleOf(fileName)).trim().slice(0, MAX_TITLE) || fileName;
    const upload = { title: named, fileName, sourceKey, sizeBytes, nowMs: Date.now(), uploadBeganAtMs };
    const { jobId, movieId } = await submitUpload({ ...engines, log }, upload);
    const target = { kind: 'movie' as const, id: movieId, name: named };
    await writeDown(engines.store, COMMAND_LINE, 'film.uploaded', target, fileName);
    return jobId;
  } finally {
    await film.handle.close();
  }
}

/**
 * Waits for a job with a progress bar, and does the work in this process as far as nobody else is there for it. At
 * Ctrl-C the job stays, and how to go on is said.
 */
export async function waitHere(session: Session, jobId: JobId, crew = createCrew(session, ROLES)): Promise<JobAnswer> {
  const view = await createProgressView();
  try {
    const end = await follow(session, jobId, crew, view);
    await view.end();
    await crew.drain();
    if (end.job.settledAtMs === null) sayHowToGoOn(jobId);
    return await describeJob(session, end);
  } finally {
    await view.end();
    await crew.drain();
  }
}

/** Says how a job ended, for people. */
export function printEnd(answer: JobAnswer): void {
  if (answer.status === 'ready') {
    const film = answer.durationSec === null ? '' : ` ${formatSec(answer.durationSec)} of film`;
    print(
      `Ready:${film} in ${answer.rungs.map((rung) => `${rung}p`).join(', ')}, after ${formatSec(sinceStartSec())}.`,
    );
    print(`HLS   ${answer.hls}`);
    print(`DASH  ${answer.dash}`);
  } else if (answer.status === 'failed') {
    say(`Failed: ${answer.error?.message ?? 'no reason is known.'}`);
  } else if (answer.status === 'cancelled') {
    say('Cancelled.');
  }
}

/** Logs of workers beside a progress bar: bars say themselves what counts. */
export function quietLevel(): 'silent' | 'warn' {
  return process.stderr.isTTY ? 'silent' : 'warn';
}

async function sayWhoWorks(session: Session, jobId: JobId): Promise<void> {
  const missing = await missingRoles(session, ROLES);
  if (missing.length === 0) return say('The film is queued. Workers are there and take it up.');
  say('The film is queued, but nobody is at work on this data folder.');
  say(`Start the site and its workers with "marquee start", or this job alone with "marquee jobs wait ${jobId}".`);
}

function titleOf(fileName: string): string {
  return parse(fileName).name.replace(/[._-]+/g, ' ');
}
