import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { MediaPlan } from '@marquee/core/plan';
import { makeTestFilm } from '@marquee/e2e/test-film';
import type { ServiceName } from '../scripts/services/service.ts';
import { type RunningServices, startServices } from '../scripts/services.ts';
import { type Outcome, runBullmq, runMarquee, type Shape } from './fleet-orchestration.ts';
import { fleetPlot } from './fleet-plot.ts';
import { type SimulatedFleet, simulateSizes, timesOf } from './fleet-sizes.ts';
import { type FleetRunFacts, measureWorkers, quickestDeliveryMs } from './fleet-workers.ts';
import { median } from './measure.ts';

const USAGE = `npm run bench:fleet -- [FILM] [--parts workers,orchestration,flat,sizes] [--rounds 3] [--json]
                       [--profile FOLDER] [--plot FILE]

Measures fleets on real servers that it starts on this machine:
  workers        the film with 1, 2 and 4 transcode workers, pinned to a core each where there are cores, which the
                 servers share and have no others beside
  orchestration  tasks that do nothing, durable on RabbitMQ and MongoDB, beside BullMQ's flows on Redis: one job of
                 10,000 tasks, and 1,000 jobs of 100
  flat           what a task costs with 100, 1,000, 10,000 and 100,000 of them open
  sizes          from the times of the film's tasks: fleets of 1, 10, 100 and 1,000 workers, simulated, on a film of
                 two hours and on 500 uploads at once; needs workers
  --profile      leaves CPU profiles of the orchestrator and the worker of one orchestration run here
  --plot         writes the picture of the simulated fleets here`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: 'string', default: 'workers,orchestration,flat,sizes' },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string' },
    plot: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const PARTS = ['workers', 'orchestration', 'flat', 'sizes'];
const parts = new Set(values.parts.split(',').filter(Boolean));
if (values.help || process.platform !== 'linux' || [...parts].some((part) => !PARTS.includes(part))) {
  process.stderr.write(
    process.platform === 'linux' ? `${USAGE}\n` : 'The bench reads /proc: it runs on Linux alone.\n',
  );
  process.exit(values.help ? 0 : 2);
}
if (parts.has('sizes')) parts.add('workers');
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 1);
const say = (line: string) => void process.stderr.write(`${line}\n`);

const WORKER_COUNTS = [1, 2, 4];
const MANY_JOBS = '1,000 jobs of 100';
const SHAPES: Record<string, Shape> = {
  'one job of 10,000': { jobs: 1, tasksPerJob: 10_000 },
  [MANY_JOBS]: { jobs: 1000, tasksPerJob: 100 },
};
const OPEN_TASKS = [100, 1000, 10_000, 100_000];
/** Tasks in a worker's hand at once, of Marquee's and of BullMQ's alike. */
const CONCURRENCY = 384;
const OPEN_WINDOW = 1024;
const FIRST_PORT = 18_600;
/** Of the simulated fleets. */
const ORCHESTRATORS = 2;
/** What a step keeps an orchestrator busy where the orchestration was not measured, in milliseconds. */
const ASSUMED_STEP_MS = 2;

const root = await mkdtemp(join(tmpdir(), 'marquee-bench-fleet-'));
let services: RunningServices | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void clear().then(() => process.exit(130)));
try {
  await run();
} finally {
  await clear();
}

async function clear(): Promise<void> {
  await services?.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}

async function run(): Promise<void> {
  const servicesFolder = join(root, 'services');
  const names: ServiceName[] = ['rabbitmq', 'mongodb', 's3', 'redis'];
  services = await startServices(names, { folder: servicesFolder, firstPort: FIRST_PORT, asShipped: true, say });
  // Credentials are found where every program looks for them.
  Object.assign(process.env, services.env);
  const servers = services.env;

  const fleets = parts.has('workers') ? await fleetRuns(services, servicesFolder) : [];
  const orchestration = parts.has('orchestration') ? await compare(servers) : [];
  const flat = parts.has('flat') ? await flatness(servers) : [];
  const sizes = parts.has('sizes') ? simulate(fleets, orchestration) : [];
  if (values.plot && sizes.length > 0) {
    await writeFile(
      resolve(values.plot),
      fleetPlot(sizes, `Task times as measured on ${availableParallelism()} cores.`),
    );
  }
  const facts = { cores: availableParallelism(), workers: fleets.map(summary), orchestration, flat, sizes };
  if (values.json) process.stdout.write(`${JSON.stringify(facts)}\n`);
  else process.stdout.write(`${lines(fleets, orchestration, flat, sizes).join('\n')}\n`);
}

