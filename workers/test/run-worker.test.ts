import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFaults } from '@marquee/adapters/faults';
import { MarqueeError } from '@marquee/core/errors';
import { type JobId, newId, taskId } from '@marquee/core/ids';
import { type AnalysisResult, newJob, type Task } from '@marquee/core/job';
import { type Message, newMessage } from '@marquee/core/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlanner } from '../orchestrator/plan.ts';
import { VANISHED_RUNS } from '../runtime/decide-outcome.ts';
import { defineHandler, type Handler, type TaskContext } from '../runtime/handler.ts';
import { isHolderDead, ownHolder } from '../runtime/holder.ts';
import { type RunningWorker, runWorker } from '../runtime/run-worker.ts';
import { createWorkDirs, removeDeadWorkDirs } from '../runtime/work-dir.ts';
import { type House, openHouse, pause, until, workFolders } from './house.ts';
import { TOY } from './toy-film.ts';

type Context = TaskContext<'video.ai_analysis'>;

let house: House;
let workers: RunningWorker[];
let task: Pick<Task, 'id' | 'jobId'>;

beforeEach(async () => {
  house = await openHouse({ leaseMs: 900 });
  workers = [];
  task = await readyTask();
});

afterEach(async () => {
  for (const worker of workers) {
    worker.stopTaking();
    worker.abort();
    await worker.ended();
  }
  await house.close();
});

/** A job with one open task of the smallest kind. */
async function readyTask() {
  const { store } = house.engines;
  const job = newJob({
    id: newId<JobId>(),
    movieId: newId(),
    sourceKey: 'uploads/u/source',
    fileName: 'f',
    sizeBytes: 1,
    nowMs: Date.now(),
  });
  await store.jobs.insert({ ...job, status: 'processing' });
  const id = taskId(job.id, 'ai', '0');
  const ids = { jobId: job.id, movieId: job.movieId, taskId: id, outputPrefix: job.outputPrefix };
  const { plan } = createPlanner(house.config.encode).opening(job, TOY);
  const facts = { analysis: 'shots' as const, plan, hasChapters: false };
  const payload = { ...ids, sourceKey: job.sourceKey, containerStartSec: 0, ...facts };
  await store.tasks.insert([{ id, jobId: job.id, type: 'video.ai_analysis', piece: '0', order: 1, payload }]);
  await store.tasks.open([id]);
  return { id, jobId: job.id, payload };
}

/** Starts a worker whose handler does as it is told here, and publishes the task's message. */
async function work(run: (context: Context) => Promise<object> | object, options: { publish?: boolean } = {}) {
  const handler = defineHandler<'video.ai_analysis'>({
    type: 'video.ai_analysis',
    run: async (context) => (await run(context)) as AnalysisResult,
  });
  const worker = await runWorker(house.parts, handler as Handler, { concurrency: 3 });
  workers.push(worker);
  if (options.publish ?? true) await publish();
  return worker;
}

async function publish(): Promise<void> {
  const row = await readRow();
  await house.engines.queue.publish(newMessage(row.type, row.payload));
}

async function readRow(): Promise<Task> {
  return (await house.engines.store.tasks.get(task.id)) as Task;
}

const hasStatus = (status: Task['status']) => async () => {
  const row = await readRow();
  return row.status === status && row;
};
const ended = (status: Task['status']) => until(`the task to be ${status}`, hasStatus(status));
const isQueueEmpty = async () => {
  const stats = await house.engines.queue.stats('video.ai_analysis');
  return stats.ready + stats.delayed === 0 && stats.inFlight === 0;
};

