import { METRICS, type MetricDefinition, PROCESS_METRICS, REPORTERS } from './metrics.ts';

/** A label with more values than this is told by their number. */
const NAMED_VALUES = 8;

const TITLES: Record<(typeof REPORTERS)[number], string> = {
  'every process': 'Every process',
  orchestrator: 'Orchestrators',
  worker: 'Workers',
  web: 'The site',
};

const INTRODUCTION = `# Metrics

Written by \`npm run metrics\` from \`packages/core/src/metrics.ts\`; a test compares the two.

With \`METRICS_PORT\` set, \`worker\`, \`web\` and \`start\` answer \`GET /metrics\` on that port of \`HOST\`, one port for a
process whatever its roles, in the text format of Prometheus. Nothing there is secret, and nothing asks who reads it: keep
the port inside. Without the variable nothing is counted. What is made of it: [monitoring](monitoring.md).

Every label has a bounded set of values. Of two orchestrators both tell what stands in the store and the queue: take
\`max by (...)\` of their gauges. What one of them did, it counts alone: take \`sum(rate(...))\`. A counter tells of what this
process has done since it was started; an event whose process dies in the moment of it may be missing.
`;

/** The reference of all metrics, in Markdown. */
export function metricsPage(): string {
  const all = Object.entries(METRICS) as [string, MetricDefinition][];
  const parts = REPORTERS.map((reporter) => {
    const rows = all.filter(([, { by }]) => by === reporter).map(([name, metric]) => row(name, metric, metric.labels));
    const own = reporter === 'every process' ? Object.entries(PROCESS_METRICS).map(([n, m]) => row(n, m, {})) : [];
    return `## ${TITLES[reporter]}\n\n| metric | type | unit | labels | what it says |\n|---|---|---|---|---|\n${[...rows, ...own].join('\n')}\n`;
  });
  const histograms = all.flatMap(([name, { buckets }]) => (buckets ? [`| \`${name}\` | ${buckets.join(', ')} |`] : []));
  return `${[INTRODUCTION, ...parts].join('\n')}\n## Buckets\n\n| histogram | upper bounds |\n|---|---|\n${histograms.join('\n')}\n`;
}

function row(
  name: string,
  { type, unit, help }: Pick<MetricDefinition, 'type' | 'unit' | 'help'>,
  labels: MetricDefinition['labels'],
): string {
  const told = Object.entries(labels).map(([label, values]) =>
    values.length > NAMED_VALUES ? `\`${label}\` (${values.length} values)` : `\`${label}\`: ${values.join(', ')}`,
  );
  return `| \`${name}\` | ${type} | ${unit === 'things' ? '-' : unit} | ${told.join('; ') || '-'} | ${help} |`;
}
