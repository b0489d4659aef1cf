import { loadConfig } from '@marquee/core/config';
import type { Queue, Store } from '@marquee/core/ports';
import { createTools } from '@marquee/media/run-tool';
import { runOrchestrator } from '@marquee/workers/orchestrator/run';
import { ownHolder } from '@marquee/workers/runtime/holder';
import { runWorker, type WorkerParts } from '@marquee/workers/runtime/run-worker';
import { createWorkDirs } from '@marquee/workers/runtime/work-dir';
import { Worker } from 'bullmq';
import { type Calls, counted, type FromMember, LOG, type MemberTask, openRun } from './fleet-orchestration-run.ts';
import { emptyHandlers, emptyPlanner } from './fleet-orchestration-work.ts';

/** Slots for the tasks that a job has one of. */
const SINGLE_SLOTS = 16;

const say = (message: FromMember) => process.send?.(message);
async function serve(task: MemberTask): Promise<() => Promise<void>> {
  if (task.role === 'bullmq') return serveBullmq(task);
  const calls: Calls = {};
  const { objects, ...real } = openRun(task);
  const queue: Queue = counted(real.queue, 'queue', calls);
  const store: Store = counted(real.store, 'store', calls);
  const close = async () => {
    await queue.close();
    await Promise.all([store.close(), objects.close()]);
    say({ kind: 'ended', calls });
  };
  if (task.role === 'orchestrator') {
    const planner = emptyPlanner(task.tasksPerJob);
    const { openWindow } = task;
    const orchestrator = await runOrchestrator({ store, queue, objects, planner, log: LOG, openWindow });
    return async () => {
      await orchestrator.stop();
      await close();
    };
  }
  const config = loadConfig({ MARQUEE_DATA: task.folder, LOG_LEVEL: 'silent' });
  const holder = ownHolder();
  const workDirs = createWorkDirs({ root: config.workDir, holder, minFreeBytes: config.limits.minFreeBytes });
  const parts: WorkerParts = { store, queue, objects, tools: createTools(config), config, log: LOG, holder, workDirs };
  const workers = await Promise.all(
    emptyHandlers().map(({ handler, isPiece }) =>
      runWorker(parts, handler, { concurrency: isPiece ? task.concurrency : SINGLE_SLOTS }),
    ),
  );
  return async () => {
    for (const worker of workers) worker.stopTaking();
    await Promise.all(workers.map((worker) => worker.ended()));
    await workDirs.close();
    await close();
  };
}

async function serveBullmq({ servers, name, concurrency, jobs }: MemberTask): Promise<() => Promise<void>> {
  const { hostname: host, port } = new URL(servers.REDIS_URL as string);
  const options = { connection: { host, port: Number(port), maxRetriesPerRequest: null }, concurrency };
  const pieces = new Worker(`${name}-pieces`, async () => undefined, options);
  const parents = new Worker(`${name}-jobs`, async () => undefined, options);
  let left = jobs;
  parents.on('completed', () => {
    if (--left === 0) say({ kind: 'done', atMs: Date.now() });
  });
  await Promise.all([pieces.waitUntilReady(), parents.waitUntilReady()]);
  return async () => {
    await Promise.all([pieces.close(), parents.close()]);
    say({ kind: 'ended', calls: {} });
  };
}

if (process.send) {
  let stop: () => Promise<void> = async () => undefined;
  process.on('message', async (message: MemberTask | 'stop') => {
    if (message === 'stop') {
      await stop();
      process.disconnect();
      return;
    }
    stop = await serve(message);
    say({ kind: 'ready' });
  });
}
