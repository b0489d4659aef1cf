import { setTimeout as sleep } from 'node:timers/promises';
import { isMarqueeError } from '@marquee/core/errors';
import type { Objects } from '@marquee/core/ports';

/** How long a run waits for storage that is away before it gives up what it has made. */
const PATIENCE_MS = 60_000;
const BASE_MS = 200;
const CAP_MS = 3000;

/**
 * Object storage for one run: while it is away, reading and storing is tried again, so that a short outage does not
 * cost the minutes that went into what is to be stored. A stream that was already begun is the caller's affair.
 *
 * @param signal ends the waiting; its reason is thrown
 * @param patienceMs how long is waited for one call, at most
 */
export function patientObjects(objects: Objects, signal: AbortSignal, patienceMs = PATIENCE_MS): Objects {
  async function patiently<T>(call: () => Promise<T>): Promise<T> {
    const giveUpAtMs = Date.now() + patienceMs;
    for (let pauseMs = BASE_MS; ; pauseMs = Math.min(CAP_MS, 2 * pauseMs)) {
      try {
        return await call();
      } catch (error) {
        if (!isMarqueeError(error) || error.code !== 'OBJECTS_DOWN' || Date.now() + pauseMs > giveUpAtMs) throw error;
      }
      // Those that failed together do not come back together.
      await sleep(pauseMs * (0.5 + 0.5 * Math.random()), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
  return {
    ...objects,
    put: (key, body, options) =>
      body instanceof Uint8Array || 'file' in body
        ? patiently(() => objects.put(key, body, options))
        : objects.put(key, body, options),
    get: (key, range) => patiently(() => objects.get(key, range)),
    head: (key) => patiently(() => objects.head(key)),
  };
}
