import { setTimeout as sleep } from 'node:timers/promises';
import { MarqueeError } from '@marquee/core/errors';
import { type JobId, type MovieId, taskId } from '@marquee/core/ids';
import { newJob, type Task } from '@marquee/core/job';
import type { Queue } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryTask } from '../orchestrator/commands.ts';
import { remakeMovie, removeMovie } from '../orchestrator/movie-commands.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { toPublish } from '../orchestrator/tend.ts';
import { allObjects, type Crew, type House, openHouse, QUIET, settled, startCrew, submitToy, until } from './house.ts';
import { TOY, type ToyOptions, toyHandlers } from './toy-film.ts';

let house: House;
let crews: Crew[];

beforeEach(async () => {
  const opened = await openHouse();
  house = { ...opened, config: { ...opened.config, analysis: true } };
  crews = [];
});

afterEach(async () => {
  for (const crew of crews) await crew.stop();
  await house.close();
});

const crew = async (before: ToyOptions['before']) => {
  crews.push(await startCrew(house, toyHandlers(before ? { before } : {})));
};
const analysisOf = async (jobId: JobId) =>
  (await house.engines.store.tasks.get(taskId(jobId, 'ai_analysis', 'shots'))) as Task<'video.ai_analysis'>;

describe('the analysis of a film', () => {
  it('is planned with the rest of it, last of all', async () => {
    const planner = createPlanner(house.config.encode, { analyses: ['shots'] });
    const ids = { id: '01job' as JobId, movieId: '01movie' as MovieId };
    const job = newJob({ ...ids, sourceKey: TOY.sourceKey, fileName: 'toy.mkv', sizeBytes: 4, nowMs: 1 });
    const { plan } = planner.opening(job, TOY);
    const index = { frameCount: 2160, sourceFrameCount: 2160, keyframesSec: [0, 2], maxFrameGapSec: 0.05 };
    const { tasks } = planner.rest(job, TOY, plan, index);
    const last = tasks.reduce((a, b) => (b.order > a.order ? b : a));
    await expect(`${JSON.stringify(last, null, 2)}\n`).toMatchFileSnapshot('golden/analysis-task.json');
    const without = createPlanner(house.config.encode).rest(job, TOY, plan, index);
    expect(without.tasks).toEqual(tasks.filter((task) => task !== last));
  });

  it('goes on while the film is ready, in lists and watched', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let statusThen: string | undefined;
    await crew(async ({ task }) => {
      if (task.type !== 'video.ai_analysis') return;
      statusThen = (await house.engines.store.jobs.get(task.jobId))?.status;
      await held;
    });
    const { jobId, movieId } = await submitToy(house);
    await until('the film', async () => (await house.engines.store.movies.get(movieId))?.readyJobId === jobId);
    await until('the analysis', async () => (await analysisOf(jobId)).status === 'running');
    expect(statusThen).toBe('ready');
    expect(await house.engines.store.jobs.get(jobId)).toMatchObject({ status: 'ready', settledAtMs: null });
    release();
    expect(await settled(house, jobId)).toMatchObject({ status: 'ready', error: null });
    expect((await analysisOf(jobId)).result).toEqual({ leftOut: null });
  });

  it('that fails for good leaves the film ready, and can be made again by itself', async () => {
    let isBroken = true;
    await crew(({ task }) => {
      if (task.type === 'video.ai_analysis' && isBroken) throw new MarqueeError('OUTPUT_INVALID', 'It broke.');
    });
    const { jobId } = await submitToy(house);
    expect(await settled(house, jobId)).toMatchObject({ status: 'ready', error: null });
    expect(await analysisOf(jobId)).toMatchObject({ status: 'failed', error: { message: 'It broke.' } });
    isBroken = false;
    await retryTask({ ...house.engines, log: QUIET }, jobId, taskId(jobId, 'ai_analysis', 'shots'));
    await until('the analysis', async () => (await analysisOf(jobId)).status === 'done');
    expect(await settled(house, jobId)).toMatchObject({ status: 'ready', error: null });
  });

  it('goes on after its worker was stopped in the middle', async () => {
    let runs = 0;
    await crew(async ({ task, signal }) => {
      if (task.type !== 'video.ai_analysis' || ++runs > 1) return;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    });
    const { jobId } = await submitToy(house);
    await until('the analysis', async () => runs === 1);
    await (crews.pop() as Crew).stop();
    expect(await house.engines.store.jobs.get(jobId)).toMatchObject({ status: 'ready', settledAtMs: null });
    await crew(undefined);
    await settled(house, jobId);
    expect(await analysisOf(jobId)).toMatchObject({ status: 'done', attempts: 0 });
  });
});

