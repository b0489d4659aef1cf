import { addOne, bandsOf, type Ink, STROKE } from './ocr-lines.ts';

/** A line made fit for a recogniser: upright, and of a given height. */
export interface ReadableLine {
  ink: Ink;
  /** Where words lie, `[from, to)`, in dots of `ink`. */
  words: [fromPx: number, toPx: number][];
  isItalic: boolean;
  /** Whether a note of music stands before its first word, and after its last; those are not in `ink`. */
  isNoteBefore: boolean;
  isNoteAfter: boolean;
}

/** Leanings that are tried: dots to the right for one up. */
const SLANTS = [0, 0.06, 0.12, 0.16, 0.2, 0.24, 0.28, 0.32];
const LEAST_ITALIC_SLANT = 0.12;
/** How much more its columns have to differ upright, for a line to count as leaning. */
const ITALIC_GAIN = 1.1;
/** What a typeface of which nothing is known has between words, in heights of a line, and what any may have. */
const USUAL_WORD_GAP = 0.25;
const WORD_GAPS = { least: 0.12, most: 0.6 };
/** Gaps between words are larger than those between letters by this at least, on an average. */
const GAP_RATIO = 1.7;
/** Wider gaps are no more than wide. */
const WIDEST_GAP = 0.8;
const LEAST_GAPS = 6;
/** Free room around a line, in its heights. */
const MARGIN = 0.1;
const SIDE_MARGIN = 0.25;
/** A lower line has no letters in it, and where letters stand in a line with its margin. */
const LOW_SHARE = 0.35;
const BASELINE = 0.85;

/** How the lines of a track are set. */
export interface LineShape {
  /** Height of an ordinary line. */
  emPx: number;
  /** Words are at least so far apart, letters of one word less. */
  wordGapPx: number;
}

/**
 * Looks at some lines of a track. Its typeface, and the outline around it, decide how far apart letters are: gaps between
 * words are the wider ones of two kinds (Otsu, 1979).
 */
