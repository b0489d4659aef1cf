import type { JobId, MovieId } from '@marquee/core/ids';
import { newId } from '@marquee/core/ids';
import { type JobStatus, newJob } from '@marquee/core/job';
import { newMovie, playableJobId } from '@marquee/core/movie';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CleanedFolder, cleanHouse } from '../orchestrator/clean.ts';
import { retryJob, retryTask } from '../orchestrator/commands.ts';
import { type House, openHouse, QUIET } from './house.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const OLD_MS = 30 * DAY_MS;

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const put = (key: string) => house.engines.objects.put(key, Buffer.from(key), { contentType: 'text/plain' });

async function keysUnder(...prefixes: string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of prefixes) for await (const { key } of house.engines.objects.list(prefix)) keys.push(key);
  return keys;
}

/** Cleans as it will be after so many days: objects of the tests are of now. */
async function clean(afterDays: number, how: { isTrial?: boolean; oldVersionsMs?: number | null } = {}) {
  const gone: CleanedFolder[] = [];
  const options = { oldVersionsMs: OLD_MS, isTrial: false, isSure: true, ...how, nowMs: NOW_MS + afterDays * DAY_MS };
  for await (const each of cleanHouse(house.engines, options)) gone.push(each);
  return gone;
}

interface VersionPlan {
  status: JobStatus;
  isSettled: boolean;
  finishedDaysAgo: number;
}

/** Makes a film with versions, its pointers as workers would have set them, and objects in each folder. */
async function makeFilm(versions: VersionPlan[], stills: 'own' | 'of the first' = 'own') {
  const { store } = house.engines;
  const movieId = newId<MovieId>(NOW_MS);
  const jobs = versions.map(({ status, isSettled, finishedDaysAgo }, i) => {
    const id = newId<JobId>(NOW_MS - (versions.length - i) * 1000);
    const source = { sourceKey: `uploads/${newId()}/source`, fileName: 'film.mp4', sizeBytes: 9 };
    const finishedAtMs = status === 'processing' ? null : NOW_MS - finishedDaysAgo * DAY_MS;
    return {
      ...newJob({ id, movieId, nowMs: NOW_MS, ...source }),
      ...{ status, finishedAtMs, settledAtMs: isSettled ? finishedAtMs : null },
    };
  });
  const ready = jobs.findLast(({ status }) => status === 'ready') ?? null;
  const opening = jobs.findLast(({ status, id }) => status === 'processing' && id > (ready?.id ?? '')) ?? null;
  const posterOf = stills === 'of the first' ? jobs[0] : ready;
  const movie = {
    ...newMovie({ id: movieId, title: 'A film', nowMs: NOW_MS }),
    readyJobId: ready?.id ?? null,
    openingJobId: opening?.id ?? null,
    posterKey: posterOf ? `${posterOf.outputPrefix}posters/0.jpg` : null,
    chosenPosterKey: `media/${movieId}/pictures/a.webp`,
  };
  for (const job of jobs) {
    await store.jobs.insert(job);
    for (const name of ['master.m3u8', 'video/h264-240/00000.m4s', 'posters/0.jpg']) await put(job.outputPrefix + name);
    await put(job.sourceKey);
  }
  await put(movie.chosenPosterKey);
  await store.movies.insert(movie);
  return { movie, jobs };
}

const version = fc.record({
  status: fc.constantFrom<JobStatus>('ready', 'ready', 'failed', 'cancelled', 'processing'),
  isSettled: fc.boolean(),
  finishedDaysAgo: fc.integer({ min: 0, max: 60 }),
});

describe('cleaning', () => {
  it('never takes what a film shows, its source, or anything that is not over', async () => {
    const plans = fc.array(fc.tuple(fc.array(version, { maxLength: 4 }), fc.constantFrom('own', 'of the first')), {
      minLength: 3,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 0, max: 90 }), async (films, days) => {
        const made = [];
        for (const [versions, stills] of films) made.push(await makeFilm(versions, stills as 'own'));
        const before = new Set(await keysUnder('media/', 'uploads/'));
        const told = await clean(days, { isTrial: true });
        expect((await keysUnder('media/', 'uploads/')).length).toBe(before.size);
        expect(await clean(days)).toEqual(told);
        const after = new Set(await keysUnder('media/', 'uploads/'));
        expect(before.size - after.size).toBe(told.reduce((sum, { objects }) => sum + objects, 0));
        for (const { movie, jobs } of made) {
          const played = playableJobId(movie);
          const stays = jobs.filter(({ id, status, settledAtMs }) => {
            const isNewer = id > (movie.readyJobId ?? '') && status !== 'cancelled';
            return id === played || isNewer || (status !== 'cancelled' && settledAtMs === null);
          });
          const needed = [
            ...[...before].filter((key) => stays.some(({ outputPrefix }) => key.startsWith(outputPrefix))),
            ...[movie.posterKey, movie.chosenPosterKey].filter((key) => key !== null),
            ...jobs.filter(({ status }) => status !== 'cancelled').map(({ sourceKey }) => sourceKey),
          ];
          expect(needed.filter((key) => !after.has(key))).toEqual([]);
        }
        expect(await clean(days)).toEqual([]);
      }),
      { numRuns: 6 },
    );
  });

  it('removes an old version when a newer one has been ready for long enough, and makes nothing of it again', async () => {
    const settled = { status: 'ready' as const, isSettled: true };
    const { jobs } = await makeFilm([
      { ...settled, finishedDaysAgo: 9 },
      { ...settled, finishedDaysAgo: 0 },
    ]);
    const [old, playing] = jobs.map(({ outputPrefix }) => outputPrefix) as [string, string];
    expect(await clean(29)).toEqual([]);
    expect(await clean(400, { oldVersionsMs: null })).toEqual([]);
    expect(await clean(31)).toMatchObject([{ why: 'replaced', folder: old, objects: 3 }]);
    expect(await keysUnder(old)).toEqual([]);
    expect((await keysUnder(playing)).length).toBe(3);
    const ports = { ...house.engines, log: QUIET };
    const id = jobs[0]?.id as JobId;
    await expect(retryTask(ports, id, `${id}:package:final` as never)).rejects.toThrow('its media was removed');
    await expect(retryJob(ports, id)).rejects.toThrow('its media was removed');
  });

  it('removes what no row speaks of once it is a week old, but not if that is most of the storage', async () => {
    const lost = [`media/${newId()}/${newId()}/master.m3u8`, `uploads/${newId()}/source`];
    for (const key of lost) await put(key);
    expect(await clean(6)).toEqual([]);
    expect((await clean(8)).map(({ why }) => why)).toEqual(['orphaned', 'abandoned']);
    expect(await keysUnder(...lost)).toEqual([]);

    const other = await openHouse();
    const key = `media/${newId()}/${newId()}/master.m3u8`;
    await other.engines.objects.put(key, Buffer.from('x'), { contentType: 'text/plain' });
    const how = { oldVersionsMs: OLD_MS, isTrial: false, nowMs: NOW_MS + 8 * DAY_MS };
    const run = async (isSure: boolean) => {
      let count = 0;
      for await (const _ of cleanHouse(other.engines, { ...how, isSure })) count++;
      return count;
    };
    await expect(run(false)).rejects.toThrow('Is it the right store?');
    expect(await other.engines.objects.head(key)).not.toBeNull();
    expect(await run(true)).toBe(1);
    await other.close();
  });
});
