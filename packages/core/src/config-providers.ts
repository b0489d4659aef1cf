import { z } from 'zod';
import { address, bareAddress, languagesOf, positive } from './config-values.ts';
import { MarqueeError } from './errors.ts';
import type { PictureUse } from './picture-maker.ts';

/** Where a service outside answers, and what it asks for. The key is a secret. */
export interface ProviderConfig {
  /** Without a slash at its end. */
  baseUrl: string;
  model: string;
  apiKey: string | null;
  timeoutMs: number;
}

/** A service that hears what is said in films. */
export interface SpeechProviderConfig extends ProviderConfig {
  protocol: 'openai' | 'deepgram';
  /** `rest`: what the house's own model does not hear; `all`: everything, in its place. */
  languages: 'rest' | 'all';
  /** Of the sound in one request. */
  maxBytes: number;
  /** Of the speech in one film. */
  maxMs: number;
}

/** A service that makes pictures. */
export interface PictureProviderConfig extends ProviderConfig {
  /** By what a picture stands for: `1024x1536`. */
  sizes: Record<PictureUse, string>;
}

/** A service that speaks. */
export interface VoiceProviderConfig extends ProviderConfig {
  voice: string;
  /** BCP 47 languages that films are dubbed into. */
  dubTo: string[];
  /** Of the lines of one film. */
  maxChars: number;
}

/** Services outside, each null where none is configured. Keys are secrets. */
export interface Providers {
  /** What hears the words of films. */
  speechProvider: SpeechProviderConfig | null;
  /** What makes pictures when somebody asks for one. */
  pictureProvider: PictureProviderConfig | null;
  /** What speaks the lines of films in other languages. */
  voiceProvider: VoiceProviderConfig | null;
}

const key = z.string().regex(/^[\x21-\x7e]{1,2000}$/);
const modelName = z.string().min(1).max(200);
const size = z.string().regex(/^([1-9]\d{1,3}x[1-9]\d{1,3}|auto)$/);
// Node's own client waits for no answer longer than that.
const timeoutSec = positive.max(300);

/** The part of the configuration's variables that is about services outside. */
export const PROVIDER_VARIABLES = {
  SPEECH_PROVIDER: z
    .enum(['openai', 'deepgram'])
    .optional()
    .describe('openai or deepgram: what SPEECH_BASE_URL speaks; a service that hears what is said in films'),
  SPEECH_BASE_URL: address('http', 'https').describe(
    'https://api.openai.com/v1 or https://api.deepgram.com/v1; where SPEECH_PROVIDER answers',
  ),
  SPEECH_MODEL: modelName.optional().describe('name of the model at SPEECH_BASE_URL'),
  SPEECH_API_KEY: key
    .optional()
    .describe('key for SPEECH_BASE_URL, where it wants one; visible characters without spaces'),
  SPEECH_FOR: z
    .enum(['rest', 'all'])
    .default('rest')
    .describe('rest or all: whether the service hears what the model of SPEECH does not, or everything in its place'),
  SPEECH_MAX_BYTES: positive
    .min(40_000)
    .default(200_000)
    .describe('most bytes of sound in one request to SPEECH_PROVIDER, 40000 or more'),
  SPEECH_MAX_MINUTES: positive
    .max(100_000)
    .default(240)
    .describe('minutes of speech of one film that SPEECH_PROVIDER is sent at most; films with more are left alone'),
  SPEECH_TIMEOUT_SEC: timeoutSec.default(60).describe('seconds that one answer of SPEECH_PROVIDER may take, to 300'),
  PICTURE_BASE_URL: address('http', 'https').describe(
    'https://api.openai.com/v1; a service that makes pictures, by the OpenAI protocol; it needs PICTURE_MODEL',
  ),
  PICTURE_MODEL: modelName.optional().describe('name of the model at PICTURE_BASE_URL'),
  PICTURE_API_KEY: key
    .optional()
    .describe('key for PICTURE_BASE_URL, where it wants one; visible characters without spaces'),
  PICTURE_POSTER_SIZE: size.default('1024x1536').describe('size that posters are asked for in, such as 1024x1536'),
  PICTURE_BACKDROP_SIZE: size.default('1536x1024').describe('size that backdrops are asked for in, such as 1536x1024'),
  PICTURE_TIMEOUT_SEC: timeoutSec.default(180).describe('seconds that one picture may take, to 300'),
  DUB_TO: z
    .string()
    .refine((text) => languagesOf(text) !== null, { error: 'it is no list of languages' })
    .optional()
    .describe('languages that films are dubbed into by a service that speaks, such as de,fr; it needs DUB_BASE_URL'),
  DUB_BASE_URL: address('http', 'https').describe(
    'https://api.openai.com/v1; a service that speaks lines, by the OpenAI protocol; it needs DUB_MODEL',
  ),
  DUB_MODEL: modelName.optional().describe('name of the model at DUB_BASE_URL'),
  DUB_VOICE: modelName.default('alloy').describe('name of the voice there'),
  DUB_API_KEY: key.optional().describe('key for DUB_BASE_URL, where it wants one; visible characters without spaces'),
  DUB_MAX_CHARS: positive
    .default(150_000)
    .describe('characters of one film that are spoken at most in each language; films with more are left alone'),
  DUB_TIMEOUT_SEC: timeoutSec.default(60).describe('seconds that one spoken line may take, to 300'),
} as const;

