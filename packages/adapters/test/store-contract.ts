import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import { newId } from '@marquee/core/ids';
import type { JobStatus, MediaProcessingJob } from '@marquee/core/job';
import type { Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, expectCode } from './engine.ts';
import { HOUR_MS, job, T0 } from './store-samples.ts';

/** Holds an engine to the Store port. */
export function describeStoreContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`store contract: ${name}`, () => {
    let engine: Engine<Store>;
    let store: Store;
    let other: Store;
    beforeEach(async () => {
      engine = await open();
      store = engine.port;
      other = await engine.another();
    });
    afterEach(async () => {
      await engine.close();
    });

    describe('jobs', () => {
      it('keeps what was inserted, and leaves a row that stands alone', async () => {
        const first = job();
        expect(await store.jobs.get(first.id)).toBeNull();
        expect(await store.jobs.status(first.id)).toBeNull();
        expect(await store.jobs.insert(first)).toBe(true);
        expect(await other.jobs.insert({ ...first, fileName: 'other.mkv' })).toBe(false);
        expect(await other.jobs.get(first.id)).toEqual(first);
        expect(await other.jobs.status(first.id)).toBe('pending');
      });

      it('writes a patch if the version is the one that was read, and raises it', async () => {
        const first = job();
        await store.jobs.insert(first);
        const error = { code: 'DISK_FULL' as const, message: 'The disk is full.', taskId: null };
        expect(await store.jobs.update(first.id, 0, { status: 'failed', error })).toBe(true);
        expect(await other.jobs.get(first.id)).toEqual({ ...first, status: 'failed', error, version: 1 });
        expect(await other.jobs.status(first.id)).toBe('failed');
        expect(await other.jobs.update(first.id, 0, { status: 'ready' })).toBe(false);
        expect(await other.jobs.update(first.id, 2, { status: 'ready' })).toBe(false);
        expect(await other.jobs.update('none' as JobId, 0, { status: 'ready' })).toBe(false);
        expect(await other.jobs.update(first.id, 1, { error: null, status: 'processing' })).toBe(true);
        expect(await store.jobs.get(first.id)).toEqual({ ...first, status: 'processing', version: 2 });
      });

      it('takes neither id nor version from a patch, and nothing from what is undefined', async () => {
        const first = job();
        await store.jobs.insert(first);
        const patch = { id: 'hijack' as JobId, version: 99, priority: 5 };
        expect(await store.jobs.update(first.id, 0, { ...patch, ...({ fileName: undefined } as object) })).toBe(true);
        expect(await store.jobs.get(first.id)).toEqual({ ...first, priority: 5, version: 1 });
        expect(await store.jobs.get('hijack' as JobId)).toBeNull();
      });

      it('lets one of many racing writers win', async () => {
        const first = job();
        await store.jobs.insert(first);
        const writers = Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other));
        const won = await Promise.all(writers.map((each, i) => each.jobs.update(first.id, 0, { priority: i + 1 })));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.jobs.get(first.id)).toMatchObject({ version: 1, priority: won.indexOf(true) + 1 });
      });

      it('lists newest first, page by page, by status and by movie', async () => {
        const jobs = Array.from({ length: 7 }, (_, i) => job({ nowMs: T0 + i * 1000 }));
        const film = jobs[2]?.movieId as MovieId;
        const again = job({ nowMs: T0 + 60_000, movieId: film });
        for (const each of [...jobs, again].reverse()) await store.jobs.insert(each);
        for (const i of [1, 4]) await store.jobs.update(jobs[i]?.id as JobId, 0, { status: 'failed' });
        const newest = [again, ...[...jobs].reverse()].map((each) => each.id);

        const read: JobId[] = [];
        let cursor: string | null = null;
        let pages = 0;
        do {
          const page = await other.jobs.list({ limit: 3, ...(cursor === null ? {} : { cursor }) });
          read.push(...page.items.map((each) => each.id));
          cursor = page.cursor;
          pages++;
        } while (cursor !== null);
        expect(read).toEqual(newest);
        expect(pages).toBe(3);
        expect(await store.jobs.list({ limit: 8 })).toMatchObject({ cursor: null });

        const failed = await store.jobs.list({ limit: 10, status: 'failed' });
        expect(failed.items.map((each) => each.id)).toEqual([jobs[4]?.id, jobs[1]?.id]);
        const ofFilm = await store.jobs.list({ limit: 1, movieId: film });
        expect(ofFilm.items.map((each) => each.id)).toEqual([again.id]);
        const rest = await store.jobs.list({ limit: 1, movieId: film, cursor: ofFilm.cursor as string });
        expect(rest).toMatchObject({ items: [{ id: jobs[2]?.id }], cursor: null });
        expect((await store.jobs.list({ limit: 10, movieId: film, status: 'failed' })).items).toEqual([]);

        const movieIds = [film, jobs[4]?.movieId as MovieId, newId<MovieId>(T0)];
        const ofFilms = await other.jobs.list({ limit: 2, movieIds });
        expect(ofFilms.items.map((each) => each.id)).toEqual([again.id, jobs[4]?.id]);
        const others = await other.jobs.list({ limit: 2, movieIds, cursor: ofFilms.cursor as string });
        expect(others).toMatchObject({ items: [{ id: jobs[2]?.id }], cursor: null });
        const failedOf = await other.jobs.list({ limit: 2, movieIds, status: 'failed' });
        expect(failedOf.items.map((each) => each.id)).toEqual([jobs[4]?.id]);
        expect((await store.jobs.list({ limit: 2, movieIds: [] })).items).toEqual([]);
      });

      it('counts jobs by status', async () => {
        expect(await store.jobs.counts()).toEqual({ pending: 0, processing: 0, ready: 0, failed: 0, cancelled: 0 });
        for (const status of ['ready', 'ready', 'failed', 'pending'] as const)
          await store.jobs.insert({ ...job(), status });
        const moved = job();
        await store.jobs.insert(moved);
        await store.jobs.update(moved.id, 0, { status: 'processing' });
        const counted = { pending: 1, processing: 1, ready: 2, failed: 1, cancelled: 0 };
        expect(await other.jobs.counts()).toEqual(counted);
      });

      it('sums up by the hour what ended, and how long those films are', async () => {
        const plan = { frameCount: 24_000, fps: { num: 24_000, den: 1001 } } as MediaProcessingJob['plan'];
        const end = async (status: JobStatus, finishedAtMs: number, withPlan = plan) => {
          const fresh = job();
          await store.jobs.insert(fresh);
          await store.jobs.update(fresh.id, 0, { status, finishedAtMs, plan: withPlan });
          return fresh.id;
        };
        await end('ready', T0);
        await end('ready', T0 + HOUR_MS - 1);
        await end('failed', T0 + HOUR_MS);
        await end('cancelled', T0 + 2 * HOUR_MS + 5, null);
        await end('ready', T0 - 1);
        await end('ready', T0 + 3 * HOUR_MS);
        const again = await end('ready', T0 + 1);
        await store.jobs.update(again, 1, { status: 'processing', finishedAtMs: null });
        await store.jobs.insert(job());
        const query = { sinceMs: T0, untilMs: T0 + 3 * HOUR_MS, everyMs: HOUR_MS };
        const nothing = { ready: 0, failed: 0, cancelled: 0, filmMs: 0 };
        expect(await other.jobs.ended(query)).toEqual([
          { ...nothing, fromMs: T0, ready: 2, filmMs: 2 * 1_001_000 },
          { ...nothing, fromMs: T0 + HOUR_MS, failed: 1 },
          { ...nothing, fromMs: T0 + 2 * HOUR_MS, cancelled: 1 },
        ]);
      });

      it('sums up what jobs say is stored for them, uploads once', async () => {
        const nothing = { sourceBytes: 0, pictureBytes: 0, soundBytes: 0, stillBytes: 0, uncounted: 0 };
        expect(await store.jobs.stored()).toEqual(nothing);
        const published = { pictureBytes: 5_000_000_000_000, soundBytes: 20, stillBytes: 3 };
        const first = job({ sizeBytes: 7 });
        await store.jobs.insert(first);
        await store.jobs.update(first.id, 0, { status: 'ready', published });
        await store.jobs.insert({ ...job({ sizeBytes: 7 }), status: 'ready', published });
        await store.jobs.insert({ ...job({ sizeBytes: 100, sourceKey: 'uploads/v/source' }), status: 'ready' });
        await store.jobs.insert({ ...job({ sizeBytes: 1, sourceKey: 'uploads/w/source' }), status: 'failed' });
        const gone = job({ sizeBytes: 9000, sourceKey: 'uploads/x/source' });
        await store.jobs.insert({ ...gone, status: 'ready', published });
        await store.jobs.update(gone.id, 0, { status: 'cancelled' });
        expect(await other.jobs.stored()).toEqual({
          sourceBytes: 108,
          pictureBytes: 10_000_000_000_000,
          soundBytes: 40,
          stillBytes: 6,
          uncounted: 1,
        });
      });

      it('names the jobs that are not settled, oldest first, and last those whose films are published', async () => {
        const jobs = Array.from({ length: 4 }, (_, i) => job({ nowMs: T0 + i * 1000 }));
        for (const each of [...jobs].reverse()) await store.jobs.insert(each);
        const [first, second, third, fourth] = jobs.map((each) => each.id) as [JobId, JobId, JobId, JobId];
        await store.jobs.update(second, 0, { status: 'ready', finishedAtMs: T0, settledAtMs: T0 });
        await store.jobs.update(third, 0, { status: 'failed', finishedAtMs: T0 });
        expect(await other.jobs.active(10)).toEqual([first, third, fourth]);
        expect(await other.jobs.active(2)).toEqual([first, third]);
        await store.jobs.update(second, 1, { status: 'processing', settledAtMs: null });
        expect(await other.jobs.active(10)).toEqual([first, second, third, fourth]);
        const published = { pictureBytes: 1, soundBytes: 1, stillBytes: 1 };
        await store.jobs.update(first, 0, { status: 'ready', finishedAtMs: T0, published });
        await store.jobs.update(third, 1, { status: 'ready', published });
        expect(await other.jobs.active(10)).toEqual([second, fourth, first, third]);
        expect(await other.jobs.active(3)).toEqual([second, fourth, first]);
        expect(await other.jobs.active(2)).toEqual([second, fourth]);
      });
    });

    describe('settings', () => {
      it('are as nobody changed them, until somebody does, for all processes', async () => {
        const unchanged = { houseName: 'Marquee', signUp: null, maxRungPx: null, newFilmVisibility: 'published' };
        expect(await store.settings.get()).toEqual({ version: 0, values: unchanged });
        expect(await store.settings.update(0, { houseName: 'Bijou “映画”', maxRungPx: 1080 })).toBe(true);
        const changed = { ...unchanged, houseName: 'Bijou “映画”', maxRungPx: 1080 };
        expect(await other.settings.get()).toEqual({ version: 1, values: changed });
        expect(await other.settings.update(1, { maxRungPx: null, signUp: 'open' })).toBe(true);
        expect(await store.settings.get()).toEqual({
          version: 2,
          values: { ...changed, maxRungPx: null, signUp: 'open' },
        });
      });

      it('are written by one of any number who read the same', async () => {
        for (const version of [0, 1]) {
          const writers = Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other));
          const won = await Promise.all(
            writers.map((each, i) => each.settings.update(version, { houseName: `N${i}` })),
          );
          expect(won.filter(Boolean)).toHaveLength(1);
          const { values } = await store.settings.get();
          expect(values.houseName).toBe(`N${won.indexOf(true)}`);
        }
        expect(await store.settings.update(7, { houseName: 'Never' })).toBe(false);
      });
    });

    it('knows who is at work', async () => {
      const one = { holder: 'one', roles: ['transcode', 'orchestrator'], startedAtMs: T0, seenAtMs: T0 + 10 };
      const two = { holder: 'two', roles: [], startedAtMs: T0, seenAtMs: T0 + 20 };
      await store.presence.beat(one);
      await store.presence.beat(two);
      await store.presence.beat({ ...one, seenAtMs: T0 + 30 });
      expect(await other.presence.list(T0 + 20)).toEqual([{ ...one, seenAtMs: T0 + 30 }, two]);
      expect(await other.presence.list(T0 + 21)).toEqual([{ ...one, seenAtMs: T0 + 30 }]);
      await other.presence.leave('one');
      await other.presence.leave('one');
      expect(await store.presence.list(0)).toEqual([two]);
    });

    it('says STORE_DOWN once it is closed', async () => {
      await other.close();
      await other.close();
      await expectCode(other.jobs.get('x' as JobId), 'STORE_DOWN');
      await expectCode(other.tasks.claim('x' as TaskId, { holder: 'x', leaseMs: 1, nowMs: T0 }), 'STORE_DOWN');
      await expectCode(other.movies.list({ limit: 1 }), 'STORE_DOWN');
      expect(await store.jobs.get('x' as JobId)).toBeNull();
    });
  });
}
