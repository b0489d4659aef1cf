import { tidy } from './cue-text.ts';
import { type Cue, inOrder, MIN_CUE_MS, plainText, type Run } from './cues.ts';

/** What broadcasters agree on: lines that an eye takes in at once, and a picture that stays visible. */
export const MAX_LINE_CHARACTERS = 42;
export const MAX_LINES = 2;
/** Letters that fill their square are twice as wide. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
/** Lines up to which the best breaks are looked for; more is no cue that anybody reads. */
const MAX_WEIGHED_LINES = 6;
/** Lines that begin so are somebody else's words, or sung: they stay apart. */
const OWN_LINE = /^\s*(?:[-–—‐•>]|♪|♫|#|\[|\(|[\p{Lu}\d .'’-]{2,24}:)/u;
/** Marks after which, and words before which, a line is well broken, the best first. */
const AFTER_SENTENCE = /[.!?…。！？]["'”’»)\]]*$/;
const AFTER_CLAUSE = /[,;:–—、，；：]["'”’»)\]]*$/;
const BEFORE_PHRASE =
  /^(and|but|or|nor|so|because|that|which|who|when|while|where|if|than|with|for|from|into|of|in|on|at|to|by|as|und|oder|aber|dass|weil|wenn|der|die|das|et|ou|mais|que|qui|dans|pour|avec|y|o|pero|porque|con|para|en)$/i;

/**
 * Breaks the lines of cues so that they can be read: two of 42 characters at most, at the end of a phrase where there is
 * one. What fits already is left as its writer broke it; lines of different speakers stay apart. A cue that fits into no
 * two lines is shown in parts, one after another, each for as long as its share of the letters.
 */
export function breakLines(cues: readonly Cue[]): Cue[] {
  const broken = cues.flatMap((cue) => {
    const text = plainText(cue);
    if (fits(text.split('\n'))) return [cue];
    const lines = paragraphs(text).flatMap(wrap);
    const parts = Math.ceil(lines.length / MAX_LINES);
    const whole = { ...cue, runs: withBreaks(cue.runs, lines) };
    return parts === 1 || cue.endMs - cue.startMs < parts * MIN_CUE_MS ? [whole] : inParts(whole, lines, parts);
  });
  return broken.sort(inOrder);
}

/** How many lines a text is broken into. */
export function linesIn(text: string): number {
  return paragraphs(text).flatMap(wrap).length;
}

function fits(lines: readonly string[]): boolean {
  return lines.length <= MAX_LINES && lines.every((line) => widthOf(line) <= MAX_LINE_CHARACTERS);
}

/** Width of a line in letters of ordinary width. */
export function widthOf(line: string): number {
  let width = 0;
  for (const char of line) width += WIDE.test(char) ? 2 : 1;
  return width;
}

/** Lines that belong together are joined; each speaker's are apart. */
function paragraphs(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split('\n')) {
    if (found.length === 0 || OWN_LINE.test(line)) found.push(line);
    else found[found.length - 1] += `${isWideAt(found.at(-1) as string, line) ? '' : ' '}${line}`;
  }
  return found;
}

/** Between two wide letters there is no space to break at, and none to put in. */
function isWideAt(before: string, after: string): boolean {
  return WIDE.test(before.at(-1) ?? '') && WIDE.test(after[0] ?? '');
}

/** Pieces of a paragraph between which a line may break; each but the last ends where it may. */
function piecesOf(paragraph: string): string[] {
  const pieces: string[] = [];
  for (const word of paragraph.split(' ')) {
    let piece = '';
    for (const char of word) {
      // No line begins with a closing mark.
      if (piece !== '' && isWideAt(piece, char) && !/[、。，．！？：；）」』】]/.test(char)) {
        pieces.push(piece);
        piece = '';
      }
      piece += char;
    }
    pieces.push(`${piece} `);
  }
  return pieces;
}

/** Breaks a paragraph into as few lines as it needs, by the least cost (Knuth and Plass, 1981, for short texts). */
function wrap(paragraph: string): string[] {
  const pieces = piecesOf(paragraph);
  const total = widthOf(paragraph);
  const count = Math.max(1, Math.ceil(total / MAX_LINE_CHARACTERS));
  // A word that is longer than a line stands alone on its own.
  const widths = pieces.map(widthOf);
  const costs = pieces.map((_, i) => (i === 0 ? 0 : breakCost(pieces, i)));
  const isOrdinary = pieces.every((piece, i) => endWidth(piece, widths[i] ?? 0) <= MAX_LINE_CHARACTERS);
  for (let lines = count; isOrdinary && lines <= MAX_WEIGHED_LINES; lines++) {
    const found = cheapest(pieces, { widths, costs }, lines, total / lines);
    if (found) return found;
  }
  return greedy(pieces);
}

/** Of a piece that ends a line, where no space follows. */
function endWidth(piece: string, width: number): number {
  return piece.endsWith(' ') ? width - 1 : width;
}

function cheapest(
  pieces: readonly string[],
  { widths, costs }: { widths: readonly number[]; costs: readonly number[] },
  lines: number,
  idealWidth: number,
): string[] | null {
  /** Of the pieces `[0, end)` in so many lines: the least cost, and where the last line begins. */
  let best: { cost: number; breaks: number[] }[] = [{ cost: 0, breaks: [] }];
  for (let n = 1; n <= lines; n++) {
    const next: typeof best = [];
    for (let end = n; end <= pieces.length; end++) {
      let width = 0;
      for (let start = end - 1; start >= n - 1; start--) {
        const whole = widths[start] ?? 0;
        width += start === end - 1 ? endWidth(pieces[start] as string, whole) : whole;
        if (width > MAX_LINE_CHARACTERS) break;
        const before = best[start];
        if (!before) continue;
        const cost = before.cost + (width - idealWidth) ** 2 + (costs[end] ?? 0);
        if (cost < (next[end]?.cost ?? Number.POSITIVE_INFINITY)) next[end] = { cost, breaks: [...before.breaks, end] };
      }
    }
    best = next;
  }
  const found = best[pieces.length];
  if (!found) return null;
  return found.breaks.map((end, i) =>
    pieces
      .slice(found.breaks[i - 1] ?? 0, end)
      .join('')
      .trimEnd(),
  );
}

/**
 * What it costs to break before one of the words: 0 after a sentence, most within a phrase. In squares of characters, as
 * the unevenness of lines is.
 */
export function breakCost(pieces: readonly string[], at: number): number {
  const before = (pieces[at - 1] as string).trimEnd();
  if (AFTER_SENTENCE.test(before)) return 0;
  if (AFTER_CLAUSE.test(before)) return 20;
  return BEFORE_PHRASE.test((pieces[at] as string).trim()) ? 120 : 260;
}

function greedy(pieces: readonly string[]): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const joined = `${lines.at(-1) ?? ''}${piece}`;
    if (lines.length > 0 && widthOf(joined.trimEnd()) <= MAX_LINE_CHARACTERS) lines[lines.length - 1] = joined;
    else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd());
}

