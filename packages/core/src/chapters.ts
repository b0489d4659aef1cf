import type { Inspection } from './inspection.ts';

/** A part of a film on its own clock, in seconds: `[startSec, endSec)`. */
export interface Chapter {
  startSec: number;
  endSec: number;
  title: string;
}

/** Chapters nearer to each other are one: nobody can tell them apart on a bar. */
const SHORTEST_SEC = 1;
/** More than any film has by its maker's will. */
const MOST = 200;
const LONGEST_TITLE = 200;

/**
 * The chapters of a published film as its source had them, put in order: on the film's clock, each up to the next, none
 * beyond the end. A source may say anything; one chapter alone is none.
 *
 * @param durationSec of the published film; null while it is not known
 */
export function filmChapters(inspection: Inspection, durationSec: number | null): Chapter[] {
  const endSec = durationSec ?? Number.POSITIVE_INFINITY;
  const starts = inspection.chapters
    .map((each) => ({ ...each, startSec: Math.max(0, each.startSec - inspection.video.startSec) }))
    .filter(({ startSec }) => startSec < endSec - SHORTEST_SEC)
    .sort((a, b) => a.startSec - b.startSec);
  const apart: typeof starts = [];
  for (const each of starts) {
    const before = apart.at(-1);
    if (!before || each.startSec - before.startSec >= SHORTEST_SEC) apart.push(each);
  }
  if (apart.length < 2 || apart.length > MOST) return [];
  return apart.map(({ startSec, endSec: own, title }, i) => ({
    startSec,
    endSec: apart[i + 1]?.startSec ?? durationSec ?? Math.max(own - inspection.video.startSec, startSec + SHORTEST_SEC),
    title: title.trim().slice(0, LONGEST_TITLE) || `Chapter ${i + 1}`,
  }));
}

/** So long into a chapter, going back leads to its beginning and not to the one before, in seconds. */
const AGAIN_SEC = 3;

/** @returns where the chapter after or before `atSec` begins, or null if there is none */
export function chapterStep(chapters: Chapter[], atSec: number, step: 'next' | 'previous'): number | null {
  const found =
    step === 'next'
      ? chapters.find(({ startSec }) => startSec > atSec)
      : chapters.findLast(({ startSec }) => startSec <= atSec - AGAIN_SEC);
  return found?.startSec ?? (step === 'previous' && chapters.length > 0 ? 0 : null);
}
