import { z } from 'zod';

/**
 * What is found out about a film once it is ready, each by a task of that name, in this order: a later one may read what
 * an earlier one left.
 */
export const ANALYSES = ['shots', 'skips', 'describe', 'sights'] as const;
export type Analysis = (typeof ANALYSES)[number];

/** @returns those that a house wants */
export function wantedAnalyses({ analysis, sights }: { analysis: boolean; sights: boolean }): Analysis[] {
  return analysis ? ANALYSES.filter((each) => sights || each !== 'sights') : [];
}

/**
 * Work of that type is done when the film is ready, and nothing waits for it: viewers watch, the film stands in lists,
 * and whatever becomes of the work, the job stays ready.
 */
export function isAfterReady(type: string): boolean {
  return type === 'video.ai_analysis';
}

/** Raised when `analysis.json` changes in a way that an older reader would misread. */
export const ANALYSIS_VERSION = 1;

const range = z.object({ startSec: z.number().nonnegative(), endSec: z.number().nonnegative() });

/** How loud a film is, after EBU R 128; null where it has no sound. */
const loudness = z.object({
  /** Of the whole, gated, in LUFS. */
  integratedLufs: z.number(),
  /** Between its soft and its loud passages, in LU. */
  rangeLu: z.number().nonnegative(),
  /** In dB; above 0 it clips between samples. */
  truePeakDbtp: z.number(),
});
export type Loudness = z.infer<typeof loudness>;

/** What is found out about one version of a film: `analysis.json` beside its playlists. Times are the film's own. */
export const filmAnalysis = z.object({
  version: z.literal(ANALYSIS_VERSION),
  durationSec: z.number().positive(),
  /** All of the film, in order; `by` is how each is reached. */
  shots: z.array(range.extend({ by: z.enum(['cut', 'fade', 'dissolve']) })),
  /** Shots that belong together; `strength` says how clearly each is set apart from the one before, 0 to 1. */
  scenes: z.array(range.extend({ strength: z.number().min(0).max(1) })),
  /** Made ones; none where the source names its own, or the film is short. */
  chapters: z.array(range.extend({ title: z.string() })),
  /** Stretches that show nothing. */
  black: z.array(range),
  palette: z.object({
    /** `#rrggbb`, the most telling first, with their shares of all pixels. */
    colours: z.array(z.object({ hex: z.string(), share: z.number() })),
    /** The mean of all, for where a picture is not there yet. */
    placeholder: z.string(),
  }),
  loudness: loudness.nullable(),
  /** Stretches without a sound. */
  silences: z.array(range),
});
export type FilmAnalysis = z.infer<typeof filmAnalysis>;
