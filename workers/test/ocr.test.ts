import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@marquee/core/config';
import { plainText } from '@marquee/core/cues';
import { MarqueeError } from '@marquee/core/errors';
import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { type NewTask, newJob, type Task } from '@marquee/core/job';
import { signsOf } from '@marquee/core/ocr-text';
import type { SubtitleRendition } from '@marquee/core/plan';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { PACKETS_FILE, PICTURES_FILE, pictureArgs, TIMES_FILE } from '@marquee/media/ocr';
import { createTools } from '@marquee/media/run-tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, startWorkers } from '../main.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { modelFiles } from '../runtime/models.ts';
import { readDictionary } from '../runtime/ppocr.ts';
import { pictureWords } from '../subtitle/ocr.ts';
import { allObjects, openHouse, QUIET, settled } from './house.ts';
import { MODELS, whatIsMissing } from './models.ts';
import { type DrawnText, hasFonts, pgsFile } from './pgs.ts';
import { TOY } from './toy-film.ts';

const { signal } = new AbortController();
const isRequired = process.env.REQUIRE_SERVICES === '1';

const TEXTS: DrawnText[] = [
  { startMs: 500, endMs: 1500, topPx: 940, text: 'Good evening, everybody!' },
  { startMs: 1600, endMs: null, topPx: 860, text: "- I'm all right, Jim. Is Bill here?\n- No. He left at 10:45..." },
  // The same picture, sent anew.
  { startMs: 2100, endMs: 2900, topPx: 860, text: "- I'm all right, Jim. Is Bill here?\n- No. He left at 10:45..." },
  { startMs: 3000, endMs: 4500, topPx: 940, text: 'It was long ago, in the old house.', isItalic: true },
  { startMs: 5000, endMs: 6000, topPx: 60, text: 'PARIS, 1936' },
  { startMs: 6500, endMs: 8000, topPx: 940, text: '♪ Singing in the rain ♪' },
];
const SAID = [
  [500, 1500, 'Good evening, everybody!', false],
  [1600, 2900, "- I'm all right, Jim. Is Bill here?\n- No. He left at 10:45...", false],
  [3000, 4500, 'It was long ago, in the old house.', false],
  [5000, 6000, 'PARIS, 1936', true],
  [6500, 8000, '♪ Singing in the rain ♪', false],
];

let folder: string;

const house = await openHouse({ leaseMs: 20_000 });
const tools = createTools(house.config);
const missing = await whatIsMissing(['ocr'], 'draws letters');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-ocr-'));
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=10'];
  ffmpeg(...picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-pix_fmt', 'yuv420p', 'plain.mkv');
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...args], { cwd: folder });
}

/** Makes a film with a track of Blu-ray pictures in each of these languages. */
async function makeFilm(name: string, languages: string[], texts = TEXTS): Promise<void> {
  await writeFile(join(folder, 'texts.sup'), pgsFile({ widthPx: 1920, heightPx: 1080, fontPx: 56 }, texts, folder));
  const inputs = languages.flatMap(() => ['-i', 'texts.sup']);
  const maps = ['-map', '0', ...languages.flatMap((_, i) => ['-map', String(i + 1)])];
  const marks = languages.flatMap((language, i) => [`-metadata:s:s:${i}`, `language=${language}`]);
  ffmpeg('-copyts', '-i', 'plain.mkv', ...inputs, ...maps, '-c', 'copy', ...marks, '-disposition:s:0', 'forced', name);
}

