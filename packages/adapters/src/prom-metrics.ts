import { METRICS, type MetricDefinition, type Metrics } from '@marquee/core/metrics';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What counts and has no more series than this, a histogram's buckets among them, begins at 0: at 1 it tells of no rise. */
const MOST_BEGUN_SERIES = 200;
/** A histogram has a bucket without a bound too, a sum and a count. */
const MORE_THAN_BUCKETS = 3;

/** Counts for Prometheus, by `prom-client`: every metric of the table, and what Node says of the process. */
export function createPromMetrics(): Metrics {
  const register = new Registry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const looks: (() => void | Promise<void>)[] = [];
  collectDefaultMetrics({ register });
  for (const [name, { type, help, labels, buckets }] of Object.entries(METRICS) as [string, MetricDefinition][]) {
    const facts = { name, help, labelNames: Object.keys(labels), registers: [register] };
    if (type === 'counter') counters.set(name, new Counter(facts));
    else if (type === 'gauge') gauges.set(name, new Gauge(facts));
    else histograms.set(name, new Histogram({ ...facts, buckets: [...(buckets ?? [])] }));
  }
  // Those without labels begin with a value; a gauge that nobody sets has none.
  for (const gauge of gauges.values()) gauge.remove({});

  return {
    add: (name, labels, by = 1) => counters.get(name)?.inc(plain(labels), Math.max(0, by)),
    set: (name, labels, value) => gauges.get(name)?.set(plain(labels), value),
    setAll(name, series) {
      const gauge = gauges.get(name);
      gauge?.reset();
      gauge?.remove({});
      for (const [labels, value] of series) gauge?.set(plain(labels), value);
    },
    observe: (name, labels, value) => histograms.get(name)?.observe(plain(labels), value),
    beforeScrape: (look) => void looks.push(look),
    begin(reporter, types) {
      for (const [name, { by, labels, buckets }] of Object.entries(METRICS) as [string, MetricDefinition][]) {
        if (by !== reporter) continue;
        const series = seriesOf(types && 'type' in labels ? { ...labels, type: types } : labels);
        const lines = series.length * (buckets === undefined ? 1 : buckets.length + MORE_THAN_BUCKETS);
        if (lines > MOST_BEGUN_SERIES) continue;
        for (const each of series) {
          counters.get(name)?.inc(each, 0);
          histograms.get(name)?.zero(each);
        }
      }
    },
    async exposition() {
      await Promise.all(looks.map((look) => look()));
      return { contentType: register.contentType, text: await register.metrics() };
    },
  };
}

/** The table's types say which labels go with a name; here they are names and values. */
function plain(labels: object): Record<string, string> {
  return labels as Record<string, string>;
}

/** Every combination of the values of labels. */
function seriesOf(labels: MetricDefinition['labels']): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (series, [label, values]) => series.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [{}],
  );
}
