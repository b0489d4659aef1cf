import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobAnswer } from '@marquee/cli/answer';
import type { JobId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { traceOf } from '@marquee/core/job-trace';
import { partsOf } from '@marquee/core/tracing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCollector } from './collector.ts';
import {
  ENGINE_VARIABLES,
  type Member,
  memberVariables,
  openFleetEngines,
  publishedBytes,
  runMarquee,
  startMember,
  untilSettled,
} from './fleet.ts';
import { filesIn } from './marquee.ts';
import { makeTestFilm } from './test-film.ts';

const SEC = 12;
const FPS = 25;
const LONGEST_MS = 150_000;
type Variable = (typeof ENGINE_VARIABLES)[number];

/** Every engine by its own variables; what is not named is embedded. */
const COMBINATIONS: Record<string, Variable[]> = {
  embedded: [],
  'RabbitMQ, MongoDB, S3 and Redis': [
    'RABBITMQ_URL',
    'RABBITMQ_MANAGEMENT_URL',
    'MONGODB_URL',
    'S3_ENDPOINT',
    'S3_BUCKET',
    'REDIS_URL',
  ],
  'SQS, MongoDB, S3 and Redis': ['SQS_ENDPOINT', 'MONGODB_URL', 'S3_ENDPOINT', 'S3_BUCKET', 'REDIS_URL'],
};
const absent = ENGINE_VARIABLES.filter((name) => !process.env[name]);

let folder: string;
let film: string;
let embedded: Record<string, string> | null = null;
let collector: Awaited<ReturnType<typeof startCollector>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-fleet-'));
  collector = await startCollector();
  film = await makeTestFilm(folder, 'film.mp4', { sec: SEC, fps: FPS, languages: ['eng', 'deu'] });
});
afterAll(async () => {
  await collector.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a fleet made. */
interface FleetFacts {
  bytes: Record<string, string>;
  job: MediaProcessingJob;
  tasks: Task[];
}

/** Takes the film through a fleet of processes, each with a folder of its own where the engines allow it. */
async function throughFleet(name: string, uses: Variable[]): Promise<FleetFacts> {
  const id = randomUUID().slice(0, 8);
  const dataDir = join(folder, `${name.slice(0, 3)}-${id}`);
  const servers = Object.fromEntries(uses.map((variable) => [variable, process.env[variable] as string]));
  if (servers.MONGODB_URL) servers.MONGODB_URL = new URL(`/fleet-${id}`, servers.MONGODB_URL).href;
  if (servers.S3_BUCKET) servers.S3_BUCKET = `fleet-${id}`;
  const variables = memberVariables(dataDir, servers, {
    MARQUEE_ADMIN_SECRET: randomUUID(),
    QUEUE_PREFIX: `fleet-${id}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });

  await runMarquee(['setup'], variables('setup'));
  const roles = ['orchestrator', 'orchestrator', 'transcode', 'transcode', 'thumbnail', 'subtitle'];
  const members: Member[] = roles.map((role, i) =>
    startMember(`${role} ${i}`, ['worker', role, '--concurrency', '1'], variables(`${role}-${i}`)),
  );
  try {
    // Whoever submits a film does none of the work while others are there for it.
    const { stdout } = await runMarquee(['ingest', film, '--json', '--title', 'Fleet'], variables('ingest'));
    const { jobId } = JSON.parse(stdout) as JobAnswer;
    const engines = await openFleetEngines(variables('look'));
    try {
      const [job] = (await untilSettled(engines, [jobId as JobId], { timeoutMs: LONGEST_MS })) as [MediaProcessingJob];
      expect(job).toMatchObject({ status: 'ready', error: null });
      const bytes = await publishedBytes(engines, jobId as JobId);
      const tasks = await engines.store.tasks.list(jobId as JobId);
      const holders = new Set(tasks.flatMap((task) => task.runs.map((run) => run.worker)));
      expect(holders.size).toBeGreaterThanOrEqual(3);
      return { bytes, job, tasks };
    } finally {
      await engines.close();
    }
  } finally {
    const ends = await Promise.all(members.map((member) => member.stop()));
    expect(
      ends.map(({ code, stderr }) => ({
        code,
        // Whatever a process that failed said: one that never started says it in a sentence, and logs nothing.
        errors: stderr.split('\n').filter((line) => (code === 0 ? line.includes('"level":50') : line !== '')),
      })),
    ).toEqual(members.map(() => ({ code: 0, errors: [] })));
    expect(await filesIn(join(dataDir, 'work'))).toEqual([]);
  }
}

/** One trace holds the upload, and of each run how long its message waited, the run, and every tool of it. */
function expectWholeTrace(job: MediaProcessingJob, tasks: Task[]): void {
  const { traceId, spanId: rootId } = partsOf(job.traceparent) ?? {};
  const spans = collector.spans.filter((span) => span.traceId === traceId);
  const byName = (name: string) => spans.filter((span) => span.name === name);
  const [root] = byName('upload');
  expect(root).toMatchObject({ spanId: rootId, attributes: { 'marquee.job.id': job.id } });
  expect(root?.parentSpanId ?? '').toBe('');
  expect(new Set(spans.map((span) => span.resource['service.instance.id'])).size).toBeGreaterThanOrEqual(4);

  const runs = tasks.flatMap((task) => task.runs.map((run) => ({ task, run })));
  const told = tasks.map((task) => task.type).flatMap((type) => [...new Set([type, `wait ${type}` as const])]);
  for (const name of new Set(told)) {
    const type = name.replace('wait ', '');
    const of = byName(name);
    expect(of.length, name).toBe(runs.filter(({ task }) => task.type === type).length);
    expect(
      of.every((span) => span.parentSpanId === rootId && span.endMs >= span.startMs),
      name,
    ).toBe(true);
  }
  for (const { task, run } of runs) {
    const span = byName(task.type).find((each) => each.attributes['marquee.task.id'] === task.id);
    const tools = spans.filter((each) => each.parentSpanId === span?.spanId);
    expect(tools.map((tool) => tool.name).sort(), task.id).toEqual((run.tools ?? []).map(({ tool }) => tool).sort());
  }
  expect(byName('ffmpeg').length).toBeGreaterThan(3);

  const lines = traceOf(job, tasks);
  expect(lines[0]?.name).toBe('upload');
  expect(lines.filter(({ depth }) => depth === 1).length).toBe(byName('ffmpeg').length + byName('ffprobe').length);
}

describe.each(Object.entries(COMBINATIONS))('a fleet of processes on %s', (name, uses) => {
  const isRequired = process.env.REQUIRE_SERVICES === '1';
  const cannot = uses.some((variable) => absent.includes(variable)) && !isRequired;
  it.skipIf(cannot)('makes the same stream, byte by byte', { timeout: LONGEST_MS + 60_000 }, async () => {
    const missing = uses.filter((variable) => absent.includes(variable));
    if (missing.length > 0) expect.fail(`REQUIRE_SERVICES=1, but not set: ${missing.join(', ')}`);
    const { bytes, job, tasks } = await throughFleet(name, uses);
    expect(Object.keys(bytes).length).toBeGreaterThan(20);
    embedded ??= bytes;
    expect(bytes).toEqual(embedded);
    expectWholeTrace(job, tasks);
  });
});
