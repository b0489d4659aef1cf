import { MarqueeError } from '@marquee/core/errors';
import type { Task } from '@marquee/core/job';
import type { Logger, Store } from '@marquee/core/ports';
import { type Repetition, repeat } from './repeat.ts';
import type { StoreWatch } from './store-watch.ts';

/** How often a person's cancel is looked for: it has to take effect within two seconds. */
const CANCEL_EVERY_MS = 500;
/** How often news of progress is written while there is any, for a bar that moves. */
const PROGRESS_EVERY_MS = 1000;
/** Who hears nothing of the store for so many leases may be the only one who does not. */
const LONELY_LEASES = 10;

/**
 * Keeps a claimed task alive while it runs: renews its lease, writes its newest progress with it, and aborts
 * the run when the task belongs to another (LEASE_LOST) or its job was cancelled (JOB_CANCELLED).
 *
 * Renewal is due at a third of the lease, so that two may fail. A store that is away is no reason to stop: while it is,
 * nobody else can claim the task either, and when it is back its answer says whether the task is still ours.
 *
 * @param progress the newest share done, in `[0, 1]`
 */
export function keepLease(options: {
  store: Store;
  watch: StoreWatch;
  task: Task;
  leaseMs: number;
  progress: () => number;
  abort: (reason: MarqueeError) => void;
  log: Logger;
}): Repetition {
  const { store, watch, task, leaseMs, abort, log } = options;
  let renewedAtMs = Date.now();
  let written = 0;

  const renewal = repeat(Math.min(PROGRESS_EVERY_MS, leaseMs / 3), async () => {
    const progress = options.progress();
    const nowMs = Date.now();
    if (progress === written && nowMs - renewedAtMs < leaseMs / 3) return;
    try {
      const isOurs = await watch.see(() => store.tasks.renew(task.id, task.fence, { leaseMs, nowMs, progress }));
      if (!isOurs) return abort(lost());
      renewedAtMs = nowMs;
      written = progress;
    } catch (error) {
      log.warn('lease not renewed', { error });
      if (Date.now() - renewedAtMs >= LONELY_LEASES * leaseMs) abort(lost());
    }
  });

  const cancelWatch = repeat(CANCEL_EVERY_MS, async () => {
    try {
      if ((await store.jobs.status(task.jobId)) === 'cancelled') {
        abort(new MarqueeError('JOB_CANCELLED', 'The job was cancelled.'));
      }
    } catch (error) {
      log.warn('job status not read', { error });
    }
  });

  return {
    async stop() {
      await Promise.all([renewal.stop(), cancelWatch.stop()]);
    },
  };
}

function lost(): MarqueeError {
  return new MarqueeError('LEASE_LOST', 'Another worker has taken this task over.');
}
