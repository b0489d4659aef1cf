import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { loadConfig } from '@marquee/core/config';
import type { Inspection } from '@marquee/core/inspection';
import { planAudio } from '@marquee/media/audio';
import { segmentFramesOf } from '@marquee/media/chunks';
import { planLadder } from '@marquee/media/ladder';
import { headArgs, readHead } from '@marquee/media/probe';
import { type Cost, measure, median } from './measure.ts';
import { bitrate, ssim } from './quality.ts';
import { type Brief, oneByOne, rivalFile, wholeLadder } from './rivals.ts';

const USAGE = `npm run bench:transcode -- FILE [--json] [--rounds N] [--long-minutes M]

Measures on this machine, all with the same x264 preset and CRF (swift stands on veryfast), and compares the pictures:
  (1) Marquee's pipeline: "marquee ingest FILE --wait" on an empty data folder, checks and thumbnails included
  (2) one ffmpeg command for the whole ladder and the sound, on all cores
  (3) one ffmpeg command per rung in turn, the sound with the first
  (4) a bare ffmpeg that encodes the first 4 s of the same ladder, on all cores
and the time to first playable of the film looped to M minutes (default 30; 0 leaves it out).
Rounds are interleaved (default 3); ratios are medians of the rounds' own ratios.`;

const MARQUEE = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));
const OPENING_SEC = 4;

interface IngestAnswer {
  status: string;
  error: { code: string; message: string } | null;
  durationSec: number;
  firstPlayableSec: number;
  hls: string;
}
type Round = Record<'marquee' | 'whole' | 'oneByOne' | 'opening', Cost> & {
  firstPlayableSec: number;
  longFirstPlayableSec: number | null;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    'long-minutes': { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || positionals.length !== 1 || process.platform !== 'linux') {
  process.stderr.write(
    process.platform === 'linux' ? `${USAGE}\n` : 'The bench reads /proc and so runs on Linux only.\n',
  );
  process.exit(values.help ? 0 : 2);
}
const file = resolve(positionals[0] as string);
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 1);
const say = (line: string) => void process.stderr.write(`${line}\n`);

const work = await mkdtemp(join(tmpdir(), 'marquee-bench-'));
process.once('exit', () => execFileSync('rm', ['-rf', work]));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const brief = readBrief();
const long = await makeLong(Number(values['long-minutes']));
const results: Round[] = [];
let rungs: Awaited<ReturnType<typeof compareRungs>> = [];
for (let i = 0; i < rounds; i++) {
  say(`round ${i + 1} of ${rounds}: Marquee ...`);
  const ingested = await ingest(join(work, 'data'));
  say(`  ${ingested.cost.wallSec.toFixed(1)} s; one command for the ladder ...`);
  const whole = await rival('whole', [wholeLadder(brief)]);
  say(`  ${whole.wallSec.toFixed(1)} s; one command per rung ...`);
  const one = await rival('one', oneByOne(brief));
  say(`  ${one.wallSec.toFixed(1)} s; the first ${OPENING_SEC} s ...`);
  const opening = await rival('opening', [wholeLadder(brief, OPENING_SEC)]);
  const longFirstPlayableSec = long === null ? null : await timeToPlayable(long);
  if (i === 0) {
    say('  quality ...');
    rungs = await compareRungs(ingested.answer);
  }
  await rm(join(work, 'data'), { recursive: true, force: true });
  results.push({
    marquee: ingested.cost,
    whole,
    oneByOne: one,
    opening,
    firstPlayableSec: ingested.answer.firstPlayableSec,
    longFirstPlayableSec,
  });
}
report();

function readBrief(): Brief {
  const config = loadConfig();
  const json = execFileSync('ffprobe', ['-v', 'error', ...headArgs({ url: file, protocols: ['file'] })], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const { inspection } = readHead(json, {
    sourceSec: config.limits.sourceSec,
    sourcePixels: config.limits.sourcePixels,
    maxFps: config.encode.maxFps,
  });
  return {
    file,
    videoStreamIndex: inspection.video.streamIndex,
    fps: inspection.video.fps,
    segmentFrames: segmentFramesOf(inspection.video.fps),
    rungs: planLadder(inspection.video, config.encode.maxRungPx),
    audio: planAudio({ ...inspection, sourceKey: '' } as Inspection),
    encode: config.encode,
  };
}

async function makeLong(minutes: number): Promise<string | null> {
  if (!(minutes > 0)) return null;
  const { size } = await stat(file);
  const path = join(work, 'long.mp4');
  say(`looping the film (${(size / 1e6).toFixed(0)} MB) to ${minutes} minutes ...`);
  const limits = ['-stream_loop', '-1', '-t', String(minutes * 60)];
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-y',
    ...limits,
    '-i',
    file,
    '-map',
    '0:v:0',
    '-map',
    '0:a?',
    '-c',
    'copy',
    path,
  ]);
  return path;
}

function marqueeArgs(film: string, dataDir: string): string[] {
  return [
    'env',
    'SPEECH=off',
    'MEANING=off',
    'OCR=off',
    'ANALYSIS=off',
    `MARQUEE_DATA=${dataDir}`,
    process.execPath,
    MARQUEE,
    'ingest',
    film,
    '--wait',
    '--json',
  ];
}

async function ingest(dataDir: string): Promise<{ cost: Cost; answer: IngestAnswer }> {
  await rm(dataDir, { recursive: true, force: true });
  const cost = await measure(marqueeArgs(file, dataDir), { cwd: work });
  const answer = JSON.parse(cost.stdout.trim().split('\n').at(-1) ?? '') as IngestAnswer;
  if (answer.status !== 'ready') throw new Error(`Marquee did not finish the film: ${answer.error?.message}`);
  return { cost, answer };
}

