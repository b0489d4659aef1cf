/** Grafana's names of units that panels use. */
type PanelUnit = 's' | 'bytes' | 'Bps' | 'percentunit' | 'short' | 'cps' | 'x';

/** One question, and the queries that answer it. */
export interface Panel {
  /** A question; it names no metric. */
  title: string;
  /** What the answer means, and what to look at when it is bad. */
  description: string;
  unit: PanelUnit;
  queries: { expr: string; legend: string }[];
  /** `stat` shows the last value, large; default: lines over time. */
  kind?: 'stat';
  /** Why there may be no answer in a house that is well; absent where there always is one. */
  mayBeEmpty?: string;
}

export interface Dashboard {
  /** Also the name of its file, and its address. */
  name: string;
  title: string;
  description: string;
  panels: Panel[];
}

/** What Grafana puts in for the span that a rate is of; it knows how often is scraped, and how far apart points are. */
const WINDOW = '$__rate_interval';

/**
 * A percentile of a histogram.
 *
 * @param by labels that stay, with commas between them
 */
export function quantile(share: number, histogram: string, by = '', window = WINDOW): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${share}, sum by (${labels}) (rate(${histogram}[${window}])))`;
}

/** The middle one, and the one that 19 of 20 do not exceed. */
export function medianAndWorst(histogram: string, window = WINDOW): Panel['queries'] {
  return [
    { expr: quantile(0.5, `${histogram}_bucket`, '', window), legend: 'half of them' },
    { expr: quantile(0.95, `${histogram}_bucket`, '', window), legend: '19 of 20' },
  ];
}

/** An expression with a span put in where Grafana would. */
export function withWindow(expr: string, window: string): string {
  return expr.replaceAll(WINDOW, window);
}
