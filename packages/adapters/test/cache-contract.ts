import type { Cache } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { eventually, pause } from './engine.ts';

/** Holds an engine to the Cache port. Values are plain JSON: an engine may copy them or not. */
export function describeCacheContract(name: string, open: () => Promise<Engine<Cache>>): void {
  describe(`cache contract: ${name}`, () => {
    let engine: Engine<Cache>;
    let cache: Cache;
    let calls: number;
    beforeEach(async () => {
      engine = await open();
      cache = engine.port;
      calls = 0;
    });
    afterEach(async () => {
      await engine.close();
    });
    const next = async () => ({ call: ++calls });

    it('computes once while fresh, and again after', async () => {
      for (let i = 0; i < 3; i++) expect(await cache.getOrCompute('k', { ttlMs: 300 }, next)).toEqual({ call: 1 });
      await pause(350);
      expect(await cache.getOrCompute('k', { ttlMs: 300 }, next)).toEqual({ call: 2 });
    });

    it('keeps keys apart, whatever is in them', async () => {
      const keys = ['a', 'a:b', 'a b', 'A', '映画', '__proto__', 'constructor'];
      for (const key of keys) await cache.getOrCompute(key, { ttlMs: 5000 }, async () => ({ key }));
      for (const key of keys) expect(await cache.getOrCompute(key, { ttlMs: 5000 }, next)).toEqual({ key });
    });

    it('remembers null, false, 0 and the empty string as values', async () => {
      for (const [i, value] of [null, false, 0, ''].entries()) {
        await cache.getOrCompute<unknown>(`v${i}`, { ttlMs: 5000 }, async () => value);
        expect(await cache.getOrCompute<unknown>(`v${i}`, { ttlMs: 5000 }, next)).toBe(value);
      }
      expect(calls).toBe(0);
    });

    it('remembers that there is none, for its own time', async () => {
      const none = async () => {
        calls++;
        return undefined;
      };
      const options = { ttlMs: 60_000, negativeTtlMs: 300 };
      expect(await cache.getOrCompute('none', options, none)).toBeUndefined();
      expect(await cache.getOrCompute('none', options, none)).toBeUndefined();
      expect(calls).toBe(1);
      await pause(350);
      expect(await cache.getOrCompute('none', options, next)).toEqual({ call: 2 });
    });

    it('lets callers at the same moment share one computation', async () => {
      const slow = async () => {
        await pause(100);
        return ++calls;
      };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => cache.getOrCompute('shared', { ttlMs: 5000 }, slow)),
      );
      expect(answers).toEqual(answers.map(() => 1));
      expect(calls).toBe(1);
    });

    it('serves the old value while one caller computes the new one', async () => {
      const options = { ttlMs: 150, staleMs: 5000 };
      await cache.getOrCompute('stale', options, next);
      await pause(200);
      const slow = async () => {
        await pause(500);
        return { call: ++calls };
      };
      const startedAtMs = Date.now();
      const answers = await Promise.all(Array.from({ length: 10 }, () => cache.getOrCompute('stale', options, slow)));
      expect(Date.now() - startedAtMs).toBeLessThan(400);
      expect(answers).toEqual(answers.map(() => ({ call: 1 })));
      await eventually(async () => {
        const now = await cache.getOrCompute('stale', options, slow);
        return now?.call === 2;
      });
    });

    it('keeps the old value when computing the new one fails', async () => {
      const options = { ttlMs: 100, staleMs: 5000 };
      await cache.getOrCompute('kept', options, next);
      await pause(150);
      const fails = async (): Promise<{ call: number }> => {
        calls++;
        throw new Error('the source is away');
      };
      expect(await cache.getOrCompute('kept', options, fails)).toEqual({ call: 1 });
      await pause(50);
      expect(await cache.getOrCompute('kept', options, fails)).toEqual({ call: 1 });
      expect(calls).toBeGreaterThanOrEqual(2);
    });

    it('gives a failure to all who asked, and remembers none', async () => {
      const fails = async () => {
        await pause(50);
        calls++;
        throw new Error('the source is away');
      };
      const answers = await Promise.allSettled([
        cache.getOrCompute('fails', { ttlMs: 5000 }, fails),
        cache.getOrCompute('fails', { ttlMs: 5000 }, fails),
      ]);
      for (const answer of answers) expect(answer).toMatchObject({ reason: { message: 'the source is away' } });
      expect(calls).toBe(1);
      expect(await cache.getOrCompute('fails', { ttlMs: 5000 }, async () => 'back')).toBe('back');
    });

    it('forgets what is deleted, also what was being computed when it was', async () => {
      await cache.getOrCompute('gone', { ttlMs: 5000 }, next);
      await cache.delete('gone');
      await cache.delete('never there');
      expect(await cache.getOrCompute('gone', { ttlMs: 5000 }, next)).toEqual({ call: 2 });

      const old = cache.getOrCompute('racing', { ttlMs: 5000 }, async () => {
        await pause(100);
        return 'from before the change';
      });
      await pause(30);
      await cache.delete('racing');
      expect(await cache.getOrCompute('racing', { ttlMs: 5000 }, async () => 'new')).toBe('new');
      expect(await old).toBe('from before the change');
      expect(await cache.getOrCompute('racing', { ttlMs: 5000 }, async () => 'third')).toBe('new');
    });

    it('computes every time once it is closed, and does not throw', async () => {
      await cache.close();
      expect(await cache.getOrCompute('closed', { ttlMs: 5000 }, next)).toEqual({ call: 1 });
      expect(await cache.getOrCompute('closed', { ttlMs: 5000 }, next)).toEqual({ call: 2 });
      await cache.delete('closed');
      await cache.close();
    });
  });
}
