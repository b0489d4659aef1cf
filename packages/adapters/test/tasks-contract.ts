import type { JobId, TaskId } from '@marquee/core/ids';
import { newId, taskId } from '@marquee/core/ids';
import type { NewTask, Task, TaskResult } from '@marquee/core/job';
import { taskRow } from '@marquee/core/job';
import type { Store } from '@marquee/core/ports';
import { type TaskTally, tallyTasks } from '@marquee/core/tally';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { planned, T0 } from './store-samples.ts';

const RESULT: TaskResult<'video.package'> = { throughChunk: 3, final: false, totalBytes: 12_345, decoded: false };

/** Holds an engine to the tasks of the Store port. */
export function describeTasksContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`store contract, tasks: ${name}`, () => {
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

    it('leaves a task that runs to its holder, where whoever asks does not take over', async () => {
      const { id } = await running();
      const later = { holder: 'two', leaseMs: 10_000, nowMs: T0 + 60_000 };
      expect(await other.tasks.claim(id, { ...later, takesOver: false })).toEqual({ refused: 'held' });
      expect(await rowOf(id)).toMatchObject({ leaseHolder: 'one', fence: 1 });
      expect(await other.tasks.claim(id, later)).toMatchObject({ task: { leaseHolder: 'two' } });
      const fresh = await ready('fresh');
      expect(await other.tasks.claim(fresh, { ...later, takesOver: false })).toMatchObject({ task: { id: fresh } });
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
      await other.tasks.claim(id, { holder: 'two', leaseMs: 1000, nowMs: T0 + 15_700 });
      expect(await rowOf(id)).toMatchObject({
        fence: fence + 1,
        leaseHolder: 'two',
        progress: 0,
        attempts: 0,
        runs: [
          { worker: 'one', startedAtMs: T0, endedAtMs: T0 + 15_000, outcome: null },
          { worker: 'two', startedAtMs: T0 + 15_700, endedAtMs: null, outcome: null },
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

    it('keeps the tools of a run with it, whether it ended well or not', async () => {
      const { id, fence } = await running();
      const probe = { tool: 'ffprobe' as const, startedAtMs: T0 + 5, tookMs: 7, outcome: 'done' as const };
      const encode = { tool: 'ffmpeg' as const, startedAtMs: T0 + 20, tookMs: 90, outcome: 'TOOL_TIMEOUT' as const };
      const failure = { code: 'TOOL_TIMEOUT' as const, message: 'ffmpeg stood still.' };
      await store.tasks.fail(id, fence, failure, { nowMs: T0 + 200, retryAtMs: T0 + 300, tools: [probe, encode] });
      await other.tasks.claim(id, { holder: 'two', leaseMs: 10_000, nowMs: T0 + 300 });
      expect(await store.tasks.finish(id, fence + 1, RESULT, T0 + 400, [probe])).toBe(true);
      expect((await rowOf(id)).runs).toEqual([
        { worker: 'one', startedAtMs: T0, endedAtMs: T0 + 200, outcome: 'TOOL_TIMEOUT', tools: [probe, encode] },
        { worker: 'two', startedAtMs: T0 + 300, endedAtMs: T0 + 400, outcome: 'done', tools: [probe] },
      ]);
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
}
