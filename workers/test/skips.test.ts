import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type MovieId, newId, taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { type Episode, type Movie, NO_DETAILS, newMovie } from '@marquee/core/movie';
import type { FoundSkip } from '@marquee/core/skips';
import { createTools } from '@marquee/media/run-tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filmMaker, hasLetters, SCENES, scene, tune } from '../../e2e/titled-films.ts';
import { ROLES, type RunningWorkers, startWorkers } from '../main.ts';
import { retryTask, submitUpload } from '../orchestrator/commands.ts';
import { type House, openHouse, QUIET, settled } from './house.ts';

let folder: string;
let house: House;
let workers: RunningWorkers;
let maker: ReturnType<typeof filmMaker>;

const isRequired = process.env.REQUIRE_SERVICES === '1';
const { FFMPEG_PATH: ffmpegPath = 'ffmpeg', FFPROBE_PATH: ffprobePath = 'ffprobe' } = process.env;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-skips-test-'));
  maker = filmMaker(folder, ffmpegPath);
  const opened = await openHouse({ leaseMs: 20_000 });
  house = { ...opened, config: { ...opened.config, analysis: true } };
  workers = await startWorkers({ config: house.config, engines: house.engines, log: QUIET, roles: ROLES });
});

afterAll(async () => {
  await workers?.drain();
  await house?.close();
  await rm(folder, { recursive: true, force: true });
});

const movieOf = async (id: MovieId) => (await house.engines.store.movies.get(id)) as Movie;

async function publish(file: string, episode: Episode | null = null): Promise<MediaProcessingJob> {
  const nowMs = Date.now();
  const movieId = newId<MovieId>(nowMs);
  const title = basename(file);
  await house.engines.store.movies.insert({
    ...newMovie({ id: movieId, title, nowMs }),
    details: { ...NO_DETAILS, episode },
  });
  const sourceKey = `uploads/${movieId}/source`;
  await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
  const upload = { title, fileName: title, sourceKey, sizeBytes: (await stat(file)).size, nowMs, movieId };
  const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
  return settled(house, jobId, 120_000);
}

/** Each edge within a second of the truth. */
function expectAt(found: FoundSkip | undefined, truth: [number, number] | null): void {
  expect(found?.startSec).toBeGreaterThan((truth?.[0] ?? 0) - 1);
  expect(found?.startSec).toBeLessThan((truth?.[0] ?? 0) + 1);
  expect(found?.endSec).toBeGreaterThan((truth?.[1] ?? 0) - 1);
  expect(found?.endSec).toBeLessThan((truth?.[1] ?? 0) + 1);
}

describe.skipIf(!isRequired && !hasLetters())('titles on the screen', () => {
  it('are found by their letters, and what people told stays', async () => {
    const { file, truth } = maker.make('titles.mp4', [
      ...maker.cards(3, 3, { is: 'intro' }),
      scene(12, 'gradients', 1),
      scene(8, 'life', 2),
      maker.roll(11),
    ]);
    const job = await publish(file);
    const { foundSkips } = await movieOf(job.movieId);
    expect(foundSkips?.jobId).toBe(job.id);
    const [intro, credits] = foundSkips?.skips ?? [];
    expect(intro).toMatchObject({ kind: 'intro', by: 'picture' });
    expectAt(intro, truth.intro);
    expect(credits).toMatchObject({ kind: 'credits', by: 'picture' });
    expectAt(credits, truth.credits);

    const own = [{ kind: 'credits' as const, startSec: 30, endSec: 40 }];
    const movie = await movieOf(job.movieId);
    await house.engines.store.movies.update(movie.id, movie.version, { ownSkips: own, foundSkips: null });
    await retryTask({ ...house.engines, log: QUIET }, job.id, taskId(job.id, 'ai_analysis', 'skips'));
    await settled(house, job.id);
    expect(await movieOf(job.movieId)).toMatchObject({ ownSkips: own, foundSkips });
  });

  it('are none of a film without', async () => {
    const { file } = maker.make('plain.mp4', [scene(12, 'gradients', 1), scene(8, 'life', 2)]);
    const job = await publish(file);
    expect((await movieOf(job.movieId)).foundSkips).toEqual({ jobId: job.id, skips: [] });
  });
});

it('what episodes share is found when the second is there, in both', async (context) => {
  const tools = createTools({ ...house.config, ffmpegPath, ffprobePath });
  if (!isRequired && !(await tools.hasMuxer('chromaprint'))) return context.skip('this ffmpeg has no chromaprint');
  const opening = { sec: 12, picture: SCENES.gradients, sound: tune(5), is: 'intro' as const };
  const one = maker.make('one.mp4', [scene(6, 'life', 3), opening, scene(34, 'mandelbrot', 4)]);
  const two = maker.make('two.mp4', [scene(11, 'life', 5), opening, scene(34, 'mandelbrot', 6)]);
  const first = await publish(one.file, { series: 'The Keeper', season: 1, number: 1 });
  expect((await movieOf(first.movieId)).foundSkips?.skips).toEqual([]);
  const before = await movieOf(first.movieId);
  const second = await publish(two.file, { series: 'the keeper', season: 1, number: 2 });
  for (const [job, { truth }] of [[first, one] as const, [second, two] as const]) {
    const [intro, ...rest] = (await movieOf(job.movieId)).foundSkips?.skips ?? [];
    expect(intro).toMatchObject({ kind: 'intro', by: 'sound' });
    expectAt(intro, truth.intro);
    expect(rest).toEqual([]);
  }
  // Nobody changed the first one.
  expect((await movieOf(first.movieId)).updatedAtMs).toBe(before.updatedAtMs);
  const task = await house.engines.store.tasks.get(taskId(second.id, 'ai_analysis', 'skips'));
  expect((task as Task<'video.ai_analysis'>).result?.skips).toHaveLength(1);
});
