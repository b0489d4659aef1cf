import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cue, PLAIN, plainText } from '@marquee/core/cues';
import type { Description } from '@marquee/core/description';
import { type JobId, newId, type TaskId, taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { newMovie, type UploadedSubtitles } from '@marquee/core/movie';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { writeVtt } from '@marquee/core/webvtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LlmStub, startLlmStub } from '../../scripts/llm-stub.ts';
import { ROLES, type RunningWorkers, startWorkers } from '../main.ts';
import { retryTask, submitUpload } from '../orchestrator/commands.ts';
import { remakeMovie } from '../orchestrator/movie-commands.ts';
import { chooseTrack } from '../runtime/film-words.ts';
import { allObjects, type House, openHouse, QUIET, settled, until } from './house.ts';

let folder: string;
let house: House;
let stub: LlmStub;
let workers: RunningWorkers;

const LINES = [
  'The lighthouse has stood on this rock for a hundred years.',
  'Keepers of the lighthouse lived here with their families.',
  'A boat brought bread and letters to the rock each week.',
  'In the winter no boat came for months, and nobody wrote letters.',
  'The last keeper of the lighthouse was my grandfather.',
  'He says that the sea wants its rock back, and that it will have it.',
  'Nobody believes him, but nobody lives on the rock any more.',
];
/** What people made of a translation; its language goes with it. */
const OF_TRANSLATION = { kind: 'own', streamIndex: 0, translated: true } as const;
const srt = (lines: string[]) =>
  lines.map((line, i) => `${i + 1}\n00:00:0${i},100 --> 00:00:0${i},900\n${line}\n`).join('\n');

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...args], { cwd: folder });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-describe-'));
  stub = await startLlmStub();
  await writeFile(join(folder, 'en.srt'), srt(LINES));
  await writeFile(join(folder, 'other.srt'), srt(LINES.toReversed()));
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=10:d=8', '-c:v', 'libx264', '-preset', 'ultrafast'];
  ffmpeg(...picture, '-pix_fmt', 'yuv420p', 'mute.mkv');
  const words = ['-map', '0', '-map', '1', '-c', 'copy', '-metadata:s:s:0', 'language=eng'];
  ffmpeg('-i', 'mute.mkv', '-i', 'en.srt', ...words, 'talk.mkv');
  ffmpeg('-i', 'mute.mkv', '-i', 'other.srt', ...words, 'other.mkv');
  house = await openHouse({ leaseMs: 20_000 });
  workers = await startWorkers({ ...house, config: configured(stub.url), roles: ROLES });
});
afterEach(() => stub.mode('well'));
afterAll(async () => {
  await workers.drain();
  await house.close();
  await stub.close();
  await rm(folder, { recursive: true, force: true });
});

function configured(baseUrl: string) {
  const llm = {
    baseUrl,
    model: 'repeater',
    apiKey: stub.apiKey,
    maxInputChars: 6000,
    timeoutMs: 5000,
    translateTo: ['de'],
  };
  return { ...house.config, analysis: true, llm };
}

async function submit(name: string): Promise<JobId> {
  const sourceKey = `uploads/${newId()}/source`;
  const file = join(folder, name);
  await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
  const upload = {
    title: 'The Rock',
    fileName: name,
    sourceKey,
    sizeBytes: (await stat(file)).size,
    nowMs: Date.now(),
  };
  return (await submitUpload({ ...house.engines, log: QUIET }, upload)).jobId;
}

async function partOf(jobId: JobId): Promise<Task<'video.ai_analysis'>> {
  const task = await house.engines.store.tasks.get(taskId(jobId, 'ai_analysis', 'describe'));
  return task as Task<'video.ai_analysis'>;
}

async function described(jobId: JobId): Promise<Description> {
  const task = await until('the film to be described', async () => {
    const now = await partOf(jobId);
    return now?.status === 'done' && now;
  });
  expect(task.result?.description).toBeDefined();
  return task.result?.description as Description;
}

