import { alignWords } from './speech-align.ts';
import type { Heard } from './speech-cues.ts';
import { partsOf, type SpeechWindow } from './speech-windows.ts';

/** What a recogniser made of a sound. */
export interface Transcription {
  /** All that is said, with its punctuation. */
  text: string;
  /** Words with the time in which each is said, in milliseconds of the sound; empty where it tells no times. */
  words: { text: string; startMs: number; endMs: number }[];
}

/** A service outside that hears what is said. */
export interface Recogniser {
  /**
   * @param sound    a few seconds as Opus in Ogg
   * @param language BCP 47; null where nobody knows
   * @throws MarqueeError RATE_LIMITED or PROVIDER_DOWN to be asked again later; CONFIG_INVALID, INPUT_UNSUPPORTED or
   *         OUTPUT_INVALID for what another try does not mend
   */
  transcribe(
    sound: Uint8Array<ArrayBuffer>,
    options: { language: string | null; signal: AbortSignal },
  ): Promise<Transcription>;
}

/** Opus at this rate is as good to a recogniser as the sound itself; below the other it is not. */
const BEST_BPS = 32_000;
const LEAST_BPS = 16_000;
/** Pages and headers of Ogg, and by how much an encoder may miss its rate. */
const CONTAINER_BYTES = 3000;
const RATE_MARGIN = 1.25;

/** @returns the bit rate at which so much sound stays within so many bytes, no better than is of use; null if none is */
export function speechBitrate(durationMs: number, maxBytes: number): number | null {
  const bps = Math.floor(((maxBytes - CONTAINER_BYTES) * 8000) / (durationMs * RATE_MARGIN));
  return bps < LEAST_BPS ? null : Math.min(BEST_BPS, bps);
}

/**
 * Lays what was heard on a window's parts, between its long pauses, by the times that the recogniser tells. Words that
 * have times mostly have no punctuation: they only say where the text is to be cut.
 *
 * @param soundStartMs where the sound began that was heard, on the film's clock
 */
export function heardParts(window: SpeechWindow, soundStartMs: number, { text, words }: Transcription): Heard[] {
  const parts = partsOf(window);
  if (parts.length === 1 || words.length === 0) return [{ window, text }];
  const said = parts.map((): string[] => []);
  for (const word of words) {
    const middleMs = soundStartMs + (word.startMs + word.endMs) / 2;
    said[nearest(parts, middleMs)]?.push(word.text);
  }
  const texts = alignWords(
    text,
    said.map((each) => each.join(' ')),
  );
  return parts.map((part, i) => ({ window: part, text: texts[i] ?? '' }));
}

function nearest(parts: readonly SpeechWindow[], ms: number): number {
  const away = parts.map(({ startMs, endMs }) => Math.max(startMs - ms, ms - endMs, 0));
  return away.indexOf(Math.min(...away));
}
