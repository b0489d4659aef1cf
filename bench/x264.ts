import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measure } from './measure.ts';

const USAGE = `npm run bench:x264 -- FILE [--json]

What each part of x264's veryfast costs and brings: FILE is decoded to 720 and 360 lines, and each encoded by one thread
with one part changed. Time is the processor's, reading included; bits and SSIM are compared to veryfast at CRF
23. Measured once: the processor's time of one thread varies by some 2 %.`;

const FPS = 24;
/** The rungs' sizes and ceilings, as the ladder has them. */
const RUNGS = [
  { lines: 720, widthPx: 1280, maxrateBps: 3_400_000 },
  { lines: 360, widthPx: 640, maxrateBps: 900_000 },
];
const GOP_SEC = 4;
const VARIANTS: { name: string; preset?: string; crf?: number; params?: string }[] = [
  { name: 'veryfast' },
  { name: 'subme=1', params: 'subme=1' },
  { name: 'me=dia', params: 'me=dia' },
  { name: 'partitions=i4x4,p8x8', params: 'partitions=i4x4,p8x8' },
  { name: 'rc-lookahead=5', params: 'rc-lookahead=5' },
  { name: 'weightp=0', params: 'weightp=0' },
  { name: 'bframes=2', params: 'bframes=2' },
  { name: '8x8dct=0', params: '8x8dct=0' },
  { name: 'me=dia:subme=1, CRF 23.3', crf: 23.3, params: 'me=dia:subme=1' },
  { name: 'me=dia:subme=1, CRF 23.5 (swift)', crf: 23.5, params: 'me=dia:subme=1' },
  { name: 'superfast', preset: 'superfast' },
  { name: 'superfast, CRF 25', preset: 'superfast', crf: 25 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
if (values.help || positionals.length !== 1) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
const film = resolve(positionals[0] as string);
const folder = await mkdtemp(join(tmpdir(), 'marquee-bench-x264-'));

interface Figures {
  cpuSec: number;
  bytes: number;
  ssim: number;
}

try {
  const all: Record<string, Record<string, Figures>> = {};
  for (const rung of RUNGS) {
    const source = decode(rung);
    for (const variant of VARIANTS) {
      const figures = await encode(source, rung, variant);
      all[rung.lines] = { ...all[rung.lines], [variant.name]: figures };
      if (!values.json) process.stdout.write(`${line(rung.lines, variant.name, figures, all[rung.lines]?.veryfast)}\n`);
    }
    await rm(source);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function decode({ lines, widthPx }: (typeof RUNGS)[number]): string {
  const file = join(folder, `${lines}.y4m`);
  const filter = `setpts=PTS-STARTPTS,fps=${FPS},scale=${widthPx}:${lines}:flags=bicubic,format=yuv420p`;
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', film, '-map', '0:v:0', '-vf', filter, file]);
  return file;
}

async function encode(source: string, rung: (typeof RUNGS)[number], variant: (typeof VARIANTS)[number]) {
  const { preset = 'veryfast', crf = 23, params } = variant;
  const file = join(folder, 'encoded.mp4');
  const gop = GOP_SEC * FPS;
  const { cpuSec } = await measure(
    [
      ...['ffmpeg', '-v', 'error', '-nostdin', '-y', '-threads', '1', '-i', source],
      ...['-c:v', 'libx264', '-preset', preset, '-profile:v', 'high', '-crf', String(crf), '-threads', '1'],
      ...['-maxrate', String(rung.maxrateBps), '-bufsize', String(rung.maxrateBps * 2), '-g', String(gop)],
      ...['-force_key_frames', `expr:gte(n,n_forced*${gop})`, '-forced-idr', '1'],
      ...(params === undefined ? [] : ['-x264-params', params]),
      file,
    ],
    { cwd: folder },
  );
  const sizes = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'packet=size', '-of', 'csv=p=0', file]);
  const bytes = sizes
    .toString()
    .split('\n')
    .reduce((sum, text) => sum + (Number.parseInt(text, 10) || 0), 0);
  return { cpuSec, bytes, ssim: similarity(file, source) };
}

function similarity(encoded: string, source: string): number {
  const graph = `[0:v]setpts=N/${FPS}/TB[e];[1:v]setpts=N/${FPS}/TB[s];[e][s]ssim=stats_file=ssim.txt`;
  const input = ['-v', 'error', '-nostdin', '-i', encoded, '-i', source];
  execFileSync('ffmpeg', [...input, '-lavfi', graph, '-f', 'null', '-'], { cwd: folder });
  const each = readFileSync(join(folder, 'ssim.txt'), 'utf8');
  const frames = [...each.matchAll(/All:([\d.]+)/g)].map(([, value]) => Number(value));
  return frames.reduce((sum, value) => sum + value, 0) / frames.length;
}

function line(lines: number, name: string, { cpuSec, bytes, ssim }: Figures, base: Figures | undefined): string {
  const share = (value: number, of: number) => `${value >= of ? '+' : ''}${((value / of - 1) * 100).toFixed(1)} %`;
  const own = `${cpuSec.toFixed(1)} s, ${(bytes / 1e6).toFixed(2)} MB, SSIM ${ssim.toFixed(4)}`;
  const beside = base
    ? `time ${share(cpuSec, base.cpuSec)}, bits ${share(bytes, base.bytes)}, SSIM ${(ssim - base.ssim).toFixed(4)}`
    : '';
  return `${String(lines).padEnd(4)} ${name.padEnd(34)} ${own.padEnd(32)} ${beside}`;
}
