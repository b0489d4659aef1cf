import type { JobId } from '@marquee/core/ids';
import { isOver } from '@marquee/core/job';
import { type JobView, jobView, type TaskView, taskView } from '../view/job-view.ts';
import { container } from './container.ts';
import { areWorkersSeen } from './titles.ts';

export interface JobSnapshot {
  job: JobView;
  tasks: TaskView[];
  /** True when nothing more will happen unless a person asks. */
  over: boolean;
}

/** How often a job that is being watched is read, in milliseconds: less often when it has thousands of tasks. */
const LOOK_MS = 700;
const LOOK_MANY_MS = 2500;
const MANY_TASKS = 600;
/** A comment is sent when there was no news for this long, so that nobody on the way closes the line. */
const HEARTBEAT_MS = 15_000;

/** @returns how a job stands, or null if there is none of this id. */
export async function jobSnapshot(id: JobId): Promise<JobSnapshot | null> {
  const { engines } = await container();
  const job = await engines.store.jobs.get(id);
  if (!job) return null;
  const [movie, tasks, workersSeen] = await Promise.all([
    engines.store.movies.get(job.movieId),
    engines.store.tasks.list(id),
    areWorkersSeen(),
  ]);
  const sourceStands = job.status !== 'cancelled' || (await engines.objects.head(job.sourceKey)) !== null;
  const view = jobView(job, tasks, movie?.title ?? job.fileName, { workersSeen, sourceStands });
  const over = isOver(job.status) && !view.settling && tasks.every((task) => task.status !== 'running');
  return { job: view, tasks: tasks.map(taskView), over };
}

/**
 * A job's news as server-sent events: `snapshot` with everything first and then, whenever something changed,
 * `change` with the job and the tasks that differ. Ends after `over`.
 */
export async function jobEvents(id: JobId, gone: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const { closing, log } = await container();
  const signal = AbortSignal.any([gone, closing]);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: string, data: unknown) =>
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      const sent = new Map<string, string>();
      let sentJob = '';
      let quietSinceMs = performance.now();
      try {
        controller.enqueue(encoder.encode('retry: 2000\n\n'));
        while (!signal.aborted) {
          const snapshot = await jobSnapshot(id);
          if (!snapshot || signal.aborted) break;
          const changed = snapshot.tasks.filter((task) => {
            const text = JSON.stringify(task);
            if (sent.get(task.id) === text) return false;
            sent.set(task.id, text);
            return true;
          });
          const jobText = JSON.stringify(snapshot.job);
          if (sentJob === '' || changed.length > 0 || jobText !== sentJob) {
            send(sentJob === '' ? 'snapshot' : 'change', { ...snapshot, tasks: changed });
            sentJob = jobText;
            quietSinceMs = performance.now();
          } else if (performance.now() - quietSinceMs > HEARTBEAT_MS) {
            controller.enqueue(encoder.encode(': still here\n\n'));
            quietSinceMs = performance.now();
          }
          if (snapshot.over) break;
          await sleep(snapshot.tasks.length > MANY_TASKS ? LOOK_MANY_MS : LOOK_MS, signal);
        }
        // Without this word the browser would take the end for a lost line and connect again.
        if (!closing.aborted && !gone.aborted) send('over', {});
      } catch (error) {
        log.warn('a job stream ended early', { jobId: id, err: error });
      } finally {
        try {
          controller.close();
        } catch {
          // The reader has gone already.
        }
      }
    },
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
