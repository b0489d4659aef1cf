import type { JobId, TaskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task, TaskRun } from '@marquee/core/job';
import { describe, expect, it } from 'vitest';
import { judge, verdicts } from './chaos-report.ts';
import type { Life } from './post.ts';

const LEASE_MS = 20_000;
const run = (life: string, startedAtMs: number, endedAtMs: number | null, outcome: TaskRun['outcome']): TaskRun => ({
  worker: `${life}_boot_1:1:77:1`,
  startedAtMs,
  endedAtMs,
  outcome,
});
const task = (id: string, ...runs: TaskRun[]) => ({ id: id as TaskId, runs }) as Task;
const job = (id: string, status: MediaProcessingJob['status'] = 'ready') =>
  ({ id: id as JobId, status }) as MediaProcessingJob;
const life = (name: string, facts: Partial<Life> = {}): Life => ({
  name,
  startedAtMs: 0,
  wasThere: true,
  killedAtMs: null,
  ended: null,
  ...facts,
});
const judged = (facts: Partial<Parameters<typeof judge>[0]>) =>
  judge({ uploads: 0, jobs: [], tasks: [], lives: [], outages: [], leaseMs: LEASE_MS, ...facts });

describe('the report on a disturbed fleet', () => {
  it('counts films that were lost, or made twice', () => {
    expect(judged({ uploads: 3, jobs: [job('a'), job('b', 'failed'), job('c')] })).toMatchObject({
      lost: 1,
      doubled: 0,
    });
    expect(judged({ uploads: 1, jobs: [job('a'), job('b')] })).toMatchObject({ lost: 0, doubled: 1 });
    const twice = task('t', run('w.1', 0, 10, 'done'), run('w.2', 5, 20, 'done'));
    expect(judged({ tasks: [twice] }).doubled).toBe(1);
  });

  it('measures a recovery from the death to the next run, and what was lost by it', () => {
    const tasks = [task('t', run('w.1', 1000, null, null), run('v.1', 23_500, 30_500, 'done'))];
    const lives = [life('w.1', { killedAtMs: 4000 }), life('v.1')];
    const report = judged({ tasks, lives });
    expect(report).toMatchObject({ kills: 1, killsInWork: 1, worstRecoveryMs: 19_500, worstRecoveryInOutageMs: 0 });
    expect(report.repeatedMs).toEqual({ killed: 3000 });
    expect(report.repeatedShare).toBeCloseTo(0.3);
    const outages = [{ engine: 'mongodb', fromMs: 5000, toMs: 9000 }];
    expect(judged({ tasks, lives, outages })).toMatchObject({ worstRecoveryMs: 0, worstRecoveryInOutageMs: 19_500 });
  });

  it('does not count the wait for a worker while all were at work', () => {
    const lives = [life('w.1', { killedAtMs: 4000 }), life('w.2', { startedAtMs: 5000 }), life('v.1')];
    const tasks = [
      task('t', run('w.1', 1000, null, null), run('v.1', 34_000, 40_000, 'done')),
      task('u', run('w.2', 6000, 33_000, 'done')),
      task('v', run('v.1', 6000, 33_500, 'done')),
    ];
    expect(judged({ tasks, lives })).toMatchObject({ worstRecoveryMs: 21_000, worstRecoveryWithWaitMs: 30_000 });
    expect(judged({ tasks: tasks.slice(0, 2), lives }).worstRecoveryMs).toBe(30_000);
  });

  it('takes the end that others gave a dead run for no end', () => {
    const tasks = [task('t', run('w.1', 1000, 26_000, 'LEASE_LOST'), run('v.1', 26_100, 30_000, 'done'))];
    const report = judged({ tasks, lives: [life('w.1', { killedAtMs: 4000 })] });
    expect(report).toMatchObject({ killsInWork: 1, worstRecoveryMs: 22_100, repeatedMs: { killed: 3000 } });
  });

  it('counts no work for a claim whose answer was lost, and all of it for a run that failed', () => {
    const forgotten = task('t', run('w.1', 1000, 21_000, 'LEASE_LOST'), run('w.1', 21_000, 25_000, 'done'));
    const claimedAnew = task('v', run('w.1', 1000, 21_500, null), run('w.1', 21_500, 25_000, 'done'));
    const failed = task('u', run('w.1', 0, 700, 'OBJECTS_DOWN'), run('w.1', 1000, 2000, 'done'));
    const wasted = { LEASE_LOST: 0, forgotten: 500, OBJECTS_DOWN: 700 };
    // It makes no difference that its process was killed for good, long after.
    for (const killedAtMs of [null, 90_000]) {
      const lives = [life('w.1', { killedAtMs })];
      expect(judged({ tasks: [forgotten, claimedAnew, failed], lives }).repeatedMs).toEqual(wasted);
    }
  });

  it('tells a process that broke from one that could not start without its engines', () => {
    const ended = { atMs: 500, said: '' };
    const outages = [{ engine: 's3', fromMs: 100, toMs: 900 }];
    expect(judged({ lives: [life('w.1', { ended, wasThere: false })], outages }).crashes).toBe(0);
    expect(judged({ lives: [life('w.1', { ended, wasThere: false })] }).crashes).toBe(1);
    expect(judged({ lives: [life('w.1', { ended })], outages }).crashes).toBe(1);
  });

  it('is good only when nothing was lost, doubled, different, left, slow or wasted', () => {
    const good = {
      ...judged({ uploads: 1, jobs: [job('a')] }),
      differing: 0,
      strays: 0,
      temporary: 0,
      unclean: 0,
      wallSec: 1,
    };
    const isGood = (changed: Partial<typeof good>) => verdicts({ ...good, ...changed }, LEASE_MS).every(({ ok }) => ok);
    expect(isGood({})).toBe(true);
    const bad: Partial<typeof good>[] = [
      { jobsReady: 0 },
      { lost: 1 },
      { doubled: 1 },
      { differing: 1 },
      { strays: 1 },
      { temporary: 1 },
      { crashes: 1 },
      { unclean: 1 },
      { worstRecoveryMs: 25_000 },
      { repeatedShare: 0.05 },
    ];
    expect(bad.filter(isGood)).toEqual([]);
  });
});
