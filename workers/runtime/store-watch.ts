/** A call to a store that is there takes milliseconds; one that hangs for this long has waited for it to come back. */
const AWAY_MS = 1000;
/** Failed calls in a row that mean the same. One alone may be a broken line. */
const AWAY_FAILURES = 2;
/** Within this a worker that lives renews its lease once the store is back. */
const RENEWAL_MS = 6000;

/**
 * Remembers whether the store was away of late. While it was, nobody could renew a lease: those that ran out meanwhile are
 * no sign that their holders are gone, until these had time to renew them.
 */
export interface StoreWatch {
  /** Makes a call, and learns from how it went. */
  see<T>(call: () => Promise<T>): Promise<T>;
  /** Whether leases that have run out mean what they say. False at first: it may have been away before. */
  trustsLeases(): boolean;
}

/** @param now milliseconds of a clock; default: the system's */
export function watchStore(now: () => number = Date.now): StoreWatch {
  let failures = 0;
  let trustsAtMs = now() + RENEWAL_MS;
  return {
    async see(call) {
      const beganMs = now();
      try {
        const answer = await call();
        if (failures >= AWAY_FAILURES || now() - beganMs > AWAY_MS) trustsAtMs = now() + RENEWAL_MS;
        failures = 0;
        return answer;
      } catch (error) {
        failures += now() - beganMs > AWAY_MS ? AWAY_FAILURES : 1;
        throw error;
      }
    },
    trustsLeases: () => failures < AWAY_FAILURES && now() >= trustsAtMs,
  };
}
