import type { Config } from '@marquee/core/config';
import type { Speaker } from '@marquee/core/dubbing';
import { MarqueeError, toMarqueeError } from '@marquee/core/errors';
import type { TaskId } from '@marquee/core/ids';
import type { Task, TaskResult } from '@marquee/core/job';
import { isNewer, type Message, newerDelayMs, parseMessage, type TaskType } from '@marquee/core/messages';
import { type Metrics, SILENT_METRICS } from '@marquee/core/metrics';
import type { Delivery, Logger, Objects, Queue, Store, Verdict } from '@marquee/core/ports';
import type { Recogniser } from '@marquee/core/recogniser';
import type { Claim, ClaimRefusal } from '@marquee/core/task-repository';
import { SILENT_TRACER, type Tracer, traceIdOf } from '@marquee/core/tracing';
import type { LanguageModel } from '@marquee/core/translation';
import type { Tools } from '@marquee/media/run-tool';
import { createAliveJobs } from './alive-jobs.ts';
import { createAnnouncer } from './announce.ts';
import type { BusyClock } from './busy-clock.ts';
import { decideOutcome, isFrugal, VANISHED_RUNS, vanishedRuns } from './decide-outcome.ts';
import type { Gate, Pass } from './gate.ts';
import type { Handler } from './handler.ts';
import { keepSkips, otherEpisodes } from './keep-skips.ts';
import { keepLease } from './lease.ts';
import { bound } from './log.ts';
import { patientObjects } from './patient.ts';
import { ACK, recordEnd } from './record-end.ts';
import { beginRun, type RunSpan } from './run-span.ts';
import { type StoreWatch, watchStore } from './store-watch.ts';
import type { WorkDirs } from './work-dir.ts';

/** What every worker of a process works with. */
export interface WorkerParts {
  store: Store;
  queue: Queue;
  objects: Objects;
  tools: Tools;
  config: Config;
  log: Logger;
  /** The name under which tasks are claimed. */
  holder: string;
  workDirs: WorkDirs;
  languageModel?: LanguageModel | null;
  /** None by default. */
  recogniser?: Recogniser | null;
  /** None by default. */
  speaker?: Speaker | null;
  tracer?: Tracer;
  metrics?: Metrics;
  /** Of all workers of the process. */
  busy?: BusyClock;
  /** Of all workers of the process; default: one of its own. */
  storeWatch?: StoreWatch;
  /** In `[0, 1)`, for the jitter of retries; default `Math.random`. */
  random?: () => number;
}

/** A consumer of one task queue. */
export interface RunningWorker {
  /** Takes no more messages and gives back those that only wait; the runs in hand go on. */
  stopTaking(): void;
  /** Ends the runs in hand: their tasks are handed back and no attempt is spent. */
  abort(): void;
  /** Resolves when nothing is in hand any more. Call `stopTaking` first. */
  ended(): Promise<void>;
}

/** A message that waits at the gate goes back after this, so that its queue can offer a more urgent one instead. */
const GATE_WAIT_MS = 1000;
/** Going back counts as a delivery. A message that was handed out this often stays until it gets through. */
const PATIENT_DELIVERIES = 500;
const MAX_DELIVERIES = 1000;
/** A handler that does not end this long after it was told to is left to itself. */
const ABORT_GRACE_MS = 5000;
const CLAIM_RETRY_CAP_MS = 30_000;
/** A task that is held is not asked for more often than this. */
const HELD_RETRY_MS = 500;

/** Tasks that this process claims or runs, whichever of its workers does: they all do so under one name. */
const inHand = new Set<TaskId>();

/**
 * The only consume loop. For each message: claim the task by compare-and-set, run its handler under a lease,
 * record the end in the store, tell the orchestrator, acknowledge. The store is the truth: whatever is lost
 * after a write to it (a message, this process) the orchestrator's sweep finds.
 *
 * @param options.gate for work that shares the cores; without one, `concurrency` is the only limit
 */
