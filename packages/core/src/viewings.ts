import { z } from 'zod';
import type { MovieId } from './ids.ts';

/** Names of rungs by their nominal heights, highest first: what playing time is counted by. */
export const RUNGS = ['2160', '1440', '1080', '720', '480', '360', '240'] as const;
export type RungName = (typeof RUNGS)[number];

/** Why a film did not come to the screen, as browsers tell it (HTML, MediaError). */
export const VIEWING_ERRORS = ['aborted', 'network', 'decode', 'unsupported'] as const;
export type ViewingError = (typeof VIEWING_ERRORS)[number];

/** What fetched and joined the segments: our library, or the browser by itself. */
export const VIEWING_ENGINES = ['hls.js', 'native'] as const;

/** Rows count for this long, in milliseconds; stores may drop them any time after. */
export const VIEWINGS_KEPT_MS = 30 * 86_400_000;

const DAY_MS = 86_400_000;
const DAY_SEC = 86_400;

/**
 * What a player says of one viewing so far, again and again, each word replacing the one before. It names no person and
 * no device: the session is a number that the page drew when it was opened.
 */
export const viewingReport = z.strictObject({
  session: z.string().regex(/^[0-9a-f]{32}$/),
  /** Counted from 1, since words may overtake each other. */
  report: z.int().min(1).max(1_000_000),
  /** From the wish to play until the first picture; null while there is none. */
  startupMs: z.int().min(0).max(DAY_MS).nullable(),
  stalls: z.int().min(0).max(1_000_000),
  stalledMs: z.int().min(0).max(DAY_MS),
  /** Time with a moving picture. */
  watchedSec: z.number().min(0).max(DAY_SEC),
  /** The same by rung, as far as it is known. */
  rungSec: z.partialRecord(z.enum(RUNGS), z.number().min(0).max(DAY_SEC)),
  /** The last error that stopped the film. */
  error: z.enum(VIEWING_ERRORS).nullable(),
  engine: z.enum(VIEWING_ENGINES),
});
export type ViewingReport = z.infer<typeof viewingReport>;

/** One viewing of one film, as it is kept. */
export interface Viewing extends ViewingReport {
  movieId: MovieId;
  /** When the site first heard of it, in milliseconds since 1970. */
  beganAtMs: number;
  /** A family, such as `Firefox`, and no version. */
  browser: string;
}

/** What viewings add up to. */
export interface ViewingSums {
  sessions: number;
  /** Those that came to a first picture, by `startupStep`. */
  startups: { step: number; sessions: number }[];
  /** Sessions that stopped at least once, and how often all of them did. */
  stalledSessions: number;
  stalls: number;
  stalledMs: number;
  watchedSec: number;
  rungSec: Record<RungName, number>;
  /** Sessions by their last error. */
  errors: Record<ViewingError, number>;
}

/** What viewings are added up by: equal spans of time, films, or what plays them (`Firefox, hls.js`). */
export type ViewingsBy = { by: 'time'; everyMs: number } | { by: 'film' | 'player'; limit: number };

/** The store's part: one row for each viewing, kept `VIEWINGS_KEPT_MS`. */
export interface ViewingsRepository {
  /**
   * Writes what a player says, unless a later word of the same viewing is there, or the session is another film's. When
   * it began and the browser stay as they were first.
   *
   * @returns whether it was written
   */
  keep(viewing: Viewing): Promise<boolean>;
  /** All of them, in an order that holds, for a backup. Startup times are the middles of their steps. */
  all(query: { limit: number; cursor?: string }): Promise<{ items: Viewing[]; cursor: string | null }>;
  /**
   * Sums of what began in `[sinceMs, untilMs)`. By time: each span that holds any, the earliest first, its key the time
   * at which it begins. Else those with the most sessions first.
   */
  sums(query: { sinceMs: number; untilMs: number } & ViewingsBy): Promise<(ViewingSums & { key: string })[]>;
}

/** Steps grow by this factor, so that a percentile is right within some 3 per cent. */
const STEP_FACTOR = 1.06;
const FIRST_STEP_MS = 10;

/** Startup times are counted in steps, so that a store adds up percentiles of any number of rows by grouping. */
export function startupStep(startupMs: number): number {
  return startupMs <= FIRST_STEP_MS ? 0 : Math.ceil(Math.log(startupMs / FIRST_STEP_MS) / Math.log(STEP_FACTOR));
}

/** The middle of a step, in milliseconds. */
export function stepMs(step: number): number {
  return step === 0 ? FIRST_STEP_MS : FIRST_STEP_MS * STEP_FACTOR ** (step - 0.5);
}

