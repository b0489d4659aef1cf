import { MarqueeError } from '@marquee/core/errors';
import { type JobId, taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import { playableJobId } from '@marquee/core/movie';
import type { Queue } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CommandPorts,
  cancelJob,
  prioritizeJob,
  retryJob,
  retryTask,
  submitUpload,
} from '../orchestrator/commands.ts';
import { remakeMovie, removeMovie } from '../orchestrator/movie-commands.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { publishTasks } from '../orchestrator/publish.ts';
import type { TaskContext } from '../runtime/handler.ts';
import {
  allObjects,
  type Crew,
  type House,
  openHouse,
  pause,
  QUIET,
  settled,
  startCrew,
  submitToy,
  until,
} from './house.ts';
import { TOY, toyHandlers } from './toy-film.ts';

let house: House;
let crews: Crew[];
let ports: CommandPorts;

beforeEach(async () => {
  house = await openHouse();
  crews = [];
  ports = { ...house.engines, log: QUIET };
});

afterEach(async () => {
  for (const crew of crews) await crew.stop();
  await house.close();
});

async function crew(before?: (context: TaskContext<TaskType>) => Promise<void> | void): Promise<void> {
  crews.push(await startCrew(house, toyHandlers(before ? { before } : {})));
}

const tasksOf = async (jobId: JobId) =>
  new Map((await house.engines.store.tasks.list(jobId)).map((task) => [`${task.type}:${task.piece}`, task]));
const named = (tasks: Map<string, Task>, name: string) => tasks.get(name) as Task;
const isRunning = (jobId: JobId) => async () =>
  [...(await tasksOf(jobId)).values()].some((task) => task.status === 'running');

describe('a film', () => {
  it('becomes ready, and the title points at it', async () => {
    await crew();
    const { jobId, movieId } = await submitToy(house);
    const job = await settled(house, jobId);
    expect(job).toMatchObject({ status: 'ready', error: null });
    expect(job.playableAtMs).toBeLessThanOrEqual(job.finishedAtMs as number);
    const tasks = await tasksOf(jobId);
    for (const task of tasks.values()) expect(task.status).toBe('done');
    expect(job.packagedChunks).toBe(job.plan?.chunkCount);
    expect(await house.engines.store.movies.get(movieId)).toMatchObject({
      readyJobId: jobId,
      openingJobId: null,
      durationSec: 90,
      posterKey: `${job.outputPrefix}posters/0.jpg`,
    });
  });

  it('can be watched while it is made', async () => {
    await crew(async (context) => {
      if (context.task.type === 'video.transcode' && context.task.order > 100) await pause(context, 300);
    });
    const { jobId, movieId } = await submitToy(house);
    const movie = await until('the opening', async () => {
      const found = await house.engines.store.movies.get(movieId);
      return found?.openingJobId != null && found;
    });
    expect(playableJobId(movie)).toBe(jobId);
    expect((await house.engines.store.jobs.get(jobId))?.status).toBe('processing');
    await settled(house, jobId);
  });

  it('survives two orchestrators and two sets of workers at once', async () => {
    await crew();
    await crew();
    const jobs = await Promise.all([submitToy(house, 'a'), submitToy(house, 'b')]);
    for (const { jobId } of jobs) expect((await settled(house, jobId)).status).toBe('ready');
  });

  it('is made even if the message that announces it, and others, are lost', async () => {
    const { queue, store, objects } = house.engines;
    let published = 0;
    // What a broker that loses a message looks like from outside; the first two are lost.
    const losing = new Proxy(queue, {
      get: (target, name) =>
        name === 'publish'
          ? async (...args: Parameters<Queue['publish']>) => {
              if (++published > 2) await target.publish(...args);
            }
          : Reflect.get(target, name),
    });
    crews.push(await startCrew(house, toyHandlers(), { store, queue: losing, objects }));
    ports = { store, queue: losing, objects, log: QUIET };
    await objects.put('uploads/lost/source', Buffer.from('film'), { contentType: 'video/mp4' });
    const upload = { title: 'T', fileName: 'f', sourceKey: 'uploads/lost/source', sizeBytes: 4, nowMs: Date.now() };
    const { jobId } = await submitUpload(ports, upload);
    expect((await settled(house, jobId)).status).toBe('ready');
  }, 20_000);

  it('keeps the newest version, whichever ends last', async () => {
    let first: JobId | null = null;
    await crew(async (context) => {
      if (context.task.jobId === first && context.task.type === 'video.package') await pause(context, 300);
    });
    const one = await submitToy(house);
    first = one.jobId;
    const two = await submitToy(house, 'toy', one.movieId);
    for (const { jobId } of [one, two]) expect((await settled(house, jobId)).status).toBe('ready');
    expect((await house.engines.store.movies.get(one.movieId))?.readyJobId).toBe(two.jobId);
  });

  it('is refused at the door if the upload is not whole, or the title unknown', async () => {
    const upload = { title: 'T', fileName: 'f', sourceKey: 'uploads/u/source', sizeBytes: 4, nowMs: 1 };
    await expect(submitUpload(ports, upload)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    await ports.objects.put(upload.sourceKey, Buffer.from('fil'), { contentType: 'video/mp4' });
    await expect(submitUpload(ports, upload)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    await expect(submitUpload(ports, { ...upload, sizeBytes: 3, movieId: 'nobody' as never })).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
    });
  });
});

