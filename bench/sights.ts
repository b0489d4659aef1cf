import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '@marquee/core/config';
import { type FilmSights, FLAGS, type Flag, filmSights, gatherSights, SIGHTS_NAME } from '@marquee/core/sights';
import { lookSize } from '@marquee/media/sight-args';
import { openSightModels } from '@marquee/workers/ai/sight-models';
import { modelFiles } from '@marquee/workers/runtime/models';
import { measure } from './measure.ts';

const USAGE = `npm run bench:sights -- FILM... [--dense SEC] [--frames FOLDER]

Publishes each film, looks at it twice, and prints what is seen in it, what the second time took, and whether both gave
the same bytes. With --dense it shows the networks a frame every so many seconds of the film itself instead, and prints which of
them raise a flag; --frames writes those down, to be looked at: which of them are false alarms, only a person can say.`;

const MARQUEE = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dense: { type: 'string' }, frames: { type: 'string' } },
});
if (positionals.length === 0) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const { ffmpegPath, ffprobePath, models } = loadConfig();
const say = (line: string) => process.stdout.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'marquee-sights-'));
try {
  for (const [i, film] of positionals.map((path) => resolve(path)).entries()) {
    say(`\n== ${basename(film)}`);
    if (values.dense === undefined) await publish(film, join(folder, `data-${i}`));
    else await lookDensely(film, Number(values.dense));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function publish(film: string, data: string): Promise<void> {
  const marquee = (...args: string[]) => {
    const settings = ['ANALYSIS=on', 'SIGHTS=on', 'SPEECH=off', 'OCR=off', 'MEANING=off', 'MAX_RUNG=720'];
    const variables = [`MARQUEE_DATA=${data}`, `MARQUEE_MODELS=${models.folder}`, ...settings];
    return measure(['env', ...variables, process.execPath, MARQUEE, ...args], { cwd: folder });
  };
  const made = await marquee('ingest', film, '--wait', '--json');
  const { jobId, hls } = JSON.parse(made.stdout.trim().split('\n').at(-1) ?? '') as { jobId: string; hls: string };
  const path = join(hls, '..', SIGHTS_NAME);
  const first = await readFile(path);
  const cost = await marquee('jobs', 'retry', jobId, '--task', 'ai_analysis:sights', '--wait');
  const sights = filmSights.parse(JSON.parse(first.toString('utf8')));
  tell(sights);
  const minutes = sights.durationSec / 60;
  say(
    `again, with Node's start: ${(cost.wallSec / minutes).toFixed(1)} s a minute of film (${cost.wallSec.toFixed(1)} s), processor ${(cost.cpuSec / minutes).toFixed(1)} s a minute, ${(cost.cpuSec / sights.looks).toFixed(2)} s a frame, peak ${Math.round(cost.peakBytes / 1e6)} MB`,
  );
  say(`the same bytes: ${first.equals(await readFile(path)) ? 'yes' : 'NO'}`);
}

function tell(sights: FilmSights): void {
  const times = (evidence: { atSec: number; confidence: number }[]) =>
    evidence.map(({ atSec, confidence }) => `${atSec.toFixed(1)} s (${confidence})`).join(', ');
  say(`${sights.durationSec.toFixed(1)} s, ${sights.looks} frames looked at`);
  for (const { tag, evidence } of sights.tags) say(`tag ${tag}: ${times(evidence)}`);
  say(`faces: ${sights.faces.map(({ atSec, count }) => `${count} at ${atSec.toFixed(1)} s`).join(', ') || 'none'}`);
  for (const { text, atSec, confidence } of sights.letters)
    say(`letters at ${atSec.toFixed(1)} s: ${text} (${confidence})`);
  for (const { flag, evidence } of sights.flags) say(`flag ${flag}: ${times(evidence)}`);
  if (sights.flags.length === 0) say('no flag');
}

/** Shows the networks a frame every so often, one after another, and counts those that would raise a flag by themselves. */
async function lookDensely(film: string, everySec: number): Promise<void> {
  const files = (name: Parameters<typeof modelFiles>[0]) =>
    modelFiles(name, models, { signal: AbortSignal.timeout(600_000), onFetch: say });
  const networks = await openSightModels({
    tags: await files('tags'),
    faces: await files('faces'),
    nudity: await files('nudity'),
    ocr: await files('ocr'),
    textBoxes: await files('text-boxes'),
  });
  const facts = JSON.parse(
    execFileSync(
      ffprobePath,
      [
        '-v',
        'error',
        '-select_streams',
        'v:0',
        '-show_entries',
        'stream=width,height:format=duration',
        '-of',
        'json',
        film,
      ],
      { encoding: 'utf8' },
    ),
  ) as { streams: [{ width: number; height: number }]; format: { duration: string } };
  const durationSec = Number(facts.format.duration);
  const size = lookSize({ widthPx: facts.streams[0].width, heightPx: facts.streams[0].height });
  const raised: Record<Flag, number[]> = { nudity: [], weapons: [], alcohol: [] };
  let looks = 0;
  let withFaces = 0;
  for (let atSec = everySec / 2; atSec < durationSec; atSec += everySec) {
    const scale = ['-vf', `scale=${size.widthPx}:${size.heightPx}`, '-frames:v', '1'];
    const input = ['-v', 'error', '-nostdin', '-ss', atSec.toFixed(3), '-i', film, ...scale];
    const rgb = execFileSync(ffmpegPath, [...input, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'], {
      maxBuffer: 64 * 1024 ** 2,
    });
    if (rgb.length < 3 * size.widthPx * size.heightPx) continue;
    const seen = { atSec, ...(await networks.look({ ...size, rgb })) };
    looks++;
    if (seen.faces.length > 0) withFaces++;
    const { flags } = gatherSights([seen], { durationSec, shots: [], scenes: [] });
    for (const { flag } of flags) {
      raised[flag].push(atSec);
      if (values.frames === undefined) continue;
      await mkdir(resolve(values.frames), { recursive: true });
      const still = join(resolve(values.frames), `${basename(film)}-${flag}-${atSec.toFixed(1)}.jpg`);
      execFileSync(ffmpegPath, [...input, '-y', still]);
    }
  }
  await networks.close();
  say(`every ${everySec} s, ${looks} frames: ${withFaces} with faces`);
  for (const flag of FLAGS) {
    say(`  ${flag}: ${raised[flag].length} frames${raised[flag].map((atSec) => ` ${atSec.toFixed(1)}`).join('')}`);
  }
}
