import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MarqueeError } from '@marquee/core/errors';
import type { Cache, CacheOptions, Logger } from '@marquee/core/ports';
import { Redis, type RedisOptions } from 'ioredis';

/** Longest that anybody waits for Redis before doing without it. */
const PATIENCE_MS = 250;
const RECONNECT_CAP_MS = 2000;
/** At the start, when a process that loads its code may not listen for a second or two itself. */
const CHECK_MS = 4500;
/** A lock is renewed at a third of this while its holder computes; after a holder's death others wait no longer. */
const LOCK_MS = 1500;
const POLL_MS = 25;
/** Deletions are remembered for as long as a computation may take that began before. */
const DELETED_MS = 10 * 60_000;
/** Lifetimes are shortened by up to this share, so that what was written together does not end together. */
const JITTER = 0.1;

/** Takes the lock, and reads the mark of the last deletion. KEYS: lock, mark; ARGV: token, ms. */
const LOCK = `
local mark = redis.call('GET', KEYS[2]) or ''
local got = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
return {got and 1 or 0, mark}`;

/** Extends a lock that is still ours. KEYS: lock; ARGV: token, ms. */
const EXTEND = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`;

/** Gives the lock up, and stores the entry unless the key was deleted meanwhile. KEYS: lock, mark, entry; ARGV: token, mark, entry or '', ms. */
const SETTLE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if ARGV[3] ~= '' and (redis.call('GET', KEYS[2]) or '') == ARGV[2] then
  redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
end`;

/** Forgets the entry and what is being computed for it. KEYS: lock, mark, entry; ARGV: new mark, ms. */
const FORGET = `
redis.call('DEL', KEYS[1], KEYS[3])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])`;

interface Entry {
  value: unknown;
  isFresh: boolean;
}

/**
 * A cache in Redis, shared by all processes: one of them computes, the others wait for what it stores. Without
 * Redis each computes for itself; it is asked again as soon as it is back. Values are plain JSON.
 *
 * @param options.prefix begins every key
 */
export function createRedisCache(options: { url: string; prefix: string; log: Logger }): Cache {
  const { log } = options;
  const redis = new Redis(options.url, {
    ...QUICK,
    retryStrategy: (tries: number) => Math.min(RECONNECT_CAP_MS, 50 * 2 ** tries),
  });
  const flights = new Map<string, Promise<unknown>>();
  let isClosed = false;
  let isAway = false;
  redis.on('error', (error: Error & { code?: string }) => {
    if (!isAway) log.warn('cache is away; doing without', { code: error.code ?? error.message.split(' ')[0] });
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log.info('cache is back');
    isAway = false;
  });
  const opening = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });

  const keysOf = (key: string) => {
    const base = `${options.prefix}:cache:${key}`;
    return { lock: `${base}:lock`, mark: `${base}:mark`, entry: `${base}:entry` };
  };

  /** @returns undefined if Redis does not answer in time */
  async function ask<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (redis.status !== 'ready') {
      if (isAway || isClosed) return undefined;
      await Promise.race([opening, sleep(PATIENCE_MS, undefined, { ref: false })]);
    }
    try {
      return await command();
    } catch {
      return undefined;
    }
  }

  async function read(key: string): Promise<Entry | null | undefined> {
    const { entry } = keysOf(key);
    const answers = await ask(() => redis.pipeline().get(entry).pttl(entry).exec());
    if (!answers || answers.some(([error]) => error)) return undefined;
    const [[, text], [, leftMs]] = answers as [[null, string | null], [null, number]];
    if (text === null) return null;
    const { staleMs, value } = JSON.parse(text) as { staleMs: number; value?: unknown };
    return { value, isFresh: leftMs > staleMs };
  }

  /** Computes under the lock of all processes, or returns what another stored meanwhile. */
  async function computeShared(key: string, cache: CacheOptions, compute: () => Promise<unknown>): Promise<unknown> {
    const { lock, mark, entry } = keysOf(key);
    const token = randomUUID();
    for (;;) {
      const answer = await ask(() => redis.eval(LOCK, 2, lock, mark, token, LOCK_MS) as Promise<[number, string]>);
      if (!answer) return compute();
      const [isOurs, deletion] = answer;
      if (isOurs === 1) return computeLocked(deletion);
      await sleep(POLL_MS);
      const stored = await read(key);
      if (stored?.isFresh) return stored.value;
    }

    async function computeLocked(deletion: string): Promise<unknown> {
      const renewal = setInterval(() => {
        ask(() => redis.eval(EXTEND, 1, lock, token, LOCK_MS));
      }, LOCK_MS / 3);
      let text = '';
      let lifeMs = 1;
      try {
        const value = await compute();
        const ttlMs = (value === undefined ? (cache.negativeTtlMs ?? cache.ttlMs) : cache.ttlMs) * jitter();
        const staleMs = cache.staleMs ?? 0;
        lifeMs = Math.max(1, Math.round(ttlMs + staleMs));
        text = JSON.stringify({ staleMs, value });
        return value;
      } finally {
        clearInterval(renewal);
        await ask(() => redis.eval(SETTLE, 3, lock, mark, entry, token, deletion, text, lifeMs));
      }
    }
  }

  /** One computation at a time in this process as well, which spares Redis and holds without it. */
  function computeOnce(key: string, cache: CacheOptions, compute: () => Promise<unknown>): Promise<unknown> {
    const running = flights.get(key);
    if (running) return running;
    const flight: Promise<unknown> = computeShared(key, cache, compute).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  }

  return {
    async getOrCompute<T>(key: string, cache: CacheOptions, compute: () => Promise<T | undefined>) {
      if (isClosed) return compute();
      const entry = await read(key);
      if (entry) {
        // A refresh that fails leaves the old value until its end; the next caller tries again.
        if (!entry.isFresh) computeOnce(key, cache, compute).catch(() => undefined);
        return entry.value as T | undefined;
      }
      return (await computeOnce(key, cache, compute)) as T | undefined;
    },

    async delete(key) {
      flights.delete(key);
      const { lock, mark, entry } = keysOf(key);
      if (!isClosed) await ask(() => redis.eval(FORGET, 3, lock, mark, entry, randomUUID(), DELETED_MS));
    },

    async close() {
      isClosed = true;
      redis.disconnect();
    },
  };
}

/**
 * Makes sure, before work begins, that the configured Redis answers and takes the credentials.
 *
 * @throws MarqueeError CONFIG_INVALID, naming the host alone
 */
export async function checkRedis(url: string): Promise<void> {
  const patience = { connectTimeout: CHECK_MS, commandTimeout: CHECK_MS };
  const redis = new Redis(url, { ...QUICK, ...patience, lazyConnect: true, retryStrategy: () => null });
  // A refusal is told by the event alone; the command below then finds no connection.
  let trouble = '';
  redis.on('error', (error: Error) => {
    trouble += error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    const host = /^[^/]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[1] ?? 'the host';
    const isRefused = /AUTH|WRONGPASS|NOPERM|invalid password/i.test(`${trouble} ${(cause as Error).message}`);
    const why = isRefused
      ? `Redis at ${host} refuses the credentials in REDIS_URL. Correct them.`
      : `Redis at ${host} cannot be reached. Start it, correct REDIS_URL, or leave it out to cache in memory.`;
    throw new MarqueeError('CONFIG_INVALID', why, { cause });
  } finally {
    redis.disconnect();
  }
}

/** Fails at once rather than queue commands for a server that is away. */
const QUICK = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 3000,
  commandTimeout: PATIENCE_MS,
} as const satisfies RedisOptions;

function jitter(): number {
  return 1 - JITTER * Math.random();
}
