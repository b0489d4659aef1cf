import { readFileSync } from 'node:fs';
import { METRICS } from '@marquee/core/metrics';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { metricOf, metricsIn } from '../promql.ts';

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: { severity: string; family: string };
  annotations?: Record<string, string>;
}
interface Tests {
  tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const rules = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const alerts = rules.filter((rule) => rule.alert !== undefined);

describe('alerts', () => {
  it('ask for metrics that are told, or for what a rule records', () => {
    const recorded = rules.flatMap(({ record }) => (record === undefined ? [] : [record]));
    const known = [...Object.keys(METRICS), ...recorded];
    for (const { expr } of rules) {
      const unknown = metricsIn(expr).filter((name) => !known.includes(name) && !known.includes(metricOf(name)));
      expect(unknown, expr).toEqual([]);
    }
  });

  it('have a severity, a family, a sentence and a runbook that stands', () => {
    const anchors = [
      ...readFileSync(new URL('../../../docs/operations/runbooks.md', import.meta.url), 'utf8').matchAll(
        /^## (\S+)$/gm,
      ),
    ].map(([, title]) => title);
    for (const { alert, labels, annotations } of alerts) {
      expect(['critical', 'warning'], alert).toContain(labels?.severity);
      expect(labels?.family, alert).toMatch(/^[a-z-]+$/);
      expect(annotations?.summary && annotations.description, alert).toBeTruthy();
      expect(annotations?.runbook, alert).toBe(`docs/operations/runbooks.md#${alert?.toLowerCase()}`);
      expect(anchors, alert).toContain(alert);
    }
  });

  it('are each tested to fire and not to', () => {
    const cases = (parse(read('alerts.test.yaml')) as Tests).tests.flatMap((test) => test.alert_rule_test);
    for (const { alert } of alerts) {
      const mine = cases.filter(({ alertname }) => alertname === alert);
      expect(
        mine.some(({ exp_alerts }) => exp_alerts.length > 0),
        `${alert} fires`,
      ).toBe(true);
      expect(
        mine.some(({ exp_alerts }) => exp_alerts.length === 0),
        `${alert} does not`,
      ).toBe(true);
    }
  });
});