/** Rounds of fleets of every size, in turn, so that a noisy minute hits all of them alike. */
async function fleetRuns(running: RunningServices, servicesFolder: string): Promise<FleetRunFacts[]> {
  const [named] = positionals;
  const film = named ? resolve(named) : await makeTestFilm(root, 'film.mp4', { sec: 90, fps: 24, languages: ['eng'] });
  const folder = join(root, 'fleets');
  await mkdir(folder, { recursive: true });
  const found: FleetRunFacts[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    found.push(
      ...(await measureWorkers({ film, counts: WORKER_COUNTS, services: running, servicesFolder, folder, say })),
    );
  }
  return found;
}

interface Comparison {
  shape: string;
  marquee: Outcome;
  bullmq: Outcome;
  /** Median over the rounds of Marquee's tasks a second over BullMQ's. */
  ratio: number;
}

async function compare(servers: Record<string, string>): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const [shape, size] of Object.entries(SHAPES)) {
    const pairs: { marquee: Outcome; bullmq: Outcome }[] = [];
    for (let round = 1; round <= rounds; round++) {
      say(`${shape}, round ${round} of ${rounds} ...`);
      const bullmq = await runBullmq(servers, size, { concurrency: CONCURRENCY });
      const marquee = await runMarquee(servers, size, {
        concurrency: CONCURRENCY,
        openWindow: OPEN_WINDOW,
        // The profile slows what it looks at, so the last round alone carries it where there are several.
        ...(values.profile && round === rounds ? { profileDir: resolve(values.profile) } : {}),
      });
      say(`  ${marquee.tasksPerSec.toFixed(0)} tasks/s; BullMQ ${bullmq.tasksPerSec.toFixed(0)}`);
      pairs.push({ marquee, bullmq });
    }
    const ratio = (pair: (typeof pairs)[number]) => pair.marquee.tasksPerSec / pair.bullmq.tasksPerSec;
    pairs.sort((a, b) => ratio(a) - ratio(b));
    const middle = pairs[Math.floor(pairs.length / 2)] as (typeof pairs)[number];
    found.push({ shape, ...middle, ratio: median(pairs.map(ratio)) });
  }
  return found;
}

interface Flatness {
  openTasks: number;
  tasksPerSec: number;
  /** Processor time of the orchestrator for each task, in milliseconds. */
  orchestratorMsPerTask: number;
}

/** One job whose tasks are all open at once: what its orchestrator pays for each of them. */
async function flatness(servers: Record<string, string>): Promise<Flatness[]> {
  const found: Flatness[] = [];
  for (const openTasks of OPEN_TASKS) {
    // As many tasks in every row, so that a start weighs the same in each.
    const jobs = Math.max(1, Math.floor(10_000 / openTasks));
    say(`${openTasks} open tasks ...`);
    const shape = { jobs, tasksPerJob: openTasks };
    const atOnce = 1;
    const outcome = await runMarquee(servers, shape, { concurrency: CONCURRENCY, openWindow: openTasks, atOnce });
    const orchestratorMsPerTask = (1000 * (outcome.cpuSec.orchestrator ?? 0)) / (jobs * openTasks);
    found.push({ openTasks, tasksPerSec: outcome.tasksPerSec, orchestratorMsPerTask });
  }
  return found;
}

