'use client';

import { useCallback, useEffect, useState } from 'react';
import type { JobSnapshot } from '../../server/jobs.ts';

/** How often the job is asked about when events do not come through, in milliseconds. */
const POLL_MS = 2000;
/** Lost lines in a row after which events are given up. */
const MAX_LOST = 2;

/** How news of a job arrives: by events, by asking, or not at all just now. */
export type Line = 'events' | 'polling' | 'lost' | 'over';

/**
 * A job as it stands, kept up to date by server-sent events, by polling where those fail.
 *
 * @returns `again` listens anew, for a job that was over and has been retried
 */
export function useJob(first: JobSnapshot): { snapshot: JobSnapshot; line: Line; again: () => void } {
  const [snapshot, setSnapshot] = useState(first);
  const [line, setLine] = useState<Line>(first.over ? 'over' : 'events');
  const [round, setRound] = useState(0);
  const id = first.job.id;

  useEffect(() => {
    if (round === 0 && first.over) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    let lost = 0;
    let wasAway = false;

    const poll = async () => {
      try {
        const answer = await fetch(`/api/jobs/${id}`);
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const next = (await answer.json()) as JobSnapshot;
        if (stopped) return;
        setSnapshot(next);
        setLine(next.over ? 'over' : 'polling');
        if (next.over) return;
        // The site is back after a restart: events deserve another try.
        if (wasAway) return setRound((n) => n + 1);
      } catch {
        if (stopped) return;
        wasAway = true;
        setLine('lost');
      }
      timer = setTimeout(poll, POLL_MS);
    };

    const events = new EventSource(`/api/jobs/${id}/events`);
    events.addEventListener('snapshot', (event) => {
      lost = 0;
      setLine('events');
      setSnapshot(JSON.parse(event.data) as JobSnapshot);
    });
    events.addEventListener('change', (event) => {
      setSnapshot((before) => merge(before, JSON.parse(event.data) as JobSnapshot));
    });
    events.addEventListener('over', () => {
      events.close();
      setLine('over');
    });
    events.onerror = () => {
      lost++;
      if (events.readyState !== EventSource.CLOSED && lost <= MAX_LOST) {
        setLine('lost');
        return;
      }
      events.close();
      void poll();
    };
    return () => {
      stopped = true;
      clearTimeout(timer);
      events.close();
    };
  }, [id, round, first.over]);

  return { snapshot, line, again: useCallback(() => setRound((n) => n + 1), []) };
}

function merge(before: JobSnapshot, change: JobSnapshot): JobSnapshot {
  const changed = new Map(change.tasks.map((task) => [task.id, task]));
  const kept = before.tasks.map((task) => {
    const next = changed.get(task.id);
    changed.delete(task.id);
    return next ?? task;
  });
  return { ...change, tasks: [...kept, ...changed.values()] };
}
