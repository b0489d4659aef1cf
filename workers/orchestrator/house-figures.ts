import { JOB_STATUSES } from '@marquee/core/job';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import { type GaugeName, type LabelsOf, METRICS, type Metrics } from '@marquee/core/metrics';
import type { Logger, Queue, Store } from '@marquee/core/ports';
import { addViewings, qualityOf } from '@marquee/core/viewings';
import { isHolderDead } from '../runtime/holder.ts';
import { type Repetition, repeat } from '../runtime/repeat.ts';
import type { JobWatch } from './job-watch.ts';

const ROUND_MS = 5000;
/** A process that has not been seen for this long is taken to be gone. */
const PRESENT_MS = 15_000;
const HOUR_MS = 3600_000;

type Series<N extends GaugeName> = [LabelsOf<N>, number][];

/**
 * Tells what stands in the queue and the store, which is the same whoever asks: so orchestrators do, and no other process.
 * What cannot be asked now has no series, rather than an old one.
 */
export function reportHouse(parts: {
  store: Store;
  queue: Queue;
  metrics: Metrics;
  jobs: JobWatch;
  log: Logger;
}): Repetition {
  const { store, queue, metrics, jobs, log } = parts;

  async function queues(): Promise<void> {
    const messages: Series<'marquee_queue_messages'> = [];
    const dead: Series<'marquee_queue_dead_letters'> = [];
    const ages: Series<'marquee_queue_oldest_message_age_seconds'> = [];
    await Promise.all(
      MESSAGE_TYPES.map(async (name) => {
        const stats = await queue.stats(name);
        messages.push(
          [{ queue: name, state: 'ready' }, stats.ready],
          [{ queue: name, state: 'delayed' }, stats.delayed],
        );
        if (stats.inFlight !== null) messages.push([{ queue: name, state: 'in_flight' }, stats.inFlight]);
        dead.push([{ queue: name }, stats.dead]);
        if (stats.oldestAgeMs !== null) ages.push([{ queue: name }, stats.oldestAgeMs / 1000]);
      }),
    );
    metrics.setAll('marquee_queue_messages', messages);
    metrics.setAll('marquee_queue_dead_letters', dead);
    metrics.setAll('marquee_queue_oldest_message_age_seconds', ages);
  }

  async function workers(): Promise<void> {
    const present = (await store.presence.list(Date.now() - PRESENT_MS)).filter(({ holder }) => !isHolderDead(holder));
    // The site tells of no presence.
    const roles = METRICS.marquee_workers.labels.role.filter((role) => role !== 'web');
    metrics.setAll(
      'marquee_workers',
      roles.map((role) => [{ role }, present.filter((each) => each.roles.includes(role)).length]),
    );
  }

  async function jobCounts(): Promise<void> {
    const counts = await store.jobs.counts();
    metrics.setAll(
      'marquee_jobs',
      JOB_STATUSES.map((status) => [{ status }, counts[status]]),
    );
  }

  async function storage(): Promise<void> {
    const { sourceBytes, pictureBytes, soundBytes, stillBytes } = await store.jobs.stored();
    metrics.setAll('marquee_storage_bytes', [
      [{ kind: 'source' }, sourceBytes],
      [{ kind: 'picture' }, pictureBytes],
      [{ kind: 'sound' }, soundBytes],
      [{ kind: 'still' }, stillBytes],
    ]);
  }

  async function viewings(): Promise<void> {
    const untilMs = Date.now();
    const sums = await store.viewings.sums({ sinceMs: untilMs - HOUR_MS, untilMs, by: 'time', everyMs: HOUR_MS });
    const quality = qualityOf(addViewings(sums));
    metrics.setAll('marquee_viewings', [[{}, quality.sessions]]);
    metrics.setAll('marquee_viewings_watched_seconds', [[{}, quality.watchedSec]]);
    metrics.setAll(
      'marquee_viewings_startup_seconds',
      known<'marquee_viewings_startup_seconds'>(
        [{ share: '0.5' }, quality.startupP50Ms],
        [{ share: '0.95' }, quality.startupP95Ms],
      ).map(([labels, ms]) => [labels, ms / 1000]),
    );
    metrics.setAll('marquee_viewings_stall_ratio', known<'marquee_viewings_stall_ratio'>([{}, quality.stallShare]));
    metrics.setAll(
      'marquee_viewings_share_ratio',
      known<'marquee_viewings_share_ratio'>(
        [{ of: 'stalled' }, quality.stalledShare],
        [{ of: 'failed' }, quality.errorShare],
        [{ of: 'unseen' }, quality.unseenShare],
      ),
    );
    metrics.setAll(
      'marquee_viewings_rung_ratio',
      quality.rungShare.map(({ rung, share }) => [{ rung }, share]),
    );
  }

  const figures: { what: string; everyMs: number; dueAtMs: number; tell: () => Promise<void>; gauges: GaugeName[] }[] =
    [
      {
        what: 'queues',
        everyMs: ROUND_MS,
        dueAtMs: 0,
        tell: queues,
        gauges: ['marquee_queue_messages', 'marquee_queue_dead_letters', 'marquee_queue_oldest_message_age_seconds'],
      },
      { what: 'workers', everyMs: ROUND_MS, dueAtMs: 0, tell: workers, gauges: ['marquee_workers'] },
      { what: 'jobs', everyMs: 15_000, dueAtMs: 0, tell: jobCounts, gauges: ['marquee_jobs'] },
      {
        what: 'viewings',
        everyMs: 30_000,
        dueAtMs: 0,
        tell: viewings,
        gauges: [
          'marquee_viewings',
          'marquee_viewings_watched_seconds',
          'marquee_viewings_startup_seconds',
          'marquee_viewings_stall_ratio',
          'marquee_viewings_share_ratio',
          'marquee_viewings_rung_ratio',
        ],
      },
      { what: 'storage', everyMs: 60_000, dueAtMs: 0, tell: storage, gauges: ['marquee_storage_bytes'] },
    ];

  async function round(): Promise<void> {
    const nowMs = Date.now();
    for (const figure of figures) {
      if (nowMs < figure.dueAtMs) continue;
      figure.dueAtMs = nowMs + figure.everyMs;
      try {
        await figure.tell();
      } catch (error) {
        log.debug('figures not told', { what: figure.what, error });
        for (const name of figure.gauges) metrics.setAll(name, []);
      }
    }
  }

  metrics.begin('orchestrator');
  metrics.beforeScrape(() => {
    const nowMs = Date.now();
    metrics.set('marquee_job_longest_silence_seconds', {}, jobs.longestSilenceMs(nowMs) / 1000);
    const waits = jobs.longestWaitsMs(nowMs);
    for (const queue of METRICS.marquee_queue_oldest_task_wait_seconds.labels.queue) {
      metrics.set('marquee_queue_oldest_task_wait_seconds', { queue }, (waits.get(queue) ?? 0) / 1000);
    }
  });
  const first = round();
  const rest = repeat(ROUND_MS, round);
  return {
    async stop() {
      await Promise.all([first, rest.stop()]);
    },
  };
}

/** Series of those values that are known. */
function known<N extends GaugeName>(...series: [LabelsOf<N>, number | null][]): Series<N> {
  return series.filter((each): each is [LabelsOf<N>, number] => each[1] !== null);
}
