import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type MovieId, newId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callPlayer } from '../../../e2e/call-player.ts';
import { startTmdbStub, type TmdbStub } from '../../../scripts/tmdb-stub.ts';
import { faultsOf } from './faults.ts';
import { ADMIN, setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 20_000 };
const FILM_SEC = 40;

let dir: string;
let stub: TmdbStub;
let site: ChildProcess;
let base: string;
let browser: Browser;
/** The device on which the house was set up. */
let sofa: { context: BrowserContext; page: Page; faults: string[] };
let filmId: MovieId;
let seriesPath: string;

async function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), {
    MARQUEE_ADMIN_SECRET: SECRET,
    TRANSCODE_CONCURRENCY: '1',
    X264_PRESET: 'ultrafast',
    TMDB_API_KEY: stub.apiKey,
    TMDB_BASE_URL: stub.url,
    TMDB_IMAGE_URL: stub.imageUrl,
  });
  return addressOf(site);
}

async function newPage(options: { width?: number; theme?: string; as?: BrowserContext } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  // Another device has the session, and nothing that the first one keeps by itself.
  if (options.as) await context.addCookies(await options.as.cookies());
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  // On a busy machine the catalogue may be away for a moment; the tests of its own pages look at that.
  const isAway = (message: ConsoleMessage) =>
    message.text().includes('503') && message.location().url.includes('/title/');
  const faults = faultsOf(page, isAway);
  return { context, page, faults };
}

async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, timeoutMs = 30_000) {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

const atSec = (page: Page) => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);

/** Opens the film and waits until it can play. */
async function openFilm(page: Page): Promise<void> {
  await page.goto(`${base}/watch/${filmId}`);
  await callPlayer(page);
}

/** Plays from `fromSec` on until the site was told of it. */
async function playFrom(page: Page, fromSec: number): Promise<void> {
  const told = page.waitForResponse((answer) => {
    if (!answer.url().endsWith('/api/library/place')) return false;
    return (answer.request().postDataJSON() as { positionSec: number }).positionSec >= fromSec;
  }, STANDS);
  await page.evaluate((sec) => {
    const video = document.querySelector('video');
    if (!video) return;
    video.currentTime = sec;
    void video.play();
  }, fromSec);
  await until('the film plays', async () => (await atSec(page)) > fromSec + 0.5);
  await page.evaluate(() => document.querySelector('video')?.pause());
  expect((await told).status()).toBe(200);
}

