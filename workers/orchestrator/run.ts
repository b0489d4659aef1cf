import { SILENT_METRICS } from '@marquee/core/metrics';
import type { Consumer } from '@marquee/core/ports';
import type { WebhookPost } from '@marquee/core/webhooks';
import { startCleaning } from './clean.ts';
import { startDeliveries } from './deliver.ts';
import { createOrchestrator, type OrchestratorParts } from './handler.ts';
import { reportHouse } from './house-figures.ts';
import { startSweep } from './sweep.ts';

/** Messages that the orchestrator handles at once; for one job they share their looks. */
export const LOOKS = 8;

/** The queues that orchestrators take from. */
export const ORCHESTRATOR_QUEUES = ['video.uploaded', 'task.finished'] as const;

/** An orchestrator at work: its two queues, its sweep, and what it tells other programs. */
export interface RunningOrchestrator {
  /** Takes nothing more, and resolves when what is in hand has ended. Idempotent. */
  stop(): Promise<void>;
}

/** Starts an orchestrator in this process. */
export async function runOrchestrator(
  parts: OrchestratorParts & { post?: WebhookPost; oldVersionsMs?: number | null },
): Promise<RunningOrchestrator> {
  const { store, queue, objects, log, post, oldVersionsMs, metrics = SILENT_METRICS } = parts;
  const orchestrator = createOrchestrator(parts);
  const consumers: Consumer[] = [];
  for (const name of ORCHESTRATOR_QUEUES) {
    consumers.push(await queue.consume(name, { concurrency: LOOKS }, orchestrator.onDelivery));
  }
  const sweep = startSweep({ store, orchestrator, log });
  const deliveries = post && startDeliveries({ store, post, log });
  const cleaning = oldVersionsMs === undefined ? null : startCleaning({ store, objects, log, oldVersionsMs });
  // Where nobody scrapes, nobody is asked.
  const jobs = orchestrator.watched;
  const figures = metrics === SILENT_METRICS ? null : reportHouse({ store, queue, metrics, jobs, log });
  return {
    async stop() {
      const drained = consumers.map((consumer) => consumer.drain());
      await Promise.all([...drained, sweep.stop(), deliveries?.stop(), cleaning?.stop(), figures?.stop()]);
    },
  };
}
