import type { MediaProcessingJob, TaskState } from './job.ts';

/** A line of what was done for a job: an upload, a run of a part, or a tool that it ran. */
export interface TraceLine {
  /** `upload`, the name of a part (`transcode:00012`), or a tool. */
  name: string;
  /** 0 for what the job waited for, 1 for a tool that the line above it ran. */
  depth: 0 | 1;
  /** In milliseconds since 1970. */
  startedAtMs: number;
  /** How long its message waited before; null where that is not known any more. */
  waitedMs: number | null;
  /** Null while it goes on. */
  tookMs: number | null;
  /** `done`, an error code, or null while it runs or where nobody knows. */
  outcome: string | null;
  /** Who did it; null for tools and for the upload. */
  worker: string | null;
}

/**
 * What was done for a job, in the order in which it began, from the rows alone.
 *
 * When a part's message was sent is known of its last run; what earlier ones waited is not.
 */
export function traceOf(job: MediaProcessingJob, tasks: readonly TaskState[]): TraceLine[] {
  const { uploadBeganAtMs, createdAtMs } = job;
  const upload = { name: 'upload', depth: 0, waitedMs: null, outcome: 'done', worker: null } as const;
  const began: TraceLine[][] =
    uploadBeganAtMs === undefined
      ? []
      : [[{ ...upload, startedAtMs: uploadBeganAtMs, tookMs: createdAtMs - uploadBeganAtMs }]];
  const runs = tasks.flatMap((task) =>
    task.runs.map((run, i): TraceLine[] => {
      const isLast = i === task.runs.length - 1;
      const sentAtMs = isLast ? task.publishedAtMs : null;
      const line: TraceLine = {
        name: task.id.slice(job.id.length + 1),
        depth: 0,
        startedAtMs: run.startedAtMs,
        // A message that was sent once more since has its later time.
        waitedMs: sentAtMs === null || sentAtMs > run.startedAtMs ? null : run.startedAtMs - sentAtMs,
        tookMs: run.endedAtMs === null ? null : run.endedAtMs - run.startedAtMs,
        outcome: run.outcome,
        worker: run.worker,
      };
      const tools = (run.tools ?? []).map(
        ({ tool, startedAtMs, tookMs, outcome }): TraceLine => ({
          name: tool,
          depth: 1,
          startedAtMs,
          waitedMs: null,
          tookMs,
          outcome,
          worker: null,
        }),
      );
      return [line, ...tools.sort((a, b) => a.startedAtMs - b.startedAtMs)];
    }),
  );
  return [...began, ...runs].sort(([a], [b]) => (a?.startedAtMs ?? 0) - (b?.startedAtMs ?? 0)).flat();
}