describe('a job that fails', () => {
  it('says why, and goes on from there when it is retried', async () => {
    let isBroken = true;
    await crew(({ task }) => {
      if (isBroken && task.type === 'video.transcode' && task.piece === '00002') {
        throw new MarqueeError('INPUT_UNREADABLE', 'Damaged near 0:24.');
      }
    });
    const { jobId, movieId } = await submitToy(house);
    const failed = await settled(house, jobId);
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'INPUT_UNREADABLE', message: 'Damaged near 0:24.' },
    });
    expect(failed.error?.taskId).toBe(`${jobId}:transcode:00002`);
    expect((await house.engines.store.movies.get(movieId))?.openingJobId).toBeNull();
    const before = await tasksOf(jobId);

    isBroken = false;
    await retryJob(ports, jobId);
    const job = await until('the job to be ready', async () => {
      const found = await house.engines.store.jobs.get(jobId);
      return found?.status === 'ready' && found.settledAtMs !== null && found;
    });
    expect(job).toMatchObject({ error: null });
    const after = await tasksOf(jobId);
    for (const [name, task] of before) {
      if (task.status === 'done') expect(named(after, name).runs).toEqual(task.runs);
    }
    expect((await house.engines.store.movies.get(movieId))?.readyJobId).toBe(jobId);
  });

  it('can be retried by the part that failed, and by no other', async () => {
    let isBroken = true;
    await crew(({ task }) => {
      if (isBroken && task.piece === 'posters') throw new MarqueeError('OUTPUT_INVALID', 'No still.');
    });
    const { jobId } = await submitToy(house);
    expect((await settled(house, jobId)).status).toBe('failed');
    isBroken = false;
    const tasks = await tasksOf(jobId);
    await expect(retryTask(ports, jobId, named(tasks, 'video.inspect:head').id)).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
    });
    await retryTask(ports, jobId, named(tasks, 'video.generate_thumbnails:posters').id);
    await until('it to be ready', async () => (await house.engines.store.jobs.get(jobId))?.status === 'ready');
  });
});