type Parsed = { [K in keyof typeof PROVIDER_VARIABLES]: z.infer<(typeof PROVIDER_VARIABLES)[K]> };

/** @throws MarqueeError CONFIG_INVALID as each of them does */
export function providersOf(v: Parsed): Providers {
  return {
    speechProvider: speechProviderOf(v),
    pictureProvider: pictureProviderOf(v),
    voiceProvider: voiceProviderOf(v),
  };
}

/**
 * Reads what belongs to the service that hears.
 *
 * @returns null where there is none
 * @throws MarqueeError CONFIG_INVALID if half of it is missing, or the address holds what belongs into SPEECH_API_KEY
 */
function speechProviderOf(v: Parsed): SpeechProviderConfig | null {
  if (v.SPEECH_PROVIDER === undefined) {
    const [name] = (['SPEECH_BASE_URL', 'SPEECH_MODEL', 'SPEECH_API_KEY'] as const).filter((each) => v[each]);
    if (name === undefined) return null;
    throw new MarqueeError(
      'CONFIG_INVALID',
      `${name} is set, but SPEECH_PROVIDER is not. Say what the service speaks.`,
    );
  }
  return {
    ...wholeProvider('SPEECH', v.SPEECH_BASE_URL, v.SPEECH_MODEL),
    protocol: v.SPEECH_PROVIDER,
    apiKey: v.SPEECH_API_KEY ?? null,
    languages: v.SPEECH_FOR,
    maxBytes: v.SPEECH_MAX_BYTES,
    maxMs: v.SPEECH_MAX_MINUTES * 60_000,
    timeoutMs: v.SPEECH_TIMEOUT_SEC * 1000,
  };
}

/**
 * Reads what belongs to the service that makes pictures.
 *
 * @returns null where there is none
 * @throws MarqueeError CONFIG_INVALID as for the one that hears
 */
function pictureProviderOf(v: Parsed): PictureProviderConfig | null {
  if ([v.PICTURE_BASE_URL, v.PICTURE_MODEL, v.PICTURE_API_KEY].every((each) => each === undefined)) return null;
  return {
    ...wholeProvider('PICTURE', v.PICTURE_BASE_URL, v.PICTURE_MODEL),
    apiKey: v.PICTURE_API_KEY ?? null,
    sizes: { poster: v.PICTURE_POSTER_SIZE, backdrop: v.PICTURE_BACKDROP_SIZE },
    timeoutMs: v.PICTURE_TIMEOUT_SEC * 1000,
  };
}

/**
 * Reads what belongs to the service that speaks.
 *
 * @returns null where there is none
 * @throws MarqueeError CONFIG_INVALID as for the one that hears, and where nobody says what it is to speak
 */
function voiceProviderOf(v: Parsed): VoiceProviderConfig | null {
  if ([v.DUB_TO, v.DUB_BASE_URL, v.DUB_MODEL, v.DUB_API_KEY].every((each) => each === undefined)) return null;
  if (v.DUB_TO === undefined)
    throw new MarqueeError('CONFIG_INVALID', 'DUB_TO is not set. Name the languages that films are dubbed into.');
  return {
    ...wholeProvider('DUB', v.DUB_BASE_URL, v.DUB_MODEL),
    apiKey: v.DUB_API_KEY ?? null,
    voice: v.DUB_VOICE,
    dubTo: languagesOf(v.DUB_TO) ?? [],
    maxChars: v.DUB_MAX_CHARS,
    timeoutMs: v.DUB_TIMEOUT_SEC * 1000,
  };
}

function wholeProvider(of: string, url: string | undefined, model: string | undefined) {
  if (url !== undefined && model !== undefined)
    return { baseUrl: bareAddress(`${of}_BASE_URL`, url, `${of}_API_KEY`), model };
  const missing = `${of}_${url === undefined ? 'BASE_URL' : 'MODEL'}`;
  throw new MarqueeError('CONFIG_INVALID', `${missing} is not set. Set it: a service needs its address and a model.`);
}
