import { readFileSync } from 'node:fs';
import { routeOf } from '@marquee/core/http-routes';
import { METRICS, type MetricDefinition } from '@marquee/core/metrics';
import { metricsPage } from '@marquee/core/metrics-page';
import { describe, expect, it } from 'vitest';

const ALL = Object.entries(METRICS) as [string, MetricDefinition][];
/** What one process may tell at most of one metric, were every label to take every value. */
const MOST_SERIES = 2000;

describe('the table of metrics', () => {
  it('names and units follow the conventions', () => {
    const wrong = ALL.filter(([name, { type, unit }]) => {
      const stem = name.replace(/_total$/, '');
      return (
        !/^marquee(_[a-z]+)+$/.test(name) ||
        (type === 'counter') !== name.endsWith('_total') ||
        (unit !== 'things' && !stem.endsWith(`_${unit}`)) ||
        (unit === 'things' && /_(seconds|bytes|ratio)$/.test(stem))
      );
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it('every label has a bounded set of plain values, and every bucket is above the one before', () => {
    for (const [name, { help, labels, buckets = [], type }] of ALL) {
      const sizes = Object.values(labels).map((values) => new Set(values).size);
      expect(
        sizes.reduce((product, size) => product * size, 1),
        name,
      ).toBeLessThanOrEqual(MOST_SERIES);
      for (const values of Object.values(labels)) expect(values.length, name).toBe(new Set(values).size);
      expect(help, name).toMatch(/^[A-Z0-9].*\.$/);
      expect(buckets.length > 0, name).toBe(type === 'histogram');
      expect(
        buckets.toSorted((a, b) => a - b),
        name,
      ).toEqual(buckets);
    }
  });

  it('is what the reference says', () => {
    expect(readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')).toBe(metricsPage());
  });
});

it('a path leads to one route of the site, whatever is asked for', () => {
  const routes = {
    '/': '/',
    '/?q=1': '/',
    '/film/abc?t=3': '/film/[id]',
    '/admin/films/x/subtitles/1': '/admin/films/[id]/subtitles/[track]',
    '/api/v1/openapi.json': '/api/v1/openapi.json',
    '/api/v1/jobs/7/cancel': '/api/v1/jobs/[id]/cancel',
    '/api/v1/nothing/here': '/api/v1/[...path]',
    '/objects/media/a/b.m4s': '/objects/[...path]',
    '/_next/static/x.js': '/_next',
    '/wp-login.php': 'other',
    '/film': 'other',
    '//film//abc': '/film/[id]',
  };
  for (const [path, route] of Object.entries(routes)) expect(routeOf(path), path).toBe(route);
});