describe('a job that is cancelled', () => {
  it('stops within two seconds and takes its objects with it, and nobody else’s', async () => {
    await crew(async (context) => {
      if (context.task.type === 'video.transcode' && context.task.order > 100) await pause(context, 20_000);
    });
    await house.engines.objects.put('media/other/x.txt', Buffer.from('x'), { contentType: 'text/plain' });
    const { jobId, movieId } = await submitToy(house);
    await until('a playable opening', async () => (await house.engines.store.jobs.get(jobId))?.playableAtMs != null);
    await until('a chunk to run', isRunning(jobId));
    const startMs = Date.now();
    await cancelJob(ports, jobId);
    await cancelJob(ports, jobId);
    await until('nothing to run', async () => !(await isRunning(jobId)()));
    expect(Date.now() - startMs).toBeLessThan(2000);
    const job = await settled(house, jobId);
    expect(job.status).toBe('cancelled');
    expect(Object.keys(await allObjects(house.engines, 'media/'))).toEqual(['media/other/x.txt']);
    expect(Object.keys(await allObjects(house.engines, 'uploads/'))).toEqual([]);
    expect((await house.engines.store.movies.get(movieId))?.openingJobId).toBeNull();
    await expect(retryJob(ports, jobId)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
  });

  it('can start again from nothing if its source still stands', async () => {
    let isSlow = true;
    await crew(async (context) => {
      while (isSlow && context.task.type === 'video.transcode' && context.task.order > 100) await pause(context, 50);
    });
    const one = await submitToy(house, 'shared');
    await until(
      'a playable opening',
      async () => (await house.engines.store.jobs.get(one.jobId))?.playableAtMs != null,
    );
    // Another version made from the same upload keeps it.
    const two = await submitToy(house, 'shared', one.movieId);
    await until('a chunk to run', isRunning(one.jobId));
    await cancelJob(ports, one.jobId);
    await settled(house, one.jobId);
    isSlow = false;
    await retryJob(ports, one.jobId);
    const job = await until('it to be ready', async () => {
      const found = await house.engines.store.jobs.get(one.jobId);
      return found?.status === 'ready' && found;
    });
    const made = [...(await tasksOf(one.jobId)).values()].filter((task) => task.type !== 'video.package');
    // One object a task, and one for all playlists.
    expect(Object.keys(await allObjects(house.engines, job.outputPrefix))).toHaveLength(made.length + 1);
    expect((await settled(house, two.jobId)).status).toBe('ready');
    expect(await house.engines.objects.head('uploads/shared/source')).not.toBeNull();
  });

  it('is settled though its worker died', async () => {
    const { store } = house.engines;
    const { jobId } = await submitToy(house);
    // An orchestrator alone: the task is claimed by a process that is no more.
    crews.push(await startCrew(house, []));
    const head = await until('a task', async () => (await store.tasks.list(jobId))[0]);
    await until('it to be open', async () => (await store.tasks.get(head.id))?.status === 'ready');
    const machine = house.parts.holder.split(':')[0];
    await store.tasks.claim(head.id, { holder: `${machine}:4194304:1`, leaseMs: 60_000, nowMs: Date.now() });
    await cancelJob(ports, jobId);
    await settled(house, jobId);
    expect((await store.tasks.get(head.id))?.status).toBe('cancelled');
  });
});

describe('a single part', () => {
  it('of a ready job can be made again: nothing else runs, and the film stays ready', async () => {
    await crew();
    const { jobId, movieId } = await submitToy(house);
    const job = await settled(house, jobId);
    const objects = await allObjects(house.engines, job.outputPrefix);
    const before = await tasksOf(jobId);
    const part = named(before, 'video.transcode:00003');
    await retryTask(ports, jobId, part.id);
    await until('it to be made again', async () => {
      const again = await house.engines.store.tasks.get(part.id);
      return again?.status === 'done' && again.runs.length === 2;
    });
    expect(await settled(house, jobId)).toMatchObject({ status: 'ready', finishedAtMs: job.finishedAtMs });
    for (const [name, task] of await tasksOf(jobId)) {
      expect(task.runs.length, name).toBe(task.id === part.id ? 2 : 1);
    }
    expect(await allObjects(house.engines, job.outputPrefix)).toEqual(objects);
    expect((await house.engines.store.movies.get(movieId))?.readyJobId).toBe(jobId);
    await expect(retryJob(ports, jobId)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    await expect(retryTask(ports, jobId, 'no:such:part' as Task['id'])).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
    });
  });

  it('is made again though the command died after its first write', async () => {
    await crew();
    const { jobId } = await submitToy(house);
    const job = await settled(house, jobId);
    const part = named(await tasksOf(jobId), 'video.transcode:00003');
    const { store } = house.engines;
    await store.jobs.update(jobId, job.version, { settledAtMs: null });
    await store.tasks.reset([part.id]);
    await until('it to be made again', async () => (await store.tasks.get(part.id))?.runs.length === 2);
    expect((await settled(house, jobId)).status).toBe('ready');
  });
});

