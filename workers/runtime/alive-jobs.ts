import type { JobId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';

/** As often as a run looks for a cancel of its job: asking more often before it begins would find out no sooner. */
const FRESH_MS = 500;
const MOST_KEPT = 1000;

/**
 * Says whether there is still something to do for a job: it is there, and neither cancelled nor failed. A job found so
 * is not asked about again for half a second; of one that is not, nothing is kept, as somebody may retry it.
 *
 * @throws MarqueeError STORE_DOWN
 */
export function createAliveJobs(jobs: Pick<Store['jobs'], 'status'>): (id: JobId) => Promise<boolean> {
  const asked = new Map<JobId, { atMs: number; isAlive: Promise<boolean> }>();
  return async (id) => {
    const atMs = Date.now();
    const known = asked.get(id);
    if (known && atMs - known.atMs < FRESH_MS && (await known.isAlive.catch(() => false))) return true;
    const isAlive = jobs.status(id).then((status) => status !== null && status !== 'cancelled' && status !== 'failed');
    if (asked.size >= MOST_KEPT) asked.clear();
    asked.set(id, { atMs, isAlive });
    return isAlive;
  };
}
