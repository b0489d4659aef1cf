import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { END } from '../runtime/in-thread.ts';
import { readVocabulary, wordPieces } from './word-pieces.ts';

/** What the thread is asked, and what it answers; `id` tells answers apart. */
export interface EmbedOrder {
  id: number;
  texts: readonly string[];
}
export type EmbedAnswer = { id: number; meanings: Float32Array[] } | { id: number; failed: string };

const [modelFile, vocabularyFile] = workerData as [string, string];
const ort = await import('onnxruntime-node');
const vocabulary = readVocabulary(await readFile(vocabularyFile, 'utf8'));
// One thread: what else runs on the machine is more urgent.
const session = await ort.InferenceSession.create(modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1 });

parentPort?.on('message', async (asked: EmbedOrder | typeof END) => {
  if (asked === END) return process.exit();
  const { id, texts } = asked;
  try {
    const meanings: Float32Array[] = [];
    for (const text of texts) meanings.push(await meaningOf(text));
    parentPort?.postMessage({ id, meanings } satisfies EmbedAnswer);
  } catch (error) {
    parentPort?.postMessage({ id, failed: String(error) } satisfies EmbedAnswer);
  }
});

/** The mean of what the model makes of each piece, brought to length one, as its makers use it. */
async function meaningOf(text: string): Promise<Float32Array> {
  const pieces = wordPieces(text, vocabulary);
  const row = (numbers: Iterable<bigint>) => new ort.Tensor('int64', BigInt64Array.from(numbers), [1, pieces.length]);
  const { last_hidden_state: told } = await session.run({
    input_ids: row(pieces.map(BigInt)),
    attention_mask: row(pieces.map(() => 1n)),
    token_type_ids: row(pieces.map(() => 0n)),
  });
  if (!told) throw new Error('The model of meanings gave no answer.');
  const numbers = told.data as Float32Array;
  const width = told.dims.at(-1) as number;
  const meaning = new Float32Array(width);
  for (let i = 0; i < numbers.length; i++) meaning[i % width] = (meaning[i % width] as number) + (numbers[i] as number);
  const length = Math.hypot(...meaning) || 1;
  return meaning.map((value) => value / length);
}
