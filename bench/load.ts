import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { startMarquee, untilSaid } from '@marquee/e2e/marquee';
import { inventWorld } from '../scripts/tmdb-stub/world.ts';
import type { TmdbStub } from '../scripts/tmdb-stub.ts';
import { largeHouse, SEED, storeOfVersion1 } from './large-house.ts';
import { processorSec } from './processor-time.ts';
import { questionsOf, random } from './search-titles.ts';

const USAGE = `npm run bench:load -- [--titles 100000] [--rate 50] [--seconds 20] [--catalogue FILE] [--json]

Asks a production site of many own titles, at a steady rate whether it keeps up or not, for its home page, for what is
suggested while somebody types, and for pages of results; then for single pages while TMDB is slow, and while it refuses.
Times are from the request to the last byte on loopback, in milliseconds. The embedded store; both ends on this machine.`;
/** What somebody would have to wait for TMDB itself. */
const SLOW_MS = 3000;
/** Not counted: the first requests fill caches and compile. */
const WARM_UP_SEC = 4;
const TRIES = 5;
/** Answers whose cost is summed up: Linux counts in hundredths of a second. */
const COUNTED = 100;

const { values } = parseArgs({
  options: {
    titles: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
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
const rate = Number(values.rate);
let asks = 0;

interface Times {
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
  failed: number;
}

const folder = await mkdtemp(join(tmpdir(), 'marquee-bench-load-'));
const stub = new Worker(new URL('./tmdb-stub-thread.ts', import.meta.url));
const [tmdb] = (await once(stub, 'message')) as [Pick<TmdbStub, 'apiKey' | 'url' | 'imageUrl'>];
const loads: Record<string, Times> = {};
const outages: Record<string, Times> = {};
/** Processor time of the site for one answer, in milliseconds. */
const costs: Record<string, number> = {};
try {
  const titles = await largeHouse(values.catalogue, Number(values.titles), say);
  const questions = questionsOf(titles, 2000, random(SEED + 1));
  await mkdir(join(folder, 'data'));
  await storeOfVersion1(join(folder, 'data', 'marquee.db'), titles);
  const site = startMarquee(['web'], {
    NODE_ENV: 'production',
    MARQUEE_DATA: join(folder, 'data'),
    HOST: '127.0.0.1',
    PORT: '0',
    PROXY_HOPS: '1',
    LOG_LEVEL: 'error',
    TMDB_API_KEY: tmdb.apiKey,
    TMDB_BASE_URL: tmdb.url,
    TMDB_IMAGE_URL: tmdb.imageUrl,
  });
  try {
    const base = (await untilSaid(site, /Marquee is at (\S+)/))[1] as string;
    const asked = (i: number) => encodeURIComponent(questions[i % questions.length]?.text ?? '');
    loads.home = await steadily(() => `${base}/`);
    loads.suggestions = await steadily((i) => `${base}/api/search?q=${asked(i)}`);
    loads['page of results'] = await steadily((i) => `${base}/search?q=${asked(i)}`);

    // A program that reads pages gets one of its own: what each would cost if strangers did not share it.
    costs['home, shared'] = await costMs(site.child.pid as number, `${base}/`);
    costs['home, rendered'] = await costMs(site.child.pid as number, `${base}/`, { 'User-Agent': 'Examplebot/1.0' });

    costs['page of results'] = await costMs(site.child.pid as number, `${base}/search?q=${asked(0)}`);

    const films = inventWorld().titles.filter(({ kind }) => kind === 'movie');
    const known = `/title/film/${films[0]?.id}`;
    await ask(base + known);
    for (const mode of ['slow', 'limited'] as const) {
      stub.postMessage([mode, { slowMs: SLOW_MS, retryAfterSec: 30 }] satisfies Parameters<TmdbStub['mode']>);
      await once(stub, 'message');
      const pages: Record<string, (i: number) => string> = {
        home: () => '/',
        'title that was seen': () => known,
        'results of the house': (i) => `/search?q=${asked(i)}`,
        'title never seen': (i) => `/title/film/${films[(mode === 'slow' ? 10 : 20) + i]?.id}`,
      };
      for (const [name, path] of Object.entries(pages)) {
        const times: Answer[] = [];
        for (let i = 0; i < TRIES; i++) times.push(await ask(base + path(i)));
        outages[`${mode}: ${name}`] = timesOf(times);
      }
    }
  } finally {
    site.child.kill('SIGTERM');
    await site.ended;
  }
} finally {
  await stub.terminate();
  await rm(folder, { recursive: true, force: true });
}
if (values.json)
  process.stdout.write(`${JSON.stringify({ titles: Number(values.titles), rate, loads, costs, outages })}\n`);
else {
  process.stdout.write(`${values.titles} titles, ${rate} requests a second\n${table(loads)}\n`);
  for (const [name, ms] of Object.entries(costs)) {
    process.stdout.write(`${name}: ${ms.toFixed(1)} ms of the processor for an answer\n`);
  }
  process.stdout.write(`\nTMDB away\n${table(outages)}`);
}

interface Answer {
  ms: number;
  status: number;
}

/** As if each request came from an address of its own: one alone may search only so often. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  asks++;
  const address = `10.${(asks >> 16) & 255}.${(asks >> 8) & 255}.${asks & 255}`;
  const beganMs = performance.now();
  const response = await fetch(url, { headers: { 'X-Forwarded-For': address, ...headers } });
  await response.arrayBuffer();
  return { ms: performance.now() - beganMs, status: response.status };
}

/** What an answer takes of the site's processor, asked for one after another, once the first have warmed it. */
async function costMs(pid: number, url: string, headers?: Record<string, string>): Promise<number> {
  for (let i = 0; i < COUNTED; i++) await ask(url, headers);
  const beganSec = processorSec(pid);
  for (let i = 0; i < COUNTED; i++) await ask(url, headers);
  return ((processorSec(pid) - beganSec) * 1000) / COUNTED;
}

/** Asks at the rate, whether earlier requests were answered or not: what waits in line counts as waiting. */
async function steadily(address: (i: number) => string): Promise<Times> {
  const warmUp = WARM_UP_SEC * rate;
  const count = warmUp + Number(values.seconds) * rate;
  const beganMs = performance.now();
  const answers: Promise<Answer>[] = [];
  for (let i = 0; i < count; i++) {
    const dueMs = beganMs + (i * 1000) / rate;
    await sleep(Math.max(0, dueMs - performance.now()));
    answers.push(ask(address(i)));
  }
  return timesOf((await Promise.all(answers)).slice(warmUp));
}

function timesOf(answers: Answer[]): Times {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  // A page that says that the catalogue is away says so with 503, to search engines.
  const failed = answers.filter(({ status }) => status >= 400 && status !== 503).length;
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), failed };
}

function table(rows: Record<string, Times>): string {
  const cells = (all: (string | number)[]) => all.map((cell) => String(cell).padStart(9)).join('');
  const lines = Object.entries(rows).map(
    ([name, { p50Ms, p95Ms, maxMs, failed }]) =>
      name.padEnd(34) + cells([p50Ms.toFixed(1), p95Ms.toFixed(1), maxMs.toFixed(1), failed]),
  );
  return `${''.padEnd(34)}${cells(['p50 ms', 'p95 ms', 'max ms', 'failed'])}\n${lines.join('\n')}\n`;
}
