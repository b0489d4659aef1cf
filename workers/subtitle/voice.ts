import type { FileHandle } from 'node:fs/promises';
import type * as Ort from 'onnxruntime-node';

/** Samples that the model looks at in one step, and how many of the step before it sees again. */
const FRAME_SAMPLES = 512;
const CONTEXT_SAMPLES = 64;
/** Length of a frame at 16 kHz, in milliseconds. */
export const FRAME_MS = 32;
/** Frames read from disk at once: half a minute. */
const FRAMES_AT_ONCE = 1000;
const BYTES_A_SAMPLE = 2;

/**
 * Asks Silero VAD of each frame of a sound how likely somebody speaks. The sound stays on disk.
 *
 * @param file  16-bit samples, 16,000 a second
 * @param onRead told how many bytes have been listened to
 * @returns one number in `[0, 1]` a frame of 32 ms; what is left at the end without being a frame is left out
 */
export async function listen(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  file: FileHandle,
  onRead: (bytes: number) => void,
): Promise<Float32Array> {
  const rate = new ort.Tensor('int64', BigInt64Array.from([16_000n]), []);
  const input = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
  let state: Ort.Tensor = new ort.Tensor('float32', new Float32Array(2 * 128), [2, 1, 128]);
  const found: number[] = [];
  for (let at = 0; ; at += FRAMES_AT_ONCE * FRAME_SAMPLES) {
    const samples = await readSamples(file, at, FRAMES_AT_ONCE * FRAME_SAMPLES);
    for (let from = 0; from + FRAME_SAMPLES <= samples.length; from += FRAME_SAMPLES) {
      input.copyWithin(0, FRAME_SAMPLES);
      input.set(samples.subarray(from, from + FRAME_SAMPLES), CONTEXT_SAMPLES);
      const answer = await session.run({ input: new ort.Tensor('float32', input, [1, input.length]), state, sr: rate });
      state = answer.stateN as Ort.Tensor;
      found.push(Number(answer.output?.data[0]));
    }
    onRead((at + samples.length) * BYTES_A_SAMPLE);
    if (samples.length < FRAMES_AT_ONCE * FRAME_SAMPLES) return Float32Array.from(found);
  }
}

/** Reads samples `[from, from + count)`, fewer at the end of the file, as numbers in `[-1, 1)`. */
export async function readSamples(file: FileHandle, from: number, count: number): Promise<Float32Array> {
  const bytes = Buffer.alloc(count * BYTES_A_SAMPLE);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from * BYTES_A_SAMPLE);
  const samples = new Float32Array(Math.floor(bytesRead / BYTES_A_SAMPLE));
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * BYTES_A_SAMPLE) / 32_768;
  return samples;
}
