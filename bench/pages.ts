import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { lastLine, startMarquee, untilSaid } from '@marquee/e2e/marquee';
import { makeTestFilm } from '@marquee/e2e/test-film';
import { inventWorld } from '../scripts/tmdb-stub/world.ts';
import { startTmdbStub } from '../scripts/tmdb-stub.ts';
import { median } from './measure.ts';

const LIGHTHOUSE = 'lighthouse@13.5.0';
const USAGE = `npm run bench:pages -- [--rounds 3] [--reports FOLDER] [--json]

Measures home, search, a title and a film's watch page of a production site with Lighthouse, as a phone meets them (a
processor four times slower, 1.6 Mbit/s and 150 ms of 4G): scores, largest paint, layout shift, and script in kB as it travels. Values are medians. npm
fetches ${LIGHTHOUSE} for it (it is no part of the installation), so it needs the registry, and Chromium. --reports keeps
Lighthouse's own words on the last round.`;
const FILM_SEC = 12;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    reports: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(0);
}
const run = promisify(execFile);
const say = (line: string) => void process.stderr.write(`${line}\n`);
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 1);

/** What is used of Lighthouse's report. */
interface Report {
  categories: Record<'performance' | 'accessibility' | 'best-practices', { score: number | null }>;
  audits: Record<string, { score: number | null; title: string; numericValue?: number; details?: { items?: Item[] } }>;
  runtimeError?: { message: string };
}
interface Item {
  url?: string;
  resourceType?: string;
  transferSize?: number;
}

interface Figures {
  performance: number;
  accessibility: number;
  bestPractices: number;
  largestPaintMs: number;
  layoutShift: number;
  scriptBytes: number;
  /** What is not as Lighthouse wants it, in its words. */
  short: string[];
}

if (values.reports) await mkdir(resolve(values.reports), { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'marquee-bench-pages-'));
const stub = await startTmdbStub();
const variables = {
  NODE_ENV: 'production',
  MARQUEE_DATA: join(folder, 'data'),
  PORT: '0',
  LOG_LEVEL: 'error',
  TMDB_API_KEY: stub.apiKey,
  TMDB_BASE_URL: stub.url,
  TMDB_IMAGE_URL: stub.imageUrl,
};
const results: Record<string, Figures> = {};
try {
  const film = await makeTestFilm(folder, 'film.mp4', { sec: FILM_SEC, fps: 24, languages: ['eng'] });
  const ingested = await startMarquee(['ingest', film, '--wait', '--json'], variables).ended;
  const movieId = lastLine<{ movieId: string }>(ingested.stdout)?.movieId;
  if (ingested.code !== 0 || !movieId) throw new Error(`The film was not made: ${ingested.stderr}`);
  const site = startMarquee(['web'], variables);
  try {
    const base = (await untilSaid(site, /Marquee is at (\S+)/))[1] as string;
    const title = inventWorld().titles.find(({ kind, overview }) => kind === 'movie' && overview);
    const pages = {
      home: '/',
      search: '/search?q=the',
      title: `/title/film/${title?.id}`,
      watch: `/watch/${movieId}`,
    };
    for (const [name, path] of Object.entries(pages)) {
      const all: Figures[] = [];
      // What is made at the first request of all is no part of a page.
      await (await fetch(base + path)).arrayBuffer();
      for (let round = 0; round < rounds; round++) all.push(await measurePage(base + path));
      if (values.reports) await copyFile(join(folder, 'report.json'), join(resolve(values.reports), `${name}.json`));
      results[name] = middle(all);
      say(line(name, results[name]));
    }
  } finally {
    site.child.kill('SIGTERM');
    await site.ended;
  }
} finally {
  await stub.close();
  await rm(folder, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);

async function measurePage(url: string): Promise<Figures> {
  const file = join(folder, 'report.json');
  const chromium = (await run('sh', ['-c', 'command -v chromium || command -v google-chrome'])).stdout.trim();
  const flags = '--headless=new --no-sandbox --disable-gpu';
  const args = ['exec', '--yes', `--package=${LIGHTHOUSE}`, '--', 'lighthouse', url, '--quiet', '--output=json'];
  // A line that is really slow, and a processor that is: the simulation of it takes what this machine has loaded before
  // the first picture, which is all of it, for what the picture waits for.
  const how = ['--throttling-method=devtools', '--only-categories=performance,accessibility,best-practices'];
  const child = spawn('npm', [...args, `--output-path=${file}`, ...how, `--chrome-flags=${flags}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Handed on, not read: what npm and Lighthouse look for in it is theirs.
    env: { ...process.env, CHROME_PATH: chromium },
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`Lighthouse ended with ${code} for ${url}.`);
  const report = JSON.parse(await readFile(file, 'utf8')) as Report;
  if (report.runtimeError) throw new Error(report.runtimeError.message);
  const { categories, audits } = report;
  const score = (of: keyof Report['categories']) => Math.round((categories[of].score ?? 0) * 100);
  const requests = audits['network-requests']?.details?.items ?? [];
  const scripts = requests.filter(({ resourceType }) => resourceType === 'Script');
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    bestPractices: score('best-practices'),
    largestPaintMs: audits['largest-contentful-paint']?.numericValue ?? Number.NaN,
    layoutShift: audits['cumulative-layout-shift']?.numericValue ?? Number.NaN,
    scriptBytes: scripts.reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
    short: Object.values(audits)
      .filter((audit) => audit.score !== null && audit.score < 0.9)
      .map(({ title }) => title),
  };
}

function middle(all: Figures[]): Figures {
  const of = (pick: (figures: Figures) => number) => median(all.map(pick));
  return {
    performance: of((each) => each.performance),
    accessibility: of((each) => each.accessibility),
    bestPractices: of((each) => each.bestPractices),
    largestPaintMs: of((each) => each.largestPaintMs),
    layoutShift: of((each) => each.layoutShift),
    scriptBytes: of((each) => each.scriptBytes),
    short: all[0]?.short ?? [],
  };
}

function line(name: string, figures: Figures): string {
  const { performance, accessibility, bestPractices, largestPaintMs, layoutShift, scriptBytes, short } = figures;
  const scores = `performance ${performance}, accessibility ${accessibility}, best practice ${bestPractices}`;
  const rest = `${(largestPaintMs / 1000).toFixed(2)} s, shift ${layoutShift.toFixed(3)}, ${(scriptBytes / 1000).toFixed(0)} kB of script`;
  return `${name.padEnd(7)} ${scores}; largest paint ${rest}\n        ${short.join('; ')}`;
}
