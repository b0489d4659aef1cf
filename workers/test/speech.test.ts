import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '@marquee/core/config';
import { type Cue, plainText } from '@marquee/core/cues';
import { MarqueeError } from '@marquee/core/errors';
import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { type NewTask, newJob, type Task } from '@marquee/core/job';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { createTools } from '@marquee/media/run-tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProviderStub } from '../../scripts/provider-stub.ts';
import { ROLES, startWorkers } from '../main.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { modelFiles } from '../runtime/models.ts';
import { hearCues } from '../subtitle/speech.ts';
import { allObjects, openHouse, QUIET, settled } from './house.ts';
import { MODELS, whatIsMissing } from './models.ts';
import { TOY } from './toy-film.ts';

const { signal } = new AbortController();
const isRequired = process.env.REQUIRE_SERVICES === '1';

let folder: string;

const house = await openHouse({ leaseMs: 20_000 });
const tools = createTools(house.config);
const missing = await whatIsMissing(['voice', 'tiny'], 'speaks');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-speech-'));
  await make('hums.mp4', ['-f', 'lavfi', '-i', 'sine=frequency=220:d=8']);
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

async function make(name: string, sound: string[]): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=10'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest'];
  await tools.ffmpeg([...picture, ...sound, ...codecs, name], { signal, cwd: folder });
}

