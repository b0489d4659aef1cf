import type { Rational } from '@marquee/core/inspection';

/** Rates that films are made in; a measured rate within 0.7 % of one is taken to be it. */
const STANDARD: Rational[] = [
  [1, 1],
  [2, 1],
  [3, 1],
  [5, 1],
  [6, 1],
  [8, 1],
  [10, 1],
  [12, 1],
  [25, 2],
  [15_000, 1001],
  [15, 1],
  [20, 1],
  [24_000, 1001],
  [24, 1],
  [25, 1],
  [30_000, 1001],
  [30, 1],
  [48_000, 1001],
  [48, 1],
  [50, 1],
  [60_000, 1001],
  [60, 1],
  [100, 1],
  [120_000, 1001],
  [120, 1],
  [240, 1],
].map(([num, den]) => ({ num: num as number, den: den as number }));

/** What the first frames say about the rate. */
export interface FrameRate {
  /** The constant rate to publish at, at most `maxFps`. */
  fps: Rational;
  variable: boolean;
}

/**
 * Decides the published frame rate. A constant source keeps its own exactly; a variable one gets the rate of
 * its densest passage, so that no motion is lost.
 *
 * @param timesSec presentation times of the first frames, any order, in seconds
 * @param average  the container's average rate, or null
 * @param maxFps   ceiling; a faster source is halved until it fits
 */
export function decideFrameRate(timesSec: number[], average: Rational | null, maxFps: number): FrameRate {
  const sorted = [...timesSec].sort((a, b) => a - b);
  const steps: number[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const step = (sorted[i] as number) - (sorted[i - 1] as number);
    if (step > 1e-6) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  const averageFps = average ? average.num / average.den : null;
  if (steps.length === 0)
    return {
      fps: capped(averageFps && averageFps <= 240 ? snap(averageFps, average) : { num: 25, den: 1 }, maxFps),
      variable: false,
    };
  const median = steps[Math.floor(steps.length / 2)] as number;
  // Millisecond containers round every step by up to 1 ms either way.
  const regular = steps.filter((step) => Math.abs(step - median) <= Math.max(0.0021, median * 0.02));
  const variable = regular.length < steps.length * 0.95;
  if (!variable) {
    const mean = regular.reduce((sum, step) => sum + step, 0) / regular.length;
    const trusted = averageFps !== null && Math.abs(averageFps * median - 1) < 0.05;
    // The average tells 24 from 23.976 where steps are rounded; the steps tell 25 where the average counts a
    // last frame of another length.
    const fps = (trusted ? standard(averageFps) : null) ?? standard(1 / mean);
    return {
      fps: capped(fps ?? snap(trusted ? averageFps : 1 / mean, trusted ? average : null), maxFps),
      variable: false,
    };
  }
  const dense = steps[Math.floor(steps.length * 0.1)] as number;
  return { fps: capped(snap(1 / dense, null), maxFps), variable: true };
}

function standard(fps: number): Rational | null {
  let best: Rational | null = null;
  let bestError = 0.007;
  for (const rate of STANDARD) {
    const error = Math.abs(fps / (rate.num / rate.den) - 1);
    // Exactness decides between neighbours such as 24 and 23.976, which are 0.1 % apart.
    if (error < bestError) [best, bestError] = [rate, error];
  }
  return best;
}

function snap(fps: number, exact: Rational | null): Rational {
  const best = standard(fps);
  if (best) return best;
  if (exact && exact.num <= 1_000_000 && exact.den <= 100_000) return exact;
  if (fps < 1) return { num: 1, den: Math.min(60, Math.max(1, Math.round(1 / fps))) };
  return { num: Math.max(1, Math.round(fps)), den: 1 };
}

function capped(rate: Rational, maxFps: number): Rational {
  let { num, den } = rate;
  while (num / den > maxFps * 1.001) {
    if (num % 2 === 0) num /= 2;
    else den *= 2;
  }
  return { num, den };
}
