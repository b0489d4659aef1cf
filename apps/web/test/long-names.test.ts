import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '@marquee/core/ports';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type OwnSite, openOwnSite } from './own-site.ts';
import { photograph } from './photograph.ts';
import { takeFilmIn } from './take-film-in.ts';

const STANDS = { timeout: 15_000 };
/** Without a place to break, as names are in languages that write so. */
const WORD = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft';
/** As films are called that people exchange. */
const FILE = `${'Night.Ferry.2019.REMASTERED.2160p.WEB-DL.DDP5.1.H.265-'.repeat(3)}GROUP`;

let dir: string;
let base: string;
let store: Store;
let page: Page;
let faults: string[];
let close: OwnSite['close'] | undefined;
/** What a visitor or an admin may open, by a name for each. */
let paths: Record<string, string>;

async function settledJobs(count: number) {
  return vi.waitFor(
    async () => {
      const { items } = await store.jobs.list({ limit: 5 });
      expect(items.filter(({ settledAtMs }) => settledAtMs !== null)).toHaveLength(count);
      return items;
    },
    { timeout: 90_000, interval: 200 },
  );
}

/** Gives a film that was taken in everything that can be long. */
async function furnish(): Promise<void> {
  const film = join(dir, `${FILE}.mp4`);
  writeFileSync(join(dir, 'en.srt'), `1\n00:00:01,000 --> 00:00:03,000\n${WORD}\n`);
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=40', '-i', join(dir, 'en.srt')];
  const words = ['-c:s', 'mov_text', '-metadata:s:s:0', 'language=eng', '-metadata:s:s:0', `title=${WORD}`];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', ...words, film]);
  await takeFilmIn(page, base, film);
  const [ready] = await settledJobs(1);
  const movie = ready && (await store.movies.get(ready.movieId));
  if (!movie) throw new Error('The film is not there.');
  const credit = { name: WORD, role: WORD };
  const episode = { series: WORD, season: 1, number: 1 };
  const texts = { tagline: WORD, synopsis: WORD, genres: [WORD], cast: [credit], crew: [credit], episode };
  await store.movies.update(movie.id, movie.version, { title: WORD, details: { ...movie.details, ...texts } });

  const broken = join(dir, `${FILE}.mkv`);
  writeFileSync(broken, 'no film');
  await takeFilmIn(page, base, broken);
  const failed = (await settledJobs(2)).find(({ status }) => status === 'failed');

  const report = { session: 'f'.repeat(32), report: 1, startupMs: 9, stalls: 0, stalledMs: 0, watchedSec: 9 };
  const data = { ...report, rungSec: {}, error: null, engine: 'native' };
  expect((await page.request.post(`${base}/api/watch/${movie.id}/viewing`, { data })).ok()).toBe(true);

  await page.goto(`${base}/account`);
  await page.getByLabel('What to call you').fill(WORD.slice(0, 80));
  await page.keyboard.press('Enter');
  await page.getByText(`You are ${WORD.slice(0, 80)} now.`).waitFor(STANDS);
  await page.goto(`${base}/admin/tokens`);
  await page.getByLabel('What it is for').fill(WORD.slice(0, 80));
  await page.getByLabel('movies:read').check();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.getByLabel('The token', { exact: true }).waitFor(STANDS);
  await page.goto(`${base}/admin/webhooks`);
  await page.getByLabel('Address').fill(`https://example.org/${WORD}/${WORD}`);
  await page.getByLabel('movie.published').check();
  await page.getByRole('button', { name: 'Make the webhook' }).click();
  await page.getByLabel('The secret', { exact: true }).waitFor(STANDS);
  const webhook = await page.locator('a[href^="/admin/webhooks/"]').first().getAttribute('href');
  await page.goto(`${base}/admin/films/${movie.id}`);
  const subtitles = await page.locator('a[href*="/subtitles/"]').first().getAttribute('href');

  const admin = ['films', 'jobs', 'queues', 'users', 'audit', 'viewers', 'tokens', 'webhooks', 'upload'];
  paths = {
    home: '/',
    search: `/search?q=${WORD.slice(0, 6)}`,
    library: '/library',
    account: '/account',
    film: `/film/${movie.id}`,
    watch: `/watch/${movie.id}`,
    dashboard: '/admin',
    ...Object.fromEntries(admin.map((name) => [`admin-${name}`, `/admin/${name}`])),
    'admin-film': `/admin/films/${movie.id}`,
    'admin-subtitles': subtitles ?? '',
    'admin-job': `/admin/jobs/${ready.id}`,
    'admin-failed-job': `/admin/jobs/${failed?.id}`,
    'admin-webhook': webhook ?? '',
  };
}

beforeAll(async () => {
  ({ dir, base, store, page, faults, close } = await openOwnSite({ LOG_LEVEL: 'silent' }));
  await furnish();
}, 240_000);

afterAll(async () => {
  await close?.();
}, 30_000);

for (const width of [390, 1440]) {
  it(`no page is wider than ${width} px for a name without a place to break`, async () => {
    await page.setViewportSize({ width, height: 900 });
    const wider: string[] = [];
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(base + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor(STANDS);
      const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflowPx > 0) wider.push(`${name} by ${overflowPx} px`);
      await photograph(page, `long-names-${name}`, [width]);
    }
    expect(wider).toEqual([]);
    expect(faults).toEqual([]);
  }, 120_000);
}
