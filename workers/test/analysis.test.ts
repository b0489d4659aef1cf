import { MarqueeError } from '@marquee/core/errors';
import { type JobId, type MovieId, taskId } from '@marquee/core/ids';
import { newJob, type Task } from '@marquee/core/job';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryTask } from '../orchestrator/commands.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { type Crew, type House, openHouse, QUIET, settled, startCrew, submitToy, until } from './house.ts';
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