async function again(job: Pick<MediaProcessingJob, 'id'>): Promise<Description> {
  await settled(house, job.id, 60_000);
  await retryTask({ ...house.engines, log: QUIET }, job.id, (await partOf(job.id)).id as TaskId);
  return described(job.id);
}

describe('a film whose words stand', () => {
  it('is described by the model of the house, then by its own words where that refuses, and anew when asked for', async () => {
    const id = await submit('talk.mkv');
    const job = await settled(house, id, 60_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    expect(await described(id)).toEqual({
      suggestions: {
        title: 'The lighthouse has stood',
        tagline: `Somebody says: ${LINES[0]}`,
        synopsis: LINES.slice(0, 3).join(' '),
        genres: ['Drama', 'Documentary'],
      },
      from: 'model',
      by: `repeater at ${new URL(stub.url).host}`,
      skipped: null,
    });
    expect(stub.requests().at(-1)?.words).toBe(LINES.join('\n'));
    expect(stub.requests().at(-1)?.prompt).toContain('The film is called as yet: The Rock');
    const before = await allObjects(house.engines, job.outputPrefix);

    stub.mode('refusing');
    const own = await again(job);
    expect(own).toMatchObject({ from: 'own-words', by: null });
    expect(own.skipped).toMatch(/ refused to answer: “I’m sorry, I can’t help with this film\.”/);
    expect(own.suggestions.synopsis).toContain(`“${LINES[0]}”`);
    stub.mode('broken');
    expect((await again(job)).skipped).toContain('answered twice in another form than was asked for');
    stub.mode('unauthorized');
    expect((await again(job)).skipped).toContain('refuses the key in LLM_API_KEY.');
    stub.mode('well');
    expect((await again(job)).from).toBe('model');
    // Nothing of the film has changed, and nothing that people wrote.
    expect(await allObjects(house.engines, job.outputPrefix)).toEqual(before);
    const movie = await house.engines.store.movies.get(job.movieId);
    expect(movie).toMatchObject({ title: 'The Rock', details: { synopsis: '', tagline: '', genres: [] } });
  });

  it('is ready and plays while a limited model is waited for, and says what it waits for', async () => {
    stub.mode('limited', { retryAfterSec: 1 });
    const id = await submit('talk.mkv');
    const waiting = await until(
      'a refused try',
      async () => {
        const task = await partOf(id);
        return task !== null && task.attempts > 0 && task;
      },
      60_000,
    );
    expect(waiting.error).toEqual({
      code: 'RATE_LIMITED',
      message: `${new URL(stub.url).host} limits how often it is asked.`,
    });
    expect(waiting.notBeforeMs - (waiting.runs.at(-1)?.endedAtMs ?? 0)).toBeGreaterThanOrEqual(900);
    const job = await house.engines.store.jobs.get(id);
    expect(job?.status).toBe('ready');
    expect((await house.engines.store.movies.get(job?.movieId as never))?.readyJobId).toBe(id);
    stub.mode('well');
    expect((await described(id)).from).toBe('model');
  });

  it('has its own words where the model stays away', async () => {
    stub.mode('limited', { retryAfterSec: 0 });
    const id = await submit('talk.mkv');
    await settled(house, id, 60_000);
    const own = await described(id);
    expect(own.from).toBe('own-words');
    expect(own.skipped).toContain('limits how often it is asked.');
    expect((await partOf(id)).runs).toHaveLength(4);
  });
});

describe('a film in a language that the house wants in another', () => {
  it('has its subtitles translated, at the same times, in its playlists and under a name that says so', async () => {
    stub.mode('merging');
    const job = await settled(house, await submit('talk.mkv'), 60_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const objects = await allObjects(house.engines, job.outputPrefix);
    const [original, translated] = ['en-0', 'de-t0'].map((name) =>
      readSubtitles(objects[`${job.outputPrefix}subtitles/${name}/track.vtt`] ?? '', 'vtt'),
    );
    expect(translated?.map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
      original?.map(({ startMs, endMs }) => [startMs, endMs]),
    );
    expect(translated?.map((cue) => plainText(cue).replaceAll('\n', ' '))).toEqual(LINES.map((line) => `«${line}»`));
    for (const cue of translated ?? [])
      for (const line of plainText(cue).split('\n')) expect(line.length).toBeLessThanOrEqual(42);
    const master = objects[`${job.outputPrefix}master.m3u8`] ?? '';
    expect(master).toMatch(/^#EXT-X-MEDIA:TYPE=SUBTITLES,.*NAME="German \(machine-translated\)".*machine-generated/m);
    expect(objects[`${job.outputPrefix}manifest.mpd`]).toContain('lang="de"');
  });

  it('keeps what people made of a translation and of its original, in a later version and to be found', async () => {
    const { store, objects } = house.engines;
    const first = await settled(house, await submit('talk.mkv'), 60_000);
    const found = async (text: string) => {
      const moments = await store.moments.search({ text, limit: 9, listedAtMs: Date.now(), movieId: first.movieId });
      return moments.map((moment) => [moment.language, moment.text.replaceAll('\n', ' ')]);
    };
    const own = { title: '', forced: false, hearingImpaired: false, fileName: '', cues: 1, addedAtMs: 0 };
    const streamIndex = first.plan?.subtitles?.find(({ name }) => name === 'en-0')?.streamIndex ?? -1;
    const edits: UploadedSubtitles[] = [
      { ...own, id: 'a', language: 'de', key: 'a.vtt', editedFrom: { ...OF_TRANSLATION, language: 'de' } },
      { ...own, id: 'b', language: 'en', key: 'b.vtt', editedFrom: { kind: 'own', streamIndex, language: 'en' } },
    ];
    for (const [key, text] of [
      ['a.vtt', 'Der Leuchtturm steht seit hundert Jahren.'],
      ['b.vtt', 'The lighthouse has stood for ages.'],
    ] as const) {
      const cues = [{ startMs: 100, endMs: 4000, isTop: false, runs: [{ ...PLAIN, text }] }];
      await objects.put(key, Buffer.from(writeVtt(cues)), { contentType: 'text/vtt' });
    }
    const movie = await store.movies.get(first.movieId);
    await store.movies.update(first.movieId, movie?.version ?? 0, { subtitles: edits, visibility: 'published' });
    expect((await found('lighthouse')).map(([language]) => language)).toContain('de');

    const { jobId } = await remakeMovie({ ...house.engines, log: QUIET }, first.movieId);
    const job = await settled(house, jobId, 60_000);
    expect(job.plan?.subtitles?.map(({ name, keptBack }) => [name, keptBack])).toEqual([
      ['de-u0', undefined],
      ['en-u1', undefined],
      ['en-0', true],
      ['de-t0', true],
    ]);
    const made = await allObjects(house.engines, job.outputPrefix);
    expect(made[`${job.outputPrefix}master.m3u8`]?.match(/subtitles\/[^/]+/g)).toEqual([
      'subtitles/de-u0',
      'subtitles/en-u1',
    ]);
    expect(made[`${job.outputPrefix}subtitles/de-t0/track.vtt`]).toContain('«The lighthouse has stood for ages.»');
    expect(await found('lighthouse')).toEqual([['en', 'The lighthouse has stood for ages.']]);
    expect(await found('leuchtturm')).toEqual([['de', 'Der Leuchtturm steht seit hundert Jahren.']]);
  });

  it('is ready without them where the model gives none, and its page says why', async () => {
    stub.mode('mute');
    const job = await settled(house, await submit('other.mkv'), 60_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const task = await house.engines.store.tasks.get(taskId(job.id, 'generate_subtitles', 'de-t0'));
    expect((task as Task<'video.generate_subtitles'>).result?.leftOut).toMatch(/7 of them did not come back\.$/);
    const master = (await allObjects(house.engines, job.outputPrefix))[`${job.outputPrefix}master.m3u8`];
    expect(master).not.toContain('LANGUAGE="de"');
  });
});

describe('a film without words', () => {
  it('has none made up, and is described once somebody brings them', async () => {
    const asked = stub.requests().length;
    const job = await settled(house, await submit('mute.mkv'), 60_000);
    expect(await described(job.id)).toEqual({
      suggestions: { title: '', tagline: '', synopsis: '', genres: [] },
      from: 'nobody',
      by: null,
      skipped: 'There are no subtitles to make suggestions from.',
    });
    expect(stub.requests()).toHaveLength(asked);

    const cues = LINES.map(
      (text, i): Cue => ({
        startMs: i * 1000,
        endMs: i * 1000 + 900,
        isTop: false,
        runs: [{ ...PLAIN, text }],
      }),
    );
    const key = `media/${job.movieId}/subtitles/abc.vtt`;
    await house.engines.objects.put(key, Buffer.from(writeVtt(cues)), { contentType: 'text/vtt' });
    const movie = await house.engines.store.movies.get(job.movieId);
    const facts = { id: 'abc', language: 'en', title: '', forced: false, hearingImpaired: false, fileName: 'en.srt' };
    const subtitles = [{ ...facts, cues: cues.length, key, addedAtMs: Date.now() }];
    await house.engines.store.movies.update(job.movieId, movie?.version ?? 0, { subtitles });
    expect(await again(job)).toMatchObject({ from: 'model', skipped: null });
  });
});

describe('the words of a film', () => {
  const movie = (language: string | null, subtitles: [language: string, forced?: boolean][] = []) => {
    const made = newMovie({ id: newId(), title: 'Toy', nowMs: 0 });
    return {
      ...made,
      details: { ...made.details, language },
      subtitles: subtitles.map(([tag, forced = false]) => ({
        ...{ id: tag, language: tag, title: '', forced, hearingImpaired: false, fileName: '', cues: 1, addedAtMs: 0 },
        key: `given/${tag}`,
      })),
    };
  };
  const track = (language: string, more: object = {}, leftOut: string | null = null) =>
    ({
      type: 'video.generate_subtitles',
      result: { leftOut },
      payload: { outputPrefix: 'out/', rendition: { name: `${language}-0`, language, forced: false, ...more } },
    }) as unknown as Task;

  it('are those in its own language, written before heard, given before brought along', () => {
    expect(chooseTrack(movie('de', [['en']]), [track('de')])).toEqual({
      key: 'out/subtitles/de-0/track.vtt',
      language: 'de',
    });
    expect(chooseTrack(movie('en-GB', [['en']]), [track('en')])?.key).toBe('given/en');
    expect(chooseTrack(movie('en'), [track('en', { automatic: 'tiny', name: 'en-a0' }), track('en')])?.key).toMatch(
      /en-0/,
    );
    expect(chooseTrack(movie('en'), [track('en', { automatic: 'tiny' }), track('de')])?.language).toBe('en');
    expect(chooseTrack(movie('en', [['en', true]]), [track('und')])).toMatchObject({ language: null });
    expect(chooseTrack(movie('en'), [track('en', {}, 'It holds no words.'), track('en', { forced: true })])).toBe(null);
    const edited = movie('ja', [['de']]);
    const subtitles = edited.subtitles.map((given) => ({
      ...given,
      editedFrom: { ...OF_TRANSLATION, language: 'de' },
    }));
    expect(chooseTrack(edited, [track('en')])?.key).toBe('given/de');
    expect(chooseTrack({ ...edited, subtitles }, [track('en')])?.language).toBe('en');
    expect(chooseTrack(null, [])).toBe(null);
  });
});
