import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { wantedAnalyses } from '@marquee/core/analysis';
import { type Config, loadConfig } from '@marquee/core/config';
import type { JobId, MovieId } from '@marquee/core/ids';
import type { MediaProcessingJob } from '@marquee/core/job';
import type { Consumer, Logger } from '@marquee/core/ports';
import { createTools } from '@marquee/media/run-tool';
import { type Engines, openEngines } from '../engines.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { createOrchestrator } from '../orchestrator/handler.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { startSweep } from '../orchestrator/sweep.ts';
import type { Handler } from '../runtime/handler.ts';
import { ownHolder } from '../runtime/holder.ts';
import { type RunningWorker, runWorker, type WorkerParts } from '../runtime/run-worker.ts';
import { createWorkDirs, type WorkDirs } from '../runtime/work-dir.ts';

/** One data folder with the real embedded engines, for one test. */
export interface House {
  config: Config;
  engines: Engines;
  log: Logger;
  workDirs: WorkDirs;
  parts: WorkerParts;
  close(): Promise<void>;
}

export const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * @param options.dataDir default: a new one, removed at the end
 * @param options.isScraped has its processes count, for whoever asks a free port
 */
export async function openHouse(
  options: { dataDir?: string; leaseMs?: number; minFreeBytes?: number; isScraped?: boolean } = {},
) {
  const dataDir = options.dataDir ?? join(tmpdir(), `marquee-test-${randomBytes(6).toString('hex')}`);
  const read = loadConfig({
    MARQUEE_DATA: dataDir,
    LOG_LEVEL: 'silent',
    TRANSCODE_CONCURRENCY: '2',
    SPEECH: 'off',
    OCR: 'off',
    ANALYSIS: 'off',
    SIGHTS: 'off',
    ...(options.isScraped ? { METRICS_PORT: '0' } : {}),
  });
  const config: Config = {
    ...read,
    leaseMs: options.leaseMs ?? 2000,
    limits: { ...read.limits, minFreeBytes: options.minFreeBytes ?? 0 },
  };
  const engines = await openEngines({ ...config, limits: { ...config.limits, minFreeBytes: 0 } }, QUIET);
  const holder = ownHolder();
  const workDirs = createWorkDirs({ root: config.workDir, holder, minFreeBytes: config.limits.minFreeBytes });
  const tools = createTools(config);
  const { store, queue, objects } = engines;
  const house: House = {
    config,
    engines,
    log: QUIET,
    workDirs,
    // No waiting between attempts: what is waited for is tested where it is decided.
    parts: { store, queue, objects, tools, config, log: QUIET, holder, workDirs, random: () => 0 },
    async close() {
      await engines.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  return house;
}

export interface Crew {
  stop(): Promise<void>;
}

/** Starts a worker for each handler, and an orchestrator with its sweep, on (possibly faulty) engines. */
export async function startCrew(
  house: House,
  handlers: Handler[],
  engines: Pick<Engines, 'store' | 'queue' | 'objects'> = house.engines,
): Promise<Crew> {
  const { store, queue, objects } = engines;
  const parts = { ...house.parts, store, queue, objects };
  const workers: RunningWorker[] = [];
  for (const handler of handlers) workers.push(await runWorker(parts, handler, { concurrency: 3 }));
  const planner = createPlanner(house.config.encode, { analyses: wantedAnalyses(house.config) });
  const orchestrator = createOrchestrator({ store, queue, objects, planner, log: QUIET });
  const consumers: Consumer[] = [];
  for (const name of ['video.uploaded', 'task.finished'] as const) {
    consumers.push(await queue.consume(name, { concurrency: 4 }, orchestrator.onDelivery));
  }
  const sweep = startSweep({ store, orchestrator, log: QUIET, everyMs: 200 });
  return {
    async stop() {
      for (const worker of workers) {
        worker.stopTaking();
        worker.abort();
      }
      await Promise.all([...workers.map((worker) => worker.ended()), ...consumers.map((each) => each.drain())]);
      await sweep.stop();
    },
  };
}

/** Puts an upload in place and submits it. */
export async function submitToy(
  house: House,
  source = 'toy',
  movieId?: MovieId,
): Promise<{ jobId: JobId; movieId: MovieId }> {
  const sourceKey = `uploads/${source}/source`;
  await house.engines.objects.put(sourceKey, Buffer.from('film'), { contentType: 'video/mp4' });
  return submitUpload(
    { ...house.engines, log: QUIET },
    {
      title: 'Toy',
      fileName: 'toy.mp4',
      sourceKey,
      sizeBytes: 4,
      nowMs: Date.now(),
      ...(movieId === undefined ? {} : { movieId }),
    },
  );
}

/** Waits until `check` gives something, or fails the test saying what was waited for. */
export async function until<T>(what: string, check: () => Promise<T | null | false | undefined>, withinMs = 20_000) {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
    await sleep(10);
  }
}

/** Waits until a job has reached its end and that end has been carried out. */
export function settled(house: House, jobId: JobId, withinMs?: number): Promise<MediaProcessingJob> {
  const check = async () => {
    const job = await house.engines.store.jobs.get(jobId);
    return job?.settledAtMs != null && job;
  };
  return until('the job to be settled', check, withinMs);
}

/** Every object and its text. */
export async function allObjects(engines: Pick<Engines, 'objects'>, prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of engines.objects.list(prefix)) {
    const parts: Uint8Array[] = [];
    for await (const part of (await engines.objects.get(key)).body) parts.push(part);
    found[key] = Buffer.concat(parts).toString('utf8');
  }
  return found;
}

/** Names of whatever lies in the folder of temporary files, at any depth that matters. */
export async function workFolders(house: House): Promise<string[]> {
  const found: string[] = [];
  for (const holder of await readdir(house.config.workDir).catch(() => [])) {
    for (const run of await readdir(join(house.config.workDir, holder))) found.push(`${holder}/${run}`);
  }
  return found;
}

/** Waits as a handler should: not past its signal. */
export async function pause(context: { signal: AbortSignal }, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: context.signal });
}