export function shapeOf(lines: readonly Ink[]): LineShape {
  const heights = lines.map(({ heightPx }) => heightPx).sort((a, b) => a - b);
  const emPx = heights[Math.floor(heights.length / 2)] ?? 1;
  const gaps = lines
    .flatMap((line) => {
      const bands = bandsOf(columnsOf(upright(line).ink), 0);
      return bands.slice(1).map(([from], i) => Math.min(WIDEST_GAP * emPx, from - (bands[i]?.[1] ?? 0)));
    })
    .sort((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  let best = { apart: 0, wordGapPx: 0, ratio: 0 };
  let sum = 0;
  for (let i = 1; i < gaps.length; i++) {
    const [before, after] = [gaps[i - 1] as number, gaps[i] as number];
    sum += before;
    const [near, far] = [sum / i, (total - sum) / (gaps.length - i)];
    const apart = i * (gaps.length - i) * (far - near) ** 2;
    if (apart > best.apart) best = { apart, wordGapPx: (before + after) / 2, ratio: far / near };
  }
  const { wordGapPx, ratio } = best;
  const isSure =
    gaps.length >= LEAST_GAPS &&
    ratio >= GAP_RATIO &&
    wordGapPx >= WORD_GAPS.least * emPx &&
    wordGapPx <= WORD_GAPS.most * emPx;
  return { emPx, wordGapPx: isSure ? wordGapPx : USUAL_WORD_GAP * emPx };
}

/**
 * Makes a line fit to be read: leaning letters are put upright, notes of music (which recognisers do not know) are taken
 * off its ends, and it is scaled.
 *
 * @param shape    of the track's lines: one without tall letters is no larger for that
 * @param heightPx that the recogniser wants
 */
export function readableLine(line: Ink, shape: LineShape, heightPx: number): ReadableLine {
  const { emPx, wordGapPx } = shape;
  const { ink, slant } = upright(line);
  let words = wordsOf(ink, wordGapPx);
  const isNote = (word: [number, number] | undefined) =>
    word !== undefined && [0, slant].some((each) => isMusicNote(ink, word, emPx, each));
  const isNoteBefore = isNote(words[0]);
  if (isNoteBefore) words = words.slice(1);
  const isNoteAfter = isNote(words.at(-1));
  if (isNoteAfter) words = words.slice(0, -1);
  const [from, to] = [words[0]?.[0] ?? 0, words.at(-1)?.[1] ?? 0];
  const em = Math.max(emPx, ink.heightPx);
  const sidePx = Math.round(em * SIDE_MARGIN);
  const whole = Math.ceil(em * (1 + 2 * MARGIN));
  // A line of dots alone stands at its foot.
  const isLow = ink.heightPx < emPx * LOW_SHARE;
  const topPx = Math.round(isLow ? em * BASELINE - ink.heightPx : (whole - ink.heightPx) / 2);
  const room: Ink = { widthPx: to - from + 2 * sidePx, heightPx: whole, values: new Uint8Array(0) };
  room.values = new Uint8Array(room.widthPx * room.heightPx);
  for (let y = 0; y < ink.heightPx; y++)
    room.values.set(
      ink.values.subarray(y * ink.widthPx + from, y * ink.widthPx + to),
      (y + topPx) * room.widthPx + sidePx,
    );
  const scale = heightPx / whole;
  const place = (x: number) => (x - from + sidePx) * scale;
  return {
    ink: scaled(room, Math.max(1, Math.round(room.widthPx * scale)), heightPx),
    words: words.map(([a, b]) => [place(a), place(b)]),
    isItalic: slant > 0,
    isNoteBefore,
    isNoteAfter,
  };
}

/** Letters stand upright where their columns differ most. */
function upright(line: Ink): { ink: Ink; slant: number } {
  const plain = sharpness(columnsOf(line));
  let best = { slant: 0, sharpness: plain };
  for (const slant of SLANTS.slice(1)) {
    const leaning = sharpness(columnsOf(sheared(line, slant)));
    if (leaning > best.sharpness) best = { slant, sharpness: leaning };
  }
  const isItalic = best.slant >= LEAST_ITALIC_SLANT && best.sharpness > plain * ITALIC_GAIN;
  return isItalic ? { ink: sheared(line, best.slant), slant: best.slant } : { ink: line, slant: 0 };
}

function sharpness(columns: Uint32Array): number {
  return columns.reduce((sum, count) => sum + count * count, 0);
}

function columnsOf({ widthPx, heightPx, values }: Ink): Uint32Array {
  const columns = new Uint32Array(widthPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) if ((values[y * widthPx + x] as number) >= STROKE) addOne(columns, x);
  return columns;
}

/** Pushes rows to the right, the lowest by most. */
function sheared({ widthPx, heightPx, values }: Ink, slant: number): Ink {
  const wider = widthPx + Math.ceil((heightPx - 1) * slant);
  const pushed = new Uint8Array(wider * heightPx);
  for (let y = 0; y < heightPx; y++)
    pushed.set(values.subarray(y * widthPx, (y + 1) * widthPx), y * wider + Math.round(y * slant));
  return { widthPx: wider, heightPx, values: pushed };
}

function wordsOf(ink: Ink, wordGapPx: number): [number, number][] {
  const words: [number, number][] = [];
  for (const [from, to] of bandsOf(columnsOf(ink), 0)) {
    const last = words.at(-1);
    if (last && from - last[1] < wordGapPx) last[1] = to;
    else words.push([from, to]);
  }
  return words;
}

/**
 * A head at the lower left of a thin stem, from whose top a flag goes to the right: no letter looks so.
 *
 * @param slant by which it was pushed while it stood upright: typefaces lend each other their notes
 */
function isMusicNote(ink: Ink, [from, to]: [number, number], emPx: number, slant: number): boolean {
  const runs: [left: number, right: number][] = [];
  for (let y = 0; y < ink.heightPx; y++) {
    const row = ink.values.subarray(y * ink.widthPx + from, y * ink.widthPx + to);
    const left = row.findIndex((value) => value >= STROKE);
    const push = Math.round(y * slant);
    if (left >= 0) runs.push([left - push, row.findLastIndex((value) => value >= STROKE) + 1 - push]);
    else if (runs.length > 0 && runs.length < emPx * 0.5) return false;
  }
  const heightPx = runs.length;
  const leftPx = Math.min(...runs.map(([left]) => left));
  const widthPx = Math.max(...runs.map(([, right]) => right)) - leftPx;
  if (heightPx < emPx * 0.5 || widthPx < heightPx * 0.3 || widthPx > heightPx * 1.1) return false;
  const band = (a: number, b: number) =>
    runs
      .slice(Math.floor(heightPx * a), Math.ceil(heightPx * b))
      .map(([left, right]) => [left - leftPx, right - leftPx] as const);
  const stem = band(0.5, 0.62).map(([left]) => left);
  const stemLeft = Math.min(...stem);
  const slack = widthPx * 0.12;
  const top = band(0.05, 0.3);
  const foot = band(0.8, 0.95);
  return (
    stemLeft >= widthPx * 0.25 &&
    Math.min(...top.map(([left]) => left)) >= stemLeft - slack &&
    Math.max(...top.map(([, right]) => right)) >= stemLeft + widthPx * 0.3 &&
    Math.min(...foot.map(([left]) => left)) <= slack &&
    Math.max(...foot.map(([, right]) => right)) <= stemLeft + widthPx * 0.3
  );
}

/** Scales by triangles as wide as what a dot stands for, both ways. */
function scaled(ink: Ink, widthPx: number, heightPx: number): Ink {
  const across = taps(ink.widthPx, widthPx);
  const down = taps(ink.heightPx, heightPx);
  const half = new Float32Array(widthPx * ink.heightPx);
  for (let y = 0; y < ink.heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      for (const [from, weight] of across[x] as [number, number][])
        half[y * widthPx + x] =
          (half[y * widthPx + x] as number) + weight * (ink.values[y * ink.widthPx + from] as number);
  const values = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      let sum = 0;
      for (const [from, weight] of down[y] as [number, number][]) sum += weight * (half[from * widthPx + x] as number);
      values[y * widthPx + x] = Math.round(sum);
    }
  return { widthPx, heightPx, values };
}

/** For each dot of the target: which of the source count, and how much. */
function taps(source: number, target: number): [from: number, weight: number][][] {
  const step = source / target;
  const reach = Math.max(1, step);
  return Array.from({ length: target }, (_, i) => {
    const middle = (i + 0.5) * step - 0.5;
    const found: [number, number][] = [];
    for (let at = Math.ceil(middle - reach); at <= Math.floor(middle + reach); at++) {
      const weight = 1 - Math.abs(at - middle) / reach;
      if (weight > 0) found.push([Math.min(source - 1, Math.max(0, at)), weight]);
    }
    const sum = found.reduce((total, [, weight]) => total + weight, 0);
    return found.map(([from, weight]) => [from, weight / sum]);
  });
}