describe('commands', () => {
  it('refuse with a sentence what makes no sense', async () => {
    const unknown = 'nobody' as JobId;
    await expect(cancelJob(ports, unknown)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    await expect(retryJob(ports, unknown)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    const { jobId } = await submitToy(house);
    await expect(retryJob(ports, jobId)).rejects.toThrow(/still being worked on/);
    await crew();
    await settled(house, jobId);
    await expect(cancelJob(ports, jobId)).rejects.toThrow(/ready already/);
  });
});

describe('a film that is removed', () => {
  const everything = async () =>
    Object.keys({ ...(await allObjects(house.engines, 'media/')), ...(await allObjects(house.engines, 'uploads/')) });

  it('takes all its versions and uploads with it', async () => {
    await crew();
    const first = await submitToy(house);
    await settled(house, first.jobId);
    const { jobId } = await remakeMovie(ports, first.movieId);
    expect(await settled(house, jobId)).toMatchObject({ status: 'ready', movieId: first.movieId });
    expect(await everything()).not.toEqual([]);
    await removeMovie(ports, first.movieId);
    await removeMovie(ports, first.movieId);
    expect(await house.engines.store.movies.get(first.movieId)).toBeNull();
    expect(await everything()).toEqual([]);
    for (const id of [first.jobId, jobId]) expect(await settled(house, id)).toMatchObject({ status: 'cancelled' });
  });

  it('leaves nothing behind though it was being made', async () => {
    await crew((context) => pause(context, 60));
    const { jobId, movieId } = await submitToy(house);
    await until('a part runs', isRunning(jobId));
    await expect(remakeMovie(ports, movieId)).rejects.toThrow('being made already');
    await removeMovie(ports, movieId);
    expect(await house.engines.store.movies.get(movieId)).toBeNull();
    expect(await settled(house, jobId)).toMatchObject({ status: 'cancelled' });
    expect(await everything()).toEqual([]);
  });
});

describe('whose turn it is', () => {
  it('is said of what is published from then on, and puts openings first within each', async () => {
    const { jobId } = await submitToy(house);
    const { store, queue } = house.engines;
    const published: (number | undefined)[] = [];
    const heard: Queue = {
      ...queue,
      publish(message, options) {
        published.push(options?.priority);
        return queue.publish(message, options);
      },
    };
    const levels = async () => {
      const job = await store.jobs.get(jobId);
      if (!job) throw new Error('The job is gone.');
      const tasks = [10, 100].map((order) => ({
        id: taskId(jobId, 'transcode', String(order)),
        jobId,
        type: 'video.transcode' as const,
        piece: String(order),
        order,
        payload: {} as never,
      }));
      published.length = 0;
      await publishTasks({ store, queue: heard }, job, tasks);
      return [...published];
    };
    const inTurn = await levels();
    await prioritizeJob(ports, jobId, 'ahead');
    const ahead = await levels();
    await prioritizeJob(ports, jobId, 'behind');
    const behind = await levels();
    // Brokers of two lanes have those from 5 on in the first.
    expect({ ahead, inTurn, behind }).toEqual({ ahead: [9, 5], inTurn: [7, 2], behind: [3, 0] });
    await cancelJob(ports, jobId);
    await expect(prioritizeJob(ports, jobId, 'ahead')).rejects.toThrow('nothing of it waits any more');
  });
});

describe('what admins have set', () => {
  it('holds for films that come from then on', async () => {
    const { store } = house.engines;
    await store.settings.update(0, { newFilmVisibility: 'draft', maxRungPx: 480 });
    const { jobId, movieId } = await submitToy(house);
    expect(await store.jobs.get(jobId)).toMatchObject({ maxRungPx: 480 });
    expect(await store.movies.get(movieId)).toMatchObject({ visibility: 'draft' });
    const job = (await store.jobs.get(jobId)) as MediaProcessingJob;
    const large = { ...TOY, video: { ...TOY.video, displayWidthPx: 1920, displayHeightPx: 1080 } };
    const topRungPx = (maxRungPx: number) =>
      createPlanner({ preset: 'medium', crf: 23, cpuIndependent: false, maxFps: 60, maxRungPx }).opening(job, large)
        .plan.rungs[0]?.nominalPx;
    expect([topRungPx(2160), topRungPx(360)]).toEqual([480, 360]);
  });
});
