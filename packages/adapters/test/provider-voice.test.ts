import type { VoiceProviderConfig } from '@marquee/core/config-providers';
import type { Logger } from '@marquee/core/ports';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import '../../../scripts/embedded-engines.ts';
import { type ProviderMode, type ProviderStub, startProviderStub } from '../../../scripts/provider-stub.ts';
import { createSpeaker } from '../src/provider-voice.ts';

const { signal } = new AbortController();
const LINE = 'Der Leuchtturm steht.';

let stub: ProviderStub;
let logged: unknown[] = [];
const note = (message: string, fields?: unknown) => void logged.push({ message, fields });
const log: Logger = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  stub = await startProviderStub({ hums: true });
});
afterEach(() => {
  stub.mode('well');
  expect(logged.length).toBeGreaterThan(0);
  expect(JSON.stringify(logged)).not.toContain(stub.apiKey);
  expect(JSON.stringify(logged)).not.toContain('Leuchtturm');
  logged = [];
});
afterAll(() => stub.close());

const speaker = (more: Partial<VoiceProviderConfig> = {}) =>
  createSpeaker(
    {
      baseUrl: stub.url,
      model: 'mouth-1',
      apiKey: stub.apiKey,
      voice: 'alloy',
      dubTo: ['de'],
      maxChars: 1000,
      timeoutMs: 20_000,
      ...more,
    },
    log,
  );

describe('a service that speaks', () => {
  it('is told a line and nothing else, and is not asked twice for the same', async () => {
    const mouth = speaker();
    const sound = await mouth.speak(LINE, { signal });
    expect(sound.length).toBeGreaterThan(1000);
    expect(await mouth.speak(LINE, { signal })).toBe(sound);
    expect(stub.requests().map(({ path, fields }) => [path, fields])).toEqual([
      ['/v1/audio/speech', { model: 'mouth-1', voice: 'alloy', input: LINE, response_format: 'mp3' }],
    ]);
  });

  it('says what is wrong where it says nothing', async () => {
    const host = new URL(stub.url).host;
    const ends = {
      limited: ['RATE_LIMITED', `${host} limits how often it is asked.`],
      refusing: ['INPUT_UNSUPPORTED', expect.stringContaining('rejected by our safety system (…)')],
      unauthorized: ['CONFIG_INVALID', `${host} refuses the key in DUB_API_KEY.`],
      down: ['PROVIDER_DOWN', expect.stringContaining('fails (503)')],
      broken: ['OUTPUT_INVALID', expect.stringContaining('it is no sound')],
      endless: ['OUTPUT_INVALID', expect.stringContaining('it is longer than any right one')],
    };
    for (const [mode, [code, message]] of Object.entries(ends)) {
      stub.mode(mode as ProviderMode);
      await expect(speaker().speak(LINE, { signal })).rejects.toMatchObject({ code, message });
    }
    stub.mode('silent');
    await expect(speaker({ timeoutMs: 50 }).speak(LINE, { signal })).rejects.toMatchObject({ code: 'PROVIDER_DOWN' });
  });
});
