import { advanceState, nextAnalyses, OPEN_WINDOW, type Planner } from '@marquee/core/advance';
import { MarqueeError, toMarqueeError } from '@marquee/core/errors';
import type { JobId, TaskId } from '@marquee/core/ids';
import { isOver, type MediaProcessingJob, type NewTask, type TaskState, type TaskStatus } from '@marquee/core/job';
import { isNewer, type Message, newerDelayMs, parseMessage } from '@marquee/core/messages';
import { type Metrics, SILENT_METRICS } from '@marquee/core/metrics';
import type { Delivery, Logger, Objects, Queue, Store, Verdict } from '@marquee/core/ports';
import { traceIdOf } from '@marquee/core/tracing';
import { countStep } from './job-figures.ts';
import { createJobWatch, type JobWatch } from './job-watch.ts';
import { publishTasks } from './publish.ts';
import { settle, showOpening } from './settle.ts';
import { keepStates } from './states.ts';
import { takeBack, toPublish } from './tend.ts';

/** What an orchestrator works with. */
export interface OrchestratorParts {
  store: Store;
  queue: Queue;
  objects: Objects;
  planner: Planner;
  log: Logger;
  /** How many tasks of one job may be queued or running at once. */
  openWindow?: number;
  metrics?: Metrics;
}

/** The one that advances jobs. Any number may run at once. */
export interface Orchestrator {
  /** Handles `video.uploaded` and `task.finished`: both say "look at this job", and the latter where. */
  onDelivery(delivery: Delivery): Promise<Verdict>;
  /**
   * Brings a job as far as it can go now. Calls for a job that is being looked at share one more look after it.
   *
   * @param tend  also publishes what was never published or lost, and takes tasks back from workers that are certainly
   *              dead or, with `silent`, whose leases have run out
   * @param ended tasks of which it was said that they have ended
   */
  look(jobId: JobId, tend: Tend, ended?: readonly TaskId[]): Promise<void>;
  /** How the jobs get on that were looked at to be tended. */
  readonly watched: JobWatch;
}

type Tend = false | 'dead' | 'silent';

interface Flight {
  now: Promise<void>;
  next: Promise<void> | null;
  tendNext: Tend;
  endedNext: TaskId[];
}

/** Lost races against another orchestrator in one look; each means that the other got on. */
const UPDATE_TRIES = 20;
const RETRY_CAP_MS = 30_000;
const UNENDED: TaskStatus[] = ['waiting', 'ready', 'running'];

