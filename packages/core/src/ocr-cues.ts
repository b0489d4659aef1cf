import { tidy } from './cue-text.ts';
import { type Cue, PLAIN, plainText } from './cues.ts';
import type { ReadLine } from './ocr-text.ts';

/** What a picture of the film said, for as long as it stood. */
export interface ReadPicture {
  startMs: number;
  /** Null where nothing in the file ends it. */
  endMs: number | null;
  /** None in a picture that only clears the screen. */
  lines: ReadLine[];
}

/** Pictures of one text that are no farther apart were one: it fades, or moves, or is sent anew. */
const SAME_WITHIN_MS = 120;
/** What nothing ends gets no more than this: a text that was to be read so long would have had an end. */
const MAX_OPEN_MS = 10_000;
/** Lines above this share of the picture's height stand at its top. */
const TOP_SHARE = 1 / 3;

/** Makes cues of pictures, in order of time; a text that is shown again at once goes on. */
export function pictureCues(pictures: readonly ReadPicture[]): Cue[] {
  const cues: Cue[] = [];
  pictures.forEach(({ startMs, endMs, lines }, i) => {
    const next = pictures[i + 1];
    const isEnded = endMs !== null || next?.lines.length === 0;
    const untilMs = Math.min(
      endMs ?? Number.POSITIVE_INFINITY,
      next?.startMs ?? Number.POSITIVE_INFINITY,
      isEnded ? Number.POSITIVE_INFINITY : startMs + MAX_OPEN_MS,
    );
    for (const isTop of [true, false]) {
      const mine = lines.filter((line) => line.heightShare < TOP_SHARE === isTop);
      const runs = tidy(mine.map((line) => ({ ...PLAIN, text: `${line.text}\n`, italic: line.isItalic })));
      if (runs.length === 0) continue;
      const text = plainText({ runs });
      const last = cues.findLast((cue) => cue.isTop === isTop);
      if (last && startMs - last.endMs <= SAME_WITHIN_MS && plainText(last) === text) last.endMs = untilMs;
      else cues.push({ startMs, endMs: untilMs, isTop, runs });
    }
  });
  return cues;
}
