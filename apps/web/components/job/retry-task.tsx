'use client';

import { RotateCcw } from 'lucide-react';
import { useState, useTransition } from 'react';
import { retryTaskAction } from '../../server/job-actions.ts';
import type { JobView, TaskView } from '../../view/job-view.ts';
import { taskName } from '../../view/task-name.ts';

/** Makes one part again, where that is possible: a part that failed, or any part of a film that is ready. */
export function RetryTask({ task, job, onRetried }: { task: TaskView; job: JobView; onRetried: () => void }) {
  const [busy, start] = useTransition();
  const [refused, setRefused] = useState<string | null>(null);
  const can =
    (job.status === 'failed' && task.status === 'failed') ||
    (job.status === 'ready' && (task.status === 'done' || task.status === 'failed'));
  if (!can) return null;
  const retry = () =>
    start(async () => {
      const sentence = await retryTaskAction(job.id, task.id);
      setRefused(sentence);
      if (sentence === null) onRetried();
    });
  return (
    <div>
      <button
        type="button"
        className="control"
        disabled={busy}
        onClick={retry}
        aria-label={`${task.status === 'failed' ? 'Retry' : 'Make again'}: ${taskName(task)}`}
      >
        <RotateCcw size={16} aria-hidden />
        {busy ? 'Asking' : task.status === 'failed' ? 'Retry' : 'Make again'}
      </button>
      {refused && (
        <p role="alert" className="mt-1 max-w-xs text-14 text-lost">
          {refused}
        </p>
      )}
    </div>
  );
}
