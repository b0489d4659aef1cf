import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { batched } from '../src/batches.ts';

describe('batched calls', () => {
  it('sends those of one turn together, and those that come meanwhile after them', async () => {
    const seen: number[][] = [];
    const double = batched<number, number>(async (questions) => {
      seen.push(questions);
      await pause(10);
      return questions.map((each) => 2 * each);
    }, 3);
    const first = [1, 2].map(double);
    await pause(2);
    const second = [3, 4, 5, 6].map(double);
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10, 12]);
    expect(seen).toEqual([[1, 2], [3, 4, 5], [6]]);
    expect(await double(7)).toBe(14);
  });

  it('fails those of a batch that failed, and no others', async () => {
    let calls = 0;
    const ask = batched<string, string>(async (questions) => {
      if (++calls === 1) throw new Error('away');
      return questions.map((each) => (each === 'bad' ? Promise.reject(new Error('bad')) : each));
    }, 10);
    await expect(Promise.all([ask('a'), ask('b')])).rejects.toThrow('away');
    const [good, bad] = await Promise.allSettled([ask('c'), ask('bad')]);
    expect(good).toEqual({ status: 'fulfilled', value: 'c' });
    expect(bad.status).toBe('rejected');
  });
});