describe('a run', () => {
  it('is recorded, announced and acknowledged, and leaves no file', async () => {
    let seen = '';
    await work(async ({ progress, ...context }) => {
      const workDir = await context.workDir();
      seen = workDir;
      expect(await readdir(workDir)).toEqual([]);
      await writeFile(join(workDir, 'big'), 'x');
      progress(0.7);
      return { tags: ['a'] };
    });
    const row = await ended('done');
    expect(row).toMatchObject({ result: { tags: ['a'] }, progress: 1, attempts: 0, fence: 1 });
    expect(row.runs).toMatchObject([{ worker: ownHolder(), outcome: 'done' }]);
    await until('the queue to be empty', isQueueEmpty);
    expect(existsSync(seen)).toBe(false);
    expect((await house.engines.queue.stats('task.finished')).ready).toBe(1);
  });

  it('happens once, however many messages and workers there are', async () => {
    let runs = 0;
    const handle = async () => {
      runs++;
      await sleep(50);
      return {};
    };
    for (let i = 0; i < 4; i++) await publish();
    await work(handle);
    await work(handle);
    await ended('done');
    await publish();
    await until('the queue to be empty', isQueueEmpty);
    expect(runs).toBe(1);
  });

  it('shows its progress while it lasts', async () => {
    await work(async (context) => {
      context.progress(0.4);
      context.progress(0.3);
      await pause(context, 700);
      return {};
    });
    await until('progress', async () => (await readRow()).progress === 0.4);
    await ended('done');
  });

  it('outlives its first lease by renewing it', async () => {
    await work(async (context) => {
      await pause(context, 2000);
      return {};
    });
    expect((await ended('done')).runs).toHaveLength(1);
  });
});

describe('a run whose store is away', () => {
  it('goes on as long as its lease cannot have run out, and is recorded later', async () => {
    const store = withFaults(house.engines.store, [
      { method: 'tasks.renew', call: 1, error: 'STORE_DOWN' },
      { method: 'jobs.status', call: 2, error: 'STORE_DOWN' },
      { method: 'tasks.finish', call: 1, error: 'STORE_DOWN' },
      { method: 'tasks.finish', call: 2, after: true, error: 'STORE_DOWN' },
    ]);
    house.parts.store = store;
    await work(async (context) => {
      await pause(context, 1500);
      return {};
    });
    expect((await ended('done')).runs).toHaveLength(1);
  });

  it('begins once, although the answer to its claim was lost', async () => {
    house.parts.config = { ...house.parts.config, leaseMs: 60_000 };
    house.parts.store = withFaults(house.engines.store, [
      { method: 'tasks.claim', call: 1, after: true, error: 'STORE_DOWN' },
    ]);
    await work(() => ({}));
    await work(() => ({}), { publish: true });
    const row = await ended('done');
    expect(row.runs).toMatchObject([{ worker: ownHolder(), outcome: 'done' }]);
    expect(row.fence).toBe(1);
  });

  it('is stopped once its lease has run out', async () => {
    let reason: unknown;
    house.parts.store = withFaults(house.engines.store, [{ method: 'tasks.renew', error: 'STORE_DOWN' }]);
    await work(async (context) => {
      await pause(context, 20_000).catch(() => {
        reason = context.signal.reason;
      });
      return {};
    });
    await until('the run to be stopped', async () => reason !== undefined);
    expect(reason).toMatchObject({ code: 'LEASE_LOST' });
    expect(await readRow()).toMatchObject({ status: 'running', result: null });
  });
});

