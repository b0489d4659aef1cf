import type { TaskId } from '@marquee/core/ids';
import type { TaskRun } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import type { TaskView } from './job-view.ts';

/** One run of one task, placed: `x` in `[0, 1]` of the whole width, `row` from 0. */
export interface Bar {
  taskId: TaskId;
  type: TaskType;
  row: number;
  startX: number;
  endX: number;
  startedAtMs: number;
  endedAtMs: number;
  outcome: 'done' | 'running' | 'failed' | 'stopped';
  run: TaskRun;
}

export interface Timeline {
  /** One row for each thing a worker did at the same time: the label is given to a worker's first row. */
  rows: { worker: string; slot: number }[];
  bars: Bar[];
  ticks: { x: number; afterMs: number }[];
  /** Where idle time was cut out. */
  cuts: number[];
  startMs: number;
  /** Time worked or waited that is drawn, in milliseconds. */
  spanMs: number;
}

/** Idle time is shortened to this share of the rest once it is longer, so that a retry next day stays readable. */
const MAX_IDLE_SHARE = 0.12;
const MIN_CUT_MS = 5000;
const STEPS_SEC = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/** Places every run of every task on rows, one row for each thing that a worker had in hand at once. */
export function layoutTimeline(tasks: TaskView[], nowMs: number): Timeline {
  const runs = tasks
    .flatMap((task) =>
      task.runs.map((run, i) => ({ task, run, startMs: run.startedAtMs, endMs: endOf(task, i, nowMs) })),
    )
    .sort((a, b) => a.startMs - b.startMs || (a.task.id < b.task.id ? -1 : 1));
  const axis = makeAxis(runs);

  const workers = new Map<string, number[]>();
  const placed = runs.map((each) => {
    const slots = workers.get(each.run.worker) ?? [];
    workers.set(each.run.worker, slots);
    let slot = slots.findIndex((freeAtMs) => freeAtMs <= each.startMs);
    if (slot < 0) slot = slots.length;
    slots[slot] = each.endMs;
    return { ...each, slot };
  });
  const rows = [...workers].flatMap(([worker, slots]) => slots.map((_, slot) => ({ worker, slot })));
  const firstRow = new Map<string, number>();
  rows.forEach((row, i) => {
    if (row.slot === 0) firstRow.set(row.worker, i);
  });

  const bars = placed.map(
    ({ task, run, startMs, endMs, slot }): Bar => ({
      taskId: task.id,
      type: task.type,
      row: (firstRow.get(run.worker) ?? 0) + slot,
      startX: axis.x(startMs),
      endX: axis.x(endMs),
      startedAtMs: startMs,
      endedAtMs: endMs,
      outcome: outcomeOf(task, run),
      run,
    }),
  );
  return { rows, bars, ticks: ticksOf(axis.spanMs), cuts: axis.cuts, startMs: axis.startMs, spanMs: axis.spanMs };
}

/** A run whose worker vanished has no end of its own: it ends where the next begins. */
function endOf(task: TaskView, i: number, nowMs: number): number {
  const run = task.runs[i] as TaskRun;
  if (run.endedAtMs !== null) return Math.max(run.endedAtMs, run.startedAtMs);
  const next = task.runs[i + 1];
  if (next) return next.startedAtMs;
  return task.status === 'running' ? Math.max(nowMs, run.startedAtMs) : run.startedAtMs;
}

function outcomeOf(task: TaskView, run: TaskRun): Bar['outcome'] {
  if (run.outcome === 'done') return 'done';
  if (run.outcome === null) return task.status === 'running' && task.runs.at(-1) === run ? 'running' : 'stopped';
  return run.outcome === 'SHUTDOWN' || run.outcome === 'LEASE_LOST' || run.outcome === 'JOB_CANCELLED'
    ? 'stopped'
    : 'failed';
}

/** Maps time onto `[0, 1]`, with long idle stretches shortened. */
function makeAxis(runs: { startMs: number; endMs: number }[]) {
  const startMs = runs[0]?.startMs ?? 0;
  const idle: { fromMs: number; toMs: number }[] = [];
  let reachMs = startMs;
  let busyMs = 0;
  for (const run of runs) {
    if (run.startMs > reachMs) idle.push({ fromMs: reachMs, toMs: run.startMs });
    busyMs += Math.max(0, run.endMs - Math.max(reachMs, run.startMs));
    reachMs = Math.max(reachMs, run.endMs);
  }
  const keepMs = Math.max(MIN_CUT_MS, busyMs * MAX_IDLE_SHARE);
  const cut = idle.filter((gap) => gap.toMs - gap.fromMs > keepMs);
  const drawnMs = (atMs: number) =>
    cut.reduce((ms, gap) => {
      const inside = Math.min(Math.max(atMs - gap.fromMs, 0), gap.toMs - gap.fromMs);
      return ms - inside + (inside * keepMs) / (gap.toMs - gap.fromMs);
    }, atMs - startMs);
  const spanMs = Math.max(1, drawnMs(reachMs));
  return {
    startMs,
    spanMs,
    x: (atMs: number) => drawnMs(atMs) / spanMs,
    cuts: cut.map((gap) => drawnMs((gap.fromMs + gap.toMs) / 2) / spanMs),
  };
}

/** Four to eight marks at round times. */
function ticksOf(spanMs: number): Timeline['ticks'] {
  const stepSec = STEPS_SEC.find((sec) => spanMs / (sec * 1000) <= 7) ?? 86_400 * Math.ceil(spanMs / 604_800_000);
  const ticks: Timeline['ticks'] = [];
  for (let afterMs = 0; afterMs <= spanMs; afterMs += stepSec * 1000) ticks.push({ x: afterMs / spanMs, afterMs });
  return ticks;
}
