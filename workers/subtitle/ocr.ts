import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@marquee/core/config';
import type { Cue } from '@marquee/core/cues';
import { pictureCues } from '@marquee/core/ocr-cues';
import { cannotRead, writingOf, wrongLanguage } from '@marquee/core/ocr-language';
import type { ReadLine } from '@marquee/core/ocr-text';
import type { SubtitleRendition } from '@marquee/core/plan';
import { MAX_PICTURES_BYTES, PACKETS_FILE, PICTURES_FILE, readTimes, TIMES_FILE } from '@marquee/media/ocr';
import { inThread } from '../runtime/in-thread.ts';
import { modelFiles } from '../runtime/models.ts';
import type { OcrOrder } from './ocr-thread.ts';

/** A line of which the model is less sure is left out: what it has no letters for it is seldom sure of. */
const LEAST_CONFIDENCE = 0.85;
/** Of a whole track: its letters are others. */
const LEAST_MEAN_CONFIDENCE = 0.93;

/**
 * Makes cues of the pictures that `pictureArgs` has drawn, on the container's clock. Runs beside everything else in a
 * thread of its own, which holds the model as long as it needs it. The model is fetched only where there are pictures.
 *
 * @param folder that the pictures and their times lie in
 * @returns the cues, or a sentence that says why there are none
 * @throws MarqueeError MODELS_DOWN if the model is not there and cannot be fetched
 */
export async function pictureWords(
  folder: string,
  rendition: Pick<SubtitleRendition, 'codec' | 'language'>,
  options: {
    models: Config['models'];
    signal: AbortSignal;
    onFetch?: (sentence: string) => void;
    onProgress?: (share: number) => void;
  },
): Promise<Cue[] | string> {
  const { models: place, signal, onProgress } = options;
  const writing = writingOf(rendition.language);
  if (writing === null) return cannotRead(rendition.language);
  const file = join(folder, PICTURES_FILE);
  const [times, packets] = await Promise.all([textOf(join(folder, TIMES_FILE)), textOf(join(folder, PACKETS_FILE))]);
  const shown = readTimes(times, packets, rendition);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (shown.length === 0 || size === 0) return 'It holds no pictures.';
  if (size >= MAX_PICTURES_BYTES) return 'Its pictures are more than subtitles have.';
  const models = await modelFiles('ocr', place, options);
  const order: OcrOrder = { file, count: shown.length, writing, models };
  const read = await inThread<ReadLine[][]>(new URL('./ocr-thread.ts', import.meta.url), order, signal, (share) =>
    onProgress?.(share),
  );
  const seen = read.flat();
  if (seen.length === 0) return 'It holds no words.';
  const sure = (line: ReadLine) => line.text !== '' && line.confidence >= LEAST_CONFIDENCE;
  if (meanConfidence(seen) < LEAST_MEAN_CONFIDENCE)
    return 'It is pictures of words, and most of them could not be made out. Upload the track as an SRT, VTT or ASS file.';
  const wrong = wrongLanguage(
    seen
      .filter(sure)
      .map(({ text }) => text)
      .join('\n'),
    rendition.language,
  );
  if (wrong !== null) return wrong;
  return pictureCues(read.map((lines, i) => ({ ...(shown[i] as (typeof shown)[number]), lines: lines.filter(sure) })));
}

/** A track without a picture may leave no file. */
function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** By letters: a whole sentence says more about a track than a sigh. */
function meanConfidence(lines: readonly ReadLine[]): number {
  const weight = ({ text }: ReadLine) => Math.max(1, text.length);
  const all = lines.reduce((sum, line) => sum + weight(line), 0);
  return lines.reduce((sum, line) => sum + line.confidence * weight(line), 0) / all;
}
