import type { JobId, TaskId } from '@marquee/core/ids';
import type { MediaProcessingJob, TaskState } from '@marquee/core/job';
import { createJobState, type JobState } from '@marquee/core/job-state';
import type { Store } from '@marquee/core/ports';

/** Tasks of all kept states together; each takes some two hundred bytes. */
const KEPT_TASKS = 300_000;
/** Read anew after this, whatever was seen meanwhile: a belt to the braces of the version. */
const KEPT_MS = 60_000;
/** Of a job with no more open tasks than this all of them are read at each look. */
const FEW_OPEN = 16;
/** With more, all of them are read so seldom that it takes a twentieth of the time at most. */
const SPARING = 20;

/** The states of the jobs that this orchestrator looked at last. */
export interface KeptStates {
  /**
   * Gives a job's state as the store has it now: kept from the last look and brought up to date by reading only
   * tasks that were open then, or read whole where anybody else has written to the job since.
   *
   * @param which tasks that are said to have ended, which are enough where many are open: what else has ended is said
   *              too, or found by the sweep, which asks for all
   * @returns with it the rows of the open tasks that were read
   */
  read(job: MediaProcessingJob, which: 'all' | readonly TaskId[]): Promise<{ state: JobState; rows: TaskState[] }>;
  /** Keeps a state that was read and advanced, with the version that the job has after it. */
  keep(jobId: JobId, state: JobState, version: number): void;
  drop(jobId: JobId): void;
}

/** When a state's rows were read, and what that took, in milliseconds. */
interface Reading {
  atMs: number;
  tookMs: number;
}

interface Known {
  /** All rows of the job. */
  whole: Reading;
  /** All open ones. */
  open: Reading;
}

export function keepStates(store: Store): KeptStates {
  // In order of use: the first is the one to go.
  const states = new Map<JobId, { state: JobState; version: number }>();
  const known = new WeakMap<JobState, Known>();
  let keptTasks = 0;

  const drop = (jobId: JobId) => {
    const old = states.get(jobId);
    if (!old) return;
    states.delete(jobId);
    keptTasks -= old.state.size();
  };

  const isOld = ({ atMs, tookMs }: Reading, leastMs: number) =>
    Date.now() - atMs >= Math.max(leastMs, SPARING * tookMs);

  async function refresh(state: JobState, ids: TaskId[]): Promise<TaskState[]> {
    const rows = await store.tasks.states(ids);
    const decisive = rows.filter((row) => !state.applyState(row)).map((row) => row.id);
    if (decisive.length > 0) for (const row of await store.tasks.getMany(decisive)) state.apply(row);
    return rows.filter((row) => row.status === 'ready' || row.status === 'running');
  }

  return {
    async read(job, which) {
      const old = states.get(job.id);
      const seen = old && known.get(old.state);
      const atMs = Date.now();
      if (old && seen && old.version === job.version && !isOld(seen.whole, KEPT_MS)) {
        const { state } = old;
        const open = state.openIds();
        if (which !== 'all' && open.length > FEW_OPEN && !isOld(seen.open, 0)) {
          return { state, rows: await refresh(state, [...new Set(which)].filter(state.has)) };
        }
        const rows = await refresh(state, open);
        seen.open = { atMs, tookMs: Date.now() - atMs };
        return { state, rows };
      }
      const tasks = await store.tasks.list(job.id);
      const state = createJobState(tasks);
      const reading = { atMs, tookMs: Date.now() - atMs };
      known.set(state, { whole: reading, open: reading });
      return { state, rows: tasks.filter((task) => task.status === 'ready' || task.status === 'running') };
    },
    keep(jobId, state, version) {
      drop(jobId);
      states.set(jobId, { state, version });
      keptTasks += state.size();
      for (const id of states.keys()) {
        if (keptTasks <= KEPT_TASKS || id === jobId) break;
        drop(id);
      }
    },
    drop,
  };
}
