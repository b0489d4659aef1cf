import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecogniser } from '@marquee/adapters/provider-speech';
import { type Config, loadConfig } from '@marquee/core/config';
import type { SpeechProviderConfig } from '@marquee/core/config-providers';
import { type Cue, plainText } from '@marquee/core/cues';
import { MarqueeError } from '@marquee/core/errors';
import type { Task } from '@marquee/core/job';
import type { Logger } from '@marquee/core/ports';
import type { SpeechWindow } from '@marquee/core/speech-windows';
import { createTools } from '@marquee/media/run-tool';
import { SPEECH_FILE, SPEECH_RATE } from '@marquee/media/speech';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ProviderRequest, type ProviderStub, startProviderStub } from '../../scripts/provider-stub.ts';
import { serviceFault } from '../runtime/service-fault.ts';
import { transcribeWindows } from '../subtitle/hear-outside.ts';

/** What is said in the sound, and where somebody was found to speak: twice, the second time with a pause. */
const CUES = [
  { start: 3, end: 5.4, text: 'Die Fischer fahren hinaus, lange vor dem Morgen.' },
  { start: 12, end: 14.2, text: 'Niemand weiß, ob sie wiederkommen.' },
  { start: 15, end: 17.5, text: 'Am Abend stehen alle am Hafen und warten.' },
];
const WINDOWS: SpeechWindow[] = [
  { startMs: 3000, endMs: 5400, pauses: [] },
  { startMs: 12_000, endMs: 17_500, pauses: [[14_200, 15_000]] },
];
const { signal } = new AbortController();

let folder: string;
let stub: ProviderStub;
let logged: unknown[];
let before = 0;
const tools = createTools(loadConfig());
const note = (message: string, fields?: unknown) => void logged.push({ message, fields });
const log: Logger = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-providers-'));
  // No two seconds of it rise and fall alike.
  const sound = "aevalsrc='0.4*sin(1900*t)*(0.5+0.5*sin(2.2*t*t))':d=20";
  const raw = ['-ac', '1', '-ar', String(SPEECH_RATE)];
  await tools.ffmpeg(['-f', 'lavfi', '-i', sound, ...raw, 'film.wav', ...raw, '-f', 's16le', SPEECH_FILE], {
    signal,
    cwd: folder,
  });
  stub = await startProviderStub({ truth: { film: join(folder, 'film.wav'), cues: CUES } });
  logged = [];
});
afterEach(() => {
  stub.mode('well');
  // Whatever went wrong: neither the key nor what is said stands in the log.
  expect(JSON.stringify(logged)).not.toContain(stub.apiKey);
  expect(JSON.stringify(logged)).not.toContain('Fischer');
  logged = [];
  before = stub.requests().length;
});
afterAll(async () => {
  await stub.close();
  await rm(folder, { recursive: true, force: true });
});

function asked(): ProviderRequest[] {
  return stub.requests().slice(before);
}

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

function contextOf(speechProvider: SpeechProviderConfig, { language = 'de', attempts = 0 } = {}) {
  const config: Config = { ...loadConfig(), speechProvider };
  const task = { attempts, payload: { rendition: { language } } } as Task<'video.generate_subtitles'>;
  return { tools, config, task, signal, recogniser: createRecogniser(speechProvider, log) };
}

const hear = (more: Partial<SpeechProviderConfig> = {}, film: { language?: string } = {}) =>
  transcribeWindows(contextOf(service(more), film), folder, WINDOWS);

function expectTruth(cues: Cue[] | string) {
  if (typeof cues === 'string') throw new Error(cues);
  expect(cues.map((cue) => plainText(cue).replaceAll('\n', ' '))).toEqual(CUES.map(({ text }) => text));
  cues.forEach((cue, i) => {
    expect(Math.abs(cue.startMs - (CUES[i]?.start ?? 0) * 1000)).toBeLessThanOrEqual(500);
  });
}

