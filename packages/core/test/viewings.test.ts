import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addViewings,
  noViewings,
  qualityOf,
  rungOfSize,
  startupStep,
  type ViewingSums,
  viewingReport,
} from '../src/viewings.ts';

const REPORT = {
  session: '0123456789abcdef0123456789abcdef',
  report: 1,
  startupMs: 412,
  stalls: 0,
  stalledMs: 0,
  watchedSec: 3.5,
  rungSec: { 720: 3.5 },
  error: null,
  engine: 'hls.js',
};

function sumsOf(startupsMs: number[]): ViewingSums {
  const parts = startupsMs.map((ms) => ({
    ...noViewings(),
    sessions: 1,
    startups: [{ step: startupStep(ms), sessions: 1 }],
  }));
  return addViewings(parts);
}

describe('viewings', () => {
  it('are told in a few numbers, and by nothing that names somebody', () => {
    expect(viewingReport.safeParse(REPORT).success).toBe(true);
    for (const wrong of [
      { session: 'ann@example.org' },
      { report: 0 },
      { startupMs: -1 },
      { watchedSec: 1e9 },
      { rungSec: { 719: 1 } },
      { error: 'fatal' },
      { userId: 'ann' },
    ]) {
      expect(viewingReport.safeParse({ ...REPORT, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
    }
  });

  it('have percentiles that are right within 3 per cent', () => {
    const startups = fc.array(fc.integer({ min: 11, max: 600_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(startups, (ms) => {
        const sorted = ms.toSorted((a, b) => a - b);
        const { startupP50Ms, startupP95Ms } = qualityOf(sumsOf(ms));
        for (const [at, found] of [
          [0.5, startupP50Ms],
          [0.95, startupP95Ms],
        ] as const) {
          const exact = sorted[Math.ceil(at * ms.length) - 1] ?? 0;
          expect(Math.abs((found ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.031 + 1);
        }
      }),
    );
  });

  it('add up to the same whatever parts they come in', () => {
    const ms = [90, 400, 400, 1200, 8000, 30_000];
    expect(addViewings([sumsOf(ms.slice(0, 2)), sumsOf(ms.slice(2))])).toEqual(sumsOf(ms));
  });

  it('say what share of the wanted time was lost, and nothing where nothing was', () => {
    const sums = { ...noViewings(), sessions: 4, stalledSessions: 1, stalls: 3, stalledMs: 5000, watchedSec: 95 };
    sums.rungSec[1080] = 60;
    sums.rungSec[240] = 20;
    sums.errors.decode = 1;
    sums.startups = [{ step: 0, sessions: 3 }];
    expect(qualityOf(sums)).toMatchObject({
      stallShare: 0.05,
      stalledShare: 0.25,
      errorShare: 0.25,
      unseenShare: 0.25,
      startupP50Ms: 10,
      rungShare: [
        { rung: '1080', share: 0.75 },
        { rung: '240', share: 0.25 },
      ],
    });
    expect(qualityOf(noViewings())).toMatchObject({
      startupP95Ms: null,
      stallShare: null,
      errorShare: null,
      rungShare: [],
    });
  });

  it.each([
    [1920, 1080, '1080'],
    [1920, 800, '1080'],
    [854, 480, '480'],
    [1440, 1080, '1080'],
    [360, 640, '360'],
    [426, 178, '240'],
    [7680, 4320, '2160'],
    [0, 0, null],
  ])('take a picture of %d by %d for rung %s', (widthPx, heightPx, rung) => {
    expect(rungOfSize(widthPx, heightPx)).toBe(rung);
  });
});
