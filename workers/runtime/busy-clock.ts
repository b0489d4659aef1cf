import type { LabelsOf, Metrics } from '@marquee/core/metrics';

/** `heavy` work shares the cores of a process, `light` work has slots of its own. */
export type Load = LabelsOf<'marquee_worker_runs'>['load'];

/** Adds up the time of the runs of a process, as it passes. */
export interface BusyClock {
  /** A run begins. @returns what to call once, when it has ended */
  enter(load: Load): () => void;
}

/**
 * A run of minutes that counted at its end alone would make a busy worker look idle, and then busier than it can be: so
 * time is added up at each change and each scrape.
 */
export function createBusyClock(metrics: Metrics): BusyClock {
  const runs: Record<Load, number> = { heavy: 0, light: 0 };
  let addedAtMs = performance.now();
  const addUp = () => {
    const nowMs = performance.now();
    for (const load of ['heavy', 'light'] as const) {
      metrics.add('marquee_worker_busy_seconds_total', { load }, (runs[load] * (nowMs - addedAtMs)) / 1000);
    }
    addedAtMs = nowMs;
  };
  metrics.beforeScrape(addUp);
  const change = (load: Load, by: 1 | -1) => {
    addUp();
    runs[load] += by;
    metrics.set('marquee_worker_runs', { load }, runs[load]);
  };
  return {
    enter(load) {
      change(load, 1);
      return () => change(load, -1);
    },
  };
}
