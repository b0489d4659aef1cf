import { type ErrorCode, MarqueeError } from '@marquee/core/errors';
import type { TaskRun } from '@marquee/core/job';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTEMPTS, decideOutcome, HOUSE_ATTEMPTS, isFrugal, vanishedRuns } from '../runtime/decide-outcome.ts';

const runs = (...outcomes: TaskRun['outcome'][]): TaskRun[] =>
  outcomes.map((outcome) => ({ worker: 'w', startedAtMs: 0, endedAtMs: 1, outcome }));

/** A task as it stands in its next run, after attempts that ended so. */
const after = (...codes: ErrorCode[]) => ({ attempts: codes.length, runs: [...runs(...codes), ...runs(null)] });

const decide = (code: ErrorCode, task = after(), random = 0.5) =>
  decideOutcome(new MarqueeError(code, 'Why.'), task, { nowMs: 1_000_000, random });

describe('decideOutcome', () => {
  it.each<[ErrorCode, string]>([
    ['MESSAGE_INVALID', 'fail'],
    ['INPUT_UNREADABLE', 'fail'],
    ['INPUT_UNSUPPORTED', 'fail'],
    ['OUTPUT_INVALID', 'fail'],
    ['OBJECT_MISSING', 'fail'],
    ['CONFIG_INVALID', 'fail'],
    ['BROKER_DOWN', 'retry'],
    ['STORE_DOWN', 'retry'],
    ['OBJECTS_DOWN', 'retry'],
    ['RATE_LIMITED', 'retry'],
    ['TOOL_TIMEOUT', 'retry'],
    ['DISK_FULL', 'retry'],
    ['TOOL_KILLED', 'retry'],
    ['INTERNAL', 'retry'],
    ['SHUTDOWN', 'release'],
    ['LEASE_LOST', 'abandon'],
    ['JOB_CANCELLED', 'cancel'],
  ])('%s at first: %s', (code, kind) => {
    expect(decide(code).kind).toBe(kind);
  });

  it('keeps the sentence of what cannot be mended', () => {
    expect(decide('INPUT_UNREADABLE')).toEqual({
      kind: 'fail',
      failure: { code: 'INPUT_UNREADABLE', message: 'Why.' },
    });
  });

  it('waits with full jitter under an exponential ceiling that is capped', () => {
    const delays = Array.from({ length: ATTEMPTS - 1 }, (_, i) =>
      decide('OBJECTS_DOWN', after(...Array<ErrorCode>(i).fill('OBJECTS_DOWN')), 0.999_999),
    );
    expect(delays.map((each) => each.kind === 'retry' && each.retryAtMs - 1_000_000)).toEqual([1000, 2000, 4000, 8000]);
    fc.assert(
      fc.property(fc.nat(HOUSE_ATTEMPTS - 2), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, random) => {
        const decision = decide('DISK_FULL', after(...Array<ErrorCode>(attempts).fill('DISK_FULL')), random);
        if (decision.kind !== 'retry') throw new Error(decision.kind);
        const delayMs = decision.retryAtMs - 1_000_000;
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(60_000);
      }),
    );
  });

  it('waits at least as long as the other side asked', () => {
    const error = new MarqueeError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 30_000 });
    expect(decideOutcome(error, after(), { nowMs: 5, random: 0 })).toMatchObject({ kind: 'retry', retryAtMs: 30_005 });
  });

  it('gives up after five attempts and says so', () => {
    const four = Array<ErrorCode>(ATTEMPTS - 1).fill('TOOL_TIMEOUT');
    expect(decide('TOOL_TIMEOUT', after(...four.slice(1))).kind).toBe('retry');
    expect(decide('TOOL_TIMEOUT', after(...four))).toMatchObject({
      kind: 'fail',
      failure: { code: 'TOOL_TIMEOUT', message: 'Why. It was tried 5 times.' },
    });
    const fault = decide('INTERNAL', after(...four));
    expect(fault.kind === 'fail' && fault.failure.message).toContain('A fault in Marquee');
  });

  it.each<ErrorCode>(['DISK_FULL', 'BROKER_DOWN', 'STORE_DOWN', 'OBJECTS_DOWN'])(
    'has more patience with %s, and does not count it among the failures of the task',
    (code) => {
      const often = Array<ErrorCode>(20).fill(code);
      expect(decide(code, after(...often)).kind).toBe('retry');
      expect(decide('TOOL_TIMEOUT', after(...often)).kind).toBe('retry');
      expect(decide(code, after(...Array<ErrorCode>(HOUSE_ATTEMPTS - 1).fill(code))).kind).toBe('fail');
    },
  );

  it('tries a killed tool once more with less, then never again', () => {
    expect(isFrugal(after())).toBe(false);
    expect(isFrugal(after('TOOL_KILLED'))).toBe(true);
    expect(isFrugal(after('TOOL_KILLED', 'TOOL_TIMEOUT'))).toBe(true);
    const last = decide('TOOL_KILLED', after('TOOL_KILLED'));
    expect(last).toMatchObject({ kind: 'fail', failure: { code: 'TOOL_KILLED' } });
    expect(last.kind === 'fail' && last.failure.message).toContain('less memory');
  });

  it('begins anew after a retry by hand, which sets the attempts to 0 and keeps the runs', () => {
    const task = { attempts: 0, runs: runs('TOOL_KILLED', 'TOOL_KILLED', null) };
    expect(isFrugal(task)).toBe(false);
    expect(decide('TOOL_KILLED', task).kind).toBe('retry');
  });

  it('counts runs whose worker vanished since the last that was recorded', () => {
    expect(vanishedRuns([])).toBe(0);
    expect(vanishedRuns(runs('done'))).toBe(0);
    expect(vanishedRuns(runs(null, null, 'LEASE_LOST'))).toBe(3);
    expect(vanishedRuns(runs(null, 'SHUTDOWN', 'LEASE_LOST'))).toBe(2);
    expect(vanishedRuns(runs(null, null, 'INTERNAL', null))).toBe(1);
  });
});