/** @returns what a player's name (`Firefox, hls.js`) was put together from */
export function playerOf(player: string): Pick<Viewing, 'browser' | 'engine'> {
  const at = player.lastIndexOf(', ');
  const engine = VIEWING_ENGINES.find((each) => each === player.slice(at + 2)) ?? 'native';
  return { browser: player.slice(0, Math.max(0, at)), engine };
}

/** @returns the sum of nothing */
export function noViewings(): ViewingSums {
  return {
    sessions: 0,
    startups: [],
    stalledSessions: 0,
    stalls: 0,
    stalledMs: 0,
    watchedSec: 0,
    rungSec: Object.fromEntries(RUNGS.map((rung) => [rung, 0])) as Record<RungName, number>,
    errors: Object.fromEntries(VIEWING_ERRORS.map((error) => [error, 0])) as Record<ViewingError, number>,
  };
}

/** Adds sums up; percentiles of the whole come from the counts of its parts. */
export function addViewings(parts: ViewingSums[]): ViewingSums {
  const whole = noViewings();
  const steps = new Map<number, number>();
  for (const part of parts) {
    for (const name of ['sessions', 'stalledSessions', 'stalls', 'stalledMs', 'watchedSec'] as const)
      whole[name] += part[name];
    for (const rung of RUNGS) whole.rungSec[rung] += part.rungSec[rung];
    for (const error of VIEWING_ERRORS) whole.errors[error] += part.errors[error];
    for (const { step, sessions } of part.startups) steps.set(step, (steps.get(step) ?? 0) + sessions);
  }
  whole.startups = [...steps].sort(([a], [b]) => a - b).map(([step, sessions]) => ({ step, sessions }));
  return whole;
}

/** Adds up under each key what a store counted in parts, which come in the order of their keys, and puts it in order. */
export function groupedViewings(
  parts: { key: string; sums: ViewingSums }[],
  { by }: ViewingsBy,
): (ViewingSums & { key: string })[] {
  const groups = [...Map.groupBy(parts, ({ key }) => key)].map(([key, each]) => ({
    key,
    ...addViewings(each.map(({ sums }) => sums)),
  }));
  return by === 'time' ? groups : groups.sort((a, b) => b.sessions - a.sessions);
}

/** What sums say of how well films came to the screen. Shares are in `[0, 1]`; null where nothing was there to share. */
export interface ViewersQuality {
  sessions: number;
  watchedSec: number;
  startupP50Ms: number | null;
  startupP95Ms: number | null;
  /** Of the time in which somebody wanted a moving picture, how much had none. */
  stallShare: number | null;
  /** Sessions that stopped for want of data at least once. */
  stalledShare: number | null;
  /** Sessions in which an error stopped the film. */
  errorShare: number | null;
  /** Sessions that ended without a first picture. */
  unseenShare: number | null;
  errors: Record<ViewingError, number>;
  /** Of the time whose rung is known. */
  rungShare: { rung: RungName; share: number }[];
}

export function qualityOf(sums: ViewingSums): ViewersQuality {
  const { sessions, watchedSec, stalledMs } = sums;
  const seen = sums.startups.reduce((sum, each) => sum + each.sessions, 0);
  const failed = VIEWING_ERRORS.reduce((sum, error) => sum + sums.errors[error], 0);
  const rungSec = RUNGS.reduce((sum, rung) => sum + sums.rungSec[rung], 0);
  return {
    sessions,
    watchedSec,
    startupP50Ms: percentileMs(sums, seen, 0.5),
    startupP95Ms: percentileMs(sums, seen, 0.95),
    stallShare: share(stalledMs / 1000, watchedSec + stalledMs / 1000),
    stalledShare: share(sums.stalledSessions, sessions),
    errorShare: share(failed, sessions),
    unseenShare: share(sessions - seen, sessions),
    errors: sums.errors,
    rungShare: RUNGS.filter((rung) => sums.rungSec[rung] > 0).map((rung) => ({
      rung,
      share: sums.rungSec[rung] / rungSec,
    })),
  };
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function percentileMs({ startups }: ViewingSums, seen: number, at: number): number | null {
  let passed = 0;
  for (const { step, sessions } of startups) {
    passed += sessions;
    if (passed >= at * seen) return Math.round(stepMs(step));
  }
  return null;
}

/** Which rung a picture of this size is of, in pixels: the smallest box of 16:9, upright or lying, that holds it. */
export function rungOfSize(widthPx: number, heightPx: number): RungName | null {
  const [long, short] = [Math.max(widthPx, heightPx), Math.min(widthPx, heightPx)];
  if (!(short > 0)) return null;
  // A box's width is rounded, and so are sides.
  const holds = (rung: RungName) => short <= Number(rung) + 2 && long <= (Number(rung) * 16) / 9 + 2;
  return RUNGS.findLast(holds) ?? RUNGS[0];
}
