import type { SpeechProviderConfig } from '@marquee/core/config-providers';
import { isMarqueeError, type MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import '../../../scripts/embedded-engines.ts';
import { type ProviderMode, type ProviderStub, startProviderStub } from '../../../scripts/provider-stub.ts';
import { createRecogniser } from '../src/provider-speech.ts';

/** What hears it is tested with real sound, where workers are. */
const SOUND = new Uint8Array(10);

let stub: ProviderStub;
let logged: unknown[] = [];
const note = (message: string, fields?: unknown) => void logged.push({ message, fields });
const log: Logger = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  stub = await startProviderStub();
});
afterEach(() => {
  stub.mode('well');
  // Whatever went wrong: the key stands in no line of the log.
  expect(logged.length).toBeGreaterThan(0);
  expect(JSON.stringify(logged)).not.toContain(stub.apiKey);
  logged = [];
});
afterAll(() => stub.close());

const service = (more: Partial<SpeechProviderConfig> = {}): SpeechProviderConfig => ({
  protocol: 'openai',
  baseUrl: more.protocol === 'deepgram' ? stub.deepgramUrl : stub.url,
  model: 'ear-1',
  apiKey: stub.apiKey,
  languages: 'rest',
  maxBytes: 200_000,
  maxMs: 3_600_000,
  timeoutMs: 20_000,
  ...more,
});

async function endOf(mode: ProviderMode, more: Partial<SpeechProviderConfig> = {}): Promise<MarqueeError> {
  stub.mode(mode);
  const end = await createRecogniser(service(more), log)
    .transcribe(SOUND, { language: 'de', signal: new AbortController().signal })
    .catch((thrown) => thrown);
  expect(isMarqueeError(end), `${mode}: ${JSON.stringify(end)}`).toBe(true);
  expect(JSON.stringify([end.message, end.context])).not.toContain(stub.apiKey);
  return end;
}

describe('a service that hears', () => {
  it('is asked again where that can help, and says of everything else what is wrong', async () => {
    const host = new URL(stub.url).host;
    const ends = {
      limited: ['RATE_LIMITED', `${host} limits how often it is asked.`],
      spent: ['RATE_LIMITED', `${host} says that the account’s quota is used up.`],
      down: ['PROVIDER_DOWN', `ear-1 at ${host} fails (503). It is asked again by itself.`],
      unauthorized: ['CONFIG_INVALID', `${host} refuses the key in SPEECH_API_KEY.`],
      unknown: ['CONFIG_INVALID', `${host} knows no model “ear-1”, or SPEECH_BASE_URL is not where it answers.`],
      moved: ['CONFIG_INVALID', `${host} answers from another address. Write that one into SPEECH_BASE_URL.`],
      refusing: [
        'INPUT_UNSUPPORTED',
        `ear-1 at ${host} refused: “Your request was rejected by our safety system (…).”`,
      ],
      broken: ['OUTPUT_INVALID', `ear-1 at ${host} gave an answer that cannot be read (it is no JSON).`],
      formless: ['OUTPUT_INVALID', expect.stringContaining('cannot be read (text: Invalid input')],
      endless: ['OUTPUT_INVALID', expect.stringContaining('it is longer than any right one')],
    };
    for (const [mode, [code, message]] of Object.entries(ends))
      expect(await endOf(mode as ProviderMode), mode).toMatchObject({ code, message });
    expect((await endOf('limited')).retryAfterMs).toBe(7000);
    expect((await endOf('spent')).retryAfterMs).toBe(600_000);
    expect((await endOf('refusing', { protocol: 'deepgram' })).message).toContain('by our safety system (…)');
    expect(await endOf('silent', { timeoutMs: 100 })).toMatchObject({
      code: 'PROVIDER_DOWN',
      message: expect.stringContaining('did not answer within 0.1 s'),
    });
    expect(await endOf('well', { baseUrl: 'http://127.0.0.1:9/v1' })).toMatchObject({ code: 'PROVIDER_DOWN' });
    expect(await endOf('well', { apiKey: null })).toMatchObject({
      message: `${host} wants a key. Set SPEECH_API_KEY.`,
    });
  });

  it('is let go at once when the work is stopped', async () => {
    stub.mode('silent');
    const stop = new AbortController();
    const recogniser = createRecogniser(service(), log);
    const end = recogniser.transcribe(SOUND, { language: 'de', signal: stop.signal });
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(end).rejects.toBe(reason);
  });
});
