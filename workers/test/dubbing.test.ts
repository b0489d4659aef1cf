import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@marquee/core/config';
import { newId, taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { segmentName } from '@marquee/media/hls';
import { createTools } from '@marquee/media/run-tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LlmStub, startLlmStub } from '../../scripts/llm-stub.ts';
import { HUM_HZ } from '../../scripts/provider-stub/speaking.ts';
import { type ProviderStub, startProviderStub } from '../../scripts/provider-stub.ts';
import { ROLES, startWorkers } from '../main.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { allObjects, openHouse, QUIET, settled } from './house.ts';

/** What is said in the film, in seconds; the second line is longer than its time. */
const LINES = [
  { start: 1, end: 3, text: 'The lighthouse has stood.' },
  { start: 4, end: 5.6, text: 'For a hundred years on this rock.' },
  { start: 5.7, end: 8, text: 'And will stand.' },
];
/** A tone where people speak, and one that only effects have. */
const SPEECH_HZ = 1000;
const EFFECT_HZ = 120;
const { signal } = new AbortController();

let folder: string;
let stub: ProviderStub;
let llm: LlmStub;
const house = await openHouse({ leaseMs: 20_000 });
const tools = createTools(house.config);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-dub-'));
  [stub, llm] = await Promise.all([startProviderStub({ hums: true }), startLlmStub()]);
  const time = (sec: number) => `00:00:0${sec.toFixed(3).replace('.', ',')}`;
  const cues = LINES.map(({ start, end, text }, i) => `${i + 1}\n${time(start)} --> ${time(end)}\n${text}\n`);
  await writeFile(join(folder, 'en.srt'), cues.join('\n'));
  const tones = `aevalsrc=0.2*sin(2*PI*${SPEECH_HZ}*t)+0.2*sin(2*PI*${EFFECT_HZ}*t)`;
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=10:d=10', '-f', 'lavfi', '-i'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-c:s', 'copy'];
  const maps = [
    '-map',
    '0',
    '-map',
    '1',
    '-map',
    '2',
    '-metadata:s:a:0',
    'language=eng',
    '-metadata:s:s:0',
    'language=eng',
    ...codecs,
    '-t',
    '10',
  ];
  const words = ['-i', 'en.srt'];
  for (const [name, layout] of [
    ['stereo.mkv', `${tones}|0.2*sin(2*PI*${SPEECH_HZ}*t)`],
    // People speak in the centre.
    ['surround.mkv', `aevalsrc=0|0|0.2*sin(2*PI*${SPEECH_HZ}*t)|0|0.2*sin(2*PI*${EFFECT_HZ}*t)|0:c=5.1`],
  ] as const)
    await tools.ffmpeg([...inputs, layout, ...words, ...maps, name], { signal, cwd: folder });
});
afterAll(async () => {
  await house.close();
  await Promise.all([stub.close(), llm.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** Takes a film through all workers of a house that translates and dubs. */
async function publish(name: string, more: Partial<Config['voiceProvider'] & object> = {}) {
  const config: Config = {
    ...house.config,
    llm: {
      ...{ baseUrl: llm.url, model: 'repeater', apiKey: llm.apiKey, maxInputChars: 6000, timeoutMs: 5000 },
      translateTo: ['de'],
    },
    voiceProvider: {
      ...{ baseUrl: stub.url, model: 'mouth', apiKey: stub.apiKey, voice: 'alloy', timeoutMs: 20_000 },
      ...{ dubTo: ['de', 'en', 'fr'], maxChars: 1000, ...more },
    },
  };
  const workers = await startWorkers({ config, engines: house.engines, log: QUIET, roles: ROLES });
  try {
    const sourceKey = `uploads/${newId()}/source`;
    const file = join(folder, name);
    await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
    const upload = { title: name, fileName: name, sourceKey, sizeBytes: (await stat(file)).size, nowMs: Date.now() };
    const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
    const job = await settled(house, jobId, 90_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const row = await house.engines.store.tasks.get(taskId(job.id, 'generate_subtitles', 'de-d0'));
    const objects = await allObjects(house.engines, job.outputPrefix);
    const text = (below: string) => objects[`${job.outputPrefix}${below}`] ?? '';
    return { job, task: row as Task<'video.generate_subtitles'>, text };
  } finally {
    await workers.drain();
  }
}

/** Samples of a published sound, 8,000 a second. */
async function listenTo(job: MediaProcessingJob, name: string, segments: number): Promise<Int16Array> {
  const names = ['init.mp4', ...Array.from({ length: segments }, (_, i) => segmentName(i))];
  const parts: Uint8Array[] = [];
  for (const each of names) {
    const { body } = await house.engines.objects.get(`${job.outputPrefix}audio/${name}/${each}`);
    for await (const part of body) parts.push(part);
  }
  await writeFile(join(folder, 'dub.mp4'), Buffer.concat(parts));
  const raw = ['-ac', '1', '-ar', '8000', '-f', 's16le', 'dub.pcm'];
  await tools.ffmpeg(['-i', 'dub.mp4', ...raw], { signal, cwd: folder });
  const bytes = await readFile(join(folder, 'dub.pcm'));
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
}

/** How loud a tone is between two times, in decibels (Goertzel, 1958). */
function loudness(samples: Int16Array, hz: number, fromSec: number, toSec: number): number {
  let [sine, cosine] = [0, 0];
  for (let i = Math.round(fromSec * 8000); i < toSec * 8000; i++) {
    sine += (samples[i] ?? 0) * Math.sin((2 * Math.PI * hz * i) / 8000);
    cosine += (samples[i] ?? 0) * Math.cos((2 * Math.PI * hz * i) / 8000);
  }
  return 20 * Math.log10(Math.max(1, Math.hypot(sine, cosine)) / ((toSec - fromSec) * 8000));
}

describe('a film that is dubbed', () => {
  it('has its translated lines spoken at their times, over its own sound, beside its other sound', async () => {
    const { job, task, text } = await publish('stereo.mkv');
    expect(task).toMatchObject({ status: 'done', attempts: 0, result: { leftOut: null, cues: 3 } });
    // Not in its own language, and not where there is nothing to speak.
    expect(job.plan?.dubs?.map(({ name }) => name)).toEqual(['de-d0']);
    expect(stub.requests().map(({ path, fields }) => [path, fields])).toEqual(
      LINES.map(({ text: line }) => [
        '/v1/audio/speech',
        { model: 'mouth', voice: 'alloy', input: `«${line}»`, response_format: 'mp3' },
      ]),
    );
    expect(text('master.m3u8')).toContain(
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="stereo",NAME="German (dubbed by a machine)",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=NO,CHANNELS="2",CHARACTERISTICS="public.machine-generated",URI="audio/de-d0/index.m3u8"',
    );
    expect(text('manifest.mpd')).toMatch(
      /lang="de" segmentAlignment="true" startWithSAP="1">\n\s+<Label>German \(dubbed by a machine\)<\/Label>\n\s+<Role schemeIdUri="urn:mpeg:dash:role:2011" value="dub"\/>/,
    );
    const segments = task.result?.sound?.segments.length ?? 0;
    const sound = await listenTo(job, 'de-d0', segments);
    expect(Math.abs(sound.length / 8000 - 10)).toBeLessThan(0.1);
    const during = (hz: number) => loudness(sound, hz, 1.3, 2.3);
    const between = (hz: number) => loudness(sound, hz, 8.7, 9.7);
    expect(during(HUM_HZ) - between(HUM_HZ)).toBeGreaterThan(25);
    expect(between(SPEECH_HZ) - during(SPEECH_HZ)).toBeGreaterThan(12);
    expect(Math.abs(between(EFFECT_HZ) - during(EFFECT_HZ))).toBeLessThan(9);
    // Each begins with its cue, and the long one has ended when the third begins.
    for (const { start } of LINES.slice(0, 2)) {
      expect(
        loudness(sound, HUM_HZ, start + 0.1, start + 0.2) - loudness(sound, HUM_HZ, start - 0.2, start - 0.1),
      ).toBeGreaterThan(20);
    }
    const gap = loudness(sound, HUM_HZ, 5.64, 5.69);
    expect(loudness(sound, HUM_HZ, 5.8, 6) - gap).toBeGreaterThan(10);
  });

  it('in 5.1 has its centre lowered, and the dub beside its 5.1 as well', async () => {
    const { job, task, text } = await publish('surround.mkv');
    expect(text('master.m3u8').match(/GROUP-ID="(stereo|surround)",NAME="German \(dubbed/g)).toHaveLength(2);
    const sound = await listenTo(job, 'de-d0', task.result?.sound?.segments.length ?? 0);
    const [during, between] = [
      (hz: number) => loudness(sound, hz, 1.3, 2.3),
      (hz: number) => loudness(sound, hz, 8.7, 9.7),
    ];
    expect(between(SPEECH_HZ) - during(SPEECH_HZ)).toBeGreaterThan(12);
    expect(Math.abs(between(EFFECT_HZ) - during(EFFECT_HZ))).toBeLessThan(9);
    expect(during(HUM_HZ) - between(HUM_HZ)).toBeGreaterThan(25);
  });

  it.each([
    ['refusing', {}, /^mouth at \S+ refused: “Your request was rejected by our safety system \(…\)\.”$/],
    ['garbled', {}, /^The service that speaks answered with something that is no sound\.$/],
    ['well', { maxChars: 20 }, /^Its lines have 79 characters, and 20 may be spoken\. Raise DUB_MAX_CHARS/],
  ] as const)('is none the worse where its service is %s', async (mode, more, sentence) => {
    stub.mode(mode);
    const { task, text } = await publish('stereo.mkv', more);
    expect(task.result?.leftOut).toMatch(sentence);
    expect(text('master.m3u8')).toContain('NAME="English"');
    expect(text('master.m3u8')).not.toContain('dubbed');
    stub.mode('well');
  });
});
