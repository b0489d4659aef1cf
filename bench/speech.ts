import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '@marquee/core/config';
import { type Cue, plainText } from '@marquee/core/cues';
import { headArgs, readHead } from '@marquee/media/probe';
import { createTools } from '@marquee/media/run-tool';
import { SPEECH_FILE, SPEECH_RATE, speechArgs } from '@marquee/media/speech';
import { modelFiles } from '@marquee/workers/runtime/models';
import { measure } from './measure.ts';

const USAGE = `npm run bench:speech -- FILE [--truth FILE] [--cues]

Hears the words of a film with the tiny and the base model, each on one core, and prints how long it took and how much
memory it had. The truth is JSON: {"cues": [{"start": 0.21, "end": 4.26, "text": "..."}]}, in seconds; with it, also the
word error rate and how many of its cues begin within 0.5 s of one that was made. --cues prints those.`;

const RUN = fileURLToPath(new URL('speech-run.ts', import.meta.url));
const CLOSE_MS = 500;

interface TrueCue {
  start: number;
  text: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { truth: { type: 'string' }, cues: { type: 'boolean', default: false } },
});
if (positionals.length !== 1) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

const config = loadConfig();
const { models } = config;
const { signal } = new AbortController();
const tools = createTools(config);
const folder = await mkdtemp(join(tmpdir(), 'marquee-speech-'));
try {
  const truth =
    values.truth === undefined ? null : (JSON.parse(await readFile(values.truth, 'utf8')).cues as TrueCue[]);
  const input = { url: resolve(positionals[0] as string), protocols: ['file'] };
  const { stdout } = await tools.ffprobe(headArgs(input), { signal, cwd: folder });
  const { video, audio } = readHead(stdout.toString('utf8'), {
    ...config.limits,
    maxFps: config.encode.maxFps,
  }).inspection;
  const track = audio.find((each) => each.default) ?? audio[0];
  if (track === undefined) throw new Error('The film has no sound.');
  const sound = { streamIndex: track.streamIndex, zeroSec: video.startSec };
  await tools.ffmpeg(speechArgs(sound, input, config.limits.sourceSec), { signal, cwd: folder });
  const file = join(folder, SPEECH_FILE);
  const soundSec = (await stat(file)).size / 2 / SPEECH_RATE;
  for (const name of ['voice', 'tiny', 'base'] as const)
    await modelFiles(name, models, { signal, onFetch: (sentence) => process.stderr.write(`${sentence}\n`) });

  process.stdout.write(`${soundSec.toFixed(1)} s of sound\n`);
  for (const size of ['tiny', 'base'] as const) {
    const argv = ['taskset', '-c', '0', process.execPath, RUN, file, size, models.folder];
    const cost = await measure(argv, { cwd: folder });
    const cues = JSON.parse(cost.stdout) as Cue[] | string;
    const figures = [
      typeof cues === 'string' ? `no cues: ${cues}` : `${cues.length} cues`,
      `${(cost.wallSec / soundSec).toFixed(3)} of real time on one core (processor ${(cost.cpuSec / soundSec).toFixed(3)})`,
      `peak ${Math.round(cost.peakBytes / 1e6)} MB`,
    ];
    if (truth !== null && typeof cues !== 'string') figures.push(...compare(truth, cues));
    process.stdout.write(`${size}: ${figures.join(', ')}\n`);
    if (values.cues && typeof cues !== 'string') for (const cue of cues) process.stdout.write(`${lineOf(cue)}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function compare(truth: TrueCue[], cues: Cue[]): string[] {
  const wanted = wordsOf(truth.map(({ text }) => text).join(' '));
  const errors = distance(wanted, wordsOf(cues.map(plainText).join(' ')));
  const far = truth.filter(({ start }) => !cues.some((cue) => Math.abs(cue.startMs - start * 1000) <= CLOSE_MS));
  const missed = far.length > 0 ? ` (not those at ${far.map(({ start }) => start).join(', ')} s)` : '';
  return [
    `${((100 * errors) / wanted.length).toFixed(1)} % of ${wanted.length} words wrong`,
    `${truth.length - far.length} of ${truth.length} cue starts within 0.5 s${missed}`,
  ];
}

/** As people compare transcripts: letters and digits, of one case. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Words to be put in, taken out or replaced (Levenshtein, 1965). */
function distance(wanted: string[], heard: string[]): number {
  let row = heard.map((_, i) => i + 1);
  wanted.forEach((word, i) => {
    let before = i;
    let left = i + 1;
    row = row.map((above, j) => {
      left = Math.min(above + 1, left + 1, before + Number(word !== heard[j]));
      before = above;
      return left;
    });
  });
  return row.at(-1) ?? wanted.length;
}

function lineOf(cue: Cue): string {
  const text = plainText(cue).replaceAll('\n', ' / ');
  return `  ${(cue.startMs / 1000).toFixed(2)} - ${(cue.endMs / 1000).toFixed(2)}  ${text}`;
}
