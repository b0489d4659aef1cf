import { METRICS, type MetricDefinition, type Metrics } from '@marquee/core/metrics';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Counters with no more series than this begin at 0: one that begins at 1 tells of no rise. */
const MOST_BEGUN_SERIES = 100;

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
    begin(reporter) {
      for (const [name, { by, labels }] of Object.entries(METRICS) as [string, MetricDefinition][]) {
        const counter = by === reporter ? counters.get(name) : undefined;
        const series = seriesOf(labels);
        if (counter && series.length <= MOST_BEGUN_SERIES) for (const each of series) counter.inc(each, 0);
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
