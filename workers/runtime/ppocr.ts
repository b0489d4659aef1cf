import type { Ink } from '@marquee/core/ocr-lines';
import { type SeenChar, seenChars } from '@marquee/core/ocr-text';
import type * as Ort from 'onnxruntime-node';

/** Height of a line as the model was trained, in dots. */
export const LINE_HEIGHT_PX = 48;
/** Narrower lines are widened by ground. */
const MIN_WIDTH_PX = 64;
/** What one line may be at most: wider than any picture's. */
const MAX_WIDTH_PX = 4096;

/** Signs of the model's classes from 1 on, as its dictionary has them, and the space after all of them. */
export function readDictionary(text: string): string[] {
  return [...text.split('\n').filter((line) => line !== ''), ' '];
}

/**
 * Reads a line of text (Cui et al., "PP-OCRv3", 2022, and its successor's model).
 *
 * @param ink   a line of `LINE_HEIGHT_PX`
 * @param signs of the model's classes from 1 on; null for those that cannot be
 */
export async function recognise(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  ink: Ink,
  signs: readonly (string | null)[],
): Promise<SeenChar[]> {
  const widthPx = Math.min(MAX_WIDTH_PX, Math.max(MIN_WIDTH_PX, Math.ceil(ink.widthPx / 8) * 8));
  const plane = widthPx * LINE_HEIGHT_PX;
  // Dark on light, from -1 to 1, in three colours that are all the same.
  const input = new Float32Array(3 * plane).fill(1);
  for (let y = 0; y < LINE_HEIGHT_PX; y++)
    for (let x = 0; x < Math.min(widthPx, ink.widthPx); x++) {
      const value = 1 - (2 * (ink.values[y * ink.widthPx + x] as number)) / 255;
      for (let colour = 0; colour < 3; colour++) input[colour * plane + y * widthPx + x] = value;
    }
  const name = session.inputNames[0] as string;
  const answer = await session.run({ [name]: new ort.Tensor('float32', input, [1, 3, LINE_HEIGHT_PX, widthPx]) });
  const { data, dims } = answer[session.outputNames[0] as string] as Ort.Tensor;
  const [steps, classes] = [dims[1] as number, dims[2] as number];
  return seenChars(data as Float32Array, classes, signs, widthPx / steps);
}
