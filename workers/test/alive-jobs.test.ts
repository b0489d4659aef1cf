import type { JobId } from '@marquee/core/ids';
import type { JobStatus } from '@marquee/core/job';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAliveJobs } from '../runtime/alive-jobs.ts';

const [ONE, OTHER] = ['one', 'other'] as JobId[] as [JobId, JobId];
let answer: () => Promise<JobStatus | null>;
let questions = 0;
const jobs = {
  status() {
    questions++;
    return answer();
  },
};

beforeEach(() => {
  vi.useFakeTimers();
  questions = 0;
});
afterEach(() => void vi.useRealTimers());

it('asks once for all who ask about a living job within half a second, and again after it', async () => {
  answer = async () => 'processing';
  const isAlive = createAliveJobs(jobs);
  expect(await Promise.all([isAlive(ONE), isAlive(ONE), isAlive(OTHER)])).toEqual([true, true, true]);
  expect(questions).toBe(2);
  vi.advanceTimersByTime(499);
  expect(await isAlive(ONE)).toBe(true);
  expect(questions).toBe(2);
  answer = async () => 'cancelled';
  vi.advanceTimersByTime(1);
  expect(await isAlive(ONE)).toBe(false);
});

it.each(['cancelled', 'failed', null] as const)(
  'asks every time about a job that is %s: it may be retried',
  async (status) => {
    answer = async () => status;
    const isAlive = createAliveJobs(jobs);
    const first = isAlive(ONE);
    answer = async () => 'processing';
    // Who comes while the question is out may know more than its answer says.
    expect(await Promise.all([first, isAlive(ONE)])).toEqual([false, true]);
    expect(questions).toBe(2);
  },
);

it('says that the store is away to those who asked, and asks again', async () => {
  answer = () => Promise.reject(new Error('away'));
  const isAlive = createAliveJobs(jobs);
  await expect(isAlive(ONE)).rejects.toThrow('away');
  await expect(isAlive(ONE)).rejects.toThrow('away');
  answer = async () => 'ready';
  expect(await isAlive(ONE)).toBe(true);
  expect(questions).toBe(3);
});
