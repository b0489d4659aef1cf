'use client';

import { useState } from 'react';
import { formatShare, formatSpan } from '../../view/format.ts';
import type { JobView, TaskView } from '../../view/job-view.ts';
import { taskName } from '../../view/task-name.ts';
import { workerName } from '../../view/worker-name.ts';
import { RetryTask } from './retry-task.tsx';

const STATUS_WORDS: Record<TaskView['status'], string> = {
  waiting: 'Waiting',
  ready: 'In the queue',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
/** Rows shown before somebody asks for all: a long film has thousands. */
const FIRST_ROWS = 100;

/** The timeline in words: every task with its state, time and worker. Failed ones first. */
export function TaskTable({ tasks, job, onRetried }: { tasks: TaskView[]; job: JobView; onRetried: () => void }) {
  const [all, setAll] = useState(false);
  const sorted = [...tasks].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'));
  const shown = all ? sorted : sorted.slice(0, FIRST_ROWS);
  return (
    <details className="mt-2 border-t border-line">
      <summary className="flex min-h-11 items-center text-14 text-quiet hover:text-ink">
        The same as a table ({tasks.length} {tasks.length === 1 ? 'part' : 'parts'})
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard. */}
      <section className="overflow-x-auto" tabIndex={0} aria-label="Parts of the job">
        <table className="figures w-full min-w-[40rem] text-left text-14">
          <thead className="text-12 text-quiet">
            <tr className="border-b border-line">
              <th className="py-2 pr-4 font-normal">Part</th>
              <th className="py-2 pr-4 font-normal">State</th>
              <th className="py-2 pr-4 text-right font-normal">Time</th>
              <th className="py-2 pr-4 font-normal">Worker</th>
              <th className="py-2 font-normal">
                <span className="sr-only">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((task) => {
              const run = task.runs.at(-1);
              return (
                <tr key={task.id} className="border-b border-line align-top">
                  <td className="py-2 pr-4">{taskName(task)}</td>
                  <td className={`py-2 pr-4 ${task.status === 'failed' ? 'text-lost' : ''}`}>
                    {task.status === 'running' ? formatShare(task.progress) : STATUS_WORDS[task.status]}
                    {task.error && task.status === 'failed' && (
                      <span className="block max-w-md">{task.error.message}</span>
                    )}
                  </td>
                  <td className="py-2 pr-4 text-right">
                    {run?.endedAtMs ? formatSpan(run.endedAtMs - run.startedAtMs) : ''}
                  </td>
                  <td className="max-w-56 truncate py-2 pr-4 text-quiet">{run ? workerName(run.worker) : ''}</td>
                  <td className="py-1 text-right">
                    {task.status === 'failed' && <RetryTask task={task} job={job} onRetried={onRetried} />}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {shown.length < sorted.length && (
        <button type="button" className="control mt-3" onClick={() => setAll(true)}>
          Show all {sorted.length}
        </button>
      )}
    </details>
  );
}
