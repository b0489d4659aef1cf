import type { MediaProcessingJob, Task, TaskRun } from '@marquee/core/job';
import type { Life } from './post.ts';

/** What a recovery may take beyond the lease. */
const RECOVERY_MARGIN_MS = 5000;
const MAX_REPEATED = 0.05;

/** An engine that was away. */
export interface Outage {
  engine: string;
  fromMs: number;
  toMs: number;
}

/** What came of a fleet that was disturbed. Times in milliseconds. */
export interface ChaosReport {
  jobsIn: number;
  jobsReady: number;
  /** Films that were taken in and did not become ready. */
  lost: number;
  /** Films with more than one job, and tasks that ended well more than once. */
  doubled: number;
  kills: number;
  /** Of them such as ran a task at that moment. */
  killsInWork: number;
  /** Processes that ended by themselves, but for such as could not start because an engine was away. */
  crashes: number;
  outages: number;
  /**
   * The longest time from a worker's death until somebody ran its task again, no engine being away meanwhile. What it
   * waited when its lease had run out, while every process that does such work was at work, is not counted.
   */
  worstRecoveryMs: number;
  /** The same with that wait. */
  worstRecoveryWithWaitMs: number;
  /** The same where an engine was away meanwhile. */
  worstRecoveryInOutageMs: number;
  tasks: number;
  runs: number;
  /** Time of runs that came to nothing, as a share of the time of all runs. */
  repeatedShare: number;
  /** The runs that came to nothing, by why. */
  repeatedMs: Record<string, number>;
}

/** The life that a run was part of: its machine's name begins the name under which tasks are claimed. */
function lifeOf(run: TaskRun): string {
  return run.worker.split('_')[0] ?? '';
}

/**
 * Judges what a disturbed fleet did by what it left in the store.
 *
 * @param facts.uploads how many films were taken in; their jobs are in `jobs`, with every task in `tasks`
 */
export function judge(facts: {
  uploads: number;
  jobs: MediaProcessingJob[];
  tasks: Task[];
  lives: Life[];
  outages: Outage[];
  leaseMs: number;
}): ChaosReport {
  const { uploads, jobs, tasks, outages, leaseMs } = facts;
  const isAway = (sinceMs: number, untilMs: number) =>
    outages.some(({ fromMs, toMs }) => fromMs < untilMs && toMs > sinceMs);
  const killed = new Map(
    facts.lives.flatMap((life) => (life.killedAtMs === null ? [] : [[life.name, life.killedAtMs]])),
  );
  const inWork = new Set<string>();
  const recoveries = { calm: 0, calmWithWait: 0, outage: 0 };
  const work = workOf(tasks, killed);
  const repeatedMs: Record<string, number> = {};
  let usefulMs = 0;
  let doubled = Math.max(0, jobs.length - uploads);

  for (const { type, runs } of tasks) {
    doubled += Math.max(0, runs.filter((run) => run.outcome === 'done').length - 1);
    for (const [i, run] of runs.entries()) {
      const next = runs[i + 1];
      const killedAtMs = killed.get(lifeOf(run));
      // Who was found dead may have been given an end by others, after its death.
      if (killedAtMs !== undefined && (run.endedAtMs ?? Number.POSITIVE_INFINITY) > killedAtMs) {
        inWork.add(lifeOf(run));
        if (next) {
          const tookMs = next.startedAtMs - killedAtMs;
          if (isAway(killedAtMs, next.startedAtMs)) recoveries.outage = Math.max(recoveries.outage, tookMs);
          else {
            const crew = facts.lives.filter(({ name }) => work.some((each) => each.type === type && isOf(each, name)));
            const fullMs = fullSpanMs(crew, work, killedAtMs + leaseMs, next.startedAtMs);
            recoveries.calm = Math.max(recoveries.calm, tookMs - fullMs);
            recoveries.calmWithWait = Math.max(recoveries.calmWithWait, tookMs);
          }
        }
      }
      const tookMs = lengthMs(run, next, killedAtMs, leaseMs);
      if (run.outcome === 'done') usefulMs += tookMs;
      else {
        const isKilled = killedAtMs !== undefined && (run.endedAtMs ?? killedAtMs) >= killedAtMs;
        const why = isKilled ? 'killed' : (run.outcome ?? 'forgotten');
        repeatedMs[why] = (repeatedMs[why] ?? 0) + tookMs;
      }
    }
  }
  const wastedMs = Object.values(repeatedMs).reduce((sum, ms) => sum + ms, 0);
  const jobsReady = jobs.filter((job) => job.status === 'ready').length;
  return {
    jobsIn: uploads,
    jobsReady,
    lost: Math.max(0, uploads - jobsReady),
    doubled,
    kills: killed.size,
    killsInWork: inWork.size,
    crashes: facts.lives.filter(
      (life) => life.ended !== null && (life.wasThere || !isAway(life.startedAtMs, life.ended.atMs)),
    ).length,
    outages: outages.length,
    worstRecoveryMs: recoveries.calm,
    worstRecoveryWithWaitMs: recoveries.calmWithWait,
    worstRecoveryInOutageMs: recoveries.outage,
    tasks: tasks.length,
    runs: tasks.reduce((sum, task) => sum + task.runs.length, 0),
    repeatedShare: usefulMs + wastedMs === 0 ? 0 : wastedMs / (usefulMs + wastedMs),
    repeatedMs,
  };
}

