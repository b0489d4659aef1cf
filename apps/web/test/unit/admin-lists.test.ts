import type { StageProgress } from '@marquee/core/advance';
import { describe, expect, it } from 'vitest';
import { jobQueryOf, nextJobsAddress } from '../../view/job-query.ts';
import { stateWord, workWords } from '../../view/job-sentence.ts';

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
