import { DASHBOARDS } from './dashboards.ts';
import { withWindow } from './panels/panel.ts';

const STEP_SEC = 5;
const ANSWER_MS = 30_000;

/** What came of one panel. */
export interface PanelAnswer {
  dashboard: string;
  title: string;
  /** Why it may have no data; null where it has to have some. */
  mayBeEmpty: string | null;
  /** Its queries that gave no number at all; empty where all gave some. */
  emptyQueries: string[];
}

/**
 * Asks a Prometheus what Grafana would ask it to draw every panel.
 *
 * @param url     of Prometheus
 * @param options.sinceSec how far back is looked, in seconds
 * @param options.window   what a rate is of, such as `1m`: at least four times as long as between two scrapes
 * @throws Error if it cannot be asked, or takes a query for none
 */
export async function askPanels(url: string, options: { sinceSec: number; window: string }): Promise<PanelAnswer[]> {
  const answers: PanelAnswer[] = [];
  for (const { name, panels } of DASHBOARDS) {
    for (const { title, mayBeEmpty, queries } of panels) {
      const emptyQueries: string[] = [];
      for (const { expr } of queries) {
        if (!(await hasData(url, withWindow(expr, options.window), options.sinceSec))) emptyQueries.push(expr);
      }
      answers.push({ dashboard: name, title, mayBeEmpty: mayBeEmpty ?? null, emptyQueries });
    }
  }
  return answers;
}

/** What is said of answers: a line for each panel without data, whether that is as it has to be, and a sum. */
export function verdictOfPanels(answers: readonly PanelAnswer[]): { ok: boolean; missing: string[]; text: string } {
  const empty = answers.filter(({ emptyQueries }) => emptyQueries.length > 0);
  const missing = empty.filter(({ mayBeEmpty }) => mayBeEmpty === null);
  const allowed = empty.filter(({ mayBeEmpty }) => mayBeEmpty !== null);
  const reasons = allowed.map(({ title, mayBeEmpty }) => `“${title}” (${mayBeEmpty})`).join('; ');
  return {
    ok: missing.length === 0,
    missing: missing.map(({ dashboard, title, emptyQueries }) => `${dashboard}: ${title} ${emptyQueries.join(' ')}`),
    text: `${answers.length - empty.length} of ${answers.length} panels have data${reasons && `; none may have ${reasons}`}`,
  };
}

/** What does not count as a number is none: 0 by 0, say, where nothing has happened yet. */
async function hasData(url: string, query: string, sinceSec: number): Promise<boolean> {
  const end = Date.now() / 1000;
  const params = { query, start: String(end - sinceSec), end: String(end), step: String(STEP_SEC) };
  const answer = await fetch(`${url}/api/v1/query_range?${new URLSearchParams(params)}`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { data, error } = (await answer.json()) as {
    error?: string;
    data?: { result: { values: [number, string][] }[] };
  };
  if (data === undefined) throw new Error(`Prometheus does not take ${query}: ${error}`);
  return data.result.some(({ values }) => values.some(([, value]) => Number.isFinite(Number(value))));
}
