import type { JobId } from '@marquee/core/ids';
import type { MediaProcessingJob, TaskState } from '@marquee/core/job';
import { createJobState, type JobState } from '@marquee/core/job-state';
import type { Store } from '@marquee/core/ports';

/** Tasks of all kept states together; each takes some two hundred bytes. */
const KEPT_TASKS = 300_000;
/** Read anew after this, whatever was seen meanwhile: a belt to the braces of the version. */
const KEPT_MS = 60_000;

/** The states of the jobs that this orchestrator looked at last. */
export interface KeptStates {
  /**
   * Gives a job's state as the store has it now: kept from the last look and brought up to date by reading only
   * the tasks that were open then, or read whole where anybody else has written to the job since.
   *
   * @returns with it the rows of the open tasks
   */
  read(job: MediaProcessingJob): Promise<{ state: JobState; rows: TaskState[] }>;
  /** Keeps a state that was read and advanced, with the version that the job has after it. */
  keep(jobId: JobId, state: JobState, version: number): void;
  drop(jobId: JobId): void;
}

interface Kept {
  state: JobState;
  version: number;
  readAtMs: number;
}

export function keepStates(store: Store): KeptStates {
  // In order of use: the first is the one to go.
  const states = new Map<JobId, Kept>();
  const readAt = new WeakMap<JobState, number>();
  let keptTasks = 0;

  const drop = (jobId: JobId) => {
    const old = states.get(jobId);
    if (!old) return;
    states.delete(jobId);
    keptTasks -= old.state.size();
  };

  async function refresh(state: JobState): Promise<TaskState[]> {
    const rows = await store.tasks.states(state.openIds());
    const decisive = rows.filter((row) => !state.applyState(row)).map((row) => row.id);
    if (decisive.length > 0) for (const row of await store.tasks.getMany(decisive)) state.apply(row);
    return rows.filter((row) => row.status === 'ready' || row.status === 'running');
  }

  return {
    async read(job) {
      const old = states.get(job.id);
      if (old && old.version === job.version && Date.now() - old.readAtMs < KEPT_MS) {
        return { state: old.state, rows: await refresh(old.state) };
      }
      const tasks = await store.tasks.list(job.id);
      const state = createJobState(tasks);
      readAt.set(state, Date.now());
      return { state, rows: tasks.filter((task) => task.status === 'ready' || task.status === 'running') };
    },
    keep(jobId, state, version) {
      drop(jobId);
      states.set(jobId, { state, version, readAtMs: readAt.get(state) ?? 0 });
      keptTasks += state.size();
      for (const id of states.keys()) {
        if (keptTasks <= KEPT_TASKS || id === jobId) break;
        drop(id);
      }
    },
    drop,
  };
}
