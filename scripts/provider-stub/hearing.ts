import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tools } from '@marquee/media/run-tool';

/** What is said in a film, and when, in seconds. */
export interface TrueCue {
  start: number;
  end: number;
  text: string;
}

/** What is said in a part of the film, in seconds of the part. */
export interface HeardClip {
  text: string;
  words: { word: string; start: number; end: number }[];
  segments: TrueCue[];
}

const RATE = 16_000;
/** Loudness is compared in steps of so many samples: 10 ms. */
const STEP_SAMPLES = 160;
const STEPS_A_SEC = RATE / STEP_SAMPLES;

/**
 * Hears by comparing: finds the place of a clip in the film that it is of by the rise and fall of its loudness, and says
 * what the truth has for that place. So it is right about times as well, and says nothing for a clip that is none of it.
 *
 * @param film a file with the sound that the truth is about
 * @returns what hears a clip, which is a file as it was sent
 */
export async function createEar(
  tools: Tools,
  folder: string,
  { film, cues }: { film: string; cues: readonly TrueCue[] },
): Promise<(clip: string) => Promise<HeardClip>> {
  const whole = await loudnessOf(tools, folder, film);
  const said = cues.flatMap(wordsOf);
  return async (clip) => {
    const part = await loudnessOf(tools, folder, clip);
    const place = placeOf(part, whole);
    if (place === null) return { text: '', words: [], segments: [] };
    const [from, to] = [place / STEPS_A_SEC, (place + part.length) / STEPS_A_SEC];
    const isIn = ({ start, end }: { start: number; end: number }) =>
      (start + end) / 2 >= from && (start + end) / 2 < to;
    const shift = <T extends { start: number; end: number }>(each: T): T => ({
      ...each,
      start: Math.max(0, each.start - from),
      end: Math.min(to, each.end) - from,
    });
    const segments = cues.flatMap((cue) => {
      const words = wordsOf(cue).filter(isIn);
      const [first, last] = [words[0], words.at(-1)];
      if (!first || !last) return [];
      return [shift({ start: first.start, end: last.end, text: words.map(({ word }) => word).join(' ') })];
    });
    return { text: segments.map(({ text }) => text).join(' '), words: said.filter(isIn).map(shift), segments };
  };
}

/** Words spread over their cue by their letters. */
function wordsOf({ start, end, text }: TrueCue): { word: string; start: number; end: number }[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const letters = words.join('').length;
  let before = 0;
  return words.map((word) => {
    const from = start + ((end - start) * before) / letters;
    before += word.length;
    return { word, start: from, end: start + ((end - start) * before) / letters };
  });
}

async function loudnessOf(tools: Tools, folder: string, file: string): Promise<Float64Array> {
  const samples = ['-vn', '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'clip.pcm'];
  const { signal } = new AbortController();
  await tools.ffmpeg(['-i', file, ...samples], { signal, cwd: folder });
  const bytes = await readFile(join(folder, 'clip.pcm'));
  const steps = new Float64Array(Math.floor(bytes.length / 2 / STEP_SAMPLES));
  for (let step = 0; step < steps.length; step++) {
    let sum = 0;
    for (let i = 0; i < STEP_SAMPLES; i++) sum += bytes.readInt16LE((step * STEP_SAMPLES + i) * 2) ** 2;
    steps[step] = Math.sqrt(sum / STEP_SAMPLES);
  }
  return steps;
}

/** Below this a clip only looks like the place that it is most like. */
const LEAST_LIKENESS = 0.9;

/** @returns the step at which a part is most like the whole, by the correlation of the two; null if nothing is like it */
function placeOf(part: Float64Array, whole: Float64Array): number | null {
  const centred = centre(part);
  const norm = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  let best: { place: number; likeness: number } | null = null;
  for (let place = 0; place + part.length <= whole.length; place++) {
    const there = centre(whole.subarray(place, place + part.length));
    let [product, square] = [0, 0];
    for (let i = 0; i < part.length; i++) {
      product += (centred[i] as number) * (there[i] as number);
      square += (there[i] as number) ** 2;
    }
    const likeness = product / Math.max(1e-9, norm * Math.sqrt(square));
    if (best === null || likeness > best.likeness) best = { place, likeness };
  }
  return best !== null && best.likeness >= LEAST_LIKENESS ? best.place : null;
}

function centre(steps: Float64Array): Float64Array {
  const mean = steps.reduce((sum, value) => sum + value, 0) / Math.max(1, steps.length);
  return steps.map((value) => value - mean);
}
