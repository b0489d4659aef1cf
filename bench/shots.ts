import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type FilmAnalysis, filmAnalysis } from '@marquee/core/analysis';
import { loadConfig } from '@marquee/core/config';
import { measure } from './measure.ts';

const USAGE = `npm run bench:shots -- FILE [--cuts 8.0,13.0,...] [--fps 24] [--sheets FOLDER]

Publishes a film in its smallest size, analyses it twice, and prints what was found, what that took, and whether both
times gave the same bytes. --cuts are the true ones, in seconds: then also the F1 score within two frames of them.
--sheets writes pictures of all shots (the middle of each) and of all chapters (their beginnings).`;

const MARQUEE = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));
const CLOSE_FRAMES = 2;
const TILE_WIDTH_PX = 240;
const COLUMNS = 6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cuts: { type: 'string' },
    fps: { type: 'string', default: '24' },
    sheets: { type: 'string' },
  },
});
if (positionals.length !== 1) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const file = resolve(positionals[0] as string);
const { ffmpegPath } = loadConfig();
const folder = await mkdtemp(join(tmpdir(), 'marquee-shots-'));
const say = (line: string) => process.stdout.write(`${line}\n`);
try {
  const marquee = (...args: string[]) => {
    const variables = [`MARQUEE_DATA=${join(folder, 'data')}`, 'MAX_RUNG=240', 'ANALYSIS=on', 'SIGHTS=off'];
    return measure(['env', ...variables, process.execPath, MARQUEE, ...args], { cwd: folder });
  };
  const made = await marquee('ingest', file, '--wait', '--json');
  const { jobId, hls } = JSON.parse(made.stdout.trim().split('\n').at(-1) ?? '') as { jobId: string; hls: string };
  const path = join(hls, '..', 'analysis.json');
  const first = await readFile(path);
  const cost = await marquee('jobs', 'retry', jobId, '--task', 'ai_analysis:shots', '--wait');
  const analysis = filmAnalysis.parse(JSON.parse(first.toString('utf8')));
  tell(analysis);
  const { durationSec } = analysis;
  const ofFilm = (sec: number) => `${((100 * sec) / durationSec).toFixed(1)} % of the film's length`;
  say(
    `again, with Node's start: ${cost.wallSec.toFixed(1)} s (${ofFilm(cost.wallSec)}), processor ${cost.cpuSec.toFixed(1)} s (${ofFilm(cost.cpuSec)}), peak ${Math.round(cost.peakBytes / 1e6)} MB`,
  );
  say(`the same bytes: ${first.equals(await readFile(path)) ? 'yes' : 'NO'}`);
  if (values.cuts !== undefined) score(analysis, values.cuts.split(',').map(Number), Number(values.fps));
  if (values.sheets !== undefined) await drawSheets(analysis, resolve(values.sheets));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function tell(analysis: FilmAnalysis): void {
  const kinds = analysis.shots.slice(1).map(({ by }) => by);
  const count = (kind: string) => kinds.filter((each) => each === kind).length;
  say(
    `${analysis.durationSec.toFixed(1)} s, ${analysis.shots.length} shots: ${count('cut')} cuts, ${count('fade')} fades, ${count('dissolve')} dissolves`,
  );
  say(
    `shots at ${analysis.shots.map(({ startSec, by }) => `${startSec.toFixed(2)}${by === 'cut' ? '' : ` (${by})`}`).join(' ')}`,
  );
  say(`scenes at ${analysis.scenes.map(({ startSec, strength }) => `${startSec.toFixed(1)} (${strength})`).join(' ')}`);
  for (const { startSec, title } of analysis.chapters) say(`chapter at ${startSec.toFixed(1)} s: ${title}`);
  say(
    `loudness ${JSON.stringify(analysis.loudness)}, ${analysis.silences.length} silences, ${analysis.black.length} times black`,
  );
  say(`palette ${analysis.palette.colours.map(({ hex, share }) => `${hex} ${share}`).join(', ')}`);
}

/** F1 of what was found, each true cut met by one found one at most. */
function score(analysis: FilmAnalysis, cuts: number[], fps: number): void {
  const found = analysis.shots.slice(1).map(({ startSec }) => startSec);
  const free = new Set(found);
  const missed = cuts.filter((cut) => {
    const near = [...free].find((each) => Math.abs(each - cut) <= CLOSE_FRAMES / fps + 1e-3);
    if (near !== undefined) free.delete(near);
    return near === undefined;
  });
  const hits = cuts.length - missed.length;
  const [precision, recall] = [hits / Math.max(1, found.length), hits / Math.max(1, cuts.length)];
  const f1 = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  say(
    `F1 ${f1.toFixed(3)} within ${CLOSE_FRAMES} frames (precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)})`,
  );
  say(`missed: ${missed.join(' ') || 'none'}; too many: ${[...free].join(' ') || 'none'}`);
}

async function drawSheets(analysis: FilmAnalysis, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const sheets = {
    shots: analysis.shots.map(({ startSec, endSec }) => (startSec + endSec) / 2),
    chapters: analysis.chapters.map(({ startSec }) => startSec + 0.5),
  };
  for (const [name, times] of Object.entries(sheets)) {
    if (times.length === 0) continue;
    for (const [i, atSec] of times.entries()) {
      const still = join(folder, `${name}-${String(i).padStart(4, '0')}.png`);
      const scale = ['-vf', `scale=${TILE_WIDTH_PX}:-2`, '-frames:v', '1'];
      execFileSync(ffmpegPath, ['-v', 'error', '-y', '-ss', atSec.toFixed(3), '-i', file, ...scale, still]);
    }
    const rows = Math.ceil(times.length / COLUMNS);
    const tile = ['-vf', `tile=${COLUMNS}x${rows}:padding=4`, '-frames:v', '1'];
    const sheet = join(to, `${name}.png`);
    execFileSync(ffmpegPath, ['-v', 'error', '-y', '-i', join(folder, `${name}-%04d.png`), ...tile, sheet]);
    say(`${name} drawn to ${sheet}, in rows of ${COLUMNS}`);
  }
}
