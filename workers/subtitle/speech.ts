import { stat } from 'node:fs/promises';
import type { Config } from '@marquee/core/config';
import type { Cue } from '@marquee/core/cues';
import { alignWords } from '@marquee/core/speech-align';
import { type Heard, speechCues } from '@marquee/core/speech-cues';
import { type SpeechWindow, speechWindows } from '@marquee/core/speech-windows';
import { inThread } from '../runtime/in-thread.ts';
import { modelFiles, type SpeechModel } from '../runtime/models.ts';
import type { HeardWindow, SpeechAnswers, SpeechOrder } from './speech-thread.ts';

/**
 * Below this the model guesses, and its words are none: what was English had 0 to -0.46, what was no language (speech run
 * backwards) -0.62 and less.
 */
const LEAST_CONFIDENCE = -0.6;
/** Of a whole film: what is spoken is none of the model's language. */
const LEAST_MEAN_CONFIDENCE = -0.5;
/** Of 16-bit samples, 16,000 a second. */
export const BYTES_A_MS = 32;
/** Listening is the shorter part. */
const LISTENING_SHARE = 0.15;
export const NOBODY_SPEAKS = 'Nobody speaks in it.';

export interface ListeningOptions {
  models: Config['models'];
  signal: AbortSignal;
  onFetch?: (sentence: string) => void;
  onProgress?: (share: number) => void;
}

/**
 * Makes cues of what is said in a sound. Runs beside everything else in threads of its own, which hold the models as long
 * as they need them. The recogniser is fetched only where somebody speaks.
 *
 * @param file 16-bit samples, 16,000 a second, one channel
 * @returns the cues, or a sentence that says why there are none
 * @throws MarqueeError MODELS_DOWN if a model is not there and cannot be fetched
 */
export async function hearCues(
  file: string,
  options: ListeningOptions & { size: SpeechModel },
): Promise<Cue[] | string> {
  const { size, models: place, signal, onProgress } = options;
  const { size: bytes } = await stat(file);
  const windows = await voiceWindows(file, {
    ...options,
    onProgress: (share) => onProgress?.(share * LISTENING_SHARE),
  });
  if (windows.length === 0) return NOBODY_SPEAKS;
  const models = await modelFiles(size, place, options);
  const heard = await order({ kind: 'transcribe', file, models, size, windows }, signal, (share) =>
    onProgress?.(LISTENING_SHARE + share * (1 - LISTENING_SHARE)),
  );
  const spoken = heard.filter(({ text }) => text !== '');
  if (spoken.length === 0) return 'Nobody says a word in it.';
  if (meanConfidence(spoken) < LEAST_MEAN_CONFIDENCE)
    return 'What is said could not be understood: the recogniser knows English alone.';
  const sure = spoken.filter(({ confidence }) => confidence >= LEAST_CONFIDENCE);
  const cues = speechCues(sure.flatMap(inParts), bytes / BYTES_A_MS);
  return cues.length > 0 ? cues : 'Nothing that is said could be understood.';
}

/**
 * Finds where in a sound somebody speaks, in a thread of its own.
 *
 * @param file 16-bit samples, 16,000 a second, one channel
 * @throws MarqueeError MODELS_DOWN if the model is not there and cannot be fetched
 */
export async function voiceWindows(file: string, options: ListeningOptions): Promise<SpeechWindow[]> {
  const { models: place, signal, onProgress } = options;
  const models = await modelFiles('voice', place, options);
  const { likelihoods, frameMs } = await order({ kind: 'listen', file, models }, signal, (share) =>
    onProgress?.(share),
  );
  return speechWindows(likelihoods, frameMs);
}

function inParts({ text, parts }: HeardWindow): Heard[] {
  const texts = alignWords(
    text,
    parts.map((part) => part.text),
  );
  return parts.map(({ window }, i) => ({ window, text: texts[i] ?? '' }));
}

/** By letters: a long sentence says more about a film than a sigh. */
function meanConfidence(heard: readonly { text: string; confidence: number }[]): number {
  const letters = heard.reduce((sum, { text }) => sum + text.length, 0);
  return heard.reduce((sum, { text, confidence }) => sum + confidence * text.length, 0) / letters;
}

function order<O extends SpeechOrder>(
  wanted: O,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<SpeechAnswers[O['kind']]> {
  return inThread(new URL('./speech-thread.ts', import.meta.url), wanted, signal, onProgress);
}
