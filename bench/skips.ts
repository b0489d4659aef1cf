import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CardSample, findTitles } from '@marquee/core/card-runs';
import { loadConfig } from '@marquee/core/config';
import { ENDS_VERSION, type FilmEnds, planSkips } from '@marquee/core/film-ends';
import { type FoundSkip, namedSkips, SKIP_KINDS } from '@marquee/core/skips';
import { PRINT_STEP_SEC } from '@marquee/core/sound-match';
import { filmMaker, hasLetters, type Truth } from '@marquee/e2e/titled-films';
import { type CardLook, compareCards, lookAtCard } from '@marquee/media/card-look';
import { cardFrameArgs, cardFrames, printArgs } from '@marquee/media/end-args';
import { describeShots } from '@marquee/media/film-analysis';
import { SOUND_FILE } from '@marquee/media/loudness';
import { PICTURE_FILE, shotFrameArgs, shotFrames } from '@marquee/media/shot-args';
import { createShotFinder } from '@marquee/media/shots';
import { type Case, series, titled, untitled } from './skips-films.ts';

const USAGE = `npm run bench:skips -- [FILE ...] [--only titled|untitled|series]

Makes films with opening titles and credits of several kinds, films without any, and episodes that share some; looks at them
at 240 lines as the worker does, and prints what is found, how far off it is, and what is found where nothing is. FILEs are
films of 24 frames a second that have neither.`;

/** Of the films that are made here, and of those that are given. */
const FPS = 24;
const SAMPLE_FRAMES = FPS / 2;
/** What is this far off was not found, in seconds. */
const FOUND_WITHIN_SEC = 5;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
if (!hasLetters() || !['titled', 'untitled', 'series', undefined].includes(values.only)) {
  process.stderr.write(`${hasLetters() ? USAGE : 'No font was found to draw titles with.'}\n`);
  process.exit(2);
}
const say = (line: string) => process.stdout.write(`${line}\n`);
const { ffmpegPath } = loadConfig();
const folder = await mkdtemp(join(tmpdir(), 'marquee-skips-'));
const run = (...args: string[]) =>
  execFileSync(ffmpegPath, ['-v', 'error', '-y', ...args], { cwd: folder, maxBuffer: 2 ** 30 });

