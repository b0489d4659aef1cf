import { z } from 'zod';
import { type Chapter, readClock, writeClock } from './chapters.ts';

/** Stretches of a film that viewers may want to pass over. */
export const SKIP_KINDS = ['intro', 'credits'] as const;
export type SkipKind = (typeof SKIP_KINDS)[number];

/** A stretch of a film on its own clock, in seconds: `[startSec, endSec)`. */
export interface Skip {
  kind: SkipKind;
  startSec: number;
  endSec: number;
}

/** What a stretch was found by: the names of chapters, sound that episodes share, or the letters on the screen. */
export const SKIP_SOURCES = ['chapters', 'sound', 'picture'] as const;
export type SkipSource = (typeof SKIP_SOURCES)[number];

/** A stretch that was found, not told by a person. */
export interface FoundSkip extends Skip {
  by: SkipSource;
  /** How sure it is, in `[0, 1]`. */
  confidence: number;
}

/** What was found out about one version of a film; of any other it says nothing. */
export interface FoundSkips {
  jobId: string;
  skips: FoundSkip[];
}

export const foundSkip = z.object({
  kind: z.enum(SKIP_KINDS),
  startSec: z.number().nonnegative(),
  endSec: z.number().nonnegative(),
  by: z.enum(SKIP_SOURCES),
  confidence: z.number().min(0).max(1),
});

/** What is less sure is offered to nobody: a button that skips a scene is worse than none. */
export const LEAST_CONFIDENCE = 0.6;
/** Nobody reaches for a button for less, in seconds. */
export const SHORTEST_SKIP_SEC = 4;
/** Opening titles are never longer, in seconds. */
const LONGEST_INTRO_SEC = 240;
/** Of the film: openings begin in its first part, credits end in its last. */
const INTRO_BEFORE_SHARE = 0.5;
const CREDITS_AFTER_SHARE = 0.6;
/** What is left after credits is passed over with them where it is no more than this, in seconds. */
const TAIL_SEC = 2;
/** Two stretches are the same one if they share so much of what either covers. */
const SAME_SHARE = 0.5;

/** What viewers are offered: a person's word goes before what was found, for the version that it was found of. */
export function shownSkips(
  own: readonly Skip[] | null,
  found: FoundSkips | null,
  version: { jobId: string; durationSec: number | null },
): Skip[] {
  const endSec = version.durationSec ?? Number.POSITIVE_INFINITY;
  const chosen = own ?? (found?.jobId === version.jobId ? found.skips : []);
  return chosen
    .filter(({ startSec }) => startSec < endSec - 1)
    .map((each) => ({ kind: each.kind, startSec: each.startSec, endSec: Math.min(each.endSec, endSec) }));
}

/** @returns the stretch that a moment lies in; its last second counts no more, so that a skip does not offer itself again */
export function skipAt(skips: readonly Skip[], atSec: number): Skip | null {
  return skips.find(({ startSec, endSec }) => atSec >= startSec && atSec < endSec - 1) ?? null;
}

const INTRO_NAMES =
  /^(the )?(intro|introduction|opening|opening (titles|credits|sequence|theme)|main titles?|title sequence|vorspann|titelvorspann|générique( de début)?|op)$/i;
const CREDITS_NAMES =
  /^(the )?(credits|end(ing)? credits|end titles?|closing( credits| titles)?|outro|ending|abspann|générique de fin|ed)$/i;

/** @param chapters that somebody named: the film's maker or a person of the house */
export function namedSkips(chapters: readonly Chapter[]): FoundSkip[] {
  return chapters.flatMap(({ title, startSec, endSec }): FoundSkip[] => {
    const name = title.trim().replace(/[.:!]+$/, '');
    const kind = INTRO_NAMES.test(name) ? 'intro' : CREDITS_NAMES.test(name) ? 'credits' : null;
    return kind === null ? [] : [{ kind, startSec, endSec, by: 'chapters', confidence: 0.95 }];
  });
}

/**
 * Decides what is offered of all that was found: of each kind the surest that can be one, surer where another source says
 * the same. In the order of time, apart from each other, within the film.
 */
