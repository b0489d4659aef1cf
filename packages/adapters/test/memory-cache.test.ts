import type { Cache } from '@marquee/core/ports';
import { expect, it } from 'vitest';
import { createMemoryCache } from '../src/memory-cache.ts';
import { describeCacheContract } from './cache-contract.ts';
import type { Engine } from './engine.ts';

async function openMemoryCache(): Promise<Engine<Cache>> {
  const cache = createMemoryCache();
  // The data is this process's own: another client of it is the same one.
  return { port: cache, another: async () => cache, close: () => cache.close() };
}

describeCacheContract('memory', openMemoryCache);

it('drops the least recently used when it is full', async () => {
  const cache = createMemoryCache({ maxEntries: 3 });
  let calls = 0;
  const ask = (key: string) => cache.getOrCompute(key, { ttlMs: 60_000 }, async () => `${key}${++calls}`);
  for (const key of ['a', 'b', 'c']) await ask(key);
  await ask('a');
  await ask('d');
  expect(await ask('a')).toBe('a1');
  expect(await ask('c')).toBe('c3');
  expect(await ask('d')).toBe('d4');
  expect(await ask('b')).toBe('b5');
});

it('drops the least recently used when they are too large together', async () => {
  const cache = createMemoryCache({ maxBytes: 30_000 });
  let calls = 0;
  const ask = (key: string, chars: number) =>
    cache.getOrCompute(key, { ttlMs: 60_000 }, async () => `${++calls}`.padEnd(chars)).then((text) => text?.trim());
  for (const key of ['a', 'b', 'c']) await ask(key, 4000);
  await ask('a', 4000);
  await ask('d', 4000);
  expect(await ask('a', 4000)).toBe('1');
  expect(await ask('b', 4000)).toBe('5');
  // One that is too large for any cache is handed out all the same; what is deleted makes room.
  expect(await ask('huge', 40_000)).toBe('6');
  expect(await ask('a', 4000)).toBe('7');
  for (let i = 0; i < 20; i++) {
    await ask(`passing ${i}`, 4000);
    await cache.delete(`passing ${i}`);
  }
  expect(await ask('a', 4000)).toBe('7');
});