const counts = { there: 0, found: 0, beyond: 0, beyondFound: 0, free: 0, alarms: 0 };
const errors: number[] = [];
/** Processor time of looking and printing, not of making films. */
let lookedMs = 0;
let lookedSec = 0;
try {
  const maker = filmMaker(join(folder, 'films'), ffmpegPath);
  const wanted = (name: string) => values.only === undefined || values.only === name;
  const singles = [...(wanted('titled') ? titled(maker) : []), ...(wanted('untitled') ? untitled(maker) : [])];
  for (const each of singles) {
    const { file, truth } = maker.make('film.mp4', each.pieces);
    tell(each, truth, planSkips(look(file, each), []));
  }
  for (const name of positionals) {
    const file = resolve(name);
    tell({ name: basename(file), pieces: [] }, { intro: null, credits: null }, planSkips(look(file), []));
  }
  const episodes = (wanted('series') ? series() : []).map((each) => {
    const { file, truth } = maker.make('film.mp4', each.pieces);
    return { each, truth, ends: look(file, each) };
  });
  for (const { each, truth, ends } of episodes) {
    const others = episodes.filter((other) => other.each.series === each.series && other.each !== each);
    const startedMs = process.cpuUsage().user / 1000;
    const found = planSkips(
      ends,
      others.map((other) => other.ends),
    );
    lookedMs += process.cpuUsage().user / 1000 - startedMs;
    tell(each, truth, found);
  }
  sum();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Looks at both halves of a film, by what the worker looks with. */
function look(file: string, film: Partial<Case> = {}): FilmEnds {
  const small = ['-vf', `fps=${FPS},scale=-2:240`, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26'];
  run('-i', file, '-map', '0:v:0', ...small, '-pix_fmt', 'yuv420p', PICTURE_FILE);
  const startedMs = process.cpuUsage().user / 1000;
  const finder = createShotFinder(FPS);
  const frames = shotFrames(run(...shotFrameArgs()));
  for (const frame of frames) finder.push(frame);
  const durationSec = frames.length / FPS;
  const { shots, black } = describeShots(finder.finish(), { fps: FPS, durationSec, silences: [], lines: null });
  let last: CardLook | null = null;
  const samples = cardFrames(run(...cardFrameArgs(SAMPLE_FRAMES))).map((pixels, i): CardSample => {
    const now = lookAtCard(pixels);
    const isCard = now.looks === 'card';
    const change = isCard && last?.looks === 'card' ? compareCards(last, now) : { moved: 0, isNew: isCard };
    last = now;
    return { atSec: i / 2, looks: now.looks, ...change };
  });
  const known = { durationSec, lines: null };
  const half = durationSec / 2;
  const seen = [
    findTitles(
      'intro',
      samples.filter(({ atSec }) => atSec < half),
      known,
    ),
    findTitles(
      'credits',
      samples.filter(({ atSec }) => atSec >= half),
      known,
    ),
  ];
  const prints = film.series === undefined ? { opening: null, ending: null } : printHalves(file, half);
  lookedMs += process.cpuUsage().user / 1000 - startedMs;
  lookedSec += durationSec;
  return {
    version: ENDS_VERSION,
    durationSec,
    ...prints,
    found: [...namedSkips(film.named ?? []), ...seen.filter((each) => each !== null)],
    marks: [...shots.map(({ startSec }) => startSec), ...black.flatMap((each) => [each.startSec, each.endSec])],
  };
}

function printHalves(file: string, half: number): Pick<FilmEnds, 'opening' | 'ending'> {
  run('-i', file, '-map', '0:a:0', '-c', 'copy', SOUND_FILE);
  const print = run(...printArgs());
  const middle = Math.floor(half / PRINT_STEP_SEC);
  const part = (from: number, to?: number) => ({
    startSec: from * PRINT_STEP_SEC,
    print: print.subarray(from * 4, to === undefined ? print.length : to * 4).toString('base64'),
  });
  return { opening: part(0, middle), ending: part(middle) };
}

/** Says what was found of one film, and counts it. */
function tell({ name, isBeyond = false }: Case, truth: Truth, found: readonly FoundSkip[]): void {
  const words = SKIP_KINDS.map((kind) => {
    const [there, got] = [truth[kind], found.find((each) => each.kind === kind)];
    const off = there && got ? [got.startSec - there[0], got.endSec - there[1]] : null;
    const isFound = off?.every((sec) => Math.abs(sec) <= FOUND_WITHIN_SEC) ?? false;
    if (!there) counts.free++;
    else if (isBeyond) counts.beyond++;
    else counts.there++;
    if (isFound && isBeyond) counts.beyondFound++;
    else if (isFound) {
      counts.found++;
      errors.push(...(off as number[]).map(Math.abs));
    }
    if (got && !isFound) counts.alarms++;
    if (!there && !got) return `no ${kind}`;
    if (!got) return `${kind} MISSED`;
    const how = `${got.startSec.toFixed(2)} to ${got.endSec.toFixed(2)} s by ${got.by}, ${got.confidence.toFixed(2)}`;
    const sign = (sec: number) => `${sec < 0 ? '' : '+'}${sec.toFixed(2)}`;
    return off ? `${kind} ${how} (${off.map(sign).join(', ')} s)` : `${kind} FALSE: ${how}`;
  });
  say(`${name}: ${words.join('; ')}`);
}

function sum(): void {
  errors.sort((a, b) => a - b);
  const at = (share: number) => (errors[Math.ceil(errors.length * share) - 1] ?? 0).toFixed(2);
  const mean = errors.reduce((all, each) => all + each, 0) / Math.max(1, errors.length);
  say(`found ${counts.found} of ${counts.there}, and ${counts.beyondFound} of ${counts.beyond} that are beyond it`);
  say(`edges off by ${mean.toFixed(2)} s in the mean, nine in ten by ${at(0.9)} s at most, the worst by ${at(1)} s`);
  say(`false alarms: ${counts.alarms}, at ${counts.free} ends that have none`);
  say(`Node's share of looking: ${((100 * lookedMs) / 1000 / lookedSec).toFixed(1)} % of the films' length`);
}
