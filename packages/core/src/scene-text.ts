import type { Box } from './frame-parts.ts';
import { mendLookalikes, type SeenChar } from './ocr-text.ts';

/** Parts of one line are at the same height, and not farther apart than this, in its heights. */
const SAME_ROW = 0.6;
const SAME_LINE_GAP = 1.2;
/** Room that is read on either side of a line, in its heights: detectors cut the last letter off. */
const SIDE_ROOM = 0.35;
/** Columns without a stroke, in heights of a line, from which on they part words. */
const WORD_GAP = 0.17;
/** They are so many times wider than what parts the letters of a word, which is wide in large capitals. */
const WORD_GAP_RATIO = 2;
/** How much farther apart two letters stand than they would within a word, in heights of a line. */
const WIDE_STEP = 0.24;
/** Widths of letters in most typefaces, against that of an ordinary small one. */
const WIDTHS: readonly [RegExp, number][] = [
  [/[ijl|!'.,:;]/, 0.5],
  [/[frtI1()[\]"-]/, 0.68],
  [/[mw]/, 1.5],
  [/[MW@]/, 1.65],
  [/[A-Z&%]/, 1.22],
];
/** Letters that a step is judged by: fewer say nothing of the typeface. */
const LEAST_STEPS = 4;

/** Puts the parts of lines together that a detector took for several, and gives each some room. */
export function wholeLines<B extends Box & { confidence: number }>(regions: readonly B[]): Box[] {
  const lines: Box[] = [];
  for (const { left, top, right, bottom } of [...regions].sort((a, b) => a.left - b.left)) {
    const height = bottom - top;
    const before = lines.find((line) => {
      const shared = Math.min(line.bottom, bottom) - Math.max(line.top, top);
      const lower = Math.min(line.bottom - line.top, height);
      return shared > lower * SAME_ROW && left - line.right < Math.max(line.bottom - line.top, height) * SAME_LINE_GAP;
    });
    if (before) {
      before.right = Math.max(before.right, right);
      before.top = Math.min(before.top, top);
      before.bottom = Math.max(before.bottom, bottom);
    } else lines.push({ left, top, right, bottom });
  }
  return lines
    .map(({ left, top, right, bottom }) => {
      const room = (bottom - top) * SIDE_ROOM;
      return { left: left - room, right: right + room, top, bottom };
    })
    .sort((a, b) => a.top - b.top || a.left - b.left);
}

/**
 * Puts spaces between the signs of a line, which the recogniser has none of: where no stroke is for a while, and where
 * signs stand farther apart than their widths explain, as on a ground in which strokes cannot be told.
 *
 * @param strokes  whether each column of the line holds a stroke; empty where that cannot be said
 * @param heightPx of the line, in the dots that the signs' places are in
 */
export function spacedText(chars: readonly SeenChar[], strokes: readonly boolean[], heightPx: number): string {
  const steps = chars.slice(1).map((char, i) => {
    const before = chars[i] as SeenChar;
    return { px: char.atPx - before.atPx, usual: (widthOf(before.text) + widthOf(char.text)) / 2 };
  });
  const unit = usualOf(steps.map(({ px, usual }) => px / usual));
  const runs = steps.map((_, i) => emptyRun(strokes, (chars[i] as SeenChar).atPx, (chars[i + 1] as SeenChar).atPx));
  const open = Math.max(heightPx * WORD_GAP, WORD_GAP_RATIO * usualOf(runs));
  let text = chars[0]?.text ?? '';
  steps.forEach(({ px, usual }, i) => {
    const isWide = steps.length >= LEAST_STEPS && px - usual * unit > heightPx * WIDE_STEP;
    if (isWide || (runs[i] as number) >= open) text += ' ';
    text += (chars[i + 1] as SeenChar).text;
  });
  return mendLookalikes(text);
}

/** Most steps are within words, and those between them are longer. */
function usualOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.4)] ?? 0;
}

function widthOf(sign: string): number {
  return WIDTHS.find(([pattern]) => pattern.test(sign))?.[1] ?? 1;
}

/** The most columns in a row without a stroke between two places. */
function emptyRun(strokes: readonly boolean[], fromPx: number, toPx: number): number {
  let longest = 0;
  let run = 0;
  for (let x = Math.max(0, Math.floor(fromPx)); x < Math.min(strokes.length, toPx); x++) {
    run = strokes[x] ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}
