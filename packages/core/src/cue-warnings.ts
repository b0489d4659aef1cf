import { cueOf, type EditedCue } from './cue-edit.ts';
import { MAX_LINE_CHARACTERS, MAX_LINES, widthOf } from './cue-lines.ts';
import { FASTEST_CHARACTERS_A_SEC, MAX_CUE_MS, MIN_CUE_MS, plainText } from './cues.ts';

/** What a cue says by itself, kept as long as the cue is the same: a track has thousands, of which one changes. */
const ownWarnings = new WeakMap<EditedCue, string[]>();

/**
 * What viewers would suffer from, in sentences: the limits are those that cues are cleaned by. An edit may stand with any
 * of them; what overlaps is cut when it is stored, and what has no words, or lies outside of the film, is left out.
 *
 * @param cues   in the order of their starts
 * @param filmMs length of the film; null where it is not known
 * @returns for each cue, in the same order
 */
export function warningsOf(cues: readonly EditedCue[], filmMs: number | null): readonly string[][] {
  const freeFromMs = { top: Number.NEGATIVE_INFINITY, foot: Number.NEGATIVE_INFINITY };
  return cues.map((cue) => {
    const own = ownWarningsOf(cue);
    const place = cue.isTop ? 'top' : 'foot';
    const overlapMs = freeFromMs[place] - cue.startMs;
    freeFromMs[place] = Math.max(freeFromMs[place], cue.endMs);
    const isOutside = cue.endMs <= 0 || (filmMs !== null && cue.startMs >= filmMs);
    if (overlapMs <= 0 && !isOutside) return own;
    return [
      ...own,
      ...(overlapMs > 0 ? [`It begins ${seconds(overlapMs)} s before an earlier one ends.`] : []),
      ...(isOutside
        ? [`It lies ${cue.endMs <= 0 ? 'before the film' : 'behind the film’s end'} and is not stored.`]
        : []),
    ];
  });
}

function ownWarningsOf(cue: EditedCue): string[] {
  const known = ownWarnings.get(cue);
  if (known) return known;
  const text = plainText(cueOf(cue));
  const lengthMs = cue.endMs - cue.startMs;
  const found: string[] = [];
  if (text === '') found.push('It has no words and is not stored.');
  if (lengthMs <= 0) found.push('It ends before it has begun.');
  const lines = text.split('\n');
  if (lines.length > MAX_LINES) found.push(`It has ${lines.length} lines; ${MAX_LINES} are the most.`);
  lines.forEach((line, i) => {
    const width = widthOf(line);
    if (width > MAX_LINE_CHARACTERS)
      found.push(`Line ${i + 1} has ${width} characters; ${MAX_LINE_CHARACTERS} are the most.`);
  });
  if (lengthMs > 0 && lengthMs < MIN_CUE_MS)
    found.push(`It stands for ${seconds(lengthMs)} s; ${seconds(MIN_CUE_MS)} s is the least.`);
  if (lengthMs > MAX_CUE_MS) found.push(`It stands for ${seconds(lengthMs)} s; ${seconds(MAX_CUE_MS)} s are the most.`);
  const speed = charactersASec(cue);
  if (lengthMs > 0 && speed > FASTEST_CHARACTERS_A_SEC)
    found.push(`It has ${Math.ceil(speed)} characters a second; ${FASTEST_CHARACTERS_A_SEC} are the most.`);
  ownWarnings.set(cue, found);
  return found;
}

/** How fast a cue has to be read; 0 for one that has no length. */
export function charactersASec(cue: EditedCue): number {
  const lengthMs = cue.endMs - cue.startMs;
  return lengthMs <= 0 ? 0 : (plainText(cueOf(cue)).length * 1000) / lengthMs;
}

function seconds(ms: number): string {
  return String(Number((ms / 1000).toFixed(3)));
}
