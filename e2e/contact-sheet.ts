import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { filmAnalysis } from '@marquee/core/analysis';
import { loadConfig } from '@marquee/core/config';
import { ENDS_NAME, filmEnds } from '@marquee/core/film-ends';
import { filmSights, SIGHTS_NAME } from '@marquee/core/sights';
import { launchChromium } from './chromium.ts';
import { type SheetFacts, sheetPage } from './sheet-page.ts';

const USAGE = `npm run e2e:contact-sheet -- FILM [--out FILE.png] [--width 1600]

Takes a film through the house in a folder of its own, with everything that is found out about films, and draws what was
found on one picture: chapters, what can be skipped, tags, faces, letters and flags, with their times and frames. Frames
are taken from FILM itself, so that a time that is wrong shows.`;

const MARQUEE = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));
const FRAME_WIDTH_PX = 320;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, width: { type: 'string', default: '1600' } },
});
if (positionals.length !== 1) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const film = resolve(positionals[0] as string);
const out = resolve(values.out ?? `${basename(film).replace(/\.[^.]+$/, '')}-sheet.png`);
const { ffmpegPath } = loadConfig();
const folder = await mkdtemp(join(tmpdir(), 'marquee-sheet-'));
try {
  const facts = await processFilm();
  await draw(sheetPage(facts, frameAt));
  process.stdout.write(`${out}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function processFilm(): Promise<SheetFacts> {
  const variables = { MAX_RUNG: '720', X264_PRESET: 'veryfast' };
  const env = { ...variables, ...process.env, MARQUEE_DATA: join(folder, 'data'), ANALYSIS: 'on', SIGHTS: 'on' };
  const text = execFileSync(process.execPath, [MARQUEE, 'ingest', film, '--wait', '--json'], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 ** 2,
  });
  const { hls, wallSec } = JSON.parse(text.trim().split('\n').at(-1) ?? '') as { hls: string; wallSec: number };
  const read = (name: string) => readFile(join(hls, '..', name), 'utf8').catch(() => null);
  const parsed = async <T>(name: string, parse: (value: unknown) => T): Promise<T | null> => {
    const found = await read(name);
    return found === null ? null : parse(JSON.parse(found));
  };
  const analysis = await parsed('analysis.json', (value) => filmAnalysis.parse(value));
  if (analysis === null) throw new Error('The film was not analysed.');
  const chapters = await parsed('chapters.json', (value) => value as SheetFacts['chapters']);
  return {
    name: basename(film),
    wallSec,
    analysis,
    chapters: chapters ?? [],
    skips: (await parsed(ENDS_NAME, (value) => filmEnds.parse(value)))?.found ?? [],
    sights: await parsed(SIGHTS_NAME, (value) => filmSights.parse(value)),
  };
}

/** @returns a frame of the film itself as an address that a page can show */
function frameAt(atSec: number): string {
  const scale = ['-vf', `scale=${FRAME_WIDTH_PX}:-2`, '-frames:v', '1', '-q:v', '4', '-f', 'mjpeg', 'pipe:1'];
  const from = Math.max(0, atSec).toFixed(3);
  const still = execFileSync(ffmpegPath, ['-v', 'error', '-nostdin', '-ss', from, '-i', film, ...scale]);
  return `data:image/jpeg;base64,${still.toString('base64')}`;
}

async function draw(html: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: Number(values.width), height: 900 } });
    await page.setContent(html, { waitUntil: 'load' });
    await page.screenshot({ path: out, fullPage: true });
  } finally {
    await browser.close();
  }
}
