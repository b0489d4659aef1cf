import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import { newId, taskId } from '@marquee/core/ids';
import type { JobStatus, MediaProcessingJob, NewTask, Task, TaskResult } from '@marquee/core/job';
import { newJob, taskRow } from '@marquee/core/job';
import { type Movie, newMovie } from '@marquee/core/movie';
import type { MovieSort, Page, Store } from '@marquee/core/ports';
import { type TaskTally, tallyTasks } from '@marquee/core/tally';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { expectCode } from './engine.ts';

const T0 = 1_800_000_000_000;
const HOUR_MS = 3600_000;
const RESULT: TaskResult<'video.package'> = { throughChunk: 3, final: false, totalBytes: 12_345, decoded: false };

function job(facts: Partial<Parameters<typeof newJob>[0]> = {}): MediaProcessingJob {
  const nowMs = facts.nowMs ?? T0;
  return newJob({
    id: newId<JobId>(nowMs),
    movieId: newId<MovieId>(nowMs),
    sourceKey: 'uploads/u/source',
    fileName: 'A film – “映画”.mkv',
    sizeBytes: 5_000_000_000_000,
    nowMs,
    ...facts,
  });
}

function movie(createdAtMs = T0, facts: Partial<Movie> = {}): Movie {
  const fresh = newMovie({ id: newId<MovieId>(createdAtMs), title: 'Le Voyage dans la Lune', nowMs: createdAtMs });
  return { ...fresh, ...facts };
}