/** Puts films into the house that have no stream, beside the one that has. */
async function furnish(): Promise<void> {
  const store = createSqliteStore({ file: join(dir, 'data/marquee.db') });
  const film = await store.movies.get(filmId);
  const people = (name: string) => [{ name, role: '' }];
  await store.movies.update(filmId, film?.version ?? 0, {
    title: 'The Lamp',
    details: {
      ...(film ?? newMovie({ id: filmId, title: '', nowMs: 1 })).details,
      genres: ['Thriller'],
      cast: people('Ada Miro'),
      synopsis: 'A keeper and a stranger share a lighthouse for one long winter.',
    },
  });
  for (const [title, genres, cast] of [
    ['The Harbour', ['Thriller'], people('Ada Miro')],
    ['Low Water', ['Action'], people('Ada Miro')],
    ['Nothing Alike', ['Comedy'], []],
  ] as const) {
    const fresh = newMovie({ id: newId<MovieId>(), title, nowMs: Date.now() });
    const details = { ...fresh.details, genres: [...genres], cast: [...cast] };
    await store.movies.insert({ ...fresh, details, readyJobId: film?.readyJobId ?? null, durationSec: 5400 });
  }
  await store.close();
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-library-'));
  stub = await startTmdbStub();
  base = await startSite();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  sofa = await newPage();
  const { page } = sofa;
  await setUpHouse(page, base, SECRET);
  const file = join(dir, 'lamp.mp4');
  const picture = `testsrc2=size=320x180:rate=24:duration=${FILM_SEC}`;
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, '-preset', 'ultrafast', file]);
  await page.goto(`${base}/admin/upload`);
  await page.getByLabel('Film files').setInputFiles(file);
  const link = page.getByRole('link', { name: 'See it being made' });
  await link.waitFor({ timeout: 60_000 });
  const jobId = (await link.getAttribute('href'))?.split('/').at(-1);
  filmId = await until(
    'the film is ready',
    async () => {
      const { job } = await (await page.request.get(`${base}/api/jobs/${jobId}`)).json();
      return job.status === 'ready' && (job.movieId as MovieId);
    },
    60_000,
  );
  await furnish();
  seriesPath = await until('the catalogue answers', async () => {
    await page.goto(base);
    const series = page.getByRole('region', { name: 'Popular series', exact: true }).getByRole('link').first();
    return (await series.count()) > 0 && series.getAttribute('href');
  });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await endSite(site);
  await stub?.close();
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('what viewers keep', () => {
  it('lets a film that was left on one device go on, on another, and from its beginning if they like', async () => {
    await openFilm(sofa.page);
    await playFrom(sofa.page, 12);
    const tablet = await newPage({ as: sofa.context, width: 390 });
    await tablet.page.goto(base);
    const row = tablet.page.getByRole('region', { name: 'Continue watching' });
    await row.getByRole('link', { name: 'Go on with The Lamp' }).waitFor();
    expect(await row.textContent()).toMatch(/2\d s left/);
    await tablet.page.goto(`${base}/film/${filmId}`);
    await tablet.page.getByRole('link', { name: /^Resume/ }).waitFor();
    await openFilm(tablet.page);
    await tablet.page.getByText('Goes on at 0:12.').or(tablet.page.getByText('Goes on at 0:13.')).waitFor();
    expect(await atSec(tablet.page)).toBeGreaterThan(11.5);
    await tablet.page.getByRole('button', { name: 'Start over' }).click();
    await until('it begins anew', async () => (await atSec(tablet.page)) < 5);
    // The sofa's own place is older than what the tablet says now.
    await playFrom(tablet.page, 20);
    await openFilm(sofa.page);
    await sofa.page.getByText('Goes on at 0:2').waitFor();
    expect(await atSec(sofa.page)).toBeGreaterThan(19.5);
    expect([...tablet.faults, ...sofa.faults]).toEqual([]);
    await tablet.context.close();
  });

  it('never lets an older word of where somebody is take the place of a newer one', async () => {
    const tell = async (positionSec: number, atMs: number) =>
      (await (
        await sofa.page.request.post(`${base}/api/library/place`, {
          data: { movieId: filmId, positionSec, durationSec: FILM_SEC, atMs },
        })
      ).json()) as { written: boolean };
    const nowMs = Date.now();
    expect((await tell(17, nowMs)).written).toBe(true);
    expect((await tell(5, nowMs - 1000)).written).toBe(false);
    // A clock that is a day fast shuts nobody out.
    expect((await tell(18, nowMs + 86_400_000)).written).toBe(true);
    expect((await tell(19, Date.now())).written).toBe(true);
  });

  it('refuses strangers, other sites, and what makes no sense', async () => {
    const place = { movieId: filmId, positionSec: 1, durationSec: FILM_SEC, atMs: 1 };
    const stranger = await newPage();
    const post = (page: Page, data: object, headers = {}) =>
      page.request.post(`${base}/api/library/place`, { data, headers });
    expect((await post(stranger.page, place)).status()).toBe(401);
    expect((await post(sofa.page, place, { 'Sec-Fetch-Site': 'cross-site' })).status()).toBe(403);
    expect((await post(sofa.page, { ...place, positionSec: -1 })).status()).toBe(400);
    expect((await post(sofa.page, { ...place, movieId: 'nothing' })).status()).toBe(404);
    await stranger.page.goto(`${base}/library`);
    expect(new URL(stranger.page.url()).pathname).toBe('/sign-in');
    await stranger.page.goto(`${base}/film/${filmId}`);
    const way = stranger.page.getByRole('link', { name: 'Sign in to keep it' });
    expect(await way.getAttribute('href')).toBe(`/sign-in?next=${encodeURIComponent(`/film/${filmId}`)}`);
    await stranger.page.goto(base);
    expect(await stranger.page.getByRole('region', { name: 'Continue watching' }).count()).toBe(0);
    await stranger.context.close();
  });

  it('keeps favourites, stars and watched marks of the house’s films and the world’s titles', async () => {
    const { page } = sofa;
    await page.goto(`${base}/film/${filmId}`);
    const heart = page.getByRole('button', { name: 'Your list' });
    await heart.focus();
    await page.keyboard.press('Enter');
    expect(await heart.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('radio', { name: '3 stars' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Take the rating back' }).waitFor();
    await page.waitForLoadState('networkidle');
    await page.goto(base + seriesPath);
    await page.getByRole('button', { name: 'Your list' }).click();
    await page.getByRole('button', { name: 'Mark as watched' }).click();
    await page.waitForLoadState('networkidle');
    const name = await page.getByRole('heading', { level: 1 }).textContent();

    const phone = await newPage({ as: sofa.context, width: 390 });
    await phone.page.goto(`${base}/film/${filmId}`);
    expect(await phone.page.getByRole('button', { name: 'Your list' }).getAttribute('aria-pressed')).toBe('true');
    expect(await phone.page.getByRole('radio', { name: '4 stars' }).isChecked()).toBe(true);
    await phone.page.goto(`${base}/library`);
    const cards = phone.page.getByRole('main').getByRole('listitem');
    expect(await cards.count()).toBe(2);
    expect(await cards.first().textContent()).toContain(name);
    await phone.page.getByRole('link', { name: 'Watched' }).click();
    await phone.page.waitForURL(/shelf=watched/);
    await until('one was watched', async () => (await cards.count()) === 1);
    await phone.page.getByRole('link', { name: 'Rated' }).click();
    await phone.page.waitForURL(/shelf=rated/);
    await until('the stars stand beside the name', async () => (await cards.textContent())?.includes('4 of 5 stars'));
    expect([...phone.faults, ...sofa.faults]).toEqual([]);
    await phone.context.close();
  });

  it('says of films that are like one why they are', async () => {
    const { page } = sofa;
    await page.goto(`${base}/film/${filmId}`);
    const like = page.getByRole('region', { name: 'More like this' });
    expect(await like.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/The Harbour\s*Also a thriller with Ada Miro/),
      expect.stringMatching(/Low Water\s*Also with Ada Miro/),
    ]);
  });

  for (const theme of ['evening', 'matinee']) {
    for (const width of [390, 1440]) {
      it(`is accessible and free of errors in ${theme} at ${width} px`, async () => {
        const { page, context, faults } = await newPage({ width, theme, as: sofa.context });
        const visits = [
          { path: '/', ready: page.getByRole('heading', { name: 'Continue watching' }) },
          { path: `/film/${filmId}`, ready: page.getByRole('heading', { name: 'More like this' }) },
          { path: seriesPath, ready: page.getByRole('button', { name: 'Your list' }) },
          { path: '/library', ready: page.getByRole('heading', { name: 'Your list' }) },
          { path: '/library?shelf=continue', ready: page.getByRole('link', { name: 'Go on with The Lamp' }) },
          { path: `/watch/${filmId}`, ready: page.getByRole('button', { name: 'Start over' }) },
        ];
        for (const [at, { path, ready }] of visits.entries()) {
          await page.goto(base + path);
          if (path.startsWith('/watch/')) await callPlayer(page);
          await ready.first().waitFor(STANDS);
          await keepScreenshot(page, `${at}-${theme}-${width}`);
          expect(await seriousFaults(page), path).toEqual([]);
          const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflowPx, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
        }
        expect(faults).toEqual([]);
        await context.close();
      }, 120_000);
    }
  }

  it('takes a film off what is being watched, and a watched one too', async () => {
    const { page } = sofa;
    await page.goto(base);
    const row = page.getByRole('region', { name: 'Continue watching' });
    await row.getByRole('button', { name: 'Take The Lamp off what you are watching' }).click();
    await row.waitFor({ state: 'detached' });
    await openFilm(page);
    expect(await atSec(page)).toBeLessThan(5);
    await playFrom(page, 15);
    await page.goto(base);
    await row.waitFor();
    await openFilm(page);
    await playFrom(page, FILM_SEC - 3);
    await page.goto(base);
    await page.getByRole('heading', { name: 'Popular films' }).waitFor();
    expect(await row.count()).toBe(0);
    await page.goto(`${base}/film/${filmId}`);
    await page.getByRole('button', { name: 'Watched', exact: true }).click();
    await page.getByRole('button', { name: 'Mark as watched' }).waitFor();
  });

  it('hides all of it from the next person on the same device', async () => {
    const { page } = sofa;
    await openFilm(page);
    await playFrom(page, 14);
    await page.goto(base);
    await page.getByRole('region', { name: 'Continue watching' }).waitFor();
    await page.getByRole('button', { name: `Account of ${ADMIN.name}` }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    await page.goto(base);
    expect(await page.getByRole('region', { name: 'Continue watching' }).count()).toBe(0);
    await page.goto(`${base}/film/${filmId}`);
    await page.getByRole('link', { name: /^Play/ }).waitFor();
    await openFilm(page);
    expect(await atSec(page)).toBeLessThan(5);
    // Without an account the place is kept on the device, as ever.
    await page.evaluate(() => {
      const video = document.querySelector('video');
      if (!video) return;
      video.currentTime = 13;
      return video.play();
    });
    await until('the film plays', async () => (await atSec(page)) > 13.5);
    await page.evaluate(() => document.querySelector('video')?.pause());
    await openFilm(page);
    await page.getByText('Goes on at 0:13.').waitFor();
    expect(sofa.faults).toEqual([]);
  });
});

/** Where `SCREENSHOTS` names a folder. */
async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `library-${name}.png`), fullPage: true });
}
