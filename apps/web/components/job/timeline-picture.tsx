'use client';

import type { TaskId } from '@marquee/core/ids';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { formatSpan } from '../../view/format.ts';
import type { JobView, TaskView } from '../../view/job-view.ts';
import { STAGES, stageOf } from '../../view/stages.ts';
import { taskName } from '../../view/task-name.ts';
import { type Bar, layoutTimeline } from '../../view/timeline.ts';
import { workerName } from '../../view/worker-name.ts';
import { TaskDetails } from './task-details.tsx';
import { TaskTable } from './task-table.tsx';

const ROW_PX = 22;
const BAR_PX = 16;
const AXIS_PX = 24;
/** Thinnest bar, as a share of the width, so that short tasks can be hit. */
const MIN_BAR = 0.003;

const OUTCOME_WORDS: Record<Bar['outcome'], string> = {
  done: 'done',
  running: 'running',
  failed: 'failed',
  stopped: 'stopped before its end',
};

/**
 * Who ran what when, as a picture: rows are what a worker had in hand at once, bars are runs of tasks. Arrow keys
 * walk through the bars; a table says the same.
 */
export function TimelinePicture(props: {
  job: JobView;
  tasks: TaskView[];
  nowMs: number;
  timeZone: string;
  onRetried: () => void;
}) {
  const { tasks, nowMs } = props;
  const line = useMemo(() => layoutTimeline(tasks, nowMs), [tasks, nowMs]);
  const [chosen, setChosen] = useState<{ taskId: TaskId; startedAtMs: number } | null>(null);
  const picture = useRef<SVGSVGElement>(null);
  const at = line.bars.findIndex((bar) => bar.taskId === chosen?.taskId && bar.startedAtMs === chosen.startedAtMs);
  const bar = line.bars[at];
  const task = tasks.find((each) => each.id === bar?.taskId);
  const choose = (next: Bar) => setChosen({ taskId: next.taskId, startedAtMs: next.startedAtMs });

  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextBar(event.key, line.bars, at);
    if (next === undefined) return;
    event.preventDefault();
    choose(line.bars[next] as Bar);
    picture.current?.querySelectorAll<SVGElement>('[data-bar]')[next]?.focus();
  };

  const heightPx = line.rows.length * ROW_PX + AXIS_PX;
  return (
    <section aria-labelledby="timeline" className="mt-12">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
        <h2 id="timeline" className="display text-20">
          Who did what when
        </h2>
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-12 text-quiet" aria-label="Colours">
          {Object.values(STAGES).map(({ name, color }) => (
            <li key={name} className="flex items-center gap-1.5">
              <span className="size-2.5 rounded-still" style={{ background: color }} aria-hidden />
              {name}
            </li>
          ))}
        </ul>
      </div>
      <WorkerWords rows={line.rows} />
      {line.bars.length === 0 ? (
        <p className="mt-4 border-y border-line py-8 text-14 text-quiet">No worker has begun yet.</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a picture. */}
          <svg
            ref={picture}
            role="group"
            aria-label={`Timeline of ${line.bars.length} runs over ${formatSpan(line.spanMs)}. Arrow keys walk through them.`}
            width="100%"
            height={heightPx}
            className="mt-4 block overflow-visible"
            onKeyDown={onKeyDown}
          >
            {line.ticks.map((tick) => (
              <g key={tick.afterMs}>
                <line
                  x1={percent(tick.x)}
                  x2={percent(tick.x)}
                  y1={0}
                  y2={heightPx - AXIS_PX + 4}
                  stroke="var(--line)"
                />
                <text
                  x={percent(tick.x)}
                  y={heightPx - 4}
                  className="figures text-12"
                  fill="var(--quiet)"
                  textAnchor={tick.x === 0 ? 'start' : tick.x > 0.97 ? 'end' : 'middle'}
                >
                  {tick.afterMs === 0 ? '0' : formatSpan(tick.afterMs)}
                </text>
              </g>
            ))}
            {line.cuts.map((x) => (
              <line
                key={x}
                x1={percent(x)}
                x2={percent(x)}
                y1={0}
                y2={heightPx - AXIS_PX}
                stroke="var(--line-strong)"
                strokeDasharray="2 4"
              />
            ))}
            {line.bars.map((each, i) => (
              <BarShape
                key={`${each.taskId} ${each.startedAtMs}`}
                bar={each}
                isChosen={i === at}
                isTabStop={at < 0 ? i === 0 : i === at}
                onChoose={() => choose(each)}
                label={labelOf(each, tasks)}
              />
            ))}
          </svg>
          <TaskDetails
            {...(task && bar ? { task, bar } : {})}
            job={props.job}
            timeZone={props.timeZone}
            nowMs={nowMs}
            onRetried={props.onRetried}
          />
        </>
      )}
      <TaskTable tasks={tasks} job={props.job} onRetried={props.onRetried} />
    </section>
  );
}