export function chooseSkips(candidates: readonly FoundSkip[], durationSec: number): FoundSkip[] {
  const sane = candidates.flatMap((each) => {
    const skip = { ...each, startSec: clamp(each.startSec, durationSec), endSec: clamp(each.endSec, durationSec) };
    if (skip.kind === 'credits' && durationSec - skip.endSec <= TAIL_SEC) skip.endSec = round(durationSec);
    return isPossible(skip, durationSec) ? [skip] : [];
  });
  const chosen = SKIP_KINDS.flatMap((kind) => {
    const ofKind = sane.filter((each) => each.kind === kind);
    const best = ofKind.map((each) => backed(each, ofKind)).sort(surestFirst)[0];
    return best && best.confidence >= LEAST_CONFIDENCE ? [best] : [];
  });
  const [intro, credits] = chosen;
  // Where both would be the same stretch, nobody knows which it is.
  if (intro && credits && intro.endSec > credits.startSec) return [[intro, credits].sort(surestFirst)[0] as FoundSkip];
  return chosen;
}

function isPossible({ kind, startSec, endSec }: Skip, durationSec: number): boolean {
  const lengthSec = endSec - startSec;
  if (lengthSec < SHORTEST_SKIP_SEC || lengthSec > durationSec * 0.6) return false;
  if (kind === 'intro') return lengthSec <= LONGEST_INTRO_SEC && startSec <= durationSec * INTRO_BEFORE_SHARE;
  return endSec >= durationSec * CREDITS_AFTER_SHARE;
}

/** @returns it, surer by what other sources say of the same stretch */
function backed(skip: FoundSkip, all: readonly FoundSkip[]): FoundSkip {
  const doubts = SKIP_SOURCES.filter((by) => by !== skip.by).map((by) => {
    const same = all.filter((other) => other.by === by && sharedShare(skip, other) >= SAME_SHARE);
    return 1 - Math.max(0, ...same.map(({ confidence }) => confidence));
  });
  const doubt = doubts.reduce((product, each) => product * each, 1 - skip.confidence);
  return { ...skip, confidence: round(1 - doubt) };
}

function sharedShare(a: Skip, b: Skip): number {
  const both = Math.min(a.endSec, b.endSec) - Math.max(a.startSec, b.startSec);
  const either = Math.max(a.endSec, b.endSec) - Math.min(a.startSec, b.startSec);
  return both / either;
}

/** A fixed order whatever order they came in: what is named goes before what is heard, and that before what is seen. */
function surestFirst(a: FoundSkip, b: FoundSkip): number {
  const source = (each: FoundSkip) => SKIP_SOURCES.indexOf(each.by);
  return b.confidence - a.confidence || source(a) - source(b) || a.startSec - b.startSec || b.endSec - a.endSec;
}

function clamp(sec: number, durationSec: number): number {
  return round(Math.min(durationSec, Math.max(0, sec)));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** What a person types of one stretch, as clocks show it; both empty for none. */
export interface TypedSkip {
  from: string;
  to: string;
}

const KIND_NAMES: Record<SkipKind, string> = { intro: 'Opening titles', credits: 'Credits' };

/**
 * Reads what somebody typed.
 *
 * @param durationSec of the film; null while it is not known
 * @returns the stretches in the order of time, or what is wrong with which, in a sentence
 */
export function readSkips(typed: Record<SkipKind, TypedSkip>, durationSec: number | null): Skip[] | string {
  const found: Skip[] = [];
  for (const kind of SKIP_KINDS) {
    const { from, to } = typed[kind];
    if (from.trim() === '' && to.trim() === '') continue;
    const [startSec, endSec] = [readClock(from), readClock(to)];
    const name = KIND_NAMES[kind];
    if (startSec === null || endSec === null) return `${name} need a beginning and an end, such as 0:12 and 1:02.`;
    if (endSec - startSec < SHORTEST_SKIP_SEC) return `${name} should last ${SHORTEST_SKIP_SEC} seconds at least.`;
    if (durationSec !== null && startSec >= durationSec) return `${name} begin after the film ends.`;
    found.push({ kind, startSec, endSec });
  }
  found.sort((a, b) => a.startSec - b.startSec);
  const [first, second] = found;
  if (first && second && first.endSec > second.startSec) return 'Opening titles and credits overlap.';
  return found;
}

/** @returns what a person would type of a stretch; empty for none */
export function typeSkip(skip: Skip | undefined): TypedSkip {
  return skip ? { from: writeClock(skip.startSec), to: writeClock(skip.endSec) } : { from: '', to: '' };
}
