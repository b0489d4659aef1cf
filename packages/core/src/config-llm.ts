import { z } from 'zod';
import { address, bareAddress, languagesOf, positive } from './config-values.ts';
import { MarqueeError } from './errors.ts';

/** A language model that speaks the OpenAI protocol. The key is a secret. */
export interface LlmConfig {
  /** Without a slash at its end. */
  baseUrl: string;
  model: string;
  apiKey: string | null;
  maxInputChars: number;
  timeoutMs: number;
  /** BCP 47 languages that subtitles are translated into. */
  translateTo: string[];
}

/** The part of the configuration's variables that is about it. */
export const LLM_VARIABLES = {
  LLM_BASE_URL: address('http', 'https').describe(
    'http://127.0.0.1:11434/v1; a language model that speaks the OpenAI protocol; it needs LLM_MODEL',
  ),
  LLM_MODEL: z.string().min(1).max(200).optional().describe('name of the model at LLM_BASE_URL'),
  LLM_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,2000}$/)
    .optional()
    .describe('key for LLM_BASE_URL, where it wants one; visible characters without spaces'),
  LLM_MAX_INPUT_CHARS: positive
    .min(4000)
    .default(12_000)
    .describe('most characters of one request to the language model, 4000 or more'),
  // Node's own client waits for no answer longer than that.
  LLM_TIMEOUT_SEC: positive
    .max(300)
    .default(120)
    .describe('seconds that one answer of the language model may take, to 300'),
  TRANSLATE_TO: z
    .string()
    .refine((text) => languagesOf(text) !== null, { error: 'it is no list of languages' })
    .optional()
    .describe('languages that films without subtitles in them are translated into, such as de,fr,pt-BR'),
} as const;

/**
 * Reads what belongs to the language model.
 *
 * @returns null where there is none
 * @throws MarqueeError CONFIG_INVALID if half of it is missing, or the address holds what belongs into LLM_API_KEY
 */
export function llmOf(v: { [K in keyof typeof LLM_VARIABLES]: z.infer<(typeof LLM_VARIABLES)[K]> }): LlmConfig | null {
  if (v.LLM_BASE_URL === undefined && v.LLM_MODEL === undefined) {
    if (v.TRANSLATE_TO === undefined) return null;
    throw new MarqueeError(
      'CONFIG_INVALID',
      'TRANSLATE_TO is set, but LLM_BASE_URL is not. Set it: a model translates.',
    );
  }
  if (v.LLM_BASE_URL === undefined || v.LLM_MODEL === undefined) {
    const [set, missing] = v.LLM_MODEL === undefined ? ['LLM_BASE_URL', 'LLM_MODEL'] : ['LLM_MODEL', 'LLM_BASE_URL'];
    throw new MarqueeError('CONFIG_INVALID', `${set} is set, but ${missing} is not. Set it: a model needs both.`);
  }
  return {
    baseUrl: bareAddress('LLM_BASE_URL', v.LLM_BASE_URL, 'LLM_API_KEY'),
    model: v.LLM_MODEL,
    apiKey: v.LLM_API_KEY ?? null,
    maxInputChars: v.LLM_MAX_INPUT_CHARS,
    timeoutMs: v.LLM_TIMEOUT_SEC * 1000,
    translateTo: languagesOf(v.TRANSLATE_TO ?? '') ?? [],
  };
}