/** Takes a film through all workers of a house that hears what is said. */
async function publish(name: string, models: Config['models'], more: Partial<Config> = {}) {
  const config: Config = { ...house.config, speech: 'tiny', models, ...more };
  const workers = await startWorkers({ config, engines: house.engines, log: QUIET, roles: ROLES });
  try {
    const sourceKey = `uploads/${newId()}/source`;
    const file = join(folder, name);
    await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
    const upload = { title: name, fileName: name, sourceKey, sizeBytes: (await stat(file)).size, nowMs: Date.now() };
    const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
    const job = await settled(house, jobId, 60_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const id = taskId(job.id, 'generate_subtitles', job.plan?.subtitles?.[0]?.name ?? '');
    const task = (await house.engines.store.tasks.get(id)) as Task<'video.generate_subtitles'>;
    expect(task).toMatchObject({ status: 'done', attempts: 0 });
    const objects = await allObjects(house.engines, job.outputPrefix);
    return { task, text: (below: string) => objects[`${job.outputPrefix}${below}`] ?? '' };
  } finally {
    await workers.drain();
  }
}

describe.skipIf(missing !== null && !isRequired)(`films in which people speak (${missing ?? 'heard by tiny'})`, () => {
  beforeAll(async () => {
    await writeFile(
      join(folder, 'said.txt'),
      'Good evening everybody, and welcome to the cinema. Please take your seats. The film is about to begin.',
    );
    const voice = ['-f', 'lavfi', '-i', 'flite=textfile=said.txt:voice=slt', '-af', 'adelay=2000,apad=pad_dur=2'];
    await make('speaks.mp4', voice);
  });

  it('get subtitles of what is said, marked as made by a machine, in both manifests', async () => {
    const { task, text } = await publish('speaks.mp4', MODELS);
    const cues: Cue[] = readSubtitles(text('subtitles/en-a0/track.vtt'), 'vtt');
    expect(task.result).toMatchObject({ leftOut: null, cues: cues.length });
    const said = cues.map(plainText).join(' ').toLowerCase().replaceAll('\n', ' ');
    expect(said).toContain('welcome to the cinema');
    expect(said).toContain('take your seats');
    expect(Math.abs((cues[0]?.startMs ?? 0) - 2000)).toBeLessThan(500);
    expect(text('master.m3u8')).toMatch(
      /NAME="English \(automatic\)",LANGUAGE="en",DEFAULT=NO,.*CHARACTERISTICS="public.machine-generated"/,
    );
    expect(text('manifest.mpd')).toContain('<Label>English (automatic)</Label>');
  });

  it('and none where nobody does, which is said; what would hear words is not even fetched', async () => {
    const models = { ...MODELS, folder: join(folder, 'voice-alone') };
    const { task, text } = await publish('hums.mp4', models);
    expect(task.result).toMatchObject({ leftOut: 'Nobody speaks in it.', cues: 0 });
    expect(text('master.m3u8')).not.toContain('SUBTITLES');
    expect((await readdir(models.folder)).map((name) => name.split('-')[0])).toEqual(['voice']);
  });

  it('in a language that the model does not know go to a service, where there is one, by their voices alone', async () => {
    const said = 'flite=text=Guten Abend und willkommen im Kino:voice=slt,adelay=2000,apad=pad_dur=4';
    await make('german.mp4', ['-f', 'lavfi', '-i', said, '-metadata:s:a:0', 'language=deu']);
    const cues = [{ start: 2.1, end: 4.5, text: 'Guten Abend und willkommen im Kino.' }];
    const stub = await startProviderStub({ truth: { film: join(folder, 'german.mp4'), cues } });
    const service = { protocol: 'openai', baseUrl: stub.url, model: 'ear', apiKey: stub.apiKey } as const;
    const limits = { languages: 'rest', maxBytes: 200_000, maxMs: 60_000, timeoutMs: 20_000 } as const;
    const speechProvider = { ...service, ...limits };
    try {
      const { task, text } = await publish('german.mp4', MODELS, { speechProvider });
      expect(task.result).toMatchObject({ leftOut: null, cues: 1 });
      const [cue] = readSubtitles(text('subtitles/de-a0/track.vtt'), 'vtt');
      expect(cue && plainText(cue)).toBe('Guten Abend und willkommen im Kino.');
      expect(Math.abs((cue?.startMs ?? 0) - 2100)).toBeLessThan(500);
      expect(text('master.m3u8')).toMatch(/NAME="German \(automatic\)",LANGUAGE="de",.*"public.machine-generated"/);
      const sent = stub.requests();
      expect(sent.map(({ path }) => path)).toEqual(['/v1/audio/transcriptions']);
      // Ten seconds of film, of which a third is spoken.
      expect(sent[0]?.sound.length).toBeLessThan(20_000);

      stub.mode('refusing');
      expect((await publish('german.mp4', MODELS, { speechProvider })).task.result?.leftOut).toMatch(
        /^ear at \S+ refused: “Your request was rejected by our safety system \(…\)\.”$/,
      );
      // English is heard here, and nothing of it is sent.
      const asked = stub.requests().length;
      await publish('speaks.mp4', MODELS, { speechProvider });
      expect(stub.requests()).toHaveLength(asked);
    } finally {
      await stub.close();
    }
  });

  it('leave hearing at once when they have to', async () => {
    const said = 'flite=text=One and two and three and four and five and six:voice=slt,aresample=16000';
    await tools.ffmpeg(['-f', 'lavfi', '-i', said, '-ac', '1', '-f', 's16le', 'said.pcm'], { signal, cwd: folder });
    const stop = new AbortController();
    const reason = new MarqueeError('SHUTDOWN', 'Stopped.');
    const onProgress = (share: number) => {
      if (share >= 0.15) stop.abort(reason);
    };
    const options = { size: 'tiny', models: MODELS, signal: stop.signal, onProgress } as const;
    await expect(hearCues(join(folder, 'said.pcm'), options)).rejects.toBe(reason);
    expect(await hearCues(join(folder, 'said.pcm'), { ...options, signal, onProgress: () => {} })).toHaveLength(1);
  });

  it('hearing that ends in its midst, by whatever it is doing, leaves the process alone', async () => {
    const sound = ['-f', 'lavfi', '-i', 'flite=text=One and two and three and four and five and six:voice=slt'];
    await tools.ffmpeg([...sound, '-ar', '16000', '-ac', '1', '-f', 's16le', 'ends.pcm'], { signal, cwd: folder });
    const models = await modelFiles('tiny', MODELS, { signal });
    const args = [join(import.meta.dirname, 'abort-child.ts'), join(folder, 'ends.pcm'), ...models];
    // Rejects with what it said if it ended otherwise than in order.
    await promisify(execFile)(process.execPath, args);
  });

  it('a model is fetched again when its file is not what it should be', async () => {
    const models = { ...MODELS, folder: join(folder, 'spoilt') };
    const [file] = (await modelFiles('voice', models, { signal })) as [string];
    await writeFile(file, 'no model');
    const said: string[] = [];
    const onFetch = (sentence: string) => void said.push(sentence);
    expect(await modelFiles('voice', models, { signal, onFetch })).toEqual([file]);
    expect(await modelFiles('voice', models, { signal, onFetch })).toEqual([file]);
    expect(said).toHaveLength(1);
    expect((await stat(file)).size).toBeGreaterThan(1e6);
  });
});

describe('what is said', () => {
  it('is planned beside the rest of the film, out of the way of its opening', () => {
    const ids = { id: '01job' as JobId, movieId: '01movie' as MovieId };
    const job = newJob({ ...ids, sourceKey: TOY.sourceKey, fileName: 'toy.mp4', sizeBytes: 4, nowMs: 1 });
    const index = { frameCount: 2160, sourceFrameCount: 2160, keyframesSec: [0, 2, 4], maxFrameGapSec: 0.05 };
    const planner = createPlanner(house.config.encode, { speech: 'base' });
    const opening = planner.opening(job, TOY);
    const rest = planner.rest(job, TOY, opening.plan, index);
    const spoken = (tasks: NewTask[]) => tasks.filter(({ type }) => type === 'video.generate_subtitles');
    expect(spoken(opening.tasks)).toEqual([]);
    expect(spoken(rest.tasks)).toMatchObject([
      { piece: 'en-a0', payload: { rendition: { streamIndex: 1, automatic: 'base', default: false } } },
    ]);
    expect(rest.plan.subtitles).toHaveLength(1);
  });
});

describe('where there is no way to a registry', () => {
  it('a film is finished without what is said, and says why', async () => {
    // Nobody listens there; npm keeps no copy of what it fetches either.
    const before = { ...process.env };
    Object.assign(process.env, { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: join(folder, 'npm') });
    try {
      const { task } = await publish('hums.mp4', { ...MODELS, folder: join(folder, 'none') });
      expect(task.result?.leftOut).toMatch(
        /^The model in \S+ is not on this machine and could not be fetched: npm says ECONNREFUSED\. Run "marquee models pull"/,
      );
    } finally {
      for (const name of ['npm_config_registry', 'npm_config_cache']) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
