import { type JobId, type MovieId, newId } from '@marquee/core/ids';
import { newJob, type TaskState } from '@marquee/core/job';
import { expect, it } from 'vitest';
import { createJobWatch } from '../orchestrator/job-watch.ts';

const T0 = 1_000_000;
const job = newJob({
  id: newId() as JobId,
  movieId: newId() as MovieId,
  sourceKey: 'uploads/a/source',
  fileName: 'a.mp4',
  sizeBytes: 1,
  nowMs: T0,
});

function task(id: string, facts: Partial<TaskState>): TaskState {
  return {
    id: id as TaskState['id'],
    jobId: job.id,
    type: 'video.transcode',
    piece: id,
    order: 100,
    status: 'ready',
    attempts: 0,
    fence: 0,
    leaseHolder: null,
    leaseUntilMs: null,
    notBeforeMs: 0,
    publishedAtMs: T0,
    progress: 0,
    error: null,
    runs: [],
    ...facts,
  };
}

it('a task waits from when it was first published, until a run of it begins', () => {
  const watch = createJobWatch();
  watch.see(job, [task('a', {}), task('b', { publishedAtMs: T0 + 1000, type: 'video.package' })], T0 + 2000);
  expect(watch.longestWaitsMs(T0 + 5000)).toEqual(
    new Map([
      ['video.transcode', 5000],
      ['video.package', 4000],
    ]),
  );
  // Its message was lost and sent again: it is as old as before.
  watch.see(job, [task('a', { publishedAtMs: T0 + 8000 })], T0 + 9000);
  expect(watch.longestWaitsMs(T0 + 10_000)).toEqual(new Map([['video.transcode', 10_000]]));
  // A run of it failed, and it waits for the next one, which is not due before its time.
  const run = { worker: 'w', startedAtMs: T0 + 10_000, endedAtMs: T0 + 12_000, outcome: 'TOOL_TIMEOUT' as const };
  watch.see(job, [task('a', { runs: [run], notBeforeMs: T0 + 20_000 })], T0 + 13_000);
  expect(watch.longestWaitsMs(T0 + 14_000)).toEqual(new Map());
  watch.see(job, [task('a', { runs: [run], notBeforeMs: T0 + 20_000 })], T0 + 21_000);
  expect(watch.longestWaitsMs(T0 + 23_000)).toEqual(new Map([['video.transcode', 3000]]));
});

it('a job is silent since a run of it began or ended, whether that is still to be seen or not', () => {
  const watch = createJobWatch();
  expect(watch.longestSilenceMs(T0)).toBe(0);
  watch.see(job, [task('a', {})], T0 + 1000);
  expect(watch.longestSilenceMs(T0 + 60_000)).toBe(60_000);
  const run = { worker: 'w', startedAtMs: T0 + 50_000, endedAtMs: null, outcome: null };
  watch.see(job, [task('a', { status: 'running', runs: [run] })], T0 + 61_000);
  expect(watch.longestSilenceMs(T0 + 60_000)).toBe(10_000);
  watch.see(job, [], T0 + 62_000);
  expect(watch.longestSilenceMs(T0 + 60_000)).toBe(10_000);
  watch.keepOnly([job.id]);
  expect(watch.longestSilenceMs(T0 + 60_000)).toBe(10_000);
  watch.keepOnly([]);
  expect(watch.longestSilenceMs(T0 + 60_000)).toBe(0);
  watch.see(job, [], T0);
  watch.forget(job.id);
  expect(watch.longestSilenceMs(T0 + 60_000)).toBe(0);
});
