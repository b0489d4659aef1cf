import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { movieOf, NOW_MS, SEED } from './large-house.ts';
import { random } from './search-titles.ts';

const USAGE = `npm run bench:moments -- [--cues 1000000] [--questions 500] [--json]

Searches spoken lines on the embedded store, and beside it the same file by a scan with LIKE, which knows neither order
nor accents nor visibility. Lines are made of invented words that are as common as words are.`;

const { values } = parseArgs({
  options: {
    cues: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '500' },
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

if (values.help) process.stdout.write(`${USAGE}\n`);
else await run(Number(values.cues), Number(values.questions));

async function run(cues: number, questions: number): Promise<void> {
  const dice = random(SEED);
  // Zipf: the nth word is said 1/n times as often as the first.
  const word = () => `w${Math.floor(WORDS ** dice()).toString(36)}`;
  const dir = await mkdtemp(join(tmpdir(), 'marquee-moments-'));
  const store = createSqliteStore({ file: join(dir, 'marquee.db') });
  try {
    await store.setup();
    const asked: string[][] = [];
    const startMs = performance.now();
    for (let film = 0; film * CUES_OF_FILM < cues; film++) {
      const movie = movieOf(`Film ${film}`, film);
      await store.movies.insert(movie);
      const lines = Array.from({ length: CUES_OF_FILM }, (_, i) => ({
        startMs: i * 5000,
        endMs: i * 5000 + 4000,
        text: Array.from({ length: WORDS_OF_CUE }, word).join(' '),
      }));
      await store.moments.put({ movieId: movie.id, trackId: 'en-0', language: 'en' }, lines);
      while (asked.length < ((film + 1) * CUES_OF_FILM * questions) / cues)
        asked.push((lines[Math.floor(dice() * CUES_OF_FILM)]?.text ?? '').split(' '));
    }
    const insertSec = (performance.now() - startMs) / 1000;
    const kinds: Record<string, (words: string[]) => string> = {
      phrase: (words) => words.slice(1, 5).join(' '),
      'words swapped': (words) => words.slice(1, 5).reverse().join(' '),
      'one word': (words) => words[2] ?? '',
      'unfinished word': (words) => `${words[1]} ${(words[2] ?? '').slice(0, 3)}`,
      'two common words': () => 'w1 w2',
    };
    const figures: Record<string, { p50Ms: number; p95Ms: number; maxMs: number; found: number }> = {};
    const all: number[] = [];
    for (const [kind, question] of Object.entries(kinds)) {
      const times: number[] = [];
      let found = 0;
      for (const words of asked) {
        const beganMs = performance.now();
        const answer = await store.moments.search({ text: question(words), limit: SHOWN, listedAtMs: NOW_MS });
        times.push(performance.now() - beganMs);
        found += Number(answer.length > 0);
      }
      all.push(...times);
      figures[kind] = { ...timesOf(times), found: found / asked.length };
    }
    figures.all = { ...timesOf(all), found: 1 };
    const db = new DatabaseSync(join(dir, 'moments.db'));
    const scan = db.prepare('SELECT text FROM lines WHERE text LIKE ? ORDER BY number DESC LIMIT ?');
    const scans = asked.slice(0, SCANNED).map((words) => {
      const beganMs = performance.now();
      scan.all(`%${words.slice(1, 5).join(' ')}%`, SHOWN);
      return performance.now() - beganMs;
    });
    db.close();
    figures['LIKE, phrase'] = { ...timesOf(scans), found: 1 };
    const megabytes = (await stat(join(dir, 'moments.db'))).size / 1e6;
    if (values.json) process.stdout.write(`${JSON.stringify({ cues, insertSec, megabytes, figures })}\n`);
    else {
      process.stdout.write(`${cues} lines, put in ${insertSec.toFixed(0)} s, ${megabytes.toFixed(0)} MB\n`);
      for (const [kind, { p50Ms, p95Ms, maxMs, found }] of Object.entries(figures))
        process.stdout.write(
          `${kind.padEnd(20)} p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms, answered ${(found * 100).toFixed(0)} %\n`,
        );
    }
  } finally {
    await store.close();
    await rm(dir, { recursive: true });
  }
}

function timesOf(times: number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