/** Takes a film through all workers of a house that reads pictures. */
async function publish(name: string, more: Partial<Config> = {}) {
  const config: Config = { ...house.config, models: MODELS, ocr: 'on', ...more };
  const workers = await startWorkers({ config, engines: house.engines, log: QUIET, roles: ROLES });
  try {
    const sourceKey = `uploads/${newId()}/source`;
    const file = join(folder, name);
    await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/x-matroska' });
    const upload = { title: name, fileName: name, sourceKey, sizeBytes: (await stat(file)).size, nowMs: Date.now() };
    const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
    const job = await settled(house, jobId, 60_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const objects = await allObjects(house.engines, job.outputPrefix);
    const resultOf = async (track: string) => {
      const id = taskId(job.id, 'generate_subtitles', track);
      const task = (await house.engines.store.tasks.get(id)) as Task<'video.generate_subtitles'>;
      expect(task).toMatchObject({ status: 'done', attempts: 0 });
      return task.result;
    };
    return { resultOf, text: (below: string) => objects[`${job.outputPrefix}${below}`] ?? '' };
  } finally {
    await workers.drain();
  }
}

const shown = (vtt: string) =>
  readSubtitles(vtt, 'vtt').map((cue) => [cue.startMs, cue.endMs, plainText(cue), cue.isTop]);

describe.skipIf(missing !== null && !isRequired)(
  `subtitles that are pictures (${missing ?? 'read by PP-OCRv4'})`,
  () => {
    it('of a Blu-ray become text in both manifests, marked as read by a machine', async () => {
      await makeFilm('pgs.mkv', ['eng', 'fre']);
      const { resultOf, text } = await publish('pgs.mkv');
      const track = text('subtitles/en-p0/track.vtt');
      expect(shown(track)).toEqual(SAID);
      expect(track).toContain('<i>It was long ago, in the old house.</i>');
      expect(track.match(/<i>/g)).toHaveLength(1);
      expect(await resultOf('en-p0')).toMatchObject({ leftOut: null, cues: SAID.length });
      expect(text('master.m3u8')).toMatch(
        /NAME="English \(forced, machine-read\)",LANGUAGE="en",.*FORCED=YES,.*CHARACTERISTICS="public.machine-generated"/,
      );
      expect(text('manifest.mpd')).toContain('<Label>English (forced, machine-read)</Label>');
      expect(text('manifest.mpd')).toContain('value="forced-subtitle"');
      // French has letters that the recogniser does not know.
      expect((await resultOf('fr-p1'))?.leftOut).toMatch(/does not know the letters of this language \(fr\)/);
      expect(text('master.m3u8')).not.toContain('LANGUAGE="fr"');
    });

    it('as a DVD has them, with four colours, are read too', async () => {
      const codec = 'dvdsub';
      const sizes = { widthPx: 720, heightPx: 576, fontPx: 30 };
      const texts = TEXTS.map((each) => ({ ...each, topPx: Math.round(each.topPx / 2) }));
      await writeFile(join(folder, 'small.sup'), pgsFile(sizes, texts, folder));
      ffmpeg('-copyts', '-i', 'small.sup', '-c:s', codec, '-f', 'matroska', 'small.mks');
      const marks = ['-metadata:s:s:0', 'language=eng'];
      ffmpeg(
        '-copyts',
        '-i',
        'plain.mkv',
        '-i',
        'small.mks',
        '-map',
        '0',
        '-map',
        '1',
        '-c',
        'copy',
        ...marks,
        `${codec}.mkv`,
      );
      const { text } = await publish(`${codec}.mkv`);
      const read = shown(text('subtitles/en-p0/track.vtt'));
      expect(read.map(([startMs, , words]) => [startMs, words])).toEqual(
        SAID.map(([startMs, , words]) => [startMs, words]),
      );
    });

    it('in a language that the file does not name are kept if they turn out to be English', async () => {
      await makeFilm('unnamed.mkv', ['und']);
      expect(shown((await publish('unnamed.mkv')).text('subtitles/und-p0/track.vtt'))).toEqual(SAID);
      const german = ['Wo gehst du denn hin?', 'Ich weiss es nicht genau.', 'Morgen regnet es bestimmt.'];
      const texts = german.map((text, i) => ({ startMs: 1000 * i, endMs: 1000 * i + 900, topPx: 900, text }));
      await makeFilm('german.mkv', ['und'], texts);
      expect((await (await publish('german.mkv')).resultOf('und-p0'))?.leftOut).toMatch(/neither English nor Chinese/);
    });

    it('that are no words of its language are left out, never guessed at', async () => {
      const russian = ['Куда ты идёшь, друг мой?', 'Я не знаю, что сказать.', 'Завтра будет дождь, да?'];
      const texts = russian.map((text, i) => ({ startMs: 1000 * i, endMs: 1000 * i + 900, topPx: 900, text }));
      await makeFilm('russian.mkv', ['eng'], texts);
      expect((await (await publish('russian.mkv')).resultOf('en-p0'))?.leftOut).toMatch(/could not be made out/);
    });

    it('leave reading at once when they have to', async () => {
      await makeFilm('left.mkv', ['eng']);
      const cwd = await mkdtemp(join(folder, 'left-'));
      const rendition: SubtitleRendition = {
        ...{ name: 'en-p0', streamIndex: 1, codec: 'hdmv_pgs_subtitle', language: 'en', title: '' },
        ...{ default: false, forced: false, hearingImpaired: false },
        ocr: 'on',
      };
      const input = { url: join(folder, 'left.mkv'), protocols: ['file'] };
      await tools.ffmpeg(pictureArgs({ rendition }, input, 60), { signal, cwd });
      expect((await readdir(cwd)).sort()).toEqual([PACKETS_FILE, PICTURES_FILE, TIMES_FILE]);
      const stop = new AbortController();
      const reason = new MarqueeError('SHUTDOWN', 'Stopped.');
      const options = { models: MODELS, signal: stop.signal, onProgress: () => stop.abort(reason) };
      await expect(pictureWords(cwd, rendition, options)).rejects.toBe(reason);
      expect(await pictureWords(cwd, rendition, { models: MODELS, signal })).toHaveLength(SAID.length);
    });

    it('are in languages whose every letter stands in the dictionary', async () => {
      const [, dictionary] = (await modelFiles('ocr', MODELS, { signal })) as [string, string];
      const signs = readDictionary(readFileSync(dictionary, 'utf8'));
      const latin = new Set(signsOf(signs, 'latin'));
      const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?\'"-()[]#&é';
      expect([...letters].filter((letter) => !latin.has(letter))).toEqual([]);
      const han = new Set(signsOf(signs, 'han'));
      expect([...'这个们来时对会为过还后里让请说没好看吧呢吗？！，。《》'].filter((sign) => !han.has(sign))).toEqual(
        [],
      );
    });
  },
);

describe('a track of pictures', () => {
  const marks = { title: '', default: true, forced: false, hearingImpaired: false };
  const pictures = { streamIndex: 3, codec: 'dvd_subtitle', language: 'en', ...marks, widthPx: 720, heightPx: 480 };

  it('is planned beside the rest of the film, out of the way of its opening', () => {
    const ids = { id: '01job' as JobId, movieId: '01movie' as MovieId };
    const job = newJob({ ...ids, sourceKey: TOY.sourceKey, fileName: 'toy.mkv', sizeBytes: 4, nowMs: 1 });
    const index = { frameCount: 2160, sourceFrameCount: 2160, keyframesSec: [0, 2, 4], maxFrameGapSec: 0.05 };
    const planner = createPlanner(house.config.encode, { ocr: 'on' });
    const film = { ...TOY, container: 'matroska', subtitles: [pictures] };
    const opening = planner.opening(job, film);
    const rest = planner.rest(job, film, opening.plan, index);
    const words = (tasks: NewTask[]) => tasks.filter(({ type }) => type === 'video.generate_subtitles');
    expect(words(opening.tasks)).toEqual([]);
    expect(words(rest.tasks)).toMatchObject([
      { piece: 'en-p0', payload: { rendition: { streamIndex: 3, ocr: 'on', default: false, widthPx: 720 } } },
    ]);
  });
});

describe.skipIf(!hasFonts())('where the model is not, or nobody wants it', () => {
  it('a film is finished without, and says why', async () => {
    await makeFilm('without.mkv', ['eng']);
    expect((await (await publish('without.mkv', { ocr: 'off' })).resultOf('en-p0'))?.leftOut).toMatch(/OCR is off/);
    // Nobody listens there; npm keeps no copy of what it fetches either.
    const before = { ...process.env };
    Object.assign(process.env, { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: join(folder, 'npm') });
    try {
      expect(
        (
          await (
            await publish('without.mkv', { models: { ...MODELS, folder: join(folder, 'none') } })
          ).resultOf('en-p0')
        )?.leftOut,
      ).toMatch(
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