/** Names the workers, top to bottom, with how much each had in hand at once. */
function WorkerWords({ rows }: { rows: { worker: string }[] }) {
  const counts = new Map<string, number>();
  for (const { worker } of rows) counts.set(worker, (counts.get(worker) ?? 0) + 1);
  if (counts.size === 0) return null;
  const words = [...counts].map(([worker, count]) => `${workerName(worker)}, ${count} at once`);
  return (
    <p className="figures mt-2 text-14 text-quiet">
      {counts.size === 1 ? '' : 'Top to bottom: '}
      {words.join('; ')}
    </p>
  );
}

function BarShape(props: { bar: Bar; isChosen: boolean; isTabStop: boolean; onChoose: () => void; label: string }) {
  const { bar, isChosen } = props;
  const width = Math.max(MIN_BAR, bar.endX - bar.startX);
  const { color } = stageOf(bar.type);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button cannot stand inside a picture.
    <rect
      data-bar
      role="button"
      tabIndex={props.isTabStop ? 0 : -1}
      aria-label={props.label}
      aria-pressed={isChosen}
      x={percent(Math.min(bar.startX, 1 - MIN_BAR))}
      y={bar.row * ROW_PX + (ROW_PX - BAR_PX) / 2}
      width={percent(width)}
      height={BAR_PX}
      rx={2}
      fill={bar.outcome === 'failed' ? 'var(--lost)' : color}
      fillOpacity={bar.outcome === 'stopped' ? 0.4 : 1}
      stroke={isChosen ? 'var(--ink)' : 'var(--ground)'}
      strokeWidth={isChosen ? 2 : 1}
      className={`cursor-pointer outline-none ${bar.outcome === 'running' ? 'breathing' : ''}`}
      onMouseEnter={props.onChoose}
      onFocus={props.onChoose}
      onClick={props.onChoose}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          props.onChoose();
        }
      }}
    />
  );
}

/** Left and right go on in time, up and down to what ran on the next row at that moment. */
function nextBar(key: string, bars: Bar[], at: number): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return bars.length - 1;
  if (key === 'ArrowRight') return Math.min(bars.length - 1, at + 1);
  if (key === 'ArrowLeft') return Math.max(0, at - 1);
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const from = bars[at];
  if (!from) return 0;
  const row = from.row + (key === 'ArrowDown' ? 1 : -1);
  let best: number | undefined;
  bars.forEach((bar, i) => {
    if (bar.row !== row) return;
    const distance = Math.abs(bar.startX - from.startX);
    if (best === undefined || distance < Math.abs((bars[best] as Bar).startX - from.startX)) best = i;
  });
  return best;
}

function labelOf(bar: Bar, tasks: TaskView[]): string {
  const task = tasks.find((each) => each.id === bar.taskId);
  const name = task ? taskName(task) : bar.taskId;
  return `${name}: ${OUTCOME_WORDS[bar.outcome]}, ${formatSpan(bar.endedAtMs - bar.startedAtMs)}, row ${bar.row + 1}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
