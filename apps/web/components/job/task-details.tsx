'use client';

import { formatClock, formatShare, formatSpan } from '../../view/format.ts';
import type { JobView, TaskView } from '../../view/job-view.ts';
import { taskName } from '../../view/task-name.ts';
import type { Bar } from '../../view/timeline.ts';
import { workerName } from '../../view/worker-name.ts';
import { RetryTask } from './retry-task.tsx';

/** What the bar under the pointer or the focus stands for. Keeps its height, so that nothing jumps. */
export function TaskDetails(props: {
  task?: TaskView;
  bar?: Bar;
  job: JobView;
  nowMs: number;
  timeZone: string;
  onRetried: () => void;
}) {
  const { task, bar, nowMs } = props;
  if (!task || !bar) {
    return (
      <p className="mt-3 min-h-24 text-14 text-quiet">Point at a bar, or walk through them with the arrow keys.</p>
    );
  }
  const facts = [
    `${formatSpan(bar.endedAtMs - bar.startedAtMs)} from ${formatClock(bar.startedAtMs, nowMs, props.timeZone)}`,
    `by ${workerName(bar.run.worker)}`,
    bar.outcome === 'running' ? formatShare(task.progress) : null,
    bar.outcome === 'failed' ? `${bar.run.outcome}` : null,
    bar.outcome === 'stopped' ? 'stopped before its end and given back' : null,
    task.attempts > 0 ? `${task.attempts} failed ${task.attempts === 1 ? 'try' : 'tries'}` : null,
  ].filter(Boolean);
  return (
    <div className="mt-3 flex min-h-24 flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <p className="text-14 font-medium">{taskName(task)}</p>
        <p className="figures mt-0.5 text-14 break-all text-quiet">{facts.join(' · ')}</p>
        {task.error && bar.outcome === 'failed' && (
          <p className="mt-1 max-w-[70ch] text-14 text-lost">{task.error.message}</p>
        )}
      </div>
      <RetryTask task={task} job={props.job} onRetried={props.onRetried} />
    </div>
  );
}
