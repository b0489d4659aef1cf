import { z } from 'zod';
import { chooseSkips, type FoundSkip, foundSkip, type SkipKind } from './skips.ts';
import { PRINT_STEP_SEC, sharedSound } from './sound-match.ts';

/** Raised when the file changes in a way that an older reader would misread. */
export const ENDS_VERSION = 1;
/** Of the object beside a version's playlists that holds its ends. */
export const ENDS_NAME = 'ends.json';

/** A sound at one end of a film: from when on, and its print, little-endian numbers of 32 bits as Base64. */
const soundEnd = z.object({ startSec: z.number().nonnegative(), print: z.base64() });

/** What the first and the last minutes of a version sound and look like, kept so that episodes can be compared. */
export const filmEnds = z.object({
  version: z.literal(ENDS_VERSION),
  durationSec: z.number().positive(),
  /** Null where there is no sound, or none can be printed. */
  opening: soundEnd.nullable(),
  ending: soundEnd.nullable(),
  /** What chapters and pictures say. */
  found: z.array(foundSkip),
  /** Where something else begins: cuts, and where black or silence begins or ends; in order, in seconds. */
  marks: z.array(z.number()),
});
export type FilmEnds = z.infer<typeof filmEnds>;

/** What episodes share at their beginnings and ends has to be of this length, in seconds. */
const LEAST_SEC = 7;
const LONGEST_SEC: Record<SkipKind, number> = { intro: 200, credits: 600 };
/** Two that share more than this of what was listened to are the same film twice. */
const SAME_FILM_SHARE = 0.8;
/** A mark this near is where it begins or ends, in seconds. */
const MARK_SEC = 1.3;
/** Of two episodes; each one more takes a share of the doubt. */
const ONE_SURE = 0.75;
const MORE_SURE = 0.5;

/** Finds what viewers may want to pass over in a film, by itself and by what it shares with other episodes. */
export function planSkips(film: FilmEnds, others: readonly FilmEnds[]): FoundSkip[] {
  const shared = [sharedAt('intro', film, others), sharedAt('credits', film, others)].filter((each) => each !== null);
  const candidates = [...film.found, ...shared].map((each) =>
    each.by === 'chapters' ? each : { ...each, ...atMarks(each, film) },
  );
  return chooseSkips(candidates, film.durationSec);
}

/** The stretch that most others share. */
function sharedAt(kind: SkipKind, film: FilmEnds, others: readonly FilmEnds[]): FoundSkip | null {
  const mine = printOf(kind, film);
  if (!mine) return null;
  const stretches = others.flatMap((other) => {
    const theirs = printOf(kind, other);
    const found = theirs && sharedSound(mine.print, theirs.print, LEAST_SEC);
    if (!found) return [];
    const startSec = mine.startSec + found.a.startSec;
    const windowSec = mine.startSec + mine.print.length * PRINT_STEP_SEC;
    // What was heard to its end may go on: up to the end of the film, where there is one.
    const endSec = Number.isFinite(found.a.endSec)
      ? mine.startSec + found.a.endSec
      : kind === 'credits'
        ? film.durationSec
        : windowSec;
    const lengthSec = endSec - startSec;
    if (lengthSec < LEAST_SEC || lengthSec > LONGEST_SEC[kind]) return [];
    if (lengthSec > SAME_FILM_SHARE * mine.print.length * PRINT_STEP_SEC) return [];
    return [{ startSec, endSec, likeness: found.likeness }];
  });
  if (stretches.length === 0) return null;
  const backers = stretches.map((a) => stretches.filter((b) => a.startSec < b.endSec && b.startSec < a.endSec));
  const most = backers.reduce((best, each) => (each.length > best.length ? each : best));
  const likeness = median(most.map((each) => each.likeness));
  const sure = (1 - (1 - ONE_SURE) * MORE_SURE ** (most.length - 1)) * Math.min(1, likeness + 0.1);
  return {
    kind,
    startSec: median(most.map(({ startSec }) => startSec)),
    endSec: median(most.map(({ endSec }) => endSec)),
    by: 'sound',
    confidence: Math.round(sure * 1000) / 1000,
  };
}

function printOf(kind: SkipKind, film: FilmEnds): { startSec: number; print: Uint32Array } | null {
  const end = kind === 'intro' ? film.opening : film.ending;
  if (!end) return null;
  const bytes = Uint8Array.from(Buffer.from(end.print, 'base64'));
  return { startSec: end.startSec, print: new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 4)) };
}

/** Its edges where something else begins, if that is near: those who cut a film cut there. */
function atMarks(skip: FoundSkip, { marks, durationSec }: FilmEnds): { startSec: number; endSec: number } {
  const snap = (sec: number) => {
    const near = [0, ...marks, durationSec].filter((mark) => Math.abs(mark - sec) <= MARK_SEC);
    return near.reduce<number | null>(
      (best, mark) => (best === null || Math.abs(mark - sec) < Math.abs(best - sec) ? mark : best),
      null,
    );
  };
  return { startSec: snap(skip.startSec) ?? skip.startSec, endSec: snap(skip.endSec) ?? skip.endSec };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
