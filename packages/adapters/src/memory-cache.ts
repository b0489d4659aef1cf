import type { Cache, CacheOptions } from '@marquee/core/ports';

interface Entry {
  value: unknown;
  sizeBytes: number;
  freshUntilMs: number;
  staleUntilMs: number;
}

/**
 * A cache in this process, bounded by its number of entries and their size; the least recently used go first. Values
 * are plain JSON and handed out as they are, not copied: nobody may change what came from a cache.
 *
 * @param options.maxEntries default 10,000
 * @param options.maxBytes as it would be in JSON, two bytes a character; default 64 MiB, in memory perhaps twice that
 */
export function createMemoryCache(options: { maxEntries?: number; maxBytes?: number } = {}): Cache {
  const { maxEntries = 10_000, maxBytes = 64 * 1024 ** 2 } = options;
  // A Map keeps the order of insertion: taken out and put back at each use, its first is the least recent.
  const entries = new Map<string, Entry>();
  const flights = new Map<string, Promise<unknown>>();
  let totalBytes = 0;
  let closed = false;

  const forget = (key: string) => {
    totalBytes -= entries.get(key)?.sizeBytes ?? 0;
    entries.delete(key);
  };

  const keep = (key: string, value: unknown, cache: CacheOptions) => {
    // The clock that never jumps; it has nothing to do with the time of day.
    const nowMs = performance.now();
    const ttlMs = value === undefined ? (cache.negativeTtlMs ?? cache.ttlMs) : cache.ttlMs;
    const freshUntilMs = nowMs + ttlMs;
    const sizeBytes = 2 * (key.length + (JSON.stringify(value) ?? '').length);
    forget(key);
    entries.set(key, { value, sizeBytes, freshUntilMs, staleUntilMs: freshUntilMs + (cache.staleMs ?? 0) });
    totalBytes += sizeBytes;
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && totalBytes <= maxBytes) break;
      forget(oldest);
    }
  };

  const computeOnce = (key: string, cache: CacheOptions, compute: () => Promise<unknown>): Promise<unknown> => {
    const running = flights.get(key);
    if (running) return running;
    const fly = async () => {
      try {
        const value = await compute();
        // Deleted meanwhile: what was computed may be of before the change that the deletion was for.
        if (flights.get(key) === flight) keep(key, value, cache);
        return value;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    };
    const flight: Promise<unknown> = fly();
    flights.set(key, flight);
    return flight;
  };

  return {
    async getOrCompute<T>(key: string, cache: CacheOptions, compute: () => Promise<T | undefined>) {
      if (closed) return compute();
      const nowMs = performance.now();
      const entry = entries.get(key);
      if (entry && nowMs < entry.staleUntilMs) {
        entries.delete(key);
        entries.set(key, entry);
        // A refresh that fails leaves the old value until its end; the next caller tries again.
        if (nowMs >= entry.freshUntilMs) computeOnce(key, cache, compute).catch(() => undefined);
        return entry.value as T | undefined;
      }
      return (await computeOnce(key, cache, compute)) as T | undefined;
    },

    async delete(key) {
      forget(key);
      flights.delete(key);
    },

    async close() {
      closed = true;
      entries.clear();
      totalBytes = 0;
      flights.clear();
    },
  };
}