export async function runWorker<T extends TaskType>(
  parts: WorkerParts,
  handler: Handler<T>,
  options: { concurrency: number; gate?: Gate },
): Promise<RunningWorker> {
  const { store, queue, config, holder, metrics = SILENT_METRICS } = parts;
  const log = parts.log;
  const watch = parts.storeWatch ?? watchStore();
  const announce = createAnnouncer(queue);
  const records = { store, announce, log, metrics };
  const isAlive = createAliveJobs(store.jobs);
  const stopping = new AbortController();
  const runs = new Set<AbortController>();
  let isAborting = false;

  async function onDelivery(delivery: Delivery): Promise<Verdict> {
    let message: Message;
    try {
      message = parseMessage(delivery.body);
      if (message.type !== handler.type) {
        throw new MarqueeError('MESSAGE_INVALID', `A message of ${message.type} lay in the queue of ${handler.type}.`);
      }
    } catch (error) {
      // In the middle of an upgrade another worker knows it, or this one is replaced soon.
      if (isNewer(delivery.body)) return { kind: 'retry', delayMs: newerDelayMs(delivery.deliveryCount) };
      const { message: reason } = toMarqueeError(error);
      log.error('message refused', { queue: handler.type, deliveryId: delivery.id, reason });
      return { kind: 'dead', reason };
    }
    const { jobId, taskId } = (message as Message<TaskType>).payload;
    try {
      // What a failed job has left over starts again when a person retries it; a ready job's parts can be retried.
      if (!(await isAlive(jobId))) return ACK;
      const pass = await admit(taskId, delivery);
      if (pass === 'unknown') return ACK;
      // It goes back where it came from: at its old place, behind anything of higher priority.
      if (pass === null) return { kind: 'retry', delayMs: 0 };
      const isFirst = !inHand.has(taskId);
      inHand.add(taskId);
      try {
        return await carryOut(message as Message<TaskType>, delivery, isFirst);
      } finally {
        if (isFirst) inHand.delete(taskId);
        pass.leave();
      }
    } catch (error) {
      log.warn('task not carried out', { taskId, error });
      return { kind: 'retry', delayMs: Math.min(CLAIM_RETRY_CAP_MS, 500 * 2 ** Math.min(10, delivery.deliveryCount)) };
    }
  }

  async function admit(taskId: TaskId, delivery: Delivery): Promise<Pass | 'unknown' | null> {
    if (stopping.signal.aborted) return null;
    if (!options.gate) return { leave() {} };
    const task = await store.tasks.get(taskId);
    if (!task) return 'unknown';
    const waitMs = delivery.deliveryCount < PATIENT_DELIVERIES ? GATE_WAIT_MS : 2 ** 31 - 1;
    return options.gate.enter(task.order, waitMs, stopping.signal);
  }

  async function carryOut(message: Message<TaskType>, delivery: Delivery, isFirst: boolean): Promise<Verdict> {
    const claim = await take(message.payload.taskId, isFirst);
    if ('refused' in claim) return onRefusal(message, claim.refused);
    const task = claim.task as Task<T>;
    const taskId = task.id;
    const vanished = vanishedRuns(task.runs.slice(0, -1));
    if (vanished >= VANISHED_RUNS) {
      const message = `The worker process ended ${vanished} times while it ran this part. Look for what ended it (memory, disk, a supervisor), then retry the part.`;
      return recordEnd(records, task, { kind: 'fail', failure: { code: 'INTERNAL', message } });
    }
    const traceId = traceIdOf(message.traceparent);
    const log = bound(parts.log, { jobId: task.jobId, taskId, ...(traceId === null ? {} : { traceId }) });
    const { tracer = SILENT_TRACER, tools } = parts;
    const { deliveryCount } = delivery;
    const span = beginRun({ tracer, metrics, tools, task: task as Task, message, deliveryCount });
    const leave = parts.busy?.enter(options.gate ? 'heavy' : 'light');
    const end = await run(task, delivery, span, log).finally(leave);
    span.end('result' in end ? null : end.error.code);
    if ('result' in end) return recordEnd(records, task, { kind: 'finish', result: end.result }, span.toolRuns);
    const decision = decideOutcome(end.error, task, { nowMs: Date.now(), random: (parts.random ?? Math.random)() });
    const level = decision.kind === 'fail' ? 'error' : decision.kind === 'retry' ? 'warn' : 'info';
    log[level]('task run ended', { outcome: end.error.code, decision: decision.kind, error: end.error });
    return recordEnd(records, task, decision, span.toolRuns);
  }

  /**
   * Claims a task, or takes up one that is ours already: the answer to a claim may be lost, or the store away at the end
   * of a run for longer than it is waited for, and nobody else would be let have the task before its lease runs out.
   *
   * @param isFirst nothing else in this process has it in hand
   */
  async function take(taskId: TaskId, isFirst: boolean): Promise<Claim> {
    const { leaseMs } = config;
    const takesOver = watch.trustsLeases();
    const claim = await watch.see(() => store.tasks.claim(taskId, { holder, leaseMs, nowMs: Date.now(), takesOver }));
    if (!isFirst || !('refused' in claim) || claim.refused !== 'held') return claim;
    const task = await store.tasks.get(taskId);
    if (task?.status !== 'running' || task.leaseHolder !== holder) return claim;
    return (await store.tasks.renew(taskId, task.fence, { leaseMs, nowMs: Date.now() })) ? { task } : claim;
  }

  async function onRefusal(message: Message<TaskType>, refused: ClaimRefusal): Promise<Verdict> {
    const { jobId, taskId } = message.payload;
    switch (refused) {
      case 'finished':
        // Its worker may have died between the end and telling of it, which is why the message is here again.
        await announce({ jobId, taskId, order: Number.POSITIVE_INFINITY });
        return ACK;
      case 'held': {
        // Handed out again although somebody holds it: if that one is dead, its lease runs out, and then it is ours.
        const task = await store.tasks.get(taskId);
        return { kind: 'retry', delayMs: Math.max(HELD_RETRY_MS, (task?.leaseUntilMs ?? 0) - Date.now() + 1) };
      }
      case 'early': {
        const task = await store.tasks.get(taskId);
        return { kind: 'retry', delayMs: Math.max(100, (task?.notBeforeMs ?? 0) - Date.now()) };
      }
      default:
        // `waiting`: it is published when it is opened. `gone`: nobody wants it.
        return ACK;
    }
  }

  async function run(
    task: Task<T>,
    delivery: Delivery,
    span: RunSpan,
    log: Logger,
  ): Promise<{ result: TaskResult<T> } | { error: MarqueeError }> {
    const controller = new AbortController();
    const { signal } = controller;
    const abort = (reason: MarqueeError) => controller.abort(reason);
    runs.add(controller);
    if (isAborting) abort(shutdown());
    let progress = 0;
    const lease = keepLease({
      store,
      watch,
      task: task as Task,
      leaseMs: config.leaseMs,
      progress: () => progress,
      abort,
      log,
    });
    // The queue's lock is a courtesy: whoever else is handed this message is refused by the lease.
    delivery.signal.addEventListener('abort', () => log.warn('queue lock lost'), { once: true });
    let folder: Promise<string> | null = null;
    const workDir = () => {
      folder ??= parts.workDirs.open();
      return folder;
    };
    try {
      const work = handler.run({
        task,
        objects: patientObjects(parts.objects, signal),
        tools: span.tools,
        workDir,
        config,
        log,
        signal,
        frugal: isFrugal(task),
        progress: (share) => {
          progress = Math.min(1, Math.max(progress, share));
        },
        siblings: () => store.tasks.list(task.jobId),
        movie: () => store.movies.get(task.payload.movieId),
        episodes: () => otherEpisodes(store, task.payload.movieId),
        keepSkips: (movieId, found) => keepSkips(store, movieId, found),
        languageModel: parts.languageModel ?? null,
        recogniser: parts.recogniser ?? null,
        speaker: parts.speaker ?? null,
      });
      const result = await Promise.race([work, aborted(signal)]);
      // Done is done, but for one that may write nothing and one that nobody wants.
      const reason = signal.aborted ? toMarqueeError(signal.reason) : null;
      return reason && reason.code !== 'SHUTDOWN' ? { error: reason } : { result };
    } catch (thrown) {
      return { error: toMarqueeError(signal.aborted ? signal.reason : thrown) };
    } finally {
      runs.delete(controller);
      await lease.stop();
      const made = await (folder as Promise<string> | null)?.catch(() => null);
      if (made) await parts.workDirs.remove(made).catch((error) => log.warn('work folder stays', { error }));
    }
  }

  const consumer = await queue.consume(
    handler.type,
    { concurrency: options.concurrency, visibilityMs: config.leaseMs, maxDeliveries: MAX_DELIVERIES },
    onDelivery,
  );
  let drained: Promise<void> | null = null;
  return {
    stopTaking() {
      stopping.abort();
      drained ??= consumer.drain();
    },
    abort() {
      isAborting = true;
      for (const each of runs) each.abort(shutdown());
    },
    async ended() {
      await drained;
    },
  };
}

function shutdown(): MarqueeError {
  return new MarqueeError('SHUTDOWN', 'This worker is being stopped.');
}

/** Rejects some time after the signal: for handlers that do not listen to it. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const later = () => setTimeout(() => reject(signal.reason), ABORT_GRACE_MS).unref();
    if (signal.aborted) later();
    else signal.addEventListener('abort', later, { once: true });
  });
}
