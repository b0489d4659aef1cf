import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobAnswer } from '@marquee/cli/answer';
import type { JobId } from '@marquee/core/ids';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { Engines } from '@marquee/workers/engines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENGINE_VARIABLES,
  type Member,
  memberVariables,
  openFleetEngines,
  publishedBytes,
  runMarquee,
  startMember,
  untilSettled,
} from './fleet.ts';
import { lastLine, startMarquee } from './marquee.ts';
import { makeOtherVersion, type OtherVersion } from './other-version.ts';
import { makeTestFilm } from './test-film.ts';

/** Of each wait; all of it takes well under a minute where nothing else is done. */
const LONGEST_MS = 240_000;
const USES = ['RABBITMQ_URL', 'RABBITMQ_MANAGEMENT_URL', 'MONGODB_URL', 'S3_ENDPOINT', 'S3_BUCKET'] as const;
const absent = USES.filter((name) => !process.env[name]);
/** A commit whose code is the other version: `UPGRADE_FROM=HEAD~20`. Without it, this code with raised versions is. */
const commit = process.env.UPGRADE_FROM ?? null;

let folder: string;
let other: OtherVersion;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-upgrade-'));
  other = await makeOtherVersion(join(folder, 'other'), commit);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(absent.length > 0)(`an upgrade${absent.length > 0 ? ` (no ${absent.join(', ')})` : ''}`, () => {
  it(
    'goes on beside a running job: two versions work on it, and no byte and no message is lost',
    async () => {
      const film = await makeTestFilm(folder, 'film.mp4', { sec: 16, fps: 6, languages: ['eng', 'deu'] });
      const variables = fleetVariables();
      // Of two versions, the raised one is the newer; a commit is older than this.
      const [from, to] = commit === null ? [undefined, other.main] : [other.main, undefined];
      const members: Member[] = [];
      const start = (name: string, roles: string[], main: string | undefined) => {
        const args = ['worker', ...roles, '--concurrency', '1'];
        members.push(startMember(name, args, { ...variables(name), OPEN_WINDOW: '4' }, undefined, main));
        return members.at(-1) as Member;
      };
      const setup = (main: string | undefined) => startMarquee(['setup'], variables('setup'), undefined, main).ended;
      expect(await setup(from)).toMatchObject({ code: 0 });
      const old = {
        orchestrator: start('old-orchestrator', ['orchestrator'], from),
        workers: start('old-workers', ['transcode', 'thumbnail', 'subtitle'], from),
      };
      const engines = await openFleetEnginesWhenSetUp(variables('look'), setup, to);
      try {
        const ingested = await runMarquee(['ingest', film, '--json'], variables('look'));
        const { jobId } = lastLine<JobAnswer>(ingested.stdout) as JobAnswer & { jobId: JobId };
        await until(async () => (await doneBy(engines, jobId)).size > 0);
        // As the guide has it: set up with the new code, start the new processes, and end the old ones one by one.
        expect(await setup(to)).toMatchObject({ code: 0 });
        start('new-orchestrator', ['orchestrator'], to);
        const newer = start('new-workers', ['transcode', 'thumbnail', 'subtitle'], to);
        await sleep(2000);
        expect((await old.orchestrator.stop()).code).toBe(0);
        // One that is started again in the middle of it is taken in.
        const again = start('old-again', ['transcode'], from);
        await until(async () => (await doneBy(engines, jobId)).has(String(newer.pid)));
        const [job] = await untilSettled(engines, [jobId], { timeoutMs: LONGEST_MS }).catch(async (error: unknown) => {
          const tasks = await engines.store.tasks.list(jobId);
          const said = tasks.map(({ id, status, runs }) => `${id} ${status} ${JSON.stringify(runs)}`);
          throw new Error(`${error}\n${said.join('\n')}`);
        });
        expect(job).toMatchObject({ status: 'ready' });

        const done = await doneBy(engines, jobId);
        expect(done.has(String(newer.pid)), [...done].join()).toBe(true);
        expect([old.workers, again].some(({ pid }) => done.has(String(pid)))).toBe(true);
        for (const type of MESSAGE_TYPES) expect(await engines.queue.listDead(type, 5), type).toEqual([]);
        expect(await publishedBytes(engines, jobId)).toEqual(await alone(film));
      } finally {
        await engines.close();
        const ends = await Promise.all(members.map((member) => member.stop()));
        expect(ends.map(({ code, stderr }) => ({ code, stderr: code === 0 ? '' : stderr }))).toEqual(
          members.map(() => ({ code: 0, stderr: '' })),
        );
      }
    },
    2 * LONGEST_MS,
  );
});

/** This code looks at the house; where it is the newer one, it has to be set up for it first. */
async function openFleetEnginesWhenSetUp(
  look: Record<string, string>,
  setup: (main: string | undefined) => Promise<{ code: number | null }>,
  to: string | undefined,
): Promise<Engines> {
  if (to === undefined) expect(await setup(to)).toMatchObject({ code: 0 });
  return openFleetEngines(look);
}

function fleetVariables() {
  const id = `upgrade-${randomUUID().slice(0, 8)}`;
  const servers = Object.fromEntries(USES.map((name) => [name, process.env[name] as string]));
  servers.MONGODB_URL = new URL(`/${id}`, servers.MONGODB_URL).href;
  servers.S3_BUCKET = id;
  return memberVariables(join(folder, id), servers, { QUEUE_PREFIX: id });
}

/** Numbers of the processes that have ended a part of a job well. */
async function doneBy({ store }: Engines, jobId: JobId): Promise<Set<string>> {
  const tasks = await store.tasks.list(jobId, ['done']);
  return new Set(tasks.flatMap(({ runs }) => runs.flatMap(({ worker }) => worker.split(':')[1] ?? [])));
}

/** The same film made by this code alone, on the embedded engines. */
async function alone(film: string): Promise<Record<string, string>> {
  const none = Object.fromEntries(ENGINE_VARIABLES.map((name) => [name, '']));
  const variables = { ...none, MARQUEE_DATA: join(folder, 'alone') };
  const { stdout } = await runMarquee(['ingest', film, '--wait', '--json'], variables);
  const engines = await openFleetEngines(variables);
  try {
    return await publishedBytes(engines, (lastLine<JobAnswer>(stdout) as JobAnswer).jobId as JobId);
  } finally {
    await engines.close();
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const giveUpAtMs = Date.now() + LONGEST_MS; !(await isSo()); await sleep(200)) {
    if (Date.now() > giveUpAtMs) throw new Error(`Waited in vain for: ${isSo}`);
  }
}