describe('a house in which nobody analyses', () => {
  const others = () => toyHandlers().filter(({ type }) => type !== 'video.ai_analysis');
  const ports = () => ({ ...house.engines, log: QUIET });
  const published = (jobId: JobId, movieId: MovieId) =>
    until('the film', async () => (await house.engines.store.movies.get(movieId))?.readyJobId === jobId);
  const jobOf = (jobId: JobId) => house.engines.store.jobs.get(jobId);
  const statesOf = async (jobId: JobId) => {
    const tasks = await house.engines.store.tasks.list(jobId);
    return tasks.filter(({ type }) => type === 'video.ai_analysis').map(({ piece, status }) => [piece, status]);
  };

  it('publishes films all the same, and what waits is taken when somebody comes', async () => {
    const { queue, store } = house.engines;
    let sent = 0;
    const heard: Queue = {
      ...queue,
      publish(message, options) {
        if (message.type === 'video.ai_analysis') sent++;
        return queue.publish(message, options);
      },
    };
    crews.push(await startCrew(house, others(), { ...house.engines, queue: heard }));
    const { jobId, movieId } = await submitToy(house);
    await published(jobId, movieId);
    await until('the first analysis to be sent', async () => sent === 1 && (await analysisOf(jobId)).publishedAtMs);
    const before = await jobOf(jobId);
    expect(before).toMatchObject({ status: 'ready', error: null, settledAtMs: null });
    await sleep(1500);
    // Several rounds of the sweep later nothing was written, and nothing sent again.
    expect(await jobOf(jobId)).toEqual(before);
    expect(sent).toBe(1);
    expect(await queue.stats('video.ai_analysis')).toMatchObject({ ready: 1 });
    expect(await store.jobs.active(10)).toEqual([jobId]);

    await crew(undefined);
    await settled(house, jobId);
    expect(await statesOf(jobId)).toEqual([
      ['describe', 'done'],
      ['shots', 'done'],
      ['skips', 'done'],
    ]);
    expect(sent).toBe(3);
  });

  it('does not fill its queue with copies', async () => {
    crews.push(await startCrew(house, others()));
    const { jobId, movieId } = await submitToy(house);
    await published(jobId, movieId);
    const task = await until('the analysis to be sent', async () => {
      const now = await analysisOf(jobId);
      return now.publishedAtMs !== null && now;
    });
    const { queue } = house.engines;
    const after = (ms: number) => toPublish(queue, [task], (task.publishedAtMs ?? 0) + ms);
    expect(await after(20 * 60_000)).toEqual([]);
    expect(await after(25 * 3_600_000)).toEqual([task]);
  });

  it('ends what is open of a version when a newer one plays', async () => {
    crews.push(await startCrew(house, others()));
    const first = await submitToy(house);
    await published(first.jobId, first.movieId);
    const { jobId } = await remakeMovie(ports(), first.movieId);
    await published(jobId, first.movieId);
    expect(await settled(house, first.jobId)).toMatchObject({ status: 'ready', error: null });
    expect(await statesOf(first.jobId)).toEqual([
      ['describe', 'cancelled'],
      ['shots', 'cancelled'],
      ['skips', 'cancelled'],
    ]);
    const part = taskId(first.jobId, 'ai_analysis', 'shots');
    await expect(retryTask(ports(), first.jobId, part)).rejects.toThrow('A newer version of the film plays.');

    const seen: JobId[] = [];
    await crew(({ task }) => {
      if (task.type === 'video.ai_analysis') seen.push(task.jobId);
    });
    await settled(house, jobId);
    expect(seen).toEqual([jobId, jobId, jobId]);
    await until('the queue to be empty', async () => {
      const { ready, inFlight } = await house.engines.queue.stats('video.ai_analysis');
      return ready === 0 && !inFlight;
    });
  });
});

describe('an analysis under way', () => {
  const held = async (movieJob: () => JobId | null) =>
    crew(async ({ task, signal }) => {
      if (task.type !== 'video.ai_analysis' || task.jobId !== movieJob()) return;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    });

  it('ends when a newer version plays', async () => {
    let first: JobId | null = null;
    await held(() => first);
    const { jobId, movieId } = await submitToy(house);
    first = jobId;
    await until('the analysis', async () => (await analysisOf(jobId))?.status === 'running');
    const newer = await remakeMovie({ ...house.engines, log: QUIET }, movieId);
    await settled(house, newer.jobId);
    await settled(house, jobId);
    expect(await analysisOf(jobId)).toMatchObject({ status: 'cancelled' });
    expect(await analysisOf(newer.jobId)).toMatchObject({ status: 'done' });
  });

  it('ends with its film, and leaves nothing behind', async () => {
    let first: JobId | null = null;
    await held(() => first);
    const { jobId, movieId } = await submitToy(house);
    first = jobId;
    await until('the analysis', async () => (await analysisOf(jobId))?.status === 'running');
    await removeMovie({ ...house.engines, log: QUIET }, movieId);
    expect(await settled(house, jobId)).toMatchObject({ status: 'cancelled' });
    expect(await analysisOf(jobId)).toMatchObject({ status: 'cancelled' });
    expect(await allObjects(house.engines, 'media/')).toEqual({});
    expect(await house.engines.queue.stats('video.ai_analysis')).toMatchObject({ ready: 0, inFlight: 0, delayed: 0 });
  });
});
