import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '@marquee/core/config';
import { type MovieId, newId, taskId } from '@marquee/core/ids';
import type { Task } from '@marquee/core/job';
import { NO_DETAILS, newMovie } from '@marquee/core/movie';
import type { Logger } from '@marquee/core/ports';
import type { FoundSkip, SkipKind } from '@marquee/core/skips';
import { filmMaker, hasLetters, type Truth } from '@marquee/e2e/titled-films';
import { openEngines } from '@marquee/workers/engines';
import { ROLES, startWorkers } from '@marquee/workers/main';
import { submitUpload } from '@marquee/workers/orchestrator/commands';
import { type Case, series, titled, untitled } from './skips-films.ts';

const USAGE = `npm run bench:skips -- [FILE ...] [--only titled|untitled|series]

Makes films with opening titles and credits of several kinds, films without any, and episodes that share some; publishes
them in their smallest size, and prints what was found, how far off it is, and what was found where nothing is. FILEs are
films that have none.`;

const LOG: Logger = { debug() {}, info() {}, warn() {}, error() {} };
/** What is this far off was not found, in seconds. */
const FOUND_WITHIN_SEC = 5;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
if (!hasLetters() || !['titled', 'untitled', 'series', undefined].includes(values.only)) {
  process.stderr.write(`${hasLetters() ? USAGE : 'No font was found to draw titles with.'}\n`);
  process.exit(2);
}
const say = (line: string) => process.stdout.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'marquee-skips-'));
const config = loadConfig({
  ...{ MARQUEE_DATA: join(folder, 'data'), LOG_LEVEL: 'silent', MAX_RUNG: '240' },
  ...{ SPEECH: 'off', OCR: 'off', MEANING: 'off', ANALYSIS: 'on' },
});
const engines = await openEngines(config, LOG);
const workers = await startWorkers({ config, engines, log: LOG, roles: ROLES });

interface Result extends Case {
  truth: Truth;
  found: FoundSkip[];
}

try {
  const maker = filmMaker(join(folder, 'films'), config.ffmpegPath);
  const wanted = (name: string) => values.only === undefined || values.only === name;
  const cases: Case[] = [
    ...(wanted('titled') ? titled(maker) : []),
    ...(wanted('untitled') ? untitled(maker) : []),
    ...(wanted('series') ? series() : []),
  ];
  const done: { each: Case; truth: Truth; movieId: MovieId }[] = [];
  for (const [i, each] of cases.entries()) {
    const input = each.chapters === undefined ? {} : { chapters: each.chapters };
    const { file, truth } = maker.make(`film-${i}.mp4`, each.pieces, input);
    done.push({ each, truth, movieId: await publish(file, each, i) });
    await rm(file);
  }
  for (const [i, name] of positionals.entries()) {
    const each = { name: basename(name), pieces: [] };
    done.push({ each, truth: { intro: null, credits: null }, movieId: await publish(resolve(name), each, i) });
  }
  const results: Result[] = [];
  for (const { each, truth, movieId } of done) {
    const movie = await engines.store.movies.get(movieId);
    results.push({ ...each, truth, found: movie?.foundSkips?.skips ?? [] });
  }
  report(results);
} finally {
  await workers.drain();
  await engines.close();
  await rm(folder, { recursive: true, force: true });
}

/** Takes a film in, and waits until all has been found out about it. */
async function publish(file: string, { name, series }: Case, number: number): Promise<MovieId> {
  const nowMs = Date.now();
  const movieId = newId<MovieId>(nowMs);
  const episode = series === undefined ? null : { series, season: 1, number: number + 1 };
  await engines.store.movies.insert({
    ...newMovie({ id: movieId, title: name, nowMs }),
    details: { ...NO_DETAILS, episode },
  });
  const sourceKey = `uploads/${movieId}/source`;
  await engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
  const upload = {
    title: name,
    fileName: basename(file),
    sourceKey,
    sizeBytes: (await stat(file)).size,
    nowMs,
    movieId,
  };
  const { jobId } = await submitUpload({ ...engines, log: LOG }, upload);
  for (;;) {
    const job = await engines.store.jobs.get(jobId);
    if (job?.settledAtMs != null) {
      const task = (await engines.store.tasks.get(taskId(jobId, 'ai_analysis', 'skips'))) as Task<'video.ai_analysis'>;
      if (job.status !== 'ready' || task?.result?.leftOut !== null)
        throw new Error(`${name}: ${job.error?.message ?? task?.result?.leftOut ?? task?.error?.message}`);
      return movieId;
    }
    await sleep(100);
  }
}

function report(results: readonly Result[]): void {
  const errors: number[] = [];
  const counts = { there: 0, found: 0, beyond: 0, beyondFound: 0, free: 0, alarms: 0 };
  for (const { name, truth, found, isBeyond = false } of results) {
    const words = (['intro', 'credits'] as SkipKind[]).map((kind) => {
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
  errors.sort((a, b) => a - b);
  const at = (share: number) => (errors[Math.ceil(errors.length * share) - 1] ?? 0).toFixed(2);
  const mean = errors.reduce((sum, each) => sum + each, 0) / Math.max(1, errors.length);
  say(`found ${counts.found} of ${counts.there}, and ${counts.beyondFound} of ${counts.beyond} that are beyond it`);
  say(
    `edges off by ${mean.toFixed(2)} s in the mean, ${at(0.5)} s in the middle, ${at(0.9)} s at most of nine in ten, ${at(1)} s at most`,
  );
  say(`false alarms: ${counts.alarms}, at ${counts.free} ends that have none`);
}
