import { createHash } from 'node:crypto';
import type { SpeechProviderConfig } from '@marquee/core/config-providers';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import type { Recogniser, Transcription } from '@marquee/core/recogniser';
import { z } from 'zod';
import { createProviderClient, type ProviderClient, type ProviderRequest } from './provider-http.ts';

/** Longest answer that is read: words with their times of some seconds are a few kB. */
const MOST_BYTES = 2 * 1024 ** 2;
/** Whisper's own rules for what it made up: it heard nobody and was not sure, or says the same over and over. */
const NOBODY = 0.6;
const UNSURE = -1;
const REPEATING = 2.4;

/** Answers that are kept for when a limit breaks a film off in its middle: those of some hours of speech. */
const KEPT = 2000;

const seconds = z.number().finite().nonnegative();

/** `verbose_json`. Servers that know no words' times, or no times at all, leave them out. */
const openAiAnswer = z.object({
  text: z.string(),
  words: z.array(z.object({ word: z.string(), start: seconds, end: seconds })).nullish(),
  segments: z
    .array(
      z.object({
        text: z.string(),
        start: seconds,
        end: seconds,
        no_speech_prob: z.number().nullish(),
        avg_logprob: z.number().nullish(),
        compression_ratio: z.number().nullish(),
      }),
    )
    .nullish(),
});

const deepgramAnswer = z.object({
  results: z.object({
    channels: z
      .array(
        z.object({
          alternatives: z
            .array(
              z.object({
                transcript: z.string(),
                words: z.array(z.object({ word: z.string(), start: seconds, end: seconds })).nullish(),
              }),
            )
            .min(1),
        }),
      )
      .min(1),
  }),
});

/** Hears by a service that speaks OpenAI's protocol for transcriptions, or Deepgram's. */
export function createRecogniser(config: SpeechProviderConfig, log: Logger): Recogniser {
  const scheme = config.protocol === 'deepgram' ? 'Token' : 'Bearer';
  const client = createProviderClient('SPEECH', config, { log, scheme });
  const ask = config.protocol === 'deepgram' ? askDeepgram : askOpenAi;
  const kept = new Map<string, Transcription>();
  return {
    async transcribe(sound, { language, signal }) {
      if (sound.length > config.maxBytes) {
        throw new MarqueeError(
          'INTERNAL',
          `A sound of ${sound.length} bytes was not sent: ${config.maxBytes} are allowed.`,
        );
      }
      const key = createHash('sha256').update(sound).update(String(language)).digest('base64');
      const known = kept.get(key);
      if (known) return known;
      const request = { signal, about: { bytes: sound.length, language: language ?? 'und' }, mostBytes: MOST_BYTES };
      const heard = await ask(client, sound, language, request);
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string);
      kept.set(key, heard);
      return heard;
    },
  };
}

type Sent = Omit<ProviderRequest, 'body'>;

async function askOpenAi(
  client: ProviderClient,
  sound: Uint8Array<ArrayBuffer>,
  language: string | null,
  request: Sent,
): Promise<Transcription> {
  const body = new FormData();
  body.set('file', new Blob([sound], { type: 'audio/ogg' }), 'sound.ogg');
  body.set('model', client.facts.model);
  body.set('response_format', 'verbose_json');
  body.append('timestamp_granularities[]', 'word');
  body.append('timestamp_granularities[]', 'segment');
  // It takes the language alone, without a country.
  if (language !== null) body.set('language', language.split('-')[0] as string);
  const { text, words, segments } = await client.postForJson(
    '/audio/transcriptions',
    { ...request, body },
    openAiAnswer,
  );
  const kept = (segments ?? []).filter((segment) => !isMadeUp(segment));
  const isWhole = kept.length === (segments ?? []).length;
  const isKept = (ms: number) => isWhole || kept.some(({ start, end }) => ms >= start * 1000 && ms < end * 1000);
  const timed = words ?? [];
  return {
    text: (isWhole ? text : kept.map((segment) => segment.text.trim()).join(' ')).trim(),
    words: (timed.length > 0 ? timed.map(inMs) : kept.flatMap(spread)).filter((word) =>
      isKept((word.startMs + word.endMs) / 2),
    ),
  };
}

async function askDeepgram(
  client: ProviderClient,
  sound: Uint8Array<ArrayBuffer>,
  language: string | null,
  request: Sent,
): Promise<Transcription> {
  const query = new URLSearchParams({ model: client.facts.model, punctuate: 'true', smart_format: 'true' });
  if (language === null) query.set('detect_language', 'true');
  else query.set('language', language);
  const { results } = await client.postForJson(
    `/listen?${query}`,
    { ...request, body: sound, contentType: 'audio/ogg' },
    deepgramAnswer,
  );
  const best = results.channels[0]?.alternatives[0];
  return { text: (best?.transcript ?? '').trim(), words: (best?.words ?? []).map(inMs) };
}

function isMadeUp(segment: NonNullable<z.infer<typeof openAiAnswer>['segments']>[number]): boolean {
  const { no_speech_prob: nobody, avg_logprob: sure, compression_ratio: repeating } = segment;
  return ((nobody ?? 0) > NOBODY && (sure ?? 0) < UNSURE) || (repeating ?? 0) > REPEATING;
}

function inMs({ word, start, end }: { word: string; start: number; end: number }): Transcription['words'][number] {
  return { text: word, startMs: start * 1000, endMs: end * 1000 };
}

/** Words of a segment that has times of its own alone: spread by their letters. */
function spread({ text, start, end }: { text: string; start: number; end: number }): Transcription['words'] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  let before = 0;
  return words.map((word) => {
    const from = start + ((end - start) * before) / letters;
    before += word.length;
    return inMs({ word, start: from, end: start + ((end - start) * before) / letters });
  });
}