/** Makes an orchestrator; it does nothing by itself until it is asked to look or handed a message. */
export function createOrchestrator(parts: OrchestratorParts): Orchestrator {
  const { store, queue, planner, log, openWindow = OPEN_WINDOW, metrics = SILENT_METRICS } = parts;
  const flights = new Map<JobId, Flight>();
  const kept = keepStates(store);
  const watched = createJobWatch();
  /** Jobs whose opening the movie shows already, so that it is not read at every step. */
  const shown = new Set<JobId>();

  async function lookOnce(jobId: JobId, tend: Tend, ended: readonly TaskId[]): Promise<void> {
    for (let i = 0; i < UPDATE_TRIES; i++) {
      const job = await store.jobs.get(jobId);
      if (!job || (isOver(job.status) && job.settledAtMs !== null)) return kept.drop(jobId);
      if (isOver(job.status)) {
        shown.delete(jobId);
        kept.drop(jobId);
        watched.forget(jobId);
        let unended = await store.tasks.list(jobId, UNENDED);
        // A part of a ready job that is being made again is looked after like any other.
        if (tend && job.status === 'ready') {
          if ((await takeBackSome(unended, tend)) > 0) unended = await store.tasks.list(jobId, UNENDED);
          await publishTasks(parts, job, await withPayloads(await toPublish(queue, unended, Date.now())));
        }
        await settle(parts, job, unended);
        const next = job.status === 'ready' ? nextAnalyses(unended) : [];
        if (next.length > 0) await open(job, next, []);
        return;
      }
      const { state, rows } = await kept.read(job, tend ? 'all' : ended);
      // What changes the rows from here on is in the state already: if it cannot be written, the state is void.
      kept.drop(jobId);
      if (tend) watched.see(job, rows, Date.now());
      if (tend && (await takeBackSome(rows, tend)) > 0) continue;

      // Tasks first, then the job: a crash in between plans the same tasks again, and inserts none.
      const step = advanceState(job, state, planner, { nowMs: Date.now(), openWindow });
      if (step.insert.length > 0) await store.tasks.insert(step.insert);
      let { version } = job;
      if (step.patch) {
        const patch = { ...step.patch, updatedAtMs: Date.now() };
        if (!(await store.jobs.update(jobId, version++, patch))) continue;
        countStep(metrics, { ...job, ...patch }, patch);
        if (patch.status) {
          const traceId = traceIdOf(job.traceparent) ?? undefined;
          log.info('job is now', { jobId, traceId, status: patch.status, code: patch.error?.code });
        }
      }
      const after = { ...job, ...step.patch };
      // What just ended is read again first: its rows decide how.
      if (isOver(after.status)) continue;
      if (step.open.length > 0) await open(job, step.open, step.insert);
      if (tend) await publishTasks(parts, job, await withPayloads(await toPublish(queue, rows, Date.now())));
      kept.keep(jobId, state, version);
      if (after.playableAtMs !== null && !shown.has(jobId)) {
        await showOpening(store, after);
        shown.add(jobId);
      }
      return;
    }
    throw new MarqueeError('STORE_DOWN', 'The job was changed by others each time it was to be advanced.', {
      context: { jobId },
    });
  }

  async function takeBackSome(tasks: readonly TaskState[], from: Exclude<Tend, false>): Promise<number> {
    const taken = await takeBack(store, tasks, Date.now(), from);
    metrics.add('marquee_tasks_taken_back_total', {}, taken);
    return taken;
  }

  async function open(job: MediaProcessingJob, ids: TaskId[], planned: NewTask[]): Promise<void> {
    const turned = await store.tasks.open(ids);
    const inHand = new Map<TaskId, NewTask>(planned.map((task) => [task.id, task]));
    if (turned === ids.length && ids.every((id) => inHand.has(id))) {
      await publishTasks(
        parts,
        job,
        ids.map((id) => inHand.get(id) as NewTask),
      );
      return;
    }
    // Those that another orchestrator opened, and has published, are left to it.
    const rows = (await store.tasks.getMany(ids)).filter(
      (task) => turned === ids.length || (task.status === 'ready' && task.publishedAtMs === null),
    );
    await publishTasks(
      parts,
      job,
      rows.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)),
    );
  }

  async function withPayloads(states: readonly TaskState[]): Promise<NewTask[]> {
    if (states.length === 0) return [];
    const rows = await store.tasks.getMany(states.map((state) => state.id));
    return rows.sort((a, b) => a.order - b.order);
  }

  function begin(jobId: JobId, tend: Tend, ended: readonly TaskId[]): Promise<void> {
    const now = lookOnce(jobId, tend, ended).finally(() => {
      if (flights.get(jobId)?.next === null) flights.delete(jobId);
    });
    flights.set(jobId, { now, next: null, tendNext: false, endedNext: [] });
    return now;
  }

  function look(jobId: JobId, tend: Tend, ended: readonly TaskId[] = []): Promise<void> {
    const flight = flights.get(jobId);
    if (!flight) return begin(jobId, tend, ended);
    if (tend) flight.tendNext = tend;
    flight.endedNext.push(...ended);
    flight.next ??= flight.now.catch(() => undefined).then(() => begin(jobId, flight.tendNext, flight.endedNext));
    return flight.next;
  }

  return {
    look,
    watched,
    async onDelivery(delivery) {
      let jobId: JobId;
      let ended: TaskId[] = [];
      try {
        const message = parseMessage(delivery.body);
        if (message.type !== 'video.uploaded' && message.type !== 'task.finished') {
          throw new MarqueeError('MESSAGE_INVALID', `A message of ${message.type} is not for the orchestrator.`);
        }
        jobId = message.payload.jobId;
        if (message.type === 'task.finished') {
          const { taskId, others = [] } = (message as Message<'task.finished'>).payload;
          ended = [taskId, ...others];
        }
      } catch (error) {
        if (isNewer(delivery.body)) return { kind: 'retry', delayMs: newerDelayMs(delivery.deliveryCount) };
        const { message: reason } = toMarqueeError(error);
        log.error('message refused', { deliveryId: delivery.id, reason });
        return { kind: 'dead', reason };
      }
      try {
        await look(jobId, false, ended);
        return { kind: 'ack' };
      } catch (error) {
        log.warn('job not advanced', { jobId, error });
        return { kind: 'retry', delayMs: Math.min(RETRY_CAP_MS, 250 * 2 ** Math.min(10, delivery.deliveryCount)) };
      }
    },
  };
}
