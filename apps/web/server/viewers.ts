import type { MovieId } from '@marquee/core/ids';
import { addViewings, noViewings, qualityOf, type ViewersQuality, type ViewingsBy } from '@marquee/core/viewings';
import { container } from './container.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
/** Adding up costs a store some work: figures are this old, or twice while newer ones are made, in milliseconds. */
const KEPT_MS = 15_000;
/** Films and players shown, those with the most sessions. */
const SHOWN = 50;

/** Spans of time that figures are of, each with the spans that its picture is drawn in. */
const RANGES = {
  day: { spanMs: HOUR_MS, spans: 24 },
  week: { spanMs: DAY_MS, spans: 7 },
  month: { spanMs: DAY_MS, spans: 30 },
} as const;
export type ViewersRange = keyof typeof RANGES;

export interface ViewersFigures {
  /** Of the whole range. */
  sum: ViewersQuality;
  /** Each span of it, the earliest first; days and hours are those of UTC. */
  spans: (ViewersQuality & { atMs: number })[];
  spanMs: number;
}

export type FilmQuality = ViewersQuality & { movieId: MovieId; title: string | null };

/** How films came to their viewers' screens in the last day, week or month, this hour or day included. */
export async function viewersQuality(range: ViewersRange): Promise<ViewersFigures> {
  const { spanMs, spans } = RANGES[range];
  const { sinceMs } = limitsOf(range);
  const sums = await sumsOf(range, { by: 'time', everyMs: spanMs });
  const at = new Map(sums.map((each) => [Number(each.key), each]));
  return {
    sum: qualityOf(addViewings(sums)),
    spans: Array.from({ length: spans }, (_, i) => {
      const atMs = sinceMs + i * spanMs;
      return { atMs, ...qualityOf(at.get(atMs) ?? noViewings()) };
    }),
    spanMs,
  };
}

/** The same by film, the most watched first; its title is null for one that is gone. */
export async function qualityByFilm(range: ViewersRange): Promise<FilmQuality[]> {
  const { engines } = await container();
  const sums = await sumsOf(range, { by: 'film', limit: SHOWN });
  return Promise.all(
    sums.map(async (each) => {
      const movieId = each.key as MovieId;
      return { movieId, title: (await engines.store.movies.get(movieId))?.title ?? null, ...qualityOf(each) };
    }),
  );
}

/** The same by what played them: a browser's family and what joins segments in it. */
export async function qualityByPlayer(range: ViewersRange): Promise<(ViewersQuality & { player: string })[]> {
  const sums = await sumsOf(range, { by: 'player', limit: SHOWN });
  return sums.map((each) => ({ player: each.key, ...qualityOf(each) }));
}

async function sumsOf(range: ViewersRange, by: ViewingsBy) {
  const { engines } = await container();
  const { sinceMs, untilMs } = limitsOf(range);
  const read = () => engines.store.viewings.sums({ sinceMs, untilMs, ...by });
  const kept = { ttlMs: KEPT_MS, staleMs: KEPT_MS };
  return (await engines.cache.getOrCompute(`viewers ${by.by} ${sinceMs} ${untilMs}`, kept, read)) ?? [];
}

/** Ends with the span that is now. */
function limitsOf(range: ViewersRange): { sinceMs: number; untilMs: number } {
  const { spanMs, spans } = RANGES[range];
  const untilMs = (Math.floor(Date.now() / spanMs) + 1) * spanMs;
  return { sinceMs: untilMs - spans * spanMs, untilMs };
}
