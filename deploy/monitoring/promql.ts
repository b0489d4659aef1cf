import { parser } from '@prometheus-io/lezer-promql';

/**
 * Names of the metrics that an expression asks for.
 *
 * @throws Error saying where it is no PromQL
 */
export function metricsIn(expr: string): string[] {
  const names = new Set<string>();
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`No PromQL at ${node.from} of: ${expr}`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') {
        names.add(expr.slice(node.from, node.to));
      }
    },
  });
  return [...names];
}

/** The metric that a series is of: a histogram tells of its buckets, its sum and its count. */
export function metricOf(series: string): string {
  return series.replace(/_(bucket|sum|count)$/, '');
}
