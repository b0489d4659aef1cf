import type { Metrics } from '@marquee/core/metrics';
import type { Cache } from '@marquee/core/ports';

/**
 * Counts what a cache knew. Who is served an old value while a newer one is computed, or waits for what another computes,
 * counts as a hit: nothing was computed for it.
 */
export function observedCache(cache: Cache, metrics: Metrics): Cache {
  return {
    ...cache,
    async getOrCompute(key, options, compute) {
      let result: 'hit' | 'miss' = 'hit';
      try {
        return await cache.getOrCompute(key, options, () => {
          result = 'miss';
          return compute();
        });
      } finally {
        metrics.add('marquee_cache_requests_total', { result });
      }
    },
  };
}