describe('a run that fails', () => {
  it('comes back and may succeed', async () => {
    let runs = 0;
    await work(() => {
      if (++runs < 3) throw new MarqueeError('OBJECTS_DOWN', 'Storage is away.');
      return {};
    });
    const row = await ended('done');
    expect(row.attempts).toBe(2);
    expect(row.runs.map((run) => run.outcome)).toEqual(['OBJECTS_DOWN', 'OBJECTS_DOWN', 'done']);
  });

  it('is not tried again when that cannot help', async () => {
    await work(() => {
      throw new MarqueeError('INPUT_UNREADABLE', 'The file is damaged.');
    });
    const row = await ended('failed');
    expect(row.error).toEqual({ code: 'INPUT_UNREADABLE', message: 'The file is damaged.' });
    expect(row.runs).toHaveLength(1);
    await until('it to be announced', async () => (await house.engines.queue.stats('task.finished')).ready === 1);
  });

  it('gives up on a fault of ours after five attempts, and the worker lives on', async () => {
    let isMended = false;
    await work(() => {
      if (isMended) return {};
      throw 'not even an error';
    });
    const row = await ended('failed');
    expect(row.error).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('not even an error') });
    expect(row.attempts).toBe(5);
    isMended = true;
    task = await readyTask();
    await publish();
    await ended('done');
    expect(await workFolders(house)).toEqual([]);
  });

  it('gets one frugal try after a tool was killed', async () => {
    const frugal: boolean[] = [];
    await work((context) => {
      frugal.push(context.frugal);
      throw new MarqueeError('TOOL_KILLED', 'Killed.');
    });
    expect((await ended('failed')).error?.code).toBe('TOOL_KILLED');
    expect(frugal).toEqual([false, true]);
  });

  it('waits for room on a full disk before anything is started', async () => {
    await house.close();
    house = await openHouse({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    house.parts.random = () => 0.9;
    task = await readyTask();
    let runs = 0;
    await work(async ({ workDir }) => {
      await workDir();
      runs++;
      return {};
    });
    const row = await until('an attempt', async () => (await readRow()).attempts > 0 && (await readRow()));
    expect(row).toMatchObject({ status: 'ready', error: { code: 'DISK_FULL' } });
    expect(row.notBeforeMs).toBeGreaterThan(Date.now() + 3000);
    expect(runs).toBe(0);
  });
});

describe('a run that is stopped', () => {
  it('ends within two seconds of a cancel', async () => {
    let reason: unknown;
    await work(async (context) => {
      await pause(context, 30_000).catch(() => {
        reason = context.signal.reason;
      });
      throw new Error('aborted by hand');
    });
    await ended('running');
    const { store } = house.engines;
    const version = (await store.jobs.get(task.jobId))?.version ?? -1;
    const startMs = Date.now();
    await store.jobs.update(task.jobId, version, { status: 'cancelled' });
    const row = await ended('cancelled');
    expect(Date.now() - startMs).toBeLessThan(2000);
    expect(reason).toMatchObject({ code: 'JOB_CANCELLED' });
    expect(row.attempts).toBe(0);
    expect(await workFolders(house)).toEqual([]);
  });

  it('writes nothing once another has its task', async () => {
    const { store } = house.engines;
    let isOver = false;
    await work(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      expect(signal.reason).toMatchObject({ code: 'LEASE_LOST' });
      isOver = true;
      return { too: 'late' };
    });
    const mine = await ended('running');
    await store.tasks.release(task.id, mine.fence, 'LEASE_LOST', Date.now());
    await store.tasks.claim(task.id, { holder: 'other', leaseMs: 60_000, nowMs: Date.now() });
    await until('the handler to be stopped', async () => isOver);
    await until('the queue to be empty', isQueueEmpty);
    expect(await readRow()).toMatchObject({ status: 'running', leaseHolder: 'other', result: null, attempts: 0 });
    expect((await house.engines.queue.stats('task.finished')).ready).toBe(0);
  });

  it('is handed back at shutdown with no attempt spent, and its message too', async () => {
    const worker = await work((context) => pause(context, 30_000).then(() => ({})));
    await ended('running');
    worker.stopTaking();
    worker.abort();
    await worker.ended();
    const row = await readRow();
    expect(row).toMatchObject({ status: 'ready', attempts: 0 });
    expect(row.runs.map((run) => run.outcome)).toEqual(['SHUTDOWN']);
    expect((await house.engines.queue.stats('video.ai_analysis')).ready).toBe(1);
    expect(await workFolders(house)).toEqual([]);
    await work(() => ({}), { publish: false });
    await ended('done');
  });

  it('counts as done if it got to its end all the same', async () => {
    const worker = await work(() => sleep(300).then(() => ({ done: true })));
    await ended('running');
    worker.stopTaking();
    worker.abort();
    await worker.ended();
    expect(await readRow()).toMatchObject({ status: 'done', result: { done: true } });
  });
});

