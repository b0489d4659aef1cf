import { DashboardBuilder, type Panel as GrafanaPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { jobs } from './panels/jobs.ts';
import { overview } from './panels/overview.ts';
import type { Dashboard, Panel } from './panels/panel.ts';
import { queues } from './panels/queues.ts';
import { viewers } from './panels/viewers.ts';
import { workers } from './panels/workers.ts';

/** All of them, in the order in which somebody would look. */
export const DASHBOARDS: Dashboard[] = [overview, queues, workers, jobs, viewers];

/** The name under which `grafana/provisioning` knows Prometheus. */
const SOURCE = { type: 'prometheus', uid: 'marquee-prometheus' };
/** Of Grafana's grid, which has 24 columns. */
const STAT_SIZE = { w: 8, h: 5 };
const LINES_SIZE = { w: 12, h: 8 };
const COLUMNS = 24;

/** Files that Grafana provisions, by name within `grafana/dashboards`. */
export function dashboardFiles(): Record<string, string> {
  return Object.fromEntries(
    DASHBOARDS.map((dashboard) => [`${dashboard.name}.json`, `${JSON.stringify(grafanaOf(dashboard), null, 2)}\n`]),
  );
}

function grafanaOf({ name, title, description, panels }: Dashboard) {
  const builder = new DashboardBuilder(title)
    .uid(`marquee-${name}`)
    .description(description)
    .tags(['marquee'])
    .timezone('browser')
    .readonly()
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' });
  let [x, y, rowHeight] = [0, 0, 0];
  for (const [i, panel] of panels.entries()) {
    const size = panel.kind === 'stat' ? STAT_SIZE : LINES_SIZE;
    if (x + size.w > COLUMNS || (rowHeight > 0 && rowHeight !== size.h)) [x, y, rowHeight] = [0, y + rowHeight, 0];
    builder.withPanel({ build: () => panelOf(panel, i + 1, { x, y, ...size }) });
    x += size.w;
    rowHeight = size.h;
  }
  return builder.build();
}

function panelOf(panel: Panel, id: number, gridPos: { x: number; y: number; w: number; h: number }): GrafanaPanel {
  const kind =
    panel.kind === 'stat' ? new StatBuilder() : new TimeseriesBuilder().fillOpacity(8).lineWidth(1).axisSoftMin(0);
  const empty = panel.mayBeEmpty === undefined ? '' : ` Empty if ${panel.mayBeEmpty}.`;
  const builder = kind
    .id(id)
    .title(panel.title)
    .description(`${panel.description}${empty}`)
    .unit(panel.unit)
    .datasource(SOURCE)
    .gridPos(gridPos);
  for (const [i, { expr, legend }] of panel.queries.entries()) {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + i))
      .expr(expr)
      .legendFormat(legend);
    builder.withTarget(panel.kind === 'stat' ? query.instant() : query.range());
  }
  return builder.build();
}
