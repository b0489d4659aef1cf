import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createMongoStore } from '@marquee/adapters/mongo-store';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { Store } from '@marquee/core/ports';
import { LOG } from './fleet-orchestration-run.ts';
import { largeHouse, movieOf, NOW_MS, SEED, storeOfVersion1 } from './large-house.ts';
import { type Question, questionsOf, random } from './search-titles.ts';

const USAGE = `npm run bench:search -- [--titles 100000] [--questions 1000] [--catalogue FILE] [--json]

Searches a house of many titles on the embedded store and, where MONGODB_URL is set, on MongoDB. Titles are made from
the names in FILE (default: ../shared/catalogue/movies.json), or of invented words where there is none.`;

const { values } = parseArgs({
  options: {
    titles: { type: 'string', default: '100000' },
    questions: { type: 'string', default: '1000' },
    catalogue: { type: 'string', default: new URL('../../shared/catalogue/movies.json', import.meta.url).pathname },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(0);
}
const say = (line: string) => void process.stderr.write(`${line}\n`);

const SHOWN = 10;
const INSERTED_AT_ONCE = 64;
interface Figures {
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
  /** Shares of the questions whose title came first, and among the first five. */
  first: number;
  topFive: number;
}

const titles = await largeHouse(values.catalogue, Number(values.titles), say);
const questions = questionsOf(titles, Number(values.questions), random(SEED + 1));
const folder = await mkdtemp(join(tmpdir(), 'marquee-bench-search-'));
const results: Record<string, { insertSec: number; kinds: Record<string, Figures>; pages: Record<string, number> }> =
  {};
try {
  const file = join(folder, 'marquee.db');
  await storeOfVersion1(file, titles);
  results.embedded = await measure(createSqliteStore({ file }));
  const url = process.env.MONGODB_URL;
  if (url)
    results.MongoDB = await measure(createMongoStore({ url, database: `bench-search-${process.pid}`, log: LOG }));
  else say('MongoDB: skipped, MONGODB_URL is not set');
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify({ titles: titles.length, results }, null, 2)}\n`);
else report();

async function measure(store: Store) {
  const startMs = performance.now();
  await store.setup();
  const hasFilms = (await store.movies.list({ limit: 1 })).items.length > 0;
  for (let at = 0; at < titles.length && !hasFilms; at += INSERTED_AT_ONCE) {
    const some = titles.slice(at, at + INSERTED_AT_ONCE);
    await Promise.all(some.map((title, i) => store.movies.insert(movieOf(title, at + i))));
  }
  const insertSec = (performance.now() - startMs) / 1000;
  const asked: { question: Question; ms: number; place: number }[] = [];
  for (const question of questions) {
    const beganMs = performance.now();
    const found = await store.movies.search({ text: question.text, limit: SHOWN, listedAtMs: NOW_MS });
    const ms = performance.now() - beganMs;
    asked.push({ question, ms, place: found.findIndex((movie) => movie.title === question.title) });
  }
  const kinds: Record<string, Figures> = {};
  for (const kind of ['all', ...new Set(questions.map((question) => question.kind))])
    kinds[kind] = figuresOf(asked.filter(({ question }) => kind === 'all' || question.kind === kind));
  const pages = { ...(await measurePages(store)), ...(await measureKin(store)) };
  await store.close();
  return { insertSec, kinds, pages };
}

/** Milliseconds for the films that are like one, of films all over the house. */
async function measureKin(store: Store): Promise<Record<string, number>> {
  const times: { ms: number; place: number }[] = [];
  for (const question of questions.slice(0, 200)) {
    const [movie] = await store.movies.search({ text: question.title, limit: 1 });
    if (!movie) continue;
    const beganMs = performance.now();
    await store.movies.kin(movie, { limit: 12, listedAtMs: NOW_MS });
    times.push({ ms: performance.now() - beganMs, place: 0 });
  }
  const { p50Ms, p95Ms } = figuresOf(times);
  return { 'more like this, p50': p50Ms, 'more like this, p95': p95Ms };
}

/** Milliseconds for a page in the middle of each order, and for a page of what hardly any film is. */
async function measurePages(store: Store): Promise<Record<string, number>> {
  const pages: Record<string, number> = {};
  for (const sort of ['newest', 'title', 'updated'] as const) {
    let cursor: string | null = null;
    for (let i = 0; i < 5; i++) {
      const page = await store.movies.list({ sort, limit: 5000, ...(cursor === null ? {} : { cursor }) });
      cursor = page.cursor;
      if (cursor === null) break;
    }
    let beganMs = performance.now();
    await store.movies.list({ sort, limit: 48, ...(cursor === null ? {} : { cursor }) });
    pages[`${sort}, deep`] = performance.now() - beganMs;
    beganMs = performance.now();
    await store.movies.list({ sort, limit: 48, visibility: 'draft' });
    pages[`${sort}, drafts alone`] = performance.now() - beganMs;
  }
  return pages;
}

function figuresOf(asked: { ms: number; place: number }[]): Figures {
  const sorted = asked.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const share = (below: number) => asked.filter(({ place }) => place >= 0 && place < below).length / asked.length;
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), first: share(1), topFive: share(5) };
}

function report(): void {
  const cell = (value: string | number) => String(value).padStart(9);
  for (const [engine, { insertSec, kinds, pages }] of Object.entries(results)) {
    process.stdout.write(
      `${engine}: ${titles.length} titles, stored or brought up to date in ${insertSec.toFixed(1)} s\n`,
    );
    process.stdout.write(
      `${'question'.padEnd(16)}${['p50 ms', 'p95 ms', 'max ms', 'first', 'top 5'].map(cell).join('')}\n`,
    );
    for (const [kind, { p50Ms, p95Ms, maxMs, first, topFive }] of Object.entries(kinds)) {
      const times = [p50Ms, p95Ms, maxMs].map((ms) => cell(ms.toFixed(1)));
      const shares = [first, topFive].map((part) => cell(`${(part * 100).toFixed(1)} %`));
      process.stdout.write(`${kind.padEnd(16)}${[...times, ...shares].join('')}\n`);
    }
    for (const [page, ms] of Object.entries(pages)) process.stdout.write(`page: ${page}, ${ms.toFixed(1)} ms\n`);
  }
}
