import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filmAnalysis } from '@marquee/core/analysis';
import { taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import type { Movie } from '@marquee/core/movie';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROLES, type RunningWorkers, startWorkers } from '../main.ts';
import { retryTask, submitUpload } from '../orchestrator/commands.ts';
import { remakeMovie } from '../orchestrator/movie-commands.ts';
import { allObjects, type House, openHouse, QUIET, settled } from './house.ts';

let folder: string;
let house: House;
let workers: RunningWorkers;

/** Four pictures, 20 s each, that have nothing in common; the sound is silent for the second ten of each half minute. */
const PICTURES = [
  'testsrc2=s=320x180:r=24',
  'mandelbrot=s=320x180:r=24',
  'smptebars=s=320x180:r=24',
  'rgbtestsrc=s=320x180:r=24',
];
const LINES = [
  [2, 'The harbour is quiet.'],
  [8, 'A quiet harbour, they said.'],
  [25, 'Where is the compass?'],
  [30, 'The compass is gone.'],
  [45, 'Ask the lighthouse keeper.'],
  [50, 'The lighthouse is dark.'],
] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-analysis-'));
  const time = (sec: number) => `00:00:${String(sec).padStart(2, '0')},000`;
  const cues = LINES.map(([sec, text], i) => `${i + 1}\n${time(sec)} --> ${time(sec + 3)}\n${text}\n`);
  await writeFile(join(folder, 'en.srt'), cues.join('\n'));
  const inputs = PICTURES.flatMap((picture) => ['-f', 'lavfi', '-t', '20', '-i', picture]);
  const sound = ['-f', 'lavfi', '-t', '80', '-i', "aevalsrc='if(between(mod(t,30),10,20),0,0.2*sin(440*2*PI*t))'"];
  const joined = PICTURES.map((_, i) => `[${i}:v]format=yuv420p,setsar=1[v${i}]`).join(';');
  const graph = `${joined};${PICTURES.map((_, i) => `[v${i}]`).join('')}concat=n=${PICTURES.length}[v]`;
  const maps = ['-map', '[v]', '-map', '4:a', '-map', '5:s', '-metadata:s:s:0', 'language=eng'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'flac', '-c:s', 'copy'];
  const command = [...inputs, ...sound, '-i', 'en.srt', '-filter_complex', graph, ...maps, ...codecs, 'film.mkv'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...command], { cwd: folder });
  const opened = await openHouse({ leaseMs: 20_000 });
  house = { ...opened, config: { ...opened.config, analysis: true } };
  workers = await startWorkers({ config: house.config, engines: house.engines, log: QUIET, roles: ROLES });
});

afterAll(async () => {
  await workers?.drain();
  await house?.close();
  await rm(folder, { recursive: true, force: true });
});

async function publish(name: string): Promise<MediaProcessingJob> {
  const file = join(folder, name);
  const sourceKey = `uploads/${name}/source`;
  await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
  const upload = { title: name, fileName: name, sourceKey, sizeBytes: (await stat(file)).size, nowMs: Date.now() };
  const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
  return settled(house, jobId, 120_000);
}

const shotsOf = async (job: MediaProcessingJob) =>
  (await house.engines.store.tasks.get(taskId(job.id, 'ai_analysis', 'shots'))) as Task<'video.ai_analysis'>;
const fileOf = async (job: MediaProcessingJob, name: string) =>
  (await allObjects(house.engines, `${job.outputPrefix}${name}`))[`${job.outputPrefix}${name}`] ?? '';
const textOf = (job: MediaProcessingJob) => fileOf(job, 'analysis.json');
/** As players of HLS find them. */
const chaptersOf = async (job: MediaProcessingJob) => {
  expect(await fileOf(job, 'master.m3u8')).toContain('URI="chapters.json"');
  const chapters: { 'start-time': number; duration: number; titles: { title: string }[] }[] = JSON.parse(
    await fileOf(job, 'chapters.json'),
  );
  return chapters.map((each) => [each['start-time'], each.duration, each.titles[0]?.title]);
};

