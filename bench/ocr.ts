import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '@marquee/core/config';
import { type Cue, plainText } from '@marquee/core/cues';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { headArgs, readHead } from '@marquee/media/probe';
import { createTools } from '@marquee/media/run-tool';
import { planSubtitles } from '@marquee/media/subtitles';
import { modelFiles } from '@marquee/workers/runtime/models';
import { measure } from './measure.ts';

const USAGE = `npm run bench:ocr -- FILE [--truth FILE] [--cues]

Reads the words of each track of a film that is pictures, on one core, and prints how long it took and how much memory it
had. The truth is an SRT or VTT file; with it, also the character error rate, line breaks and white space counting as one
space each, and how many of its cues begin within 0.5 s of one that was made. --cues prints those.`;

const RUN = fileURLToPath(new URL('ocr-run.ts', import.meta.url));
const CLOSE_MS = 500;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { truth: { type: 'string' }, cues: { type: 'boolean', default: false } },
});
if (positionals.length !== 1) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

const config = loadConfig();
const { signal } = new AbortController();
const file = resolve(positionals[0] as string);
const folder = await mkdtemp(join(tmpdir(), 'marquee-ocr-'));
try {
  const truth =
    values.truth === undefined
      ? null
      : readSubtitles(await readFile(values.truth, 'utf8'), values.truth.endsWith('.vtt') ? 'vtt' : 'srt');
  const input = { url: file, protocols: ['file'] };
  const { stdout } = await createTools(config).ffprobe(headArgs(input), { signal, cwd: folder });
  const { inspection } = readHead(stdout.toString('utf8'), { ...config.limits, maxFps: config.encode.maxFps });
  const filmSec = inspection.claimedDurationSec;
  const tracks = planSubtitles({ ...inspection, sourceKey: '' }, [], 'off', 'on').filter(({ ocr }) => ocr === 'on');
  if (tracks.length === 0) throw new Error('The film has no subtitles that are pictures.');
  const onFetch = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  await modelFiles('ocr', config.models, { signal, onFetch });

  process.stdout.write(`${filmSec.toFixed(1)} s of film\n`);
  for (const track of tracks) {
    const zeroSec = String(inspection.video.startSec);
    const argv = [
      'taskset',
      '-c',
      '0',
      process.execPath,
      RUN,
      file,
      JSON.stringify(track),
      zeroSec,
      config.models.folder,
    ];
    const cost = await measure(argv, { cwd: folder });
    const { drawnMs, cues } = JSON.parse(cost.stdout) as { drawnMs: number; cues: Cue[] | string };
    const figures = [
      typeof cues === 'string' ? `no cues: ${cues}` : `${cues.length} cues`,
      `${cost.wallSec.toFixed(1)} s on one core, of which ${(drawnMs / 1000).toFixed(1)} s drawing (processor ${cost.cpuSec.toFixed(1)} s, ${((100 * cost.cpuSec) / filmSec).toFixed(1)} % of the film)`,
      `peak ${Math.round(cost.peakBytes / 1e6)} MB`,
    ];
    if (truth !== null && typeof cues !== 'string') figures.push(...compare(truth, cues));
    process.stdout.write(`${track.name} (${track.codec}): ${figures.join(', ')}\n`);
    if (values.cues && typeof cues !== 'string') for (const cue of cues) process.stdout.write(`${lineOf(cue)}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function compare(truth: Cue[], cues: Cue[]): string[] {
  const wanted = charsOf(truth);
  const errors = distance(wanted, charsOf(cues));
  const offMs = truth.map(({ startMs }) => Math.min(...cues.map((cue) => Math.abs(cue.startMs - startMs))));
  const close = offMs.filter((each) => each <= CLOSE_MS).length;
  return [
    `${((100 * errors) / wanted.length).toFixed(2)} % of ${wanted.length} characters wrong`,
    `${close} of ${truth.length} cue starts within 0.5 s, the farthest ${(Math.max(...offMs) / 1000).toFixed(2)} s off`,
  ];
}

function charsOf(cues: Cue[]): string[] {
  return [...cues.map(plainText).join(' ').replace(/\s+/g, ' ').trim()];
}

/** Characters to be put in, taken out or replaced (Levenshtein, 1965). */
function distance(wanted: string[], read: string[]): number {
  let row = Uint32Array.from({ length: read.length + 1 }, (_, i) => i);
  wanted.forEach((char, i) => {
    const next = new Uint32Array(row.length);
    next[0] = i + 1;
    for (let j = 1; j < row.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + Number(char !== read[j - 1]),
      );
    row = next;
  });
  return row.at(-1) as number;
}

function lineOf(cue: Cue): string {
  const text = cue.runs.map((run) => (run.italic ? `<i>${run.text}</i>` : run.text)).join('');
  const at = `${(cue.startMs / 1000).toFixed(2)} - ${(cue.endMs / 1000).toFixed(2)}`;
  return `  ${at}${cue.isTop ? ' (top)' : ''}  ${text.replaceAll('\n', ' / ')}`;
}
