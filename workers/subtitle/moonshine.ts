import llama from 'llama-tokenizer-js';
import type * as Ort from 'onnxruntime-node';
import type { SpeechModel } from '../runtime/models.ts';

/** Layers, heads of attention and numbers a head, as the models were made. */
const SHAPES: Record<SpeechModel, { layers: number; heads: number; width: number }> = {
  tiny: { layers: 6, heads: 8, width: 36 },
  base: { layers: 8, heads: 8, width: 52 },
};
const BEGIN = 1;
const END = 2;
/** More tokens a second than anybody speaks: its makers' bound against a model that repeats itself without end. */
const TOKENS_A_SEC = 6.5;
const RATE = 16_000;

/** Words, and how sure the model is of them. */
export interface Transcript {
  text: string;
  /** Mean natural logarithm of the likelihoods of its tokens: 0 is certain. */
  confidence: number;
}

/**
 * Writes down what is said in a few seconds of sound, greedily, one token after another (Jeffries et al., "Moonshine:
 * Speech Recognition for Live Transcription and Voice Commands", 2024).
 *
 * @param samples 16,000 a second
 */
export async function transcribe(
  ort: typeof Ort,
  model: { size: SpeechModel; encoder: Ort.InferenceSession; decoder: Ort.InferenceSession },
  samples: Float32Array,
): Promise<Transcript> {
  const encoded = await model.encoder.run({ input_values: new ort.Tensor('float32', samples, [1, samples.length]) });
  const feeds: Record<string, Ort.Tensor> = { encoder_hidden_states: encoded.last_hidden_state as Ort.Tensor };
  const { layers, heads, width } = SHAPES[model.size];
  for (let layer = 0; layer < layers; layer++)
    for (const part of ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'])
      feeds[`past_key_values.${layer}.${part}`] = new ort.Tensor('float32', new Float32Array(0), [0, heads, 1, width]);

  const tokens: number[] = [];
  let last = BEGIN;
  let sum = 0;
  let steps = 0;
  const most = Math.ceil((samples.length / RATE) * TOKENS_A_SEC);
  while (steps < most) {
    feeds.input_ids = new ort.Tensor('int64', BigInt64Array.from([BigInt(last)]), [1, 1]);
    feeds.use_cache_branch = new ort.Tensor('bool', [steps > 0], [1]);
    const answer = await model.decoder.run(feeds);
    const next = likeliest((answer.logits as Ort.Tensor).data as Float32Array);
    sum += next.logLikelihood;
    steps++;
    if (next.token === END) break;
    last = next.token;
    tokens.push(last);
    for (const [name, value] of Object.entries(answer)) {
      // What the sound is does not change: those of the first step are kept.
      if (name.startsWith('present.') && (steps === 1 || name.includes('.decoder.')))
        feeds[name.replace('present', 'past_key_values')] = value;
    }
  }
  return { text: llama.decode(tokens, false, false).trim(), confidence: steps === 0 ? 0 : sum / steps };
}

function likeliest(logits: Float32Array): { token: number; logLikelihood: number } {
  let token = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[token] as number)) token = i;
  const most = logits[token] as number;
  let whole = 0;
  for (const logit of logits) whole += Math.exp(logit - most);
  return { token, logLikelihood: -Math.log(whole) };
}
