import { tidy } from './cue-text.ts';
import { type Cue, PLAIN, plainText } from './cues.ts';
import type { Describer } from './description.ts';
import { cleanCues } from './webvtt.ts';

/** Says lines of a film in another language. */
export interface Translator {
  /**
   * @param lines one for each cue, in the film's order
   * @returns as many lines
   * @throws MarqueeError as a `Describer` does
   */
  translate(
    lines: readonly string[],
    options: { from: string | null; to: string; signal: AbortSignal; onProgress?: (share: number) => void },
  ): Promise<string[]>;
}

/** What a language model is asked for. */
export interface LanguageModel extends Describer, Translator {}

/** How much longer than its original a line may be in another language: more is not a translation of it. */
const LONGER = 3;
const SPARE = 40;
const DASH = /^\s*[-–—]\s*/;

/** A cue as one line; what different people say stays apart by its dashes. */
export function translatableLine(cue: Cue): string {
  return plainText(cue)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** @returns true for a line in which there is anything to translate */
export function hasLetters(line: string): boolean {
  return /\p{L}/u.test(line);
}

/** @returns a translated line as it may stand in a cue; null if it cannot be one of the original */
export function readTranslation(original: string, translated: string): string | null {
  const line = tidy([{ ...PLAIN, text: translated.replace(/<\/?[a-z!][^<>]*>/gi, '').replace(/\s+/g, ' ') }])
    .map((run) => run.text)
    .join('');
  return line === '' || line.length > original.length * LONGER + SPARE ? null : line;
}

/**
 * Puts translated lines where the originals stand: at the same times and places, with lines broken anew.
 *
 * @param lines one for each cue
 */
export function translatedCues(cues: readonly Cue[], lines: readonly string[]): Cue[] {
  const translated = cues.map((cue, i) => {
    const speakers = plainText(cue)
      .split('\n')
      .filter((line) => DASH.test(line)).length;
    const line = lines[i] ?? '';
    // Where several people speak, each has a line of their own.
    const text = speakers > 1 ? line.replace(/\s+([-–—]\s*\p{L})/gu, '\n$1') : line;
    const isItalic = cue.runs.every((run) => run.italic);
    return { ...cue, runs: [{ ...PLAIN, italic: isItalic, text }] };
  });
  return cleanCues(translated, { zeroMs: 0, filmMs: null });
}