/** Puts breaks into text that keeps its look: `lines` hold the same letters in the same order, but for spaces. */
function withBreaks(runs: readonly Run[], lines: readonly string[]): Run[] {
  const breaks = new Set<number>();
  let letters = 0;
  for (const line of lines.slice(0, -1)) {
    letters += lettersOf(line);
    breaks.add(letters);
  }
  let seen = 0;
  /** The character before was wide, so that a former line break leaves no space behind if the one after is, too. */
  let isWide = false;
  let isBreakOwed = false;
  return tidy(
    runs.map((run) => {
      let text = '';
      for (const char of run.text) {
        if (char === ' ' || char === '\n') {
          if (char === ' ' || !isWide) text += ' ';
          else isBreakOwed = true;
          continue;
        }
        if (isBreakOwed && !WIDE.test(char)) text += ' ';
        isBreakOwed = false;
        if (seen > 0 && breaks.delete(seen)) text += '\n';
        text += char;
        seen++;
        isWide = WIDE.test(char);
      }
      return { ...run, text };
    }),
  );
}

function lettersOf(line: string): number {
  return [...line].filter((char) => char !== ' ' && char !== '\n').length;
}

function inParts(cue: Cue, lines: readonly string[], parts: number): Cue[] {
  const perPart = Math.ceil(lines.length / parts);
  const groups = Array.from({ length: parts }, (_, i) => lines.slice(i * perPart, (i + 1) * perPart)).filter(
    (group) => group.length > 0,
  );
  const weights = groups.map((group) =>
    Math.max(
      1,
      group.reduce((sum, line) => sum + lettersOf(line), 0),
    ),
  );
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const spareMs = cue.endMs - cue.startMs - groups.length * MIN_CUE_MS;
  let startMs = cue.startMs;
  let line = 0;
  return groups.map((group, i) => {
    const endMs =
      i === groups.length - 1 ? cue.endMs : startMs + MIN_CUE_MS + Math.round((spareMs * (weights[i] ?? 0)) / whole);
    const part: Cue = { ...cue, startMs, endMs, runs: linesOf(cue.runs, line, line + group.length) };
    startMs = endMs;
    line += group.length;
    return part;
  });
}

/** Lines `[from, to)` of a text, with their look. */
function linesOf(runs: readonly Run[], from: number, to: number): Run[] {
  let line = 0;
  return tidy(
    runs.map((run) => {
      let text = '';
      for (const char of run.text) {
        if (line >= from && line < to) text += char;
        if (char === '\n') line++;
      }
      return { ...run, text };
    }),
  );
}