/** Runs Marquee until the film's opening can be watched, and ends it there. */
async function timeToPlayable(film: string): Promise<number> {
  const dataDir = join(work, 'long-data');
  await mkdir(dataDir, { recursive: true });
  const store = createSqliteStore({ file: join(dataDir, 'marquee.db') });
  await store.setup();
  let firstPlayableSec: number | null = null;
  const stop = async () => {
    const [job] = (await store.jobs.list({ limit: 1 })).items;
    if (job?.playableAtMs) firstPlayableSec = (job.playableAtMs - job.createdAtMs) / 1000;
    return firstPlayableSec !== null;
  };
  await measure(marqueeArgs(film, dataDir), { cwd: work, stop });
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
  if (firstPlayableSec === null) throw new Error('The long film never became playable.');
  return firstPlayableSec;
}

async function rival(name: string, commands: string[][]): Promise<Cost> {
  const cwd = join(work, name);
  await mkdir(cwd, { recursive: true });
  const costs: Cost[] = [];
  for (const argv of commands) costs.push(await measure(argv, { cwd }));
  const sum = (of: (cost: Cost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return {
    wallSec: sum((cost) => cost.wallSec),
    cpuSec: sum((cost) => cost.cpuSec),
    ownCpuSec: sum((cost) => cost.ownCpuSec),
    peakBytes: Math.max(...costs.map((cost) => cost.peakBytes)),
    stdout: '',
  };
}

async function compareRungs(answer: IngestAnswer) {
  const list = [];
  for (const rung of brief.rungs) {
    const files = {
      marquee: join(dirname(answer.hls), 'video', rung.name, 'index.m3u8'),
      whole: join(work, 'whole', rivalFile(rung)),
      oneByOne: join(work, 'one', rivalFile(rung)),
    };
    const of = async (encoded: string) => ({
      bitrateBps: Math.round(await bitrate(encoded, answer.durationSec)),
      ssim: await ssim(brief, rung, encoded),
    });
    list.push({
      rung: rung.name,
      marquee: await of(files.marquee),
      whole: await of(files.whole),
      oneByOne: await of(files.oneByOne),
    });
  }
  return list;
}

function report(): void {
  const over = (of: (round: Round) => number) => Number(median(results.map(of)).toFixed(3));
  const contender = (name: 'marquee' | 'whole' | 'oneByOne' | 'opening') => ({
    wallSec: over((round) => round[name].wallSec),
    cpuSec: over((round) => round[name].cpuSec),
    peakBytes: over((round) => round[name].peakBytes),
  });
  const ratios = {
    wallToWhole: over((round) => round.marquee.wallSec / round.whole.wallSec),
    wallToOneByOne: over((round) => round.marquee.wallSec / round.oneByOne.wallSec),
    cpuToWhole: over((round) => round.marquee.cpuSec / round.whole.cpuSec),
    notFfmpegShare: over((round) => round.marquee.ownCpuSec / round.marquee.cpuSec),
    firstPlayableToOpening: over((round) => round.firstPlayableSec / round.opening.wallSec),
    longFirstPlayableToShort:
      long === null ? null : over((round) => (round.longFirstPlayableSec as number) / round.firstPlayableSec),
  };
  const answer = {
    rounds,
    marquee: { ...contender('marquee'), firstPlayableSec: over((round) => round.firstPlayableSec) },
    whole: contender('whole'),
    oneByOne: contender('oneByOne'),
    opening: contender('opening'),
    longFirstPlayableSec: long === null ? null : over((round) => round.longFirstPlayableSec as number),
    ratios,
    rungs: rungs.map((each) => ({
      ...each,
      ssimToWhole: Number((each.marquee.ssim - each.whole.ssim).toFixed(5)),
      bitsToWhole: Number((each.marquee.bitrateBps / each.whole.bitrateBps).toFixed(4)),
    })),
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const row = (name: string, cost: { wallSec: number; cpuSec: number; peakBytes: number }) =>
    `${name.padEnd(34)}${cost.wallSec.toFixed(2).padStart(8)} s wall${cost.cpuSec.toFixed(2).padStart(9)} s cpu${(cost.peakBytes / 1e6).toFixed(0).padStart(7)} MB`;
  const lines = [
    row('(1) Marquee', answer.marquee),
    row('(2) one command for the ladder', answer.whole),
    row('(3) one command per rung', answer.oneByOne),
    row(`(4) the first ${OPENING_SEC} s`, answer.opening),
    '',
    `wall (1) / (2)                    ${ratios.wallToWhole}`,
    `wall (1) / (3)                    ${ratios.wallToOneByOne}`,
    `cpu (1) / (2)                     ${ratios.cpuToWhole}`,
    `not ffmpeg, share of cpu          ${ratios.notFfmpegShare}`,
    `first playable                    ${answer.marquee.firstPlayableSec} s, ${ratios.firstPlayableToOpening} times (4)`,
    ...(long === null
      ? []
      : [
          `first playable, long film         ${answer.longFirstPlayableSec} s, ${ratios.longFirstPlayableToShort} times the short one's`,
        ]),
    '',
    ...answer.rungs.map(
      (each) =>
        `${each.rung.padEnd(12)} ${(each.marquee.bitrateBps / 1000).toFixed(0).padStart(6)} kb/s (${each.bitsToWhole} of (2))   SSIM ${each.marquee.ssim.toFixed(4)} (${each.ssimToWhole >= 0 ? '+' : ''}${each.ssimToWhole} to (2))`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
