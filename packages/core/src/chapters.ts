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

/** A chapter as somebody wrote it: it lasts until the next. */
export type OwnChapter = Pick<Chapter, 'startSec' | 'title'>;

/**
 * The chapters that viewers are shown: a person's word goes before the source's, and that before what was made.
 *
 * @param own  what somebody wrote, an empty list for none at all; null where nobody did
 * @param made what was found out about this version
 */
export function shownChapters(
  own: readonly OwnChapter[] | null,
  source: Chapter[],
  made: readonly Chapter[],
  durationSec: number | null,
): Chapter[] {
  if (own === null) return source.length > 0 ? source : [...made];
  const fitting = own.filter(({ startSec }) => startSec < (durationSec ?? Number.POSITIVE_INFINITY));
  return fitting.map(({ startSec, title }, i) => ({
    startSec,
    endSec: fitting[i + 1]?.startSec ?? Math.max(durationSec ?? 0, startSec + SHORTEST_SEC),
    title,
  }));
}

/** Of the object beside a version's playlists that holds its chapters, where players of HLS look for them. */
export const CHAPTERS_NAME = 'chapters.json';

/**
 * Writes chapters as players of HLS read them (Apple's JSON chapters, which `com.apple.hls.chapters` leads to). In which
 * language they are is not known.
 */
export function chaptersJson(chapters: readonly Chapter[]): string {
  return JSON.stringify(
    chapters.map(({ startSec, endSec, title }, i) => ({
      chapter: i + 1,
      'start-time': startSec,
      duration: Number((endSec - startSec).toFixed(3)),
      titles: [{ language: 'und', title }],
    })),
  );
}

/** @returns chapters as people write them, a line each: `1:02:03 Title` */
export function writeChapters(chapters: readonly OwnChapter[]): string {
  return chapters.map(({ startSec, title }) => `${writeClock(startSec)} ${title}`).join('\n');
}

/**
 * Reads what somebody wrote, a line for each chapter.
 *
 * @param durationSec of the film; null while it is not known
 * @returns them, or what is wrong with which line, in a sentence
 */
export function readChapters(text: string, durationSec: number | null): OwnChapter[] | string {
  const found: OwnChapter[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, clock = '', title = ''] = /^\s*(\S+)\s+(\S.*)$/.exec(line) ?? [];
    const startSec = readClock(clock);
    if (startSec === null) return `Line ${i + 1} should be a time and a title, such as “12:30 The storm”.`;
    const before = found.at(-1);
    if (before && startSec - before.startSec < SHORTEST_SEC)
      return `Line ${i + 1} should begin at least a second after the line before.`;
    if (durationSec !== null && startSec >= durationSec) return `Line ${i + 1} begins after the film ends.`;
    found.push({ startSec, title: title.trim().slice(0, LONGEST_TITLE) });
  }
  if (found.length === 1) return 'One chapter alone is none. Write two at least, or turn them off.';
  return found.length > MOST ? `These are more than ${MOST} chapters.` : found;
}

/** @returns the seconds of a time as clocks show it, `1:02:03.5` or `2:03`; null if it is none */
export function readClock(text: string): number | null {
  const parts = /^\s*(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d(?:\.\d{1,3})?)\s*$/.exec(text);
  if (!parts) return null;
  const [, hours = '0', minutes, seconds] = parts;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000) / 1000;
}

/** Thousandths are kept, so that what is read again is what was written. */
export function writeClock(sec: number): string {
  const ms = Math.round(sec * 1000);
  const [hours, minutes, rest] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, ms % 60_000];
  const seconds = `${String(Math.floor(rest / 1000)).padStart(2, '0')}${rest % 1000 ? `.${String(rest % 1000).padStart(3, '0')}` : ''}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
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
