import { expect, it } from 'vitest';
import { countSearchMs } from '../../server/search-limit.ts';

it('lets an address search so often in a minute, and again in the next', () => {
  const wait = (network: string, nowMs: number) => countSearchMs(network, nowMs);
  for (let i = 0; i < 600; i++) expect(wait('a', 1000 + i)).toBeNull();
  expect(wait('a', 11_000)).toBe(50_000);
  expect(wait('b', 11_000)).toBeNull();
  expect(wait('a', 61_000)).toBeNull();
});

it('keeps no more than it has room for', () => {
  for (let i = 0; i < 600; i++) countSearchMs('old', 100_000);
  expect(countSearchMs('old', 100_000)).toBe(60_000);
  for (let i = 0; i < 10_000; i++) countSearchMs(`new ${i}`, 100_001);
  expect(countSearchMs('old', 100_002)).toBeNull();
});