it('a film is known by its shots, scenes, sound and words, the same each time', async () => {
  const job = await publish('film.mkv');
  expect(job).toMatchObject({ status: 'ready', error: null });
  const text = await textOf(job);
  const found = filmAnalysis.parse(JSON.parse(text));
  expect(found.shots.map(({ startSec }) => startSec)).toEqual([0, 20, 40, 60]);
  expect(found.scenes.map(({ startSec }) => startSec)).toEqual([0, 20, 40, 60]);
  expect(found.chapters.map(({ startSec, title }) => [startSec, title])).toEqual([
    [0, 'Harbour, quiet'],
    [20, 'Compass'],
    [40, expect.stringMatching(/^Lighthouse/)],
    [60, 'Scene 4'],
  ]);
  expect(await chaptersOf(job)).toEqual(found.chapters.map(({ startSec, title }) => [startSec, 20, title]));
  // DASH could not wait for them.
  expect(await fileOf(job, 'manifest.mpd')).not.toContain('EventStream');
  expect(found.silences.map(({ startSec, endSec }) => [Math.round(startSec), Math.round(endSec)])).toEqual([
    [10, 20],
    [40, 50],
    [70, 80],
  ]);
  // A sine of 0.2 in one channel has a peak of -17 dB in each of two, and overshoots where it begins.
  expect(found.loudness?.truePeakDbtp).toBeGreaterThan(-17.5);
  expect(found.loudness?.truePeakDbtp).toBeLessThan(-15);
  expect(found.palette.colours.length).toBeGreaterThan(2);
  expect((await shotsOf(job)).result).toMatchObject({ leftOut: null, shots: 4, scenes: 4, silences: 3 });

  await retryTask({ ...house.engines, log: QUIET }, job.id, taskId(job.id, 'ai_analysis', 'shots'));
  await settled(house, job.id, 60_000);
  expect(await textOf(job)).toBe(text);
});

it('chapters of the film’s own are left as they are, and silence has no loudness', async () => {
  await writeFile(
    join(folder, 'chapters.txt'),
    ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=30\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1\nSTART=30\nEND=80\ntitle=Two\n',
  );
  const maps = ['-map', '0:v', '-map_metadata', '1', '-map_chapters', '1', '-c', 'copy'];
  const command = ['-i', 'film.mkv', '-i', 'chapters.txt', ...maps, 'chapters.mkv'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...command], { cwd: folder });
  const job = await publish('chapters.mkv');
  const found = filmAnalysis.parse(JSON.parse(await textOf(job)));
  expect(found.shots).toHaveLength(4);
  expect(found).toMatchObject({ chapters: [], loudness: null, silences: [] });
  expect(await chaptersOf(job)).toEqual([
    [0, 30, 'One'],
    [30, 50, 'Two'],
  ]);
  expect((await fileOf(job, 'manifest.mpd')).match(/<Event .*/g)).toEqual([
    '<Event presentationTime="0" duration="30000" id="1">One</Event>',
    '<Event presentationTime="30000" duration="50000" id="2">Two</Event>',
  ]);

  // What a person wrote goes before it, in versions that are made later too.
  const movie = (await house.engines.store.movies.get(job.movieId)) as Movie;
  const ownChapters = [
    { startSec: 0, title: 'Mine' },
    { startSec: 40, title: 'As well' },
  ];
  await house.engines.store.movies.update(movie.id, movie.version, { ownChapters });
  const { jobId } = await remakeMovie({ ...house.engines, log: QUIET }, movie.id);
  const later = await settled(house, jobId, 120_000);
  expect(await chaptersOf(later)).toEqual([
    [0, 40, 'Mine'],
    [40, 40, 'As well'],
  ]);
  expect(await fileOf(later, 'manifest.mpd')).toContain('>As well</Event>');
});

it('what cannot be read is left out with a sentence, and the film is ready', async () => {
  const job = await publish('film.mkv');
  const rung = job.plan?.rungs.at(-1)?.name;
  await house.engines.objects.delete(`${job.outputPrefix}video/${rung}/00000.m4s`);
  await retryTask({ ...house.engines, log: QUIET }, job.id, taskId(job.id, 'ai_analysis', 'shots'));
  expect(await settled(house, job.id, 60_000)).toMatchObject({ status: 'ready' });
  expect((await shotsOf(job)).result?.leftOut).toMatch(/\.$/);
});