describe('a service that hears', () => {
  it.each(['openai', 'deepgram'] as const)(
    'by the protocol of %s gives words their places, and is sent no more than voices',
    async (protocol) => {
      expectTruth(await hear({ protocol }));
      expect(asked()).toHaveLength(WINDOWS.length);
      for (const [i, { path, headers, fields, sound }] of asked().entries()) {
        if (protocol === 'openai') {
          expect(path).toBe('/v1/audio/transcriptions');
          expect(headers.authorization).toBe(`Bearer ${stub.apiKey}`);
          expect(fields).toEqual({
            model: ['ear-1'],
            language: ['de'],
            response_format: ['verbose_json'],
            'timestamp_granularities[]': ['word', 'segment'],
          });
        } else {
          expect(path).toBe('/deepgram/v1/listen?model=ear-1&punctuate=true&smart_format=true&language=de');
          expect(headers.authorization).toBe(`Token ${stub.apiKey}`);
          expect([headers['content-type'], fields]).toEqual(['audio/ogg', {}]);
        }
        expect(sound.subarray(0, 4).toString()).toBe('OggS');
        // 0.6 s before and 0.2 s after, and nothing around that; nothing of the film's names in its headers.
        const { startMs = 0, endMs = 0 } = WINDOWS[i] ?? {};
        expect(Math.abs((await lengthSec(sound)) - (endMs - startMs + 800) / 1000)).toBeLessThan(0.05);
        expect(sound.length).toBeLessThan(40_000);
        expect(Object.keys(headers).sort()).toEqual(
          [...BY_FETCH, 'authorization', 'content-length', 'content-type'].sort(),
        );
      }
    },
  );

  it('may tell no times of words, or none at all, or be told no language', async () => {
    stub.mode('timeless');
    expectTruth(await hear({}, { language: 'und' }));
    for (const { fields } of asked()) expect(fields.language).toBeUndefined();
    stub.mode('wordless');
    const cues = await hear();
    expect(Array.isArray(cues) && cues.map(plainText).join(' ').replaceAll('\n', ' ')).toBe(
      CUES.map(({ text }) => text).join(' '),
    );
    stub.mode('well');
    expectTruth(await hear({ protocol: 'deepgram' }, { language: 'und' }));
    expect(asked().at(-1)?.path).toContain('detect_language=true');
  });

  it('is sent no more at once than may be, and nothing of a film in which too much is said', async () => {
    expectTruth(await hear({ maxBytes: 40_000 }));
    const most = Math.max(...asked().map(({ sound }) => sound.length));
    expectTruth(await hear({ maxBytes: 20_000 }));
    for (const { sound } of asked().slice(WINDOWS.length)) {
      expect(sound.length).toBeLessThanOrEqual(20_000);
      expect(sound.length).toBeLessThan(most);
    }
    await expect(hear({ maxBytes: 10_000 })).rejects.toThrow('SPEECH_MAX_BYTES leaves no room');
    const sent = stub.requests().length;
    expect(await hear({ maxMs: 5000 })).toContain('Raise SPEECH_MAX_MINUTES');
    const recogniser = createRecogniser(service({ maxBytes: 100 }), log);
    await expect(recogniser.transcribe(new Uint8Array(101), { language: 'de', signal })).rejects.toThrow(
      'was not sent',
    );
    expect(stub.requests()).toHaveLength(sent);
  });

  it('is not asked again for what it answered before a limit broke it off', async () => {
    stub.mode('limited', { after: 1, retryAfterSec: 0 });
    const context = contextOf(service());
    await expect(transcribeWindows(context, folder, WINDOWS)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    stub.mode('well');
    expectTruth(await transcribeWindows(context, folder, WINDOWS));
    expect(asked()).toHaveLength(3);
  });

  it('keeps a film waiting as long as that can help, and no longer', async () => {
    const down = new MarqueeError('PROVIDER_DOWN', 'ear-1 fails (503).');
    const at = (attempts: number) => serviceFault(down, contextOf(service(), { attempts }));
    expect([0, 1, 2].map(at)).toEqual([null, null, null]);
    expect(at(3)).toBe(down.message);
    const refused = new MarqueeError('INPUT_UNSUPPORTED', 'ear-1 refused.');
    expect(serviceFault(refused, contextOf(service()))).toBe(refused.message);
  });
});

/** What Node's client says of itself. */
const BY_FETCH = ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'sec-fetch-mode', 'user-agent'];

async function lengthSec(sound: Buffer): Promise<number> {
  await writeFile(join(folder, 'sent.ogg'), sound);
  const args = ['-show_entries', 'format=duration', '-of', 'csv=p=0', 'sent.ogg'];
  return Number((await tools.ffprobe(args, { signal, cwd: folder })).stdout);
}
