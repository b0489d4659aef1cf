import type { Cue } from './cues.ts';
import { hasLetters, translatableLine } from './translation.ts';

/** A service outside that speaks. */
export interface Speaker {
  /**
   * @returns the line spoken, in some common format of sound
   * @throws MarqueeError RATE_LIMITED or PROVIDER_DOWN to be asked again later; CONFIG_INVALID, INPUT_UNSUPPORTED or
   *         OUTPUT_INVALID for what another try does not mend
   */
  speak(line: string, options: { signal: AbortSignal }): Promise<Uint8Array>;
}

/** A line that is to be spoken, at the time of its cue. */
export interface DubLine {
  startMs: number;
  endMs: number;
  text: string;
}

/** A line in its place: how much faster it is spoken than it came, and when it begins and ends. */
export interface PlacedLine {
  /** Which of the lines it is. */
  index: number;
  startMs: number;
  endMs: number;
  /** 1 for as it came, never more than `FASTEST_TEMPO`. */
  tempo: number;
}

/** Faster is not understood any more. */
export const FASTEST_TEMPO = 1.4;
/** A breath between two lines. */
const GAP_MS = 80;
/** A line that would come later than this, since those before it took so long, is not spoken at all. */
const LATEST_MS = 2500;

/** What of cues can be spoken: words, without sounds in brackets and without notes of songs. */
export function dubLines(cues: readonly Cue[]): DubLine[] {
  return cues
    .map((cue) => ({ startMs: cue.startMs, endMs: cue.endMs, text: spoken(translatableLine(cue)) }))
    .filter(({ text }) => hasLetters(text))
    .sort((a, b) => a.startMs - b.startMs);
}

/** @returns how many characters there are to speak */
export function dubCharacters(lines: readonly DubLine[]): number {
  return lines.reduce((sum, { text }) => sum + text.length, 0);
}

/**
 * Gives each line its time. It begins with its cue, or when the line before it has ended; it has until the next one
 * begins, and is spoken faster where that is not enough, within bounds. Beyond those it runs on, and what follows waits.
 *
 * @param lengthsMs how long each line takes as it came
 * @param filmMs    where the film ends: no line runs beyond
 * @returns lines that never overlap, in order; those that would come too late are missing
 */
export function placeLines(lines: readonly DubLine[], lengthsMs: readonly number[], filmMs: number): PlacedLine[] {
  const placed: PlacedLine[] = [];
  lines.forEach(({ startMs: cueMs, endMs: cueEndMs }, index) => {
    const lengthMs = lengthsMs[index] ?? 0;
    const last = placed.at(-1);
    const startMs = Math.max(cueMs, last ? last.endMs + GAP_MS : 0);
    if (lengthMs <= 0 || startMs - cueMs > LATEST_MS) return;
    const next = lines[index + 1]?.startMs ?? filmMs;
    const roomMs = Math.max(next - GAP_MS, Math.min(cueEndMs, next)) - startMs;
    const tempo = Math.min(FASTEST_TEMPO, Math.max(1, lengthMs / Math.max(1, roomMs)));
    const endMs = startMs + Math.ceil(lengthMs / tempo);
    if (endMs <= filmMs) placed.push({ index, startMs, endMs, tempo });
  });
  return placed;
}

function spoken(line: string): string {
  return line
    .replace(/\[[^\]]*\]|\([^)]*\)|♪/g, ' ')
    .replace(/(^|\s)[-–—]\s*(?=\p{L})/gu, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