describe('a message', () => {
  it.each([
    ['that is none', { hello: 'world' } as unknown as Message, 'not a Marquee envelope'],
    [
      'of another kind',
      { ...newMessage('task.finished', { jobId: 'j' as JobId, taskId: 't' as Task['id'] }) },
      'task.finished',
    ],
  ])('%s goes to the dead letters with the reason', async (_, message, reason) => {
    const { queue } = house.engines;
    // As a broken program would leave it: in the queue of this type, whatever it says itself.
    const body = message.type === 'task.finished' ? message : { ...message, type: 'video.ai_analysis' };
    const misled = new Proxy(queue, {
      get: (target, name) =>
        name === 'consume'
          ? (_name: string, ...rest: [never, never]) => target.consume(body.type as 'task.finished', ...rest)
          : Reflect.get(target, name),
    });
    house.parts.queue = misled;
    await work(() => ({}), { publish: false });
    await queue.publish(body as Message);
    const dead = await until('a dead letter', async () => {
      const letters = await queue.listDead(body.type as 'task.finished', 10);
      return letters.length > 0 && letters;
    });
    expect(dead[0]?.reason).toContain(reason);
  });

  it('of a job that is cancelled, failed or gone is let go without a run', async () => {
    const { store } = house.engines;
    for (const status of ['cancelled', 'failed'] as const) {
      task = await readyTask();
      await store.jobs.update(task.jobId, 0, { status });
      await publish();
    }
    let runs = 0;
    await work(
      () => {
        runs++;
        return {};
      },
      { publish: false },
    );
    await until('the queue to be empty', isQueueEmpty);
    expect(runs).toBe(0);
    expect((await readRow()).status).toBe('ready');
  });

  it('of a part of a ready job that is made again is carried out', async () => {
    await house.engines.store.jobs.update(task.jobId, 0, { status: 'ready' });
    await work(() => ({}));
    await ended('done');
  });
});

describe('workers that vanish', () => {
  it('make a task fail in the end, without running it once more', async () => {
    const { store } = house.engines;
    for (let i = 0; i < VANISHED_RUNS; i++) {
      await store.tasks.claim(task.id, { holder: 'gone', leaseMs: 0, nowMs: Date.now() });
    }
    let runs = 0;
    await work(() => {
      runs++;
      return {};
    });
    const row = await ended('failed');
    expect(row.error).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('ended 25 times') });
    expect(runs).toBe(0);
  });

  it('are known to be dead only where that is certain', () => {
    const [machine, pid, birth] = ownHolder().split(':') as [string, string, string];
    expect(isHolderDead(ownHolder())).toBe(false);
    expect(isHolderDead(`${ownHolder()}:2`)).toBe(false);
    expect(isHolderDead(`${machine}:${pid}:0`)).toBe(true);
    expect(isHolderDead(`${machine}:4194304:${birth}`)).toBe(true);
    expect(isHolderDead(`elsewhere:4194304:${birth}`)).toBe(false);
    expect(isHolderDead('nonsense')).toBe(false);
  });

  it('have their files removed, and nobody else has', async () => {
    const { workDir } = house.config;
    const [machine, , birth] = ownHolder().split(':') as [string, string, string];
    const silent = `another:4194304:${birth}`;
    const names = [`${machine}:4194304:${birth}`, silent, `elsewhere:4194304:${birth}`, ownHolder()];
    for (const name of names) await mkdir(join(workDir, name, 'run-1'), { recursive: true });
    const longAgo = new Date(Date.now() - 2 * 3600_000);
    await utimes(join(workDir, silent), longAgo, longAgo);
    expect(await removeDeadWorkDirs(workDir)).toBe(2);
    expect((await readdir(workDir)).sort()).toEqual(names.slice(2).sort());
  });

  it('are not taken for dead while they show themselves', async () => {
    const { workDir } = house.config;
    const home = join(workDir, `another:1:${Date.now()}`);
    await mkdir(home, { recursive: true });
    const longAgo = new Date(Date.now() - 2 * 3600_000);
    await utimes(home, longAgo, longAgo);
    await createWorkDirs({ root: workDir, holder: basename(home), minFreeBytes: 0 }).touch();
    expect(await removeDeadWorkDirs(workDir)).toBe(0);
  });
});