function simulate(fleets: FleetRunFacts[], orchestration: Comparison[]): SimulatedFleet[] {
  const alone = fleets.find(({ workers }) => workers === 1) as FleetRunFacts;
  const plan = alone.job.plan as MediaPlan;
  const { inspection } = alone.job;
  const fps = plan.fps.num / plan.fps.den;
  const shape = {
    durationSec: (plan.frameCount ?? 0) / fps,
    widthPx: inspection?.video.displayWidthPx ?? 0,
    heightPx: inspection?.video.displayHeightPx ?? 0,
    fps: Math.round(fps),
    audioTracks: plan.audio.length,
    keyframeSec: 5,
  };
  const many = orchestration.find(({ shape }) => shape === MANY_JOBS)?.marquee;
  return simulateSizes({
    shape,
    times: timesOf(alone.tasks, plan, shape),
    queueDelayMs: quickestDeliveryMs(alone.tasks),
    // A step ends one task at the least: the orchestrator's time for a task is the most that a step takes of it.
    orchestratorMs: many ? (1000 * (many.cpuSec.orchestrator ?? 0)) / 100_000 : ASSUMED_STEP_MS,
    orchestrators: ORCHESTRATORS,
    openWindow: 256,
  });
}

function summary({ job: _, tasks, ...facts }: FleetRunFacts) {
  return { ...facts, tasks: tasks.length };
}

function lines(
  fleets: FleetRunFacts[],
  orchestration: Comparison[],
  flat: Flatness[],
  sizes: SimulatedFleet[],
): string[] {
  const out: string[] = [];
  for (const workers of new Set(fleets.map((fleet) => fleet.workers))) {
    const mine = fleets.filter((fleet) => fleet.workers === workers);
    const middle = (of: (facts: FleetRunFacts) => number) => median(mine.map(of));
    const share = (of: (facts: FleetRunFacts) => number) =>
      `${(100 * middle((facts) => of(facts) / Object.values(facts.cpuSec).reduce((sum, sec) => sum + sec, 0))).toFixed(1)} %`;
    const whole = share(({ cpuSec }) => cpuSec.orchestrator + cpuSec.queue);
    const idle = share(({ idleCpuSec, wallSec }) => wallSec * (idleCpuSec.orchestrator + idleCpuSec.queue));
    out.push(
      `${workers} x 1 core: ${middle(({ wallSec }) => wallSec).toFixed(1)} s, playable after ${middle(({ firstPlayableSec }) => firstPlayableSec).toFixed(1)} s; orchestrator and queue ${whole} of all processor time, of which they take ${idle} with nothing to do as well`,
    );
  }
  for (const workers of new Set(fleets.map((fleet) => fleet.workers))) {
    if (workers === 1) continue;
    const of = (count: number) => fleets.filter((fleet) => fleet.workers === count).map(({ wallSec }) => wallSec);
    const speedups = of(workers).map((sec, round) => (of(1)[round] as number) / sec);
    out.push(`${workers} workers are ${median(speedups).toFixed(2)} times as fast as one`);
  }
  for (const { shape, marquee, bullmq, ratio } of orchestration) {
    out.push(
      `${shape}: ${marquee.tasksPerSec.toFixed(0)} tasks/s, BullMQ ${bullmq.tasksPerSec.toFixed(0)}: ratio ${ratio.toFixed(2)}; processor seconds ${Object.entries(
        marquee.cpuSec,
      )
        .map(([part, sec]) => `${part} ${sec.toFixed(1)}`)
        .join(', ')}`,
    );
  }
  for (const { openTasks, tasksPerSec, orchestratorMsPerTask } of flat) {
    out.push(
      `${openTasks} open: ${tasksPerSec.toFixed(0)} tasks/s, ${orchestratorMsPerTask.toFixed(3)} ms of the orchestrator for each`,
    );
  }
  const sec = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  for (const fleet of sizes) {
    const load = fleet.load === 'film' ? 'one film of 2 h' : '500 uploads of 10 min';
    out.push(
      `simulated, ${load}, ${fleet.workers} workers: done in ${sec(fleet.makespanMs)}, ${(100 * fleet.utilisation).toFixed(0)} % used; queue age ${sec(fleet.queueAgeMs.p50)} median, ${sec(fleet.queueAgeMs.p95)} p95; playable ${sec(fleet.firstPlayable.p50)} median, ${sec(fleet.firstPlayable.p95)} p95, ${sec(fleet.firstPlayable.max)} last`,
    );
  }
  return out;
}
