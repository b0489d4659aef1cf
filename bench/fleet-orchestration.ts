import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { submitUpload } from '@marquee/workers/orchestrator/commands';
import { Queue as BullmqQueue, FlowProducer } from 'bullmq';
import { type CpuSec, cpuMeter } from './fleet-orchestration-cpu.ts';
import { type Calls, type FromMember, LOG, type MemberTask, openRun } from './fleet-orchestration-run.ts';

/** So many jobs, of so many tasks each. */
export interface Shape {
  jobs: number;
  tasksPerJob: number;
}

/** What a fleet did with the jobs of a shape. */
export interface Outcome {
  tasksPerSec: number;
  wallSec: number;
  /** Processor seconds of each part over the run. */
  cpuSec: CpuSec;
  /** Calls of the ports in the orchestrator and in the worker, all tasks together. */
  calls: { orchestrator: Calls; worker: Calls };
}

const MEMBER = fileURLToPath(new URL('./fleet-orchestration-member.ts', import.meta.url));
const LOOK_EVERY_MS = 100;
/** Uploads that are handed in at once. */
const SUBMITTED_AT_ONCE = 32;
const LIMIT_MS = 10 * 60_000;

let runs = 0;

/**
 * Has the product's own orchestrator and worker, a process each, carry out jobs of tasks that do nothing, durably:
 * from the first upload handed in to the last job settled.
 *
 * @param options.concurrency tasks in the worker's hand at once
 * @param options.atOnce jobs that are in the house at once; default: all
 * @param options.profileDir where both processes leave a CPU profile
 */
export async function runMarquee(
  servers: Record<string, string>,
  shape: Shape,
  options: { concurrency: number; openWindow: number; atOnce?: number; profileDir?: string },
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-fleet-'));
  const name = `run-${process.pid}-${++runs}`;
  const task = { folder, name, servers, ...shape, ...options };
  const engines = openRun(task);
  const { queue, store, objects } = engines;
  const members: Member[] = [];
  try {
    await mkdir(folder, { recursive: true });
    await Promise.all([queue.setup(), store.setup(), objects.setup()]);
    await objects.put('uploads/empty/source', Buffer.from('film'), { contentType: 'video/mp4' });
    for (const role of ['orchestrator', 'worker'] as const) {
      members.push(await startMember({ ...task, role }, options.profileDir));
    }
    const meter = cpuMeter(Object.fromEntries(members.map(({ role, pid }) => [role, pid])));
    const startMs = Date.now();
    let next = 0;
    let open = 0;
    const submit = async () => {
      while (next < shape.jobs) {
        if (open >= (options.atOnce ?? Number.POSITIVE_INFINITY)) {
          open = (await store.jobs.active(options.atOnce ?? 1)).length;
          if (open >= (options.atOnce ?? 1)) await sleep(5);
          continue;
        }
        next++;
        open++;
        const upload = { title: 'Empty', fileName: 'empty.mp4', sourceKey: 'uploads/empty/source', sizeBytes: 4 };
        await submitUpload({ store, queue, objects, log: LOG }, { ...upload, nowMs: Date.now() });
      }
    };
    await Promise.all(Array.from({ length: Math.min(SUBMITTED_AT_ONCE, options.atOnce ?? SUBMITTED_AT_ONCE) }, submit));
    while ((await store.jobs.active(1)).length > 0) {
      if (Date.now() - startMs > LIMIT_MS) throw new Error('The jobs did not end.');
      await sleep(LOOK_EVERY_MS);
    }
    const cpuSec = meter.read();
    let endMs = 0;
    let cursor: string | undefined;
    let ready = 0;
    do {
      const page = await store.jobs.list({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
      for (const job of page.items) {
        endMs = Math.max(endMs, job.settledAtMs ?? 0);
        if (job.status === 'ready') ready++;
      }
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    if (ready !== shape.jobs) throw new Error(`${ready} of ${shape.jobs} jobs became ready.`);
    const [orchestrator, worker] = (await Promise.all(members.map((member) => member.stop()))) as [Calls, Calls];
    return { ...rates(shape, startMs, endMs), cpuSec, calls: { orchestrator, worker } };
  } finally {
    await Promise.all(members.map((member) => member.stop()));
    await Promise.all([queue.close(), store.close(), objects.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same with BullMQ's flows: a parent for each job, its children the tasks that go beside each other. */
export async function runBullmq(
  servers: Record<string, string>,
  shape: Shape,
  options: { concurrency: number },
): Promise<Outcome> {
  const name = `run-${process.pid}-${++runs}`;
  const { hostname: host, port } = new URL(servers.REDIS_URL as string);
  const connection = { host, port: Number(port) };
  const flows = new FlowProducer({ connection });
  const member = await startMember({ folder: '', name, servers, ...shape, ...options, openWindow: 0, role: 'bullmq' });
  try {
    await flows.waitUntilReady();
    const meter = cpuMeter({ worker: member.pid });
    const startMs = Date.now();
    let next = 0;
    const submit = async () => {
      while (next < shape.jobs) {
        const job = next++;
        await flows.add({
          name: 'job',
          queueName: `${name}-jobs`,
          data: { job },
          children: Array.from({ length: shape.tasksPerJob - 1 }, (_, piece) => ({
            name: 'piece',
            queueName: `${name}-pieces`,
            data: { job, piece },
          })),
        });
      }
    };
    await Promise.all(Array.from({ length: SUBMITTED_AT_ONCE }, submit));
    const endMs = await member.done;
    const cpuSec = meter.read();
    await member.stop();
    return { ...rates(shape, startMs, endMs), cpuSec, calls: { orchestrator: {}, worker: {} } };
  } finally {
    await member.stop();
    await flows.close();
    for (const queue of ['jobs', 'pieces']) {
      const left = new BullmqQueue(`${name}-${queue}`, { connection });
      await left.obliterate({ force: true });
      await left.close();
    }
  }
}

function rates({ jobs, tasksPerJob }: Shape, startMs: number, endMs: number) {
  const wallSec = (endMs - startMs) / 1000;
  return { tasksPerSec: (jobs * tasksPerJob) / wallSec, wallSec };
}

interface Member {
  role: MemberTask['role'];
  pid: number;
  /** When it says that all is done, milliseconds since 1970 (BullMQ's alone). */
  done: Promise<number>;
  /** Ends it in order. Idempotent. */
  stop(): Promise<Calls>;
}

async function startMember(task: MemberTask, profileDir?: string): Promise<Member> {
  const { role } = task;
  const profile = profileDir
    ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${role}.cpuprofile`]
    : [];
  const child: ChildProcess = fork(MEMBER, [], { execArgv: profile, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const heard = (kind: FromMember['kind']) =>
    new Promise<FromMember>((resolve) => {
      child.on('message', (message: FromMember) => {
        if (message.kind === kind) resolve(message);
      });
    });
  const died = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`The ${role} ended (${signal ?? code}).`)));
  });
  died.catch(() => undefined);
  const ready = heard('ready');
  const ended = heard('ended');
  const done = Promise.race([heard('done'), died]).then((message) => (message.kind === 'done' ? message.atMs : 0));
  done.catch(() => undefined);
  child.send(task);
  await Promise.race([ready, died]);
  let stopped: Promise<Calls> | null = null;
  return {
    role,
    pid: child.pid as number,
    done,
    stop() {
      stopped ??= (async () => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        if (child.connected) child.send('stop');
        const message = await Promise.race([ended, died.catch(() => null)]);
        await gone;
        return message?.kind === 'ended' ? message.calls : {};
      })();
      return stopped;
    },
  };
}
