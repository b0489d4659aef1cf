import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cache, Logger } from '@marquee/core/ports';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { redis as service } from '../../../scripts/services/redis.ts';
import { checkRedis, createRedisCache } from '../src/redis-cache.ts';
import { describeCacheContract } from './cache-contract.ts';
import type { Engine } from './engine.ts';
import { eventually, expectCode, pause } from './engine.ts';
import { describeWithService } from './service.ts';

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function opener(url: string): () => Promise<Engine<Cache> & { prefix: string }> {
  return async () => {
    const prefix = `test-${randomUUID()}`;
    const clients: Cache[] = [];
    const another = async () => {
      const client = createRedisCache({ url, prefix, log: QUIET });
      clients.push(client);
      return client;
    };
    return {
      prefix,
      port: await another(),
      another,
      async close() {
        for (const client of clients) await client.close();
        const redis = new Redis(url);
        const keys = await redis.keys(`${prefix}:*`);
        if (keys.length > 0) await redis.del(keys);
        redis.disconnect();
      },
    };
  };
}

describeWithService('REDIS_URL', (url) => {
  const open = opener(url);
  describeCacheContract('Redis', open);

  it('shares one computation between clients, and what it gave', async () => {
    const engine = await open();
    const clients = [engine.port, await engine.another(), await engine.another()];
    let calls = 0;
    const slow = async () => {
      await pause(150);
      return ++calls;
    };
    const answers = await Promise.all(clients.map((cache) => cache.getOrCompute('k', { ttlMs: 5000 }, slow)));
    expect(answers).toEqual([1, 1, 1]);
    expect(calls).toBe(1);
    await engine.close();
  });

  it('keeps what another client computed before a deletion from coming back', async () => {
    const engine = await open();
    const other = await engine.another();
    const old = other.getOrCompute('k', { ttlMs: 5000 }, async () => {
      await pause(200);
      return 'from before the change';
    });
    await pause(60);
    await engine.port.delete('k');
    expect(await engine.port.getOrCompute('k', { ttlMs: 5000 }, async () => 'new')).toBe('new');
    expect(await old).toBe('from before the change');
    expect(await other.getOrCompute('k', { ttlMs: 5000 }, async () => 'third')).toBe('new');
    await engine.close();
  });

  it('does not wait long for a holder that died', async () => {
    const engine = await open();
    const redis = new Redis(url);
    await redis.set(`${engine.prefix}:cache:k:lock`, 'of the dead', 'PX', 1500);
    const startedAtMs = Date.now();
    expect(await engine.port.getOrCompute('k', { ttlMs: 5000 }, async () => 'mine')).toBe('mine');
    expect(Date.now() - startedAtMs).toBeLessThan(3000);
    redis.disconnect();
    await engine.close();
  });

  it('spreads the ends of what was written together', async () => {
    const engine = await open();
    const redis = new Redis(url);
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => engine.port.getOrCompute(key, { ttlMs: 60_000 }, async () => 1)));
    const lives = await Promise.all(keys.map((key) => redis.pttl(`${engine.prefix}:cache:${key}:entry`)));
    expect(Math.max(...lives) - Math.min(...lives)).toBeGreaterThan(1000);
    expect(Math.max(...lives)).toBeLessThanOrEqual(60_000);
    expect(Math.min(...lives)).toBeGreaterThan(50_000);
    redis.disconnect();
    await engine.close();
  });

  it('does without a server that stops, at once, and uses it again when it is back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'marquee-redis-'));
    const port = await freePort();
    let server = await service.start({ folder, port });
    const cache = createRedisCache({ url: `redis://127.0.0.1:${port}`, prefix: 'outage', log: QUIET });
    let calls = 0;
    const next = async () => ++calls;
    expect(await cache.getOrCompute('k', { ttlMs: 60_000 }, next)).toBe(1);
    await server.stop();
    const startedAtMs = Date.now();
    expect(await cache.getOrCompute('k', { ttlMs: 60_000 }, next)).toBe(2);
    expect(await cache.getOrCompute('k', { ttlMs: 60_000 }, next)).toBe(3);
    await cache.delete('k');
    expect(Date.now() - startedAtMs).toBeLessThan(1500);
    server = await service.start({ folder, port });
    await eventually(async () => {
      const first = await cache.getOrCompute('back', { ttlMs: 60_000 }, next);
      return first === (await cache.getOrCompute('back', { ttlMs: 60_000 }, next));
    }, 10_000);
    await cache.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('says at start what is wrong, and no password', async () => {
    await checkRedis(url);
    const wrong = url.replace('redis://', 'redis://someone:hunter2@');
    await expectCode(checkRedis(wrong), 'CONFIG_INVALID');
    await expect(checkRedis(wrong)).rejects.not.toThrow('hunter2');
    await expectCode(checkRedis(`redis://127.0.0.1:${await freePort()}`), 'CONFIG_INVALID');
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