/** A span in which a process was at work. */
interface Work {
  type: Task['type'];
  /** Name of the life. */
  life: string;
  fromMs: number;
  toMs: number;
}

function workOf(tasks: Task[], killed: Map<string, number>): Work[] {
  return tasks.flatMap(({ type, runs }) =>
    runs.map((run) => {
      const life = lifeOf(run);
      const endMs = Math.min(run.endedAtMs ?? Number.POSITIVE_INFINITY, killed.get(life) ?? Number.POSITIVE_INFINITY);
      return { type, life, fromMs: run.startedAtMs, toMs: endMs };
    }),
  );
}

/** Whether some life of the post that `life` belongs to did this: `transcode-1.2` and `transcode-1.3` are of one post. */
function isOf(work: Work, life: string): boolean {
  const postOf = (name: string) => name.slice(0, name.lastIndexOf('.'));
  return postOf(work.life) === postOf(life);
}

/** How often in a span it is looked who was free. */
const STEP_MS = 100;

/** @returns how much of a span all of the crew who lived were at work */
function fullSpanMs(crew: Life[], work: Work[], fromMs: number, toMs: number): number {
  const near = work.filter((each) => each.fromMs < toMs && each.toMs > fromMs);
  let fullMs = 0;
  for (let atMs = fromMs; atMs + STEP_MS <= toMs; atMs += STEP_MS) {
    const living = crew.filter(
      ({ startedAtMs, killedAtMs, ended }) =>
        startedAtMs <= atMs && (killedAtMs ?? ended?.atMs ?? Number.POSITIVE_INFINITY) > atMs,
    );
    const isFull = living.every(({ name }) =>
      near.some((each) => each.life === name && each.fromMs <= atMs && each.toMs > atMs),
    );
    if (isFull && living.length > 0) fullMs += STEP_MS;
  }
  return fullMs;
}

/**
 * How long a run was at work. One without an end worked until its process was killed, or its lease last renewed: a claim
 * whose answer was lost holds its task for a lease, and is no work.
 */
function lengthMs(run: TaskRun, next: TaskRun | undefined, killedAtMs: number | undefined, leaseMs: number): number {
  const endMs = Math.min(run.endedAtMs ?? Number.POSITIVE_INFINITY, killedAtMs ?? Number.POSITIVE_INFINITY);
  // It was given this end when its lease had run out, or by whoever claimed the task after that.
  const isForgotten = run.outcome === 'LEASE_LOST' || run.outcome === null;
  // A process may have been killed long after it.
  const silentMs = isForgotten && endMs !== killedAtMs ? leaseMs : 0;
  if (Number.isFinite(endMs)) return Math.max(0, endMs - silentMs - run.startedAtMs);
  return next ? Math.max(0, next.startedAtMs - leaseMs - run.startedAtMs) : 0;
}

/** What the report says line by line, and whether each is as it has to be. */
export function verdicts(
  facts: ChaosReport & { differing: number; strays: number; temporary: number; unclean: number; wallSec: number },
  leaseMs: number,
): { ok: boolean; text: string }[] {
  const sec = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const boundMs = leaseMs + RECOVERY_MARGIN_MS;
  const why = Object.entries(facts.repeatedMs)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, ms]) => `${outcome} ${sec(ms)}`)
    .join(', ');
  const none = (count: number, what: string) => ({ ok: count === 0, text: `${count} ${what}` });
  return [
    {
      ok: true,
      text: `${facts.kills} processes killed, ${facts.killsInWork} of them at work; ${facts.outages} outages; ${facts.wallSec} s`,
    },
    { ok: facts.jobsReady === facts.jobsIn, text: `${facts.jobsIn} jobs in, ${facts.jobsReady} ready` },
    none(facts.lost, 'lost'),
    none(facts.doubled, 'doubled publications'),
    none(facts.differing, 'objects that differ from an undisturbed run'),
    none(facts.strays, 'objects that belong to no job'),
    none(facts.temporary, 'temporary files left'),
    none(facts.crashes, 'processes that ended by themselves'),
    none(facts.unclean, 'processes that did not stop in order'),
    {
      ok: facts.worstRecoveryMs < boundMs,
      text: `${sec(facts.worstRecoveryMs)} worst recovery after a killed worker (under ${sec(boundMs)}), ${sec(facts.worstRecoveryWithWaitMs)} with the wait where all were at work; ${sec(facts.worstRecoveryInOutageMs)} where an engine was away too`,
    },
    {
      ok: facts.repeatedShare < MAX_REPEATED,
      text: `${(100 * facts.repeatedShare).toFixed(1)} % of the work repeated (${why || 'none'}); ${facts.tasks} tasks in ${facts.runs} runs`,
    },
  ];
}
