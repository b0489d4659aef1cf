import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { loadConfig } from '@marquee/core/config';
import { MEANING_NUMBERS } from '@marquee/core/meaning';
import type { Moment, SpokenLine } from '@marquee/core/moments';
import type { Store } from '@marquee/core/ports';
import { createEmbedder } from '@marquee/workers/meaning/embedder';
import { movieOf, NOW_MS, SEED } from './large-house.ts';
import { random } from './search-titles.ts';

const USAGE = `npm run bench:moments -- [--cues 1000000] [--questions 500] [--truth FILE [--paraphrase TEXT]...] [--json]

Searches spoken lines on the embedded store, by words and by meaning, and beside it the same file by a scan with LIKE,
which knows neither order nor accents nor visibility. Lines are made of invented words that are as common as words are;
their meanings are drawn at random.

  --truth       a film's lines (its truth.json), put among the others with their real meanings: is each found first by
                three of its words on, and does each paraphrase find the line that stands before it, as LINE=TEXT from 0?`;

const { values } = parseArgs({
  options: {
    cues: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '500' },
    truth: { type: 'string' },
    paraphrase: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const CUES_OF_FILM = 1000;
const WORDS = 60_000;
const WORDS_OF_CUE = 8;
const SHOWN = 12;
/** A scan takes so long that fewer questions tell enough. */
const SCANNED = 20;
/** A hit counts if it is among this many. */
const FIRST_FEW = 3;

interface Times {
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else await run(Number(values.cues), Number(values.questions));

async function run(cues: number, questions: number): Promise<void> {
  const dice = random(SEED);
  // Zipf: the nth word is said 1/n times as often as the first.
  const word = () => `w${Math.floor(WORDS ** dice()).toString(36)}`;
  const dir = await mkdtemp(join(tmpdir(), 'marquee-moments-'));
  const store = createSqliteStore({ file: join(dir, 'marquee.db') });
  const embedder = createEmbedder(loadConfig().models);
  const embed = async (texts: string[]) => embedder.embed(texts, AbortSignal.timeout(600_000));
  try {
    await store.setup();
    const asked: string[][] = [];
    let putMs = 0;
    let meantMs = 0;
    const take = async (title: string, n: number, lines: SpokenLine[], meanings: () => Promise<Float32Array[]>) => {
      const movie = movieOf(title, n);
      await store.movies.insert(movie);
      const beganMs = performance.now();
      await store.moments.put({ movieId: movie.id, trackId: 'en-0', language: 'en' }, lines);
      putMs += performance.now() - beganMs;
      const [track] = await store.moments.meaningless({ languages: ['en'], limit: 1 });
      const made = await meanings();
      const meantAtMs = performance.now();
      if (track) await store.moments.putMeanings(track, made);
      meantMs += performance.now() - meantAtMs;
      return movie.id;
    };
    for (let film = 0; film * CUES_OF_FILM < cues; film++) {
      const lines = Array.from({ length: CUES_OF_FILM }, (_, i) =>
        lineOf(i, Array.from({ length: WORDS_OF_CUE }, word).join(' ')),
      );
      await take(`Film ${film}`, film, lines, async () => lines.map(() => direction(dice)));
      while (asked.length < ((film + 1) * CUES_OF_FILM * questions) / cues)
        asked.push((lines[Math.floor(dice() * CUES_OF_FILM)]?.text ?? '').split(' '));
    }

    const kinds: Record<string, (words: string[]) => string> = {
      'a phrase of four words': (words) => words.slice(1, 5).join(' '),
      'its words swapped': (words) => words.slice(1, 5).reverse().join(' '),
      'one word': (words) => words[2] ?? '',
      'a word, three letters of the next': (words) => `${words[1]} ${(words[2] ?? '').slice(0, 3)}`,
      'the two commonest words': () => 'w1 w2',
    };
    const figures: Record<string, Times> = {};
    const all: number[] = [];
    const found: Record<string, number> = {};
    for (const [kind, question] of Object.entries(kinds)) {
      const times: number[] = [];
      found[kind] = 0;
      for (const words of asked) {
        const beganMs = performance.now();
        const answer = await store.moments.search({ text: question(words), limit: SHOWN, listedAtMs: NOW_MS });
        times.push(performance.now() - beganMs);
        found[kind] += Number(answer.length > 0) / asked.length;
      }
      all.push(...times);
      figures[kind] = timesOf(times);
    }
    figures['all by words'] = timesOf(all);
    figures['what a question means'] = timesOf(await timed(asked.slice(0, 100), (words) => embed([words.join(' ')])));
    // Until all signs are in memory.
    const first = await timed([0], () => near(store, direction(dice)));
    figures['by meaning'] = timesOf(await timed(asked, () => near(store, direction(dice))));
    figures['LIKE, the phrase'] = timesOf(await scan(join(dir, 'moments.db'), asked.slice(0, SCANNED)));
    const megabytes = (await stat(join(dir, 'moments.db'))).size / 1e6;
    const sums = { cues, putSec: putMs / 1000, meantSec: meantMs / 1000, megabytes, firstMs: first[0] ?? 0 };

    const ranks = values.truth === undefined ? null : await rankTruth(values.truth, take);
    if (values.json) process.stdout.write(`${JSON.stringify({ ...sums, figures, found, ranks })}\n`);
    else {
      process.stdout.write(
        `${cues} lines, put in ${sums.putSec.toFixed(0)} s, their meanings ${sums.meantSec.toFixed(0)} s, ${megabytes.toFixed(0)} MB; first question by meaning ${sums.firstMs.toFixed(0)} ms\n`,
      );
      for (const [kind, { p50Ms, p95Ms, maxMs }] of Object.entries(figures)) {
        const share = found[kind] === undefined ? '' : `, answered ${(found[kind] * 100).toFixed(0)} %`;
        process.stdout.write(
          `${kind.padEnd(36)} p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms${share}\n`,
        );
      }
      for (const line of ranks ?? []) process.stdout.write(`${line}\n`);
    }
  } finally {
    await embedder.close();
    await store.close();
    await rm(dir, { recursive: true });
  }

  async function rankTruth(
    file: string,
    take: (title: string, n: number, lines: SpokenLine[], meanings: () => Promise<Float32Array[]>) => Promise<string>,
  ): Promise<string[]> {
    const { cues: said } = JSON.parse(await readFile(file, 'utf8')) as { cues: { text: string }[] };
    const lines = said.map(({ text }, i) => lineOf(i, text));
    const movieId = await take('The film itself', cues, lines, () => embed(lines.map(({ text }) => text)));
    const rankOf = (moments: Moment[], line: number) =>
      moments.findIndex((moment) => moment.movieId === movieId && moment.text === lines[line]?.text) + 1;
    const told: string[] = [];
    let firsts = 0;
    for (const [i, { text }] of lines.entries()) {
      const words = text.split(' ');
      const phrase = words.slice(1, Math.max(4, words.length - 2)).join(' ');
      const rank = rankOf(await store.moments.search({ text: phrase, limit: SHOWN, listedAtMs: NOW_MS }), i);
      firsts += Number(rank === 1);
      if (rank !== 1) told.push(`line ${i} by “${phrase}”: ${rank === 0 ? 'not found' : `place ${rank}`}`);
    }
    told.unshift(`${firsts} of ${lines.length} lines are found first by a phrase of theirs`);
    for (const each of values.paraphrase) {
      const [line, text] = each.split(/=(.*)/s) as [string, string];
      const [meant] = await embed([text]);
      const moments = await store.moments.searchMeanings({
        meaning: meant as Float32Array,
        limit: SHOWN,
        listedAtMs: NOW_MS,
      });
      const rank = rankOf(moments, Number(line));
      told.push(
        `${rank > 0 && rank <= FIRST_FEW ? 'ok  ' : 'FAIL'} line ${line} by “${text}”: ${rank === 0 ? 'not found' : `place ${rank}`}`,
      );
    }
    return told;
  }
}

function lineOf(i: number, text: string): SpokenLine {
  return { startMs: i * 5000, endMs: i * 5000 + 4000, text };
}

function near(store: Store, meaning: Float32Array): Promise<Moment[]> {
  return store.moments.searchMeanings({ meaning, limit: SHOWN, listedAtMs: NOW_MS });
}

/** Any direction is as likely as any other. */
function direction(dice: () => number): Float32Array {
  const numbers = new Float32Array(MEANING_NUMBERS).map(() => dice() + dice() + dice() - 1.5);
  const length = Math.hypot(...numbers);
  return numbers.map((value) => value / length);
}

async function timed<T>(each: readonly T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const item of each) {
    const beganMs = performance.now();
    await work(item);
    times.push(performance.now() - beganMs);
  }
  return times;
}

async function scan(file: string, asked: string[][]): Promise<number[]> {
  const db = new DatabaseSync(file);
  const like = db.prepare('SELECT text FROM lines WHERE text LIKE ? ORDER BY number DESC LIMIT ?');
  const times = await timed(asked, async (words) => like.all(`%${words.slice(1, 5).join(' ')}%`, SHOWN));
  db.close();
  return times;
}

function timesOf(times: number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
