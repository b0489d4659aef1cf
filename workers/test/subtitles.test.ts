import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainText } from '@marquee/core/cues';
import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { newJob, type Task } from '@marquee/core/job';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type RunningWorkers, startWorkers } from '../main.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { remakeMovie } from '../orchestrator/movie-commands.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { defineHandler, type Handler } from '../runtime/handler.ts';
import { subtitles } from '../subtitle/handler.ts';
import { thumbnails } from '../thumbnail/handler.ts';
import { encodeAudio } from '../transcode/audio.ts';
import { inspect } from '../transcode/inspect.ts';
import { packageStream } from '../transcode/package.ts';
import { transcode } from '../transcode/transcode.ts';
import { allObjects, type House, openHouse, QUIET, settled, startCrew, until } from './house.ts';
import { TOY } from './toy-film.ts';

let folder: string;
let house: House;
let workers: RunningWorkers;

const SRT = `1
00:00:01,000 --> 00:00:03,500
<i>One</i> & <font color="red">two</font><script>alert(1)</script>

2
00:00:03,000 --> 00:00:04,500
over a border of segments

3
00:00:08,000 --> 00:00:08,000
without a length

4
00:10:00,000 --> 00:10:01,000
long after the end
`;
const ASS = `[Script Info]
ScriptType: v4.00+
PlayResY: 288
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,-1,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\an8}Oben, ja{\\p1}m 0 0 l 9 9{\\p0}
`;
const BROKEN = `1
00:00:01,000 --> 00:00:02,000
we leave at
12:30 --> 12:4x
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-subtitles-'));
  await writeFile(join(folder, 'en.srt'), SRT);
  await writeFile(join(folder, 'de.ass'), ASS);
  await writeFile(join(folder, 'fr.srt'), BROKEN);
  await writeFile(join(folder, 'sv.vtt'), 'WEBVTT\n\n00:02.000 --> 00:03.000 line:0\n<v Bo>Hej\n');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=10'];
  const sound = ['-f', 'lavfi', '-i', 'sine=d=10'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'flac'];
  ffmpeg(...picture, ...sound, ...codecs, 'plain.mkv');
  const texts = ['en.srt', 'de.ass', 'fr.srt', 'sv.vtt'];
  const inputs = texts.flatMap((name) => ['-i', name]);
  const maps = ['-map', '0', ...texts.flatMap((_, i) => ['-map', `${i + 1}`])];
  const languages = ['eng', 'ger', 'fre', 'swe'].flatMap((code, i) => [`-metadata:s:s:${i}`, `language=${code}`]);
  const marks = ['-disposition:s:1', 'default+forced', '-disposition:s:3', 'hearing_impaired'];
  ffmpeg('-i', 'plain.mkv', ...inputs, ...maps, '-c', 'copy', ...languages, ...marks, 'texts.mkv');
  // A picture that begins two seconds after its words.
  const late = ['-itsoffset', '2', '-i', 'plain.mkv', '-i', 'en.srt', '-map', '0', '-map', '1'];
  ffmpeg(...late, '-c:v', 'copy', '-c:a', 'aac', '-c:s', 'mov_text', '-metadata:s:s:0', 'language=eng', 'late.mp4');
  house = await openHouse({ leaseMs: 20_000 });
  workers = await startWorkers({ config: house.config, engines: house.engines, log: QUIET, roles: ROLES });
});
afterAll(async () => {
  await workers.drain();
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...args], { cwd: folder });
}

async function submit(name: string, to: House): Promise<JobId> {
  const sourceKey = `uploads/${newId()}/source`;
  const file = join(folder, name);
  await to.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
  const upload = { title: name, fileName: name, sourceKey, sizeBytes: (await stat(file)).size, nowMs: Date.now() };
  return (await submitUpload({ ...to.engines, log: QUIET }, upload)).jobId;
}

async function publish(name: string) {
  const job = await settled(house, await submit(name, house), 60_000);
  expect(job).toMatchObject({ status: 'ready', error: null });
  const objects = await allObjects(house.engines, job.outputPrefix);
  const text = (below: string) => objects[`${job.outputPrefix}${below}`] ?? '';
  const names = Object.keys(objects).map((key) => key.slice(job.outputPrefix.length));
  return { job, names, text };
}

/** Hashes of what players decode, by name. */
async function hashes(prefix: string, pattern: RegExp): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of house.engines.objects.list(prefix)) {
    const { url } = await house.engines.objects.toolInput(key);
    if (pattern.test(key))
      found[key.slice(prefix.length)] = createHash('sha256')
        .update(await readFile(url))
        .digest('hex');
  }
  return found;
}

const shown = (vtt: string) =>
  readSubtitles(vtt, 'vtt').map((cue) => [cue.startMs, cue.endMs, plainText(cue), cue.isTop]);

describe('text tracks of a film', () => {
  it('are planned with the opening, a small task each; a film without them is planned as ever', async () => {
    const planner = createPlanner({ preset: 'medium', crf: 23, cpuIndependent: false, maxFps: 60, maxRungPx: 2160 });
    const ids = { id: '01job' as JobId, movieId: '01movie' as MovieId };
    const job = newJob({ ...ids, sourceKey: TOY.sourceKey, fileName: 'toy.mkv', sizeBytes: 4, nowMs: 1 });
    const marks = { title: '', default: false, forced: false, hearingImpaired: false };
    const subtitles = [
      { streamIndex: 2, codec: 'subrip', language: 'en', ...marks },
      { streamIndex: 3, codec: 'hdmv_pgs_subtitle', language: 'en', ...marks },
      { streamIndex: 4, codec: 'ass', language: 'ja', ...marks, title: 'Signs (forced)' },
    ];
    const opening = planner.opening(job, { ...TOY, container: 'matroska', subtitles });
    const tasks = opening.tasks.filter((task) => task.type === 'video.generate_subtitles');
    await expect(`${JSON.stringify(tasks, null, 2)}\n`).toMatchFileSnapshot('golden/subtitle-tasks.json');
    const without = planner.opening(job, { ...TOY, container: 'matroska' });
    expect(without.tasks).toEqual(opening.tasks.filter((task) => task.type !== 'video.generate_subtitles'));
    expect(without.plan).not.toHaveProperty('subtitles');
  });

  it('become clean WebVTT in both manifests; what cannot be read is left out with a sentence', async () => {
    const { job, names, text } = await publish('texts.mkv');
    const said = { text: 'border of segm', limit: 5, listedAtMs: Date.now() };
    expect(await house.engines.store.moments.search(said)).toMatchObject([
      { movieId: job.movieId, language: 'en', startMs: 3000, text: 'over a border of segments' },
    ]);
    expect(shown(text('subtitles/en-0/track.vtt'))).toEqual([
      [1000, 3000, 'One & two', false],
      [3000, 4500, 'over a border of segments', false],
      [8000, 9067, 'without a length', false],
    ]);
    expect(text('subtitles/en-0/track.vtt')).toContain('<i>One</i> &amp; two\n');
    expect(shown(text('subtitles/de-1/track.vtt'))).toEqual([[5000, 6000, 'Oben, ja', true]]);
    expect(shown(text('subtitles/sv-3/track.vtt'))).toEqual([[2000, 3000, 'Hej', true]]);
    expect(shown(text('subtitles/en-0/00000.vtt')).map((cue) => cue[2])).toEqual([
      'One & two',
      'over a border of segments',
    ]);
    expect(shown(text('subtitles/en-0/00001.vtt')).map((cue) => cue[2])).toEqual(['over a border of segments']);

    const list = text('subtitles/en-0/index.m3u8');
    expect(list.split('\n').filter((line) => line.endsWith('.vtt'))).toEqual(['00000.vtt', '00001.vtt', '00002.vtt']);
    expect(list).toContain('#EXT-X-ENDLIST');
    const durations = (playlist: string) => playlist.match(/#EXTINF:.*/g);
    const picture = names.find((name) => /^video\/.*\/index\.m3u8$/.test(name)) as string;
    expect(durations(list)).toEqual(durations(text(picture)));
    const media = text('master.m3u8')
      .split('\n')
      .filter((line) => line.includes('TYPE=SUBTITLES'));
    expect(media).toHaveLength(3);
    expect(media[0]).toContain(
      'NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="subtitles/en-0/index.m3u8"',
    );
    expect(media[1]).toContain('LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,FORCED=YES');
    expect(media[2]).toContain('CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog');
    expect(text('manifest.mpd')).toContain('value="forced-subtitle"');

    expect(names.filter((name) => name.startsWith('subtitles/fr-2'))).toEqual([]);
    const broken = (await house.engines.store.tasks.get(
      taskId(job.id, 'generate_subtitles', 'fr-2'),
    )) as Task<'video.generate_subtitles'>;
    expect(broken.status).toBe('done');
    expect(broken.result?.leftOut).toMatch(/^Line 4: “12:30 --> 12:4x” should be two times/);
  });

  it('stand in the opening’s playlists, which grow with the film', async () => {
    const other = await openHouse({ leaseMs: 20_000 });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = defineHandler<'video.transcode'>({
      type: 'video.transcode',
      async run(context) {
        const { chunk } = context.task.payload;
        if (chunk.index > 0) await held;
        else
          await until('the subtitles', async () => {
            const tasks = await other.engines.store.tasks.list(context.task.jobId);
            return tasks.every((task) => task.type !== 'video.generate_subtitles' || task.status === 'done');
          });
        return transcode.run(context);
      },
    });
    const handlers = [inspect, slow, encodeAudio, packageStream, thumbnails, subtitles] as Handler[];
    const crew = await startCrew(other, handlers);
    try {
      const jobId = await submit('texts.mkv', other);
      const { outputPrefix } = await until('the opening', async () => {
        const job = await other.engines.store.jobs.get(jobId);
        return job?.playableAtMs != null && job;
      });
      const begun = await allObjects(other.engines, outputPrefix);
      expect(begun[`${outputPrefix}master.m3u8`]?.match(/TYPE=SUBTITLES/g)).toHaveLength(3);
      const list = begun[`${outputPrefix}subtitles/en-0/index.m3u8`] ?? '';
      expect(list).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
      expect(list).not.toContain('#EXT-X-ENDLIST');
      expect(list.match(/.*\.vtt/g)).toEqual(['00000.vtt']);
      release();
      expect(await settled(other, jobId, 60_000)).toMatchObject({ status: 'ready', error: null });
      const whole = await allObjects(other.engines, outputPrefix);
      expect(whole[`${outputPrefix}subtitles/en-0/index.m3u8`]?.match(/.*\.vtt/g)?.[0]).toBe('00000.vtt');
      for (const [key, text] of Object.entries(begun).filter(([name]) => name.endsWith('.vtt')))
        expect(whole[key]).toBe(text);
    } finally {
      release();
      await crew.stop();
      await other.close();
    }
  });

  it('that people uploaded stand in the playlists of the next version', async () => {
    const { movieId } = await publish('texts.mkv').then(({ job }) => job);
    const movie = await house.engines.store.movies.get(movieId);
    const key = `media/${movieId}/subtitles/1.vtt`;
    const facts = { language: 'pt-BR', title: '', forced: false, hearingImpaired: true, fileName: 'a.srt', cues: 1 };
    const uploads = ['1', '2'].map((id) => ({ ...facts, id, key: key.replace('1', id), addedAtMs: 1 }));
    const vtt = 'WEBVTT\n\n00:00:02.000 --> 00:00:03.000\nOlá\n';
    await house.engines.objects.put(key, Buffer.from(vtt), { contentType: 'text/vtt' });
    await house.engines.store.movies.update(movieId, movie?.version ?? 0, { subtitles: uploads });
    const { jobId } = await remakeMovie({ ...house.engines, log: QUIET }, movieId);
    const job = await settled(house, jobId, 60_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const objects = await allObjects(house.engines, job.outputPrefix);
    expect(objects[`${job.outputPrefix}subtitles/pt-BR-u0/track.vtt`]).toBe(vtt);
    expect(objects[`${job.outputPrefix}master.m3u8`]).toContain('NAME="Brazilian Portuguese (SDH)",LANGUAGE="pt-BR"');
    // The second one's file is gone.
    expect(objects[`${job.outputPrefix}manifest.mpd`]?.match(/lang="pt-BR"/g)).toHaveLength(1);
  });

  it('leave picture and sound as they are, byte for byte, and are the same when made again', async () => {
    const [plain, first, second] = [await publish('plain.mkv'), await publish('texts.mkv'), await publish('texts.mkv')];
    const media = /\/(video|audio)\/.*\.(m4s|mp4|m3u8)$/;
    const expected = await hashes(plain.job.outputPrefix, media);
    expect(Object.keys(expected).length).toBeGreaterThan(6);
    expect(await hashes(first.job.outputPrefix, media)).toEqual(expected);
    expect(plain.names.filter((name) => name.includes('subtitles'))).toEqual([]);
    expect(await hashes(second.job.outputPrefix, /./)).toEqual(await hashes(first.job.outputPrefix, /./));
  });

  it('keep step with a picture that begins late', async () => {
    const { text } = await publish('late.mp4');
    const times = shown(text('subtitles/en-0/track.vtt')).map(([startMs, endMs]) => [startMs, endMs]);
    expect(times.slice(0, 2)).toEqual([
      [0, 1000],
      [1000, 2500],
    ]);
  });
});
