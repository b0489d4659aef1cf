import { describe, expect, it } from 'vitest';
import { type FleetPlotRow, fleetPlot } from '../../bench/fleet-plot.ts';

const ROWS: FleetPlotRow[] = [1000, 1, 100, 10].flatMap((workers) => [
  { load: 'film', workers, makespanMs: 7_200_000 / workers, firstPlayableMs: 6600 },
  { load: 'uploads', workers, makespanMs: 3e9 / workers, firstPlayableMs: 6_000_000 / workers },
]);

/** Numbers of each path of a class, in the order of the document. */
function paths(svg: string, name: string): number[][] {
  const found = [...svg.matchAll(new RegExp(`<path class="${name}" d="([^"]*)"`, 'g'))];
  return found.map(([, d]) => [...(d as string).matchAll(/[\d.]+/g)].map(Number));
}

describe('the picture of fleets', () => {
  it('says in words what it shows, and that it was simulated', () => {
    const svg = fleetPlot(ROWS, 'Times <measured> & kept');
    expect(svg).toContain('<title id="title">Simulated: ');
    expect(svg).toContain('500 uploads at once: with 1 worker all is done in 35 days and playable after 1.7 h;');
    expect(svg).toContain('with 1,000 workers all is done in 7.2 s and playable after 6.6 s.');
    expect(svg).toContain('Times &lt;measured&gt; &amp; kept</text>');
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg).not.toMatch(/NaN|undefined|Infinity|<measured>/);
  });

  it('gives equal steps to equal ratios, within its frame, whatever the order of the rows', () => {
    const svg = fleetPlot(ROWS);
    expect(fleetPlot(ROWS.toReversed())).toBe(svg);
    const [, ...whole] = paths(svg, 'whole line');
    // The first is the legend's sample.
    expect(whole).toHaveLength(2);
    for (const [x1, y1, x10, y10, x100, y100, x1000, y1000] of whole as [number, ...number[]][]) {
      const steps = [
        [x10 as number, x1, x100, x10, x1000, x100],
        [y10 as number, y1, y100, y10, y1000, y100],
      ] as number[][];
      for (const [a, b, c, d, e, f] of steps as [number, number, number, number, number, number][]) {
        expect(a - b).toBeGreaterThan(10);
        expect(c - d).toBeCloseTo(a - b, 0);
        expect(e - f).toBeCloseTo(a - b, 0);
      }
      expect(y1000).toBeLessThan(508);
      expect(x1000).toBeLessThan(960);
    }
  });

  it('refuses what it cannot draw', () => {
    expect(() => fleetPlot(ROWS.filter(({ load }) => load === 'film'))).toThrow('no row of uploads');
    expect(() => fleetPlot([{ load: 'film', workers: 1, makespanMs: 0, firstPlayableMs: 1 }])).toThrow('logarithmic');
  });
});
