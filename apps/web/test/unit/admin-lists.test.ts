import type { StageProgress } from '@marquee/core/advance';
import type { EndedSlot } from '@marquee/core/job';
import { describe, expect, it } from 'vitest';
import { jobQueryOf, nextJobsAddress } from '../../view/job-query.ts';
import { stateWord, workWords } from '../../view/job-sentence.ts';
import { barsOf, perHourWords } from '../../view/throughput.ts';

describe('what the jobs’ table was asked for', () => {
  it('is read from the address, and what makes no sense is not there', () => {
    expect(jobQueryOf({ q: ' ferry ', status: 'failed', after: 'x' })).toEqual({
      text: 'ferry',
      status: 'failed',
      cursor: 'x',
    });
    expect(jobQueryOf({ q: ['a', 'b'], status: 'lost', after: ' ' })).toEqual({});
  });

  it('is kept on the way to the next page', () => {
    expect(nextJobsAddress({ text: 'a&b', status: 'failed', cursor: 'old' }, 'x y')).toBe(
      '/admin/jobs?q=a%26b&status=failed&after=x+y',
    );
  });
});

describe('a job in a table', () => {
  const stage = (name: StageProgress['stage'], done: number, total: number): StageProgress => ({
    stage: name,
    done,
    total,
    share: total === 0 ? 0 : done / total,
  });

  it('names the first stage that is not through', () => {
    const stages = [stage('inspect', 2, 2), stage('transcode', 3, 9), stage('audio', 0, 1)];
    expect(workWords({ stages, share: 0.345 })).toBe('Picture, 34 %');
    expect(workWords({ stages: [stage('inspect', 0, 0)], share: 0 })).toBe('');
  });

  it('is playable as soon as its opening is', () => {
    expect(stateWord({ status: 'processing', playableAtMs: null })).toBe('Being made');
    expect(stateWord({ status: 'processing', playableAtMs: 1 })).toBe('Playable');
    expect(stateWord({ status: 'ready', playableAtMs: 1 })).toBe('Ready');
  });
});

describe('the picture of what was made', () => {
  const hour = (fromMs: number, filmMs: number, failed = 0): EndedSlot => ({
    fromMs,
    filmMs,
    failed,
    ready: filmMs === 0 ? 0 : 1,
    cancelled: 0,
  });

  it('has a bar for each hour, the best as high as the picture', () => {
    const bars = barsOf([hour(0, 1800_000), hour(1, 3600_000, 2), hour(2, 0)]);
    expect(bars.map(({ made }) => made)).toEqual([0.5, 1, 0]);
    expect(bars.map(({ x }) => x)).toEqual([0, 1 / 3, 2 / 3]);
    expect(bars[1]?.failed).toBe(2);
    expect(barsOf([hour(0, 0)])[0]?.made).toBe(0);
  });

  it('says in words what an hour is good for', () => {
    expect(perHourWords([hour(0, 1800_000), hour(1, 3600_000)])).toBe(
      '1 h 30 min of film: 0.8 h an hour, 1.0 h in the best.',
    );
    expect(perHourWords([hour(0, 0)])).toBe('No film became ready.');
  });
});
