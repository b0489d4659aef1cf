import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobId } from '@marquee/core/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, inHouse, leaveTraces, tracesOf } from './backup-house.ts';
import { memberVariables, publishedBytes, runMarquee } from './fleet.ts';
import type { Answer } from './marquee.ts';
import { makeTestFilm } from './test-film.ts';

const WAIT_MS = 180_000;
const SERVERS = ['MONGODB_URL', 'S3_ENDPOINT', 'S3_BUCKET'] as const;
const absent = SERVERS.filter((name) => !process.env[name]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A house with a database and a bucket of its own. */
function serverHouse(): Record<string, string> {
  const id = `backup-${randomUUID().slice(0, 8)}`;
  const servers = {
    MONGODB_URL: new URL(`/${id}`, process.env.MONGODB_URL).href,
    S3_ENDPOINT: process.env.S3_ENDPOINT as string,
    S3_BUCKET: id,
  };
  return memberVariables(join(folder, id), servers, {})('one');
}

describe.skipIf(absent.length > 0)(`MongoDB and S3${absent.length > 0 ? ` (no ${absent.join(', ')})` : ''}`, () => {
  it(
    'come back from their backup on new servers, and on one machine that has neither',
    async () => {
      const film = await makeTestFilm(folder, 'film.mp4', { sec: 6, fps: 12, languages: ['eng'] });
      const [lost, found] = [serverHouse(), serverHouse()];
      const alone = memberVariables(join(folder, 'alone'), {}, {})('one');
      await runMarquee(['setup'], lost);
      const made = await answer<Answer>(lost, ['ingest', film, '--wait']);
      await inHouse(lost, leaveTraces);
      const [bytes, traces] = await inHouse(lost, async (engines) => {
        return [await publishedBytes(engines, made.jobId as JobId), await tracesOf(engines, made.jobId)] as const;
      });
      const first = await answer<{ objects: number; copied: number }>(lost, ['backup', join(folder, 'first')]);
      expect(first.copied).toBeGreaterThan(0);
      expect(await answer(lost, ['backup', join(folder, 'first')])).toMatchObject({ copied: 0 });

      // From one pair of servers to another, from there to one machine, and from that to servers once more.
      await runMarquee(['setup'], found);
      let from = join(folder, 'first');
      for (const [name, house] of Object.entries({ found, alone, again: serverHouse() })) {
        if (name === 'again') await runMarquee(['setup'], house);
        expect(await answer(house, ['restore', from]), name).toMatchObject({
          objects: first.objects,
          films: 1,
          unread: 0,
        });
        await inHouse(house, async (engines) => {
          expect(await publishedBytes(engines, made.jobId as JobId), name).toEqual(bytes);
          expect(await tracesOf(engines, made.jobId), name).toEqual(traces);
          const key = `${traces.job?.outputPrefix}chapters.json`;
          // People may correct them: a browser has to ask for them anew, wherever they stand.
          expect((await engines.objects.get(key)).facts, name).toMatchObject({ cacheControl: 'no-cache' });
        });
        from = join(folder, `of-${name}`);
        expect(await answer(house, ['backup', from]), name).toMatchObject({ objects: first.objects });
      }
    },
    WAIT_MS,
  );
});
