import { readdirSync, readFileSync } from 'node:fs';
import { METRICS, PROCESS_METRICS } from '@marquee/core/metrics';
import { describe, expect, it } from 'vitest';
import { DASHBOARDS, dashboardFiles } from '../dashboards.ts';
import { withWindow } from '../panels/panel.ts';
import { metricOf, metricsIn } from '../promql.ts';

const PANELS = DASHBOARDS.flatMap(({ name, panels }) => panels.map((panel) => ({ dashboard: name, ...panel })));
/** Every metric of the table, with its labels. */
const LABELS = new Map<string, string[]>([
  ...Object.entries(METRICS).map(([name, { labels }]): [string, string[]] => [name, Object.keys(labels)]),
  ...Object.keys(PROCESS_METRICS).map((name): [string, string[]] => [name, []]),
]);
/** Labels that Prometheus adds, and those of series of histograms. */
const ADDED = ['le', 'instance', 'job'];

const exprs = PANELS.flatMap(({ queries }) => queries.map(({ expr }) => withWindow(expr, '5m')));

describe('dashboards', () => {
  it('are what their files say', () => {
    const folder = new URL('../grafana/dashboards/', import.meta.url);
    const written = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
    expect(Object.fromEntries(written)).toEqual(dashboardFiles());
  });

  it('ask questions, each once, with a unit and at least one query', () => {
    for (const { title, description, queries } of PANELS) {
      expect(title).toMatch(/^[A-Z].*\?$/);
      expect(description, title).toMatch(/\.$/);
      expect(queries.length, title).toBeGreaterThan(0);
    }
    expect(new Set(PANELS.map(({ title }) => title)).size).toBe(PANELS.length);
    for (const text of Object.values(dashboardFiles())) {
      const { uid, panels } = JSON.parse(text) as {
        uid: string;
        panels: {
          title: string;
          fieldConfig: { defaults: { unit: string } };
          datasource: { uid: string };
          gridPos: { x: number; y: number; w: number; h: number };
          targets: { expr: string }[];
        }[];
      };
      expect(uid).toMatch(/^marquee-/);
      const taken = new Set<string>();
      for (const { title, fieldConfig, datasource, gridPos, targets } of panels) {
        expect(fieldConfig.defaults.unit, title).toBeTruthy();
        expect(datasource.uid, title).toBe('marquee-prometheus');
        expect(targets.length, title).toBeGreaterThan(0);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.has(`${x} ${y}`), title).toBe(false);
            taken.add(`${x} ${y}`);
          }
        }
      }
    }
  });

  it('ask in PromQL, for metrics and labels that are told', () => {
    for (const expr of exprs) {
      const names = metricsIn(expr);
      expect(names.length, expr).toBeGreaterThan(0);
      for (const series of names) {
        const name = LABELS.has(series) ? series : metricOf(series);
        expect(LABELS.has(name), `${series} in ${expr}`).toBe(true);
      }
      const known = [...ADDED, ...names.flatMap((series) => LABELS.get(series) ?? LABELS.get(metricOf(series)) ?? [])];
      const asked = [
        ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((each) => each.trim())),
        ...[...expr.matchAll(/[{,]\s*(\w+)\s*[=!]/g)].map(([, label]) => label as string),
      ];
      expect(
        asked.filter((label) => label !== '' && !known.includes(label)),
        expr,
      ).toEqual([]);
    }
    expect(() => metricsIn('sum(rate(marquee_jobs[5m])')).toThrow('No PromQL');
  });

  it('leave out no metric of the table', () => {
    const used = new Set(exprs.flatMap(metricsIn).flatMap((series) => [series, metricOf(series)]));
    expect(Object.keys(METRICS).filter((name) => !used.has(name))).toEqual([]);
  });
});
