import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import type { MediaPlan } from '@marquee/core/plan';
import { memberVariables, openFleetEngines, runMarquee, startMember, untilSettled } from '@marquee/e2e/fleet';
import { lastLine } from '@marquee/e2e/marquee';
import type { Engines } from '@marquee/workers/engines';
import type { RunningServices } from '../scripts/services.ts';
import { pidsOf, processorSec, processorSecOfThose } from './processor-time.ts';

const LONGEST_MS = 30 * 60_000;
const SETTLED_MS = 2000;
/** RabbitMQ clears up once a minute, which a shorter rest may miss or hit. */
const IDLE_SEC = 60;

type CpuSec = Record<'workers' | 'orchestrator' | 'queue' | 'store' | 'objects', number>;

/** What one fleet took for the film. */
export interface FleetRunFacts {
  workers: number;
  /** From the job's making to its end, in seconds. */
  wallSec: number;
  firstPlayableSec: number;
  /** Processor seconds from the film's coming to its end. */
  cpuSec: CpuSec;
  /** What the same parts take in a second in which there is nothing to do. */
  idleCpuSec: CpuSec;
  job: MediaProcessingJob;
  tasks: Task[];
}

/**
 * What a fleet's workers make of a film, by their number: each a process of its own, held to a core of its own.
 *
 * Servers and orchestrator use the same cores as the workers, and no others. Otherwise one worker would have a machine to
 * itself whose servers run on a core that nobody counts, and the last of them one that it shares.
 */
export async function measureWorkers(options: {
  film: string;
  /** Numbers of workers to try, those left out for which there are not cores enough. */
  counts: number[];
  services: RunningServices;
  servicesFolder: string;
  folder: string;
  say: (line: string) => void;
}): Promise<FleetRunFacts[]> {
  const runs: FleetRunFacts[] = [];
  for (const workers of options.counts) {
    if (workers > availableParallelism()) {
      options.say(`${workers} workers are left out: this machine has ${availableParallelism()} cores.`);
      continue;
    }
    options.say(`${workers} ${workers === 1 ? 'worker' : 'workers'} of one core ...`);
    runs.push(await measureFleet(workers, options));
  }
  return runs;
}

async function measureFleet(
  workers: number,
  options: { film: string; services: RunningServices; servicesFolder: string; folder: string },
): Promise<FleetRunFacts> {
  const id = `bench-${randomUUID().slice(0, 8)}`;
  const servers = { ...options.services.env };
  if (servers.MONGODB_URL) servers.MONGODB_URL = new URL(`/${id}`, servers.MONGODB_URL).href;
  if (servers.S3_BUCKET) servers.S3_BUCKET = id;
  const variables = memberVariables(join(options.folder, id), servers, { QUEUE_PREFIX: 'bench' });
  await runMarquee(['setup'], variables('setup'));
  const orchestrator = startMember('orchestrator', ['worker', 'orchestrator'], variables('orchestrator'));
  const crew = Array.from({ length: workers }, (_, core) => {
    const args = ['worker', 'transcode', 'thumbnail', 'subtitle', '--concurrency', '1'];
    return startMember(`worker-${core}`, args, variables(`worker-${core}`), core);
  });
  const engines = await openFleetEngines(variables('look'));
  try {
    const cpuSec = (): CpuSec => ({
      workers: crew.reduce((sum, { pid }) => sum + processorSec(pid), 0),
      orchestrator: processorSec(orchestrator.pid),
      queue: processorSecOfThose(join(options.servicesFolder, 'rabbitmq')),
      store: processorSecOfThose(join(options.servicesFolder, 'mongodb')),
      objects: processorSecOfThose(join(options.servicesFolder, 's3')),
    });
    await untilPresent(engines, 1 + workers);
    for (const pid of [orchestrator.pid, ...pidsOf(options.servicesFolder)]) holdTo(workers, pid);
    const atRest = cpuSec();
    await sleep(1000 * IDLE_SEC);
    const before = cpuSec();
    const { stdout } = await runMarquee(['ingest', options.film, '--json'], variables('ingest'));
    const { jobId } = lastLine<{ jobId: JobId }>(stdout) as { jobId: JobId };
    const [job] = (await untilSettled(engines, [jobId], { timeoutMs: LONGEST_MS })) as [MediaProcessingJob];
    if (job.status !== 'ready') throw new Error(`The film did not become ready: ${job.error?.message}`);
    const after = cpuSec();
    return {
      workers,
      wallSec: ((job.finishedAtMs ?? 0) - job.createdAtMs) / 1000,
      firstPlayableSec: ((job.playableAtMs ?? 0) - job.createdAtMs) / 1000,
      cpuSec: difference(after, before, 1),
      idleCpuSec: difference(before, atRest, IDLE_SEC),
      job,
      tasks: await engines.store.tasks.list(jobId),
    };
  } finally {
    await engines.close();
    await Promise.all([orchestrator, ...crew].map((member) => member.stop()));
  }
}

/** Holds a process, with all of its threads, to the first cores. */
function holdTo(cores: number, pid: number): void {
  execFileSync('taskset', ['-acp', `0-${cores - 1}`, String(pid)], { stdio: 'ignore' });
}

function difference(later: CpuSec, earlier: CpuSec, over: number): CpuSec {
  const parts = Object.keys(later) as (keyof CpuSec)[];
  return Object.fromEntries(parts.map((part) => [part, (later[part] - earlier[part]) / over])) as CpuSec;
}

/** Waits until so many processes have said that they are at work, and a moment more: their start is no part of a film. */
async function untilPresent({ store }: Engines, count: number): Promise<void> {
  while ((await store.presence.list(0)).length < count) await sleep(100);
  await sleep(SETTLED_MS);
}

/** How long a message takes to be in hand while somebody is free for it: the quickest tenth of all first runs, in ms. */
export function quickestDeliveryMs(tasks: Task[]): number {
  const waits = tasks
    .flatMap(({ publishedAtMs, runs }) =>
      publishedAtMs !== null && runs.length === 1 && runs[0] ? [runs[0].startedAtMs - publishedAtMs] : [],
    )
    .filter((ms) => ms >= 0)
    .sort((a, b) => a - b);
  return waits[Math.floor(waits.length / 10)] ?? 0;
}

/** The kinds of task that a simulation of a fleet tells apart. */
export function kindOf(task: Task, plan: MediaPlan): string {
  switch (task.type) {
    case 'video.inspect':
      return task.piece === 'head' ? 'head' : 'index';
    case 'video.transcode':
      return task.order < 100 ? 'opening' : 'chunk';
    case 'video.encode_audio':
      return 'audio';
    case 'video.generate_thumbnails':
      return task.piece === 'posters' ? 'posters' : 'sheet';
    default:
      if (task.piece === 'final') return 'final';
      return Number(task.piece) === plan.chunkCount ? 'whole' : 'playlist';
  }
}
