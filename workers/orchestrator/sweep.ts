import type { JobId } from '@marquee/core/ids';
import type { Logger, Store } from '@marquee/core/ports';
import { type Repetition, repeat } from '../runtime/repeat.ts';
import { watchStore } from '../runtime/store-watch.ts';
import type { Orchestrator } from './handler.ts';

const SWEEP_EVERY_MS = 2000;
/** Looks take a while, and there may be hundreds of jobs: each is had less often, so that sweeping costs a twentieth at most. */
const SPARING = 20;
/** Jobs looked after at once; those beyond advance by their messages and are swept when older ones are done. */
const SWEPT_JOBS = 500;

/**
 * Looks at every unsettled job now and then, for whatever messages did not bring about: lost ones, workers that
 * died, an orchestrator that stopped half-way. The first round comes at once, which is how work goes on after a
 * restart.
 *
 * @param parts.everyMs pause between rounds; default two seconds
 */
export function startSweep(parts: {
  store: Store;
  orchestrator: Orchestrator;
  log: Logger;
  everyMs?: number;
}): Repetition {
  const { store, orchestrator, log } = parts;
  const dueAtMs = new Map<JobId, number>();
  let isStopping = false;
  const watch = watchStore();

  async function round(): Promise<void> {
    try {
      const active = await watch.see(() => store.jobs.active(SWEPT_JOBS));
      for (const id of dueAtMs.keys()) if (!active.includes(id)) dueAtMs.delete(id);
      orchestrator.watched.keepOnly(active);
      for (const id of active) {
        if (isStopping) return;
        const startMs = Date.now();
        if (startMs < (dueAtMs.get(id) ?? 0)) continue;
        try {
          await orchestrator.look(id, watch.trustsLeases() ? 'silent' : 'dead');
          const endMs = Date.now();
          dueAtMs.set(id, endMs + SPARING * (endMs - startMs) * active.length);
        } catch (error) {
          // How long an engine that is away was waited for says nothing of what a look costs.
          dueAtMs.delete(id);
          log.warn('job not swept', { jobId: id, error });
        }
      }
    } catch (error) {
      log.warn('sweep failed', { error });
    }
  }

  const first = round();
  const rest = repeat(parts.everyMs ?? SWEEP_EVERY_MS, round);
  return {
    async stop() {
      isStopping = true;
      await Promise.all([first, rest.stop()]);
    },
  };
}