function planned(jobId: JobId, piece: string, order = 0): NewTask {
  const id = taskId(jobId, 'transcode', piece);
  const payload = { jobId, movieId: 'm', taskId: id, deep: { list: [1, 2.5, null], text: '“quoted”' } };
  return { id, jobId, type: 'video.transcode', piece, order, payload: payload as unknown as NewTask['payload'] };
}

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

      it('names the jobs that are not settled, oldest first', async () => {
        const jobs = Array.from({ length: 4 }, (_, i) => job({ nowMs: T0 + i * 1000 }));
        for (const each of [...jobs].reverse()) await store.jobs.insert(each);
        const [first, second, third, fourth] = jobs.map((each) => each.id) as [JobId, JobId, JobId, JobId];
        await store.jobs.update(second, 0, { status: 'ready', finishedAtMs: T0, settledAtMs: T0 });
        await store.jobs.update(third, 0, { status: 'failed', finishedAtMs: T0 });
        expect(await other.jobs.active(10)).toEqual([first, third, fourth]);
        expect(await other.jobs.active(2)).toEqual([first, third]);
        await store.jobs.update(second, 1, { status: 'processing', settledAtMs: null });
        expect(await other.jobs.active(10)).toEqual([first, second, third, fourth]);
      });
    });

    describe('tasks', () => {
      const jobId = newId<JobId>(T0);
      const rowOf = async (id: TaskId) => (await other.tasks.get(id)) as Task;
      /** Inserts one task and opens it. */
      const ready = async (piece = '00000'): Promise<TaskId> => {
        const task = planned(jobId, piece);
        await store.tasks.insert([task]);
        await store.tasks.open([task.id]);
        return task.id;
      };
      /** The same, claimed by `holder` at T0 for ten seconds. */
      const running = async (piece?: string, holder = 'one') => {
        const id = await ready(piece);
        const claim = await store.tasks.claim(id, { holder, leaseMs: 10_000, nowMs: T0 });
        if ('refused' in claim) expect.fail(`refused: ${claim.refused}`);
        return { id, fence: claim.task.fence };
      };

      it('counts the tasks of jobs by type as their rows would be', async () => {
        const [first, second] = [newId<JobId>(T0), newId<JobId>(T0 + 1)];
        const sound: NewTask = { ...planned(first, 'en-0:000'), type: 'video.encode_audio' };
        const pieces = ['00000', '00001', '00002'].map((piece) => planned(first, piece));
        await store.tasks.insert([...pieces, { ...sound, id: taskId(first, 'encode_audio', 'en-0:000') }]);
        await store.tasks.insert([planned(second, '00000')]);
        const ids = pieces.map(({ id }) => id) as [TaskId, TaskId, TaskId];
        await store.tasks.open(ids);
        const fences = new Map<TaskId, number>();
        for (const id of ids) {
          const claim = await store.tasks.claim(id, { holder: 'one', leaseMs: 60_000, nowMs: T0 });
          if ('task' in claim) fences.set(id, claim.task.fence);
        }
        const fence = (id: TaskId) => fences.get(id) as number;
        await store.tasks.finish(ids[0], fence(ids[0]), RESULT, T0 + 1);
        await store.tasks.renew(ids[1], fence(ids[1]), { leaseMs: 1, nowMs: T0, progress: 0.25 });
        const failure = { code: 'TOOL_TIMEOUT' as const, message: 'It hangs.' };
        await store.tasks.fail(ids[2], fence(ids[2]), failure, { nowMs: T0, retryAtMs: T0 + 5 });
        const counted = await other.tasks.tally([first, second, newId<JobId>(T0)]);
        expect([...counted.keys()].sort()).toEqual([first, second]);
        const byType = (tallies: TaskTally[] = []) => tallies.toSorted((a, b) => (a.type < b.type ? -1 : 1));
        expect(byType(counted.get(first))).toEqual(byType(tallyTasks(await store.tasks.list(first))));
        expect(counted.get(second)).toEqual([{ type: 'video.transcode', total: 1, done: 0, progress: 0, attempts: 0 }]);
        expect(await other.tasks.tally([])).toEqual(new Map());
      });

      it('inserts as waiting, leaves rows that stand, and lists those of the job', async () => {
        const tasks = [planned(jobId, '00000', 7), planned(jobId, '00001', 9)];
        await store.tasks.insert(tasks);
        await store.tasks.open([tasks[0]?.id as TaskId]);
        await other.tasks.insert([...tasks.map((each) => ({ ...each, order: 1 })), planned(jobId, '00002', 11)]);
        await store.tasks.insert([planned('other-job' as JobId, '00000')]);
        await store.tasks.insert([]);
        expect(await other.tasks.get(tasks[1]?.id as TaskId)).toEqual(taskRow(tasks[1] as NewTask));
        const listed = (await other.tasks.list(jobId)).sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(listed).toEqual([
          { ...taskRow(tasks[0] as NewTask), status: 'ready' },
          taskRow(tasks[1] as NewTask),
          taskRow(planned(jobId, '00002', 11)),
        ]);
        expect(await store.tasks.get('none' as TaskId)).toBeNull();
        expect(await store.tasks.list('none' as JobId)).toEqual([]);
      });

      it('lists by state, and gives chosen ones', async () => {
        const done = await running('done');
        await store.tasks.finish(done.id, done.fence, RESULT, T0);
        const busy = await running('busy');
        const idle = await ready('idle');
        const waiting = planned(jobId, 'waiting');
        await store.tasks.insert([waiting]);
        const idsOf = (tasks: Task[]) => tasks.map((task) => task.id).sort();
        expect(idsOf(await other.tasks.list(jobId, ['ready', 'running']))).toEqual([busy.id, idle].sort());
        expect(idsOf(await other.tasks.list(jobId, ['done']))).toEqual([done.id]);
        expect(await other.tasks.list(jobId, ['failed'])).toEqual([]);
        expect((await other.tasks.list(jobId, ['waiting']))[0]).toEqual(taskRow(waiting));
        const chosen = await other.tasks.getMany([done.id, 'none' as TaskId, waiting.id]);
        expect(idsOf(chosen)).toEqual([done.id, waiting.id].sort());
        expect(chosen.find((task) => task.id === done.id)).toEqual(await rowOf(done.id));
        expect(await other.tasks.getMany([])).toEqual([]);
        const { payload: _payload, result: _result, ...state } = await rowOf(done.id);
        expect(await other.tasks.states([done.id, 'none' as TaskId])).toEqual([state]);
        expect(await other.tasks.states([])).toEqual([]);
      });

      it('opens what waits and nothing else', async () => {
        const { id, fence } = await running();
        await store.tasks.finish(id, fence, RESULT, T0 + 1);
        expect(await store.tasks.open([id, 'none' as TaskId])).toBe(0);
        expect((await rowOf(id)).status).toBe('done');
        const waiting = planned(jobId, 'waiting');
        await store.tasks.insert([waiting]);
        expect(await other.tasks.open([waiting.id, id])).toBe(1);
        expect((await rowOf(waiting.id)).status).toBe('ready');
      });

      it('refuses claims with the reason', async () => {
        const claim = { holder: 'one', leaseMs: 10_000, nowMs: T0 };
        const waiting = planned(jobId, 'waiting');
        await store.tasks.insert([waiting]);
        expect(await store.tasks.claim('none' as TaskId, claim)).toEqual({ refused: 'gone' });
        expect(await store.tasks.claim(waiting.id, claim)).toEqual({ refused: 'waiting' });
        const held = await running('held');
        expect(await other.tasks.claim(held.id, { ...claim, nowMs: T0 + 9999 })).toEqual({ refused: 'held' });
        await store.tasks.fail(
          held.id,
          held.fence,
          { code: 'INTERNAL', message: 'x' },
          { nowMs: T0, retryAtMs: T0 + 500 },
        );
        expect(await other.tasks.claim(held.id, { ...claim, nowMs: T0 + 499 })).toEqual({ refused: 'early' });
        expect(await other.tasks.claim(held.id, { ...claim, nowMs: T0 + 500 })).toMatchObject({
          task: { id: held.id },
        });
        for (const end of ['finish', 'fail', 'cancel'] as const) {
          const { id, fence } = await running(end);
          if (end === 'finish') await store.tasks.finish(id, fence, RESULT, T0);
          if (end === 'fail')
            await store.tasks.fail(id, fence, { code: 'INTERNAL', message: 'x' }, { nowMs: T0, retryAtMs: null });
          if (end === 'cancel') await store.tasks.cancel(id, fence, T0);
          expect(await other.tasks.claim(id, { ...claim, nowMs: T0 + 99_999 })).toEqual({ refused: 'finished' });
        }
      });

      it('claims: running, fence and lease, a new run', async () => {
        const id = await ready();
        await store.tasks.markPublished([id], T0 - 5);
        const claim = await store.tasks.claim(id, { holder: 'one', leaseMs: 10_000, nowMs: T0 });
        const expected: Task = {
          ...taskRow(planned(jobId, '00000')),
          status: 'running',
          fence: 1,
          leaseHolder: 'one',
          leaseUntilMs: T0 + 10_000,
          publishedAtMs: T0 - 5,
          runs: [{ worker: 'one', startedAtMs: T0, endedAtMs: null, outcome: null }],
        };
        expect(claim).toEqual({ task: expected });
        expect(await rowOf(id)).toEqual(expected);
      });

      it('gives a task to one of many racers', async () => {
        const id = await ready();
        const racers = Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? store : other).tasks.claim(id, { holder: `racer-${i}`, leaseMs: 10_000, nowMs: T0 }),
        );
        const won = (await Promise.all(racers)).filter((claim) => 'task' in claim);
        expect(won).toHaveLength(1);
        expect((await rowOf(id)).fence).toBe(1);
        // The same again for a lease that has run out.
        const later = Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? store : other).tasks.claim(id, { holder: `late-${i}`, leaseMs: 10_000, nowMs: T0 + 10_001 }),
        );
        expect((await Promise.all(later)).filter((claim) => 'task' in claim)).toHaveLength(1);
        expect((await rowOf(id)).fence).toBe(2);
      });

      it('takes over a lease that has run out, and ends the run that vanished', async () => {
        const { id, fence } = await running();
        await store.tasks.renew(id, fence, { leaseMs: 10_000, nowMs: T0 + 5000, progress: 0.75 });
        expect(await other.tasks.claim(id, { holder: 'two', leaseMs: 1000, nowMs: T0 + 14_999 })).toEqual({
          refused: 'held',
        });
        await other.tasks.claim(id, { holder: 'two', leaseMs: 1000, nowMs: T0 + 15_000 });
        expect(await rowOf(id)).toMatchObject({
          fence: fence + 1,
          leaseHolder: 'two',
          progress: 0,
          attempts: 0,
          runs: [
            { worker: 'one', startedAtMs: T0, endedAtMs: T0 + 15_000, outcome: null },
            { worker: 'two', startedAtMs: T0 + 15_000, endedAtMs: null, outcome: null },
          ],
        });
      });

      it('lets a holder whose fence is stale write nothing', async () => {
        const { id, fence } = await running();
        await other.tasks.claim(id, { holder: 'two', leaseMs: 10_000, nowMs: T0 + 10_000 });
        const before = await rowOf(id);
        const failure = { code: 'INTERNAL' as const, message: 'Something failed.' };
        for (const stale of [fence, fence - 1, fence + 2]) {
          expect(await store.tasks.renew(id, stale, { leaseMs: 99_999, nowMs: T0, progress: 1 })).toBe(false);
          expect(await store.tasks.finish(id, stale, RESULT, T0)).toBe(false);
          expect(await store.tasks.fail(id, stale, failure, { nowMs: T0, retryAtMs: null })).toBe(false);
          expect(await store.tasks.fail(id, stale, failure, { nowMs: T0, retryAtMs: T0 })).toBe(false);
          expect(await store.tasks.release(id, stale, 'SHUTDOWN', T0)).toBe(false);
          expect(await store.tasks.cancel(id, stale, T0)).toBe(false);
        }
        expect(await rowOf(id)).toEqual(before);
        expect(await store.tasks.finish('none' as TaskId, 1, RESULT, T0)).toBe(false);
      });

      it('renews the lease, with progress where there is news', async () => {
        const { id, fence } = await running();
        expect(await store.tasks.renew(id, fence, { leaseMs: 20_000, nowMs: T0 + 1000, progress: 0.25 })).toBe(true);
        expect(await rowOf(id)).toMatchObject({ leaseUntilMs: T0 + 21_000, progress: 0.25, status: 'running' });
        expect(await store.tasks.renew(id, fence, { leaseMs: 20_000, nowMs: T0 + 2000 })).toBe(true);
        expect(await rowOf(id)).toMatchObject({ leaseUntilMs: T0 + 22_000, progress: 0.25 });
        // Run out and taken by nobody: it is still the holder's.
        expect(await store.tasks.renew(id, fence, { leaseMs: 20_000, nowMs: T0 + 90_000 })).toBe(true);
      });

      it('finishes: result, progress, run; and says so again to a holder who lost the answer', async () => {
        const { id, fence } = await running();
        expect(await store.tasks.finish(id, fence, RESULT, T0 + 7000)).toBe(true);
        const done = await rowOf(id);
        expect(done).toMatchObject({
          status: 'done',
          result: RESULT,
          progress: 1,
          error: null,
          fence,
          leaseHolder: null,
          leaseUntilMs: null,
          runs: [{ worker: 'one', startedAtMs: T0, endedAtMs: T0 + 7000, outcome: 'done' }],
        });
        expect(await store.tasks.finish(id, fence, RESULT, T0 + 8000)).toBe(true);
        expect(await rowOf(id)).toEqual(done);
        expect(await store.tasks.renew(id, fence, { leaseMs: 1, nowMs: T0 })).toBe(false);
        expect(await store.tasks.release(id, fence, 'SHUTDOWN', T0)).toBe(false);
        expect(await store.tasks.cancel(id, fence, T0)).toBe(false);
        expect(await rowOf(id)).toEqual(done);
      });

      it('fails for another try: ready from then on, unpublished, one attempt spent', async () => {
        const { id, fence } = await running();
        await store.tasks.markPublished([id], T0);
        const failure = { code: 'OBJECTS_DOWN' as const, message: 'Storage is away.' };
        expect(await store.tasks.fail(id, fence, failure, { nowMs: T0 + 50, retryAtMs: T0 + 900 })).toBe(true);
        expect(await rowOf(id)).toMatchObject({
          status: 'ready',
          attempts: 1,
          notBeforeMs: T0 + 900,
          publishedAtMs: null,
          progress: 0,
          error: failure,
          leaseHolder: null,
          leaseUntilMs: null,
          runs: [{ endedAtMs: T0 + 50, outcome: 'OBJECTS_DOWN' }],
        });
        await store.tasks.claim(id, { holder: 'two', leaseMs: 1000, nowMs: T0 + 900 });
        await store.tasks.finish(id, fence + 1, RESULT, T0 + 950);
        expect(await rowOf(id)).toMatchObject({ status: 'done', attempts: 1, error: null });
      });

      it('fails for good', async () => {
        const { id, fence } = await running();
        const failure = { code: 'INPUT_UNREADABLE' as const, message: 'The film cannot be read.' };
        expect(await store.tasks.fail(id, fence, failure, { nowMs: T0 + 50, retryAtMs: null })).toBe(true);
        expect(await rowOf(id)).toMatchObject({ status: 'failed', attempts: 1, error: failure, leaseHolder: null });
      });

      it('hands back with no attempt spent', async () => {
        const { id, fence } = await running();
        await store.tasks.markPublished([id], T0);
        expect(await store.tasks.release(id, fence, 'SHUTDOWN', T0 + 60)).toBe(true);
        expect(await rowOf(id)).toMatchObject({
          status: 'ready',
          attempts: 0,
          publishedAtMs: null,
          progress: 0,
          error: null,
          leaseHolder: null,
          leaseUntilMs: null,
          runs: [{ endedAtMs: T0 + 60, outcome: 'SHUTDOWN' }],
        });
        expect(await other.tasks.claim(id, { holder: 'two', leaseMs: 1000, nowMs: T0 + 60 })).toMatchObject({
          task: { fence: fence + 1 },
        });
      });

      it('cancels', async () => {
        const { id, fence } = await running();
        expect(await store.tasks.cancel(id, fence, T0 + 60)).toBe(true);
        expect(await rowOf(id)).toMatchObject({
          status: 'cancelled',
          attempts: 0,
          leaseHolder: null,
          runs: [{ endedAtMs: T0 + 60, outcome: 'JOB_CANCELLED' }],
        });
      });

      it('resets what ended, however it ended, and keeps its history and fence', async () => {
        const done = await running('done');
        const failed = await running('failed');
        const cancelled = await running('cancelled');
        const busy = await running('busy');
        const idle = await ready('idle');
        await store.tasks.finish(done.id, done.fence, RESULT, T0);
        await store.tasks.fail(
          failed.id,
          failed.fence,
          { code: 'INTERNAL', message: 'x' },
          { nowMs: T0, retryAtMs: null },
        );
        await store.tasks.cancel(cancelled.id, cancelled.fence, T0);
        await store.tasks.markPublished([failed.id], T0);
        const ids = [done.id, failed.id, cancelled.id];
        expect(await other.tasks.reset([...ids, busy.id, idle, 'none' as TaskId])).toBe(3);
        for (const id of ids) {
          const row = await rowOf(id);
          expect(row).toMatchObject({
            status: 'ready',
            attempts: 0,
            fence: 1,
            notBeforeMs: 0,
            publishedAtMs: null,
            progress: 0,
            result: null,
            error: null,
          });
          expect(row.runs).toHaveLength(1);
        }
        expect((await rowOf(busy.id)).status).toBe('running');
        // The holder from before the reset is stale, even though nobody has claimed it since.
        expect(await store.tasks.finish(done.id, done.fence, RESULT, T0)).toBe(false);
        expect(await store.tasks.reset([])).toBe(0);
      });

      it('keeps a few thousand tasks, quickly listed', async () => {
        await store.tasks.insert(Array.from({ length: 3000 }, (_, i) => planned(jobId, String(i).padStart(5, '0'), i)));
        const startedAtMs = Date.now();
        expect(await other.tasks.list(jobId)).toHaveLength(3000);
        expect(Date.now() - startedAtMs).toBeLessThan(2000);
      });

      it('hands out rows that are the caller’s own', async () => {
        const id = await ready();
        const mine = (await store.tasks.list(jobId))[0] as Task;
        mine.status = 'failed';
        mine.runs.push({ worker: 'x', startedAtMs: 0, endedAtMs: null, outcome: null });
        expect(await store.tasks.get(id)).toMatchObject({ status: 'ready', runs: [] });
        expect((await store.tasks.list(jobId))[0]).toMatchObject({ status: 'ready', runs: [] });
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

    describe('movies', () => {
      it('counts films by how much of them there is', async () => {
        expect(await store.movies.counts()).toEqual({ ready: 0, making: 0, unseen: 0 });
        const jobId = newId<JobId>(T0);
        for (const facts of [{ readyJobId: jobId }, { readyJobId: jobId }, { openingJobId: jobId }, {}])
          await store.movies.insert(movie(T0, facts));
        const changing = movie();
        await store.movies.insert(changing);
        await store.movies.update(changing.id, 0, { openingJobId: jobId });
        expect(await other.movies.counts()).toEqual({ ready: 2, making: 2, unseen: 1 });
      });

      it('inserts, reads, and changes by compare-and-set', async () => {
        const film = movie();
        expect(await store.movies.get(film.id)).toBeNull();
        expect(await store.movies.insert(film)).toBe(true);
        expect(await other.movies.insert({ ...film, title: 'other' })).toBe(false);
        expect(await other.movies.get(film.id)).toEqual(film);
        const readyJobId = newId<JobId>(T0);
        expect(await other.movies.update(film.id, 0, { readyJobId, durationSec: 89.25 })).toBe(true);
        expect(await store.movies.update(film.id, 0, { readyJobId: null })).toBe(false);
        expect(await store.movies.get(film.id)).toEqual({ ...film, version: 1, readyJobId, durationSec: 89.25 });
      });

      it('lists newest first, page by page', async () => {
        const films = Array.from({ length: 5 }, (_, i) => movie(T0 + i * 1000));
        for (const film of [films[3], films[0], films[4], films[1], films[2]]) await store.movies.insert(film as Movie);
        const ids = films.map((film) => film.id).reverse();
        const first = await other.movies.list({ limit: 3 });
        expect(first.items.map((film) => film.id)).toEqual(ids.slice(0, 3));
        const second = await other.movies.list({ limit: 3, cursor: first.cursor as string });
        expect(second.items.map((film) => film.id)).toEqual(ids.slice(3));
        expect(second.cursor).toBeNull();
      });

      it('lists in any order, page by page, with equal keys apart', async () => {
        const titles = ['The Zebra', 'apple', 'Éclair', 'apple', 'Banana', 'A Cat'];
        const films = titles.map((title, i) => movie(T0 + i * 1000, { title, updatedAtMs: T0 + (i % 3) * 1000 }));
        for (const film of films) await store.movies.insert(film);
        const walk = async (sort: MovieSort) => {
          const seen: Movie[] = [];
          let cursor: string | null = null;
          do {
            const page: Page<Movie> = await other.movies.list({ sort, limit: 2, ...(cursor ? { cursor } : {}) });
            expect(page.items.length).toBeLessThanOrEqual(2);
            seen.push(...page.items);
            cursor = page.cursor;
          } while (cursor !== null);
          return seen;
        };
        const byTitle = ['apple', 'apple', 'Banana', 'A Cat', 'Éclair', 'The Zebra'];
        expect((await walk('title')).map((film) => film.title)).toEqual(byTitle);
        const byUpdate = [...films].sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.id < b.id ? 1 : -1));
        expect(await walk('updated')).toEqual(byUpdate);
        expect(await walk('newest')).toEqual([...films].reverse());
        const nonsense = await store.movies.list({ sort: 'title', limit: 1, cursor: 'not one of ours' });
        expect(nonsense.items[0]?.title).toBe('apple');
      });

      it('narrows a list down, and follows what changes', async () => {
        const readyJobId = newId<JobId>(T0);
        const shown = movie(T0, { readyJobId });
        const due = movie(T0 + 1, { readyJobId, visibility: 'scheduled', publishAtMs: T0 });
        const later = movie(T0 + 2, { readyJobId, visibility: 'scheduled', publishAtMs: T0 + 500 });
        const draft = movie(T0 + 3, { openingJobId: readyJobId, visibility: 'draft' });
        const unseen = movie(T0 + 4);
        const unlisted = movie(T0 + 5, { readyJobId, visibility: 'unlisted' });
        for (const film of [shown, due, later, draft, unseen, unlisted]) await store.movies.insert(film);
        const ids = async (query: Partial<Parameters<Store['movies']['list']>[0]>) =>
          (await other.movies.list({ limit: 10, ...query })).items.map((film) => film.id);
        expect(await ids({ listedAtMs: T0 })).toEqual([due.id, shown.id]);
        expect(await ids({ listedAtMs: T0 + 500, sort: 'title' })).toEqual([shown.id, due.id, later.id]);
        expect(await ids({ visibility: 'scheduled' })).toEqual([later.id, due.id]);
        expect(await ids({ state: 'making' })).toEqual([draft.id]);
        expect(await ids({ state: 'ready', visibility: 'unlisted', sort: 'updated' })).toEqual([unlisted.id]);
        expect(await store.movies.update(draft.id, 0, { visibility: 'published' })).toBe(true);
        expect(await store.movies.update(unseen.id, 0, { openingJobId: readyJobId })).toBe(true);
        expect(await store.movies.update(shown.id, 0, { visibility: 'draft' })).toBe(true);
        expect(await ids({ listedAtMs: T0 })).toEqual([unseen.id, draft.id, due.id]);
      });

      it('finds by title, whatever changes, and only what is listed where that is asked', async () => {
        const readyJobId = newId<JobId>(T0);
        const titles = [
          'The Godfather',
          'The Godfather Part II',
          'Café de Flore',
          'It',
          'Italian for Beginners',
          '!!!',
        ];
        const films = titles.map((title, i) => movie(T0 + i * 1000, { title, readyJobId }));
        for (const film of films) await store.movies.insert(film);
        const find = async (text: string, more: { listedAtMs?: number } = {}) =>
          (await other.movies.search({ text, limit: 5, ...more })).map((film) => film.title);
        expect(await find('godfather')).toEqual(['The Godfather', 'The Godfather Part II']);
        expect(await find('part godf')).toEqual(['The Godfather Part II']);
        expect((await find('teh godfahter'))[0]).toBe('The Godfather');
        expect(await find('cafe flore')).toEqual(['Café de Flore']);
        expect((await find('it'))[0]).toBe('It');
        expect(await find('!!!')).toEqual(['!!!']);
        expect(await find('" OR * ~ (')).toEqual([]);
        expect(await find('')).toEqual([]);
        const [first, second] = films as [Movie, Movie];
        const details = { ...first.details, originalTitle: 'Il padrino' };
        expect(await store.movies.update(first.id, 0, { title: 'Renamed', details })).toBe(true);
        expect(await find('godfather')).toEqual(['The Godfather Part II']);
        expect(await find('padrino')).toEqual(['Renamed']);
        expect(await store.movies.update(second.id, 0, { visibility: 'draft' })).toBe(true);
        expect(await find('godfather', { listedAtMs: T0 })).toEqual([]);
        expect(await find('renamed', { listedAtMs: T0 })).toEqual(['Renamed']);
        expect((await other.movies.search({ text: 'renamed', limit: 1 }))[0]).toEqual({
          ...first,
          title: 'Renamed',
          details,
          version: 1,
        });
      });

      it('finds films that share people or genres, and nothing by these that is searched for', async () => {
        const readyJobId = newId<JobId>(T0);
        const film = (i: number, title: string, genres: string[], cast: string[]) => {
          const details = { ...movie().details, genres, cast: cast.map((name) => ({ name, role: '' })) };
          return movie(T0 + i * 1000, { title, readyJobId, details });
        };
        const films = [
          film(1, 'One', ['Thriller', 'Drama'], ['Ada Miró']),
          film(2, 'Two', ['thriller'], ['ADA MIRO', 'Otto Pern']),
          film(3, 'Three', ['Science Fiction'], ['Otto Pern']),
          film(4, 'Four', ['Drama'], []),
          film(5, 'Five', ['Drama'], ['Ada Miró']),
        ];
        for (const each of films) await store.movies.insert(each);
        await store.movies.update((films[4] as Movie).id, 0, { visibility: 'draft' });
        const kin = async (at: number, listedAtMs?: number) =>
          (
            await other.movies.kin(films[at] as Movie, {
              limit: 9,
              ...(listedAtMs === undefined ? {} : { listedAtMs }),
            })
          ).map((each) => each.movie.title);
        expect(await kin(0, T0)).toEqual(['Two', 'Four']);
        expect(await kin(0)).toEqual(['Five', 'Two', 'Four']);
        expect(await kin(2, T0)).toEqual(['Two']);
        expect((await other.movies.kin(films[0] as Movie, { limit: 1, listedAtMs: T0 }))[0]).toMatchObject({
          movie: films[1],
          shared: { people: [{ name: 'Ada Miró', madeBoth: false }], genres: ['Thriller'] },
        });
        expect(await other.movies.search({ text: 'thriller', limit: 5 })).toEqual([]);
        expect(await other.movies.search({ text: 'ada miro', limit: 5 })).toEqual([]);
        await store.movies.update((films[1] as Movie).id, 0, { details: movie().details });
        expect(await kin(0, T0)).toEqual(['Four']);
      });

      it('deletes, so that nothing finds it any more', async () => {
        const film = movie();
        await store.movies.insert(film);
        expect(await store.movies.delete(film.id)).toBe(true);
        expect(await other.movies.delete(film.id)).toBe(false);
        expect(await other.movies.get(film.id)).toBeNull();
        expect(await other.movies.search({ text: 'voyage', limit: 5 })).toEqual([]);
        expect(await store.movies.update(film.id, 0, { title: 'x' })).toBe(false);
        expect(await store.movies.insert(film)).toBe(true);
        expect(await other.movies.search({ text: 'voyage', limit: 5 })).toEqual([film]);
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
