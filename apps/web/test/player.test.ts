import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type MovieId, newId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { addViewings, type ViewingSums } from '@marquee/core/viewings';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callPlayer, wakePlayer } from '../../../e2e/call-player.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 20_000 };
const FILM_SEC = 60;
const CHAPTERS = ['Arrival', 'The storm', 'Morning'];

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let sofa: Awaited<ReturnType<typeof newPage>>;
let filmId: MovieId;

async function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), {
    MARQUEE_ADMIN_SECRET: SECRET,
    TRANSCODE_CONCURRENCY: '1',
    X264_PRESET: 'ultrafast',
  });
  return addressOf(site);
}

/** A film of sixty seconds in two languages, with three chapters. */
function makeFilm(file: string): void {
  const marks = CHAPTERS.map(
    (title, i) => `[CHAPTER]\nTIMEBASE=1/1\nSTART=${i * 20}\nEND=${(i + 1) * 20}\ntitle=${title}\n`,
  );
  const chapters = join(dir, 'chapters.txt');
  writeFileSync(chapters, `;FFMETADATA1\n${marks.join('')}`);
  const inputs = [
    ['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=24:duration=${FILM_SEC}`],
    ['-f', 'lavfi', '-i', `sine=440:duration=${FILM_SEC}`],
    ['-f', 'lavfi', '-i', `sine=660:duration=${FILM_SEC}`],
    ['-i', chapters],
  ].flat();
  const maps = ['-map', '0', '-map', '1', '-map', '2', '-map_metadata', '3'];
  const languages = ['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=fra'];
  const how = ['-preset', 'ultrafast', '-c:a', 'aac', '-b:a', '64k'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, ...maps, ...languages, ...how, file]);
}

async function newPage(options: { width?: number; as?: BrowserContext } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  if (options.as) await context.addCookies(await options.as.cookies());
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  // What these tests look at counts as somebody's touch otherwise, upon which films begin by themselves.
  await page.addInitScript(() => {
    let isTouched = false;
    for (const name of ['keydown', 'pointerdown']) addEventListener(name, () => (isTouched = true), true);
    Object.defineProperty(navigator, 'userActivation', {
      get: () => ({ hasBeenActive: isTouched, isActive: isTouched }),
    });
  });
  const faults = faultsOf(page);
  return { context, page, faults };
}

async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, timeoutMs = 30_000) {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const video = (page: Page) =>
  page.evaluate(() => {
    const { currentTime, muted, playbackRate } = document.querySelector('video') as HTMLVideoElement;
    const player = document.querySelector('[data-media-player]') as HTMLElement;
    // The player's own word: its keys go by it, and it comes a moment after the element's.
    const paused = player.hasAttribute('data-paused');
    const widthPx = Math.round(player.getBoundingClientRect().width);
    return { atSec: currentTime, paused, muted, playbackRate, widthPx };
  });

const near = (sec: number, other: number) => Math.abs(sec - other) < 1.2;

async function openFilm(page: Page, query = '', id: MovieId = filmId): Promise<void> {
  await page.goto(`${base}/watch/${id}${query}`);
  await callPlayer(page);
}

/** What the site was told of all viewings. */
async function told(): Promise<ViewingSums> {
  return addViewings(await store.viewings.sums({ sinceMs: 0, untilMs: Date.now() + 1000, by: 'film', limit: 9 }));
}

/** Adds up what moves by itself while a page comes. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput)
          document.documentElement.dataset.shift = String(
            Number(document.documentElement.dataset.shift ?? 0) + entry.value,
          );
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return () => page.evaluate(() => Number(document.documentElement.dataset.shift ?? 0));
}

async function expectAccessible(page: Page, what: string): Promise<void> {
  expect(await seriousFaults(page), what).toEqual([]);
  const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflowPx, `${what} is wider than the screen`).toBeLessThanOrEqual(0);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-player-'));
  base = await startSite();
  store = createSqliteStore({ file: join(dir, 'data/marquee.db') });
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
  const file = join(dir, 'lamp.mkv');
  makeFilm(file);
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
    120_000,
  );
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('how films come to the screen', () => {
  it('is nothing to show before anybody watched', async () => {
    for (const width of [390, 1440]) {
      const { page, context, faults } = await newPage({ width, as: sofa.context });
      await page.goto(`${base}/admin/viewers?range=month`);
      await page.getByText('Nobody has watched a film in this time.').waitFor();
      await expectAccessible(page, `nobody's viewings at ${width}`);
      await keepScreenshot(page, `viewers-empty-${width}`);
      expect(faults).toEqual([]);
      await context.close();
    }
  });

  it('is told at the first picture and when the page is left, and stands among the figures', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await openFilm(page);
    expect((await told()).sessions).toBe(0);
    await page.keyboard.press('k');
    const first = await until('the site was told', async () => {
      const sums = await told();
      return sums.sessions === 1 && sums;
    });
    expect(first).toMatchObject({ stalls: 0, startups: [{ sessions: 1 }] });
    await until('four seconds were watched', async () => (await video(page)).atSec > 4);
    await page.goto(`${base}/film/${filmId}`);
    const last = await until('the last word came', async () => {
      const sums = await told();
      return sums.watchedSec > 3 && sums;
    });
    expect(last).toMatchObject({ sessions: 1, startups: first.startups });
    expect(last.rungSec[360] + last.rungSec[240]).toBeGreaterThan(3);

    await page.goto(`${base}/admin/viewers?range=day`);
    await page.getByRole('heading', { name: 'By film' }).waitFor();
    await page.getByRole('rowheader', { name: 'Lamp' }).waitFor();
    await page.getByRole('rowheader', { name: 'Chrome, hls.js' }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  it('counts a picture that stopped for want of data, and none that somebody stopped', async () => {
    const { page, context } = await newPage();
    const before = await told();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\/video\/.*\/0000[2-9]\.m4s/, async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await openFilm(page);
    await page.keyboard.press('k');
    await until('it plays', async () => (await video(page)).atSec > 1);
    await page.keyboard.press('k');
    await until('it rests', async () => (await video(page)).paused);
    await page.keyboard.press('k');
    await until('it waits', () => page.evaluate(() => (document.querySelector('video')?.readyState ?? 4) < 3));
    await page.waitForTimeout(800);
    release();
    await until('it goes on', async () => (await video(page)).atSec > 9);
    await page.goto('about:blank');
    const after = await until('the last word', async () => {
      const sums = await told();
      return sums.watchedSec > before.watchedSec + 8 && sums;
    });
    // A busy machine may add one of its own; pauses and seeks never do.
    expect(after.stalls - before.stalls).toBeGreaterThanOrEqual(1);
    expect(after.stalledMs - before.stalledMs).toBeGreaterThan(500);
    expect(after.watchedSec - before.watchedSec).toBeLessThan(30);
    await context.close();
  });

  it('counts what broke', async () => {
    const { page, context } = await newPage();
    await page.route(/master\.m3u8/, (route) => route.fulfill({ status: 404 }));
    await page.goto(`${base}/watch/${filmId}`);
    await wakePlayer(page);
    await page.getByText('The film did not come through.').waitFor(STANDS);
    await until('the site was told', async () => (await told()).errors.network === 1);
    await context.close();
  });

  it.each([390, 1440])('is shown to admins at %i px, and moves nothing as it comes', async (width) => {
    const { page, context, faults } = await newPage({ width, as: sofa.context });
    const shifts = await watchShifts(page);
    for (const range of ['day', 'week']) {
      await page.goto(`${base}/admin/viewers?range=${range}`, { waitUntil: 'networkidle' });
      await page.getByRole('heading', { name: 'By player' }).waitFor();
      await expectAccessible(page, `viewings at ${width}`);
      await keepScreenshot(page, `viewers-${range}-${width}`);
      expect(await shifts()).toBeLessThan(0.02);
    }
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('the player', () => {
  it('obeys the keyboard, and shows how', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await openFilm(page, '?t=20');
    expect(near((await video(page)).atSec, 20)).toBe(true);
    const goes = (key: string, toSec: number) =>
      until(`${key} leads to ${toSec} s`, async () => {
        const { atSec } = await video(page);
        return near(atSec, toSec);
      });
    await page.keyboard.press('l');
    await goes('l', 30);
    await page.keyboard.press('j');
    await goes('j', 20);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await goes('ArrowRight twice', 40);
    await page.keyboard.press('ArrowLeft');
    await goes('ArrowLeft', 30);
    await page.getByRole('slider', { name: 'Seek' }).focus();
    // The bar follows the film a moment later.
    await page.waitForTimeout(500);
    await page.keyboard.press('ArrowLeft');
    await goes('ArrowLeft on the bar', 20);
    await page.keyboard.press('j');
    await goes('j beside the bar', 10);
    await page.keyboard.press('5');
    await goes('5', 30);
    await page.keyboard.press('n');
    await goes('n', 40);
    await page.keyboard.press('p');
    await goes('p', 20);
    await page.keyboard.press('End');
    await goes('End', FILM_SEC);
    await page.keyboard.press('Home');
    await goes('Home', 0);
    // The player hears of what its element does a moment later, and goes by that.
    const settled = () => page.waitForTimeout(400);
    await page.keyboard.press('m');
    await until('it is silent', async () => (await video(page)).muted);
    await settled();
    await page.keyboard.press('m');
    await until('it is not', async () => !(await video(page)).muted);
    await page.keyboard.press('>');
    await until('it is faster', async () => (await video(page)).playbackRate === 1.25);
    await settled();
    await page.keyboard.press('<');
    await until('it is as fast as ever', async () => (await video(page)).playbackRate === 1);
    await page.keyboard.press('f');
    const full = page.locator('[data-media-player][data-fullscreen]');
    await full.waitFor();
    await page.keyboard.press('f');
    await full.waitFor({ state: 'detached' });
    await page.keyboard.press(' ');
    await until('it plays', async () => !(await video(page)).paused);

    await page.keyboard.press('?');
    const map = page.getByRole('dialog', { name: 'The keyboard' });
    await map.waitFor();
    await expectAccessible(page, 'the map of keys');
    await keepScreenshot(page, 'keys-1440');
    // Keys are for the dialog while it is open.
    await page.keyboard.press('k');
    await page.keyboard.press('Escape');
    await map.waitFor({ state: 'hidden' });
    expect((await video(page)).paused).toBe(false);
    // And the player's again from the moment that it is closed.
    await page.keyboard.press('k');
    await until('it rests', async () => (await video(page)).paused);
    await page.getByRole('button', { name: 'Keyboard' }).click();
    await map.getByRole('button', { name: 'Close' }).click();
    await map.waitFor({ state: 'hidden' });
    expect(faults).toEqual([]);
    await context.close();
  });

  it('goes from edge to edge as theatre, and stays so, without moving anything', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await openFilm(page);
    const before = (await video(page)).widthPx;
    await page.keyboard.press('t');
    await until('it is as wide as the window', async () => (await video(page)).widthPx === 1440);
    const button = page.getByRole('button', { name: 'Theatre' });
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    const shifts = await watchShifts(page);
    await openFilm(page);
    expect((await video(page)).widthPx).toBe(1440);
    await page.waitForLoadState('networkidle');
    expect(await shifts()).toBeLessThan(0.02);
    await keepScreenshot(page, 'theatre-1440');
    await expectAccessible(page, 'theatre');
    await button.click();
    await until('it is as wide as before', async () => (await video(page)).widthPx === before);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('copies the address of a moment, which begins there whatever was left where', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: base });
    await openFilm(page, '?t=0m22s');
    await page.getByText('Begins at 0:22.').waitFor();
    await page.getByRole('button', { name: 'Copy the address of this moment' }).click();
    await page.getByText('Copied, from 0:22').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${base}/watch/${filmId}?t=22`);
    await page.keyboard.press('k');
    await until('it plays', async () => (await video(page)).atSec > 23);
    await page.keyboard.press('k');
    await openFilm(page);
    await page.getByText(/Goes on at 0:2/).waitFor();
    await openFilm(page, '?t=12');
    await page.getByText('Begins at 0:12.').waitFor();
    expect(near((await video(page)).atSec, 12)).toBe(true);
    await openFilm(page, '?t=nonsense');
    await page.getByText(/Goes on at 0:/).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  it('has chapters on its bar, in a menu, and beside the play button', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await openFilm(page, '?t=25');
    await until('marks', async () => (await page.locator('.vds-slider-chapter').count()) === CHAPTERS.length);
    await page.keyboard.press('k');
    await page.locator('.vds-chapter-title', { hasText: 'The storm' }).first().waitFor();
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Next chapter' }).click();
    await until('the next one', async () => near((await video(page)).atSec, 40));
    await page.getByRole('button', { name: 'Chapter before' }).click();
    await until('the one before', async () => near((await video(page)).atSec, 20));
    await page.getByRole('button', { name: 'Chapters' }).click();
    await page.getByRole('menuitemradio', { name: /Arrival/ }).click();
    await until('the first one', async () => near((await video(page)).atSec, 0));
    const bar = page.locator('[data-media-time-slider]');
    const box = await bar.boundingBox();
    if (!box) throw new Error('The bar is not on the screen.');
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
    await bar.getByText('Morning').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  it('speaks the language that was chosen last, and calls languages by their names', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await openFilm(page);
    const open = async () => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('menuitem', { name: /^Audio/ }).click();
      await page.getByRole('menuitem', { name: /^Track/ }).click();
    };
    await open();
    expect(await page.getByRole('menuitemradio', { name: 'English' }).getAttribute('aria-checked')).toBe('true');
    await page.getByRole('menuitemradio', { name: 'French' }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await openFilm(page);
    await until('French is fetched', async () => asked.some((url) => url.includes('/audio/fr-')));
    await open();
    expect(await page.getByRole('menuitemradio', { name: 'French' }).getAttribute('aria-checked')).toBe('true');
    expect(faults).toEqual([]);
    await context.close();
  });

  it('tells the system what plays, and offers other devices only where there are any', async () => {
    const { page, context, faults } = await newPage({ as: sofa.context });
    await openFilm(page);
    await page.keyboard.press('k');
    await until('the system knows', () => page.evaluate(() => navigator.mediaSession.playbackState === 'playing'));
    const metadata = await page.evaluate(() => {
      const { title, artwork } = navigator.mediaSession.metadata ?? { title: '', artwork: [] };
      return { title, artwork: artwork.map(({ src, sizes }) => ({ src, sizes })) };
    });
    expect(metadata.title).toBe('Lamp');
    expect(metadata.artwork.map(({ sizes }) => sizes)).toEqual(['480x270', '960x540']);
    for (const { src } of metadata.artwork) expect((await page.request.get(src)).status()).toBe(200);
    expect(await page.getByRole('button', { name: 'Play on another device' }).count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('offers a device that the browser knows of', async () => {
    const { page, context } = await newPage({ as: sofa.context });
    // This browser knows of none: its own word on that is put in place of what it would find in a living room.
    await page.addInitScript(() => {
      RemotePlayback.prototype.watchAvailability = async (told) => {
        told(true);
        return 1;
      };
      RemotePlayback.prototype.prompt = async () => {
        document.documentElement.dataset.prompted = '1';
      };
    });
    await openFilm(page);
    await page.getByRole('button', { name: 'Play on another device' }).click();
    expect(await page.evaluate(() => document.documentElement.dataset.prompted)).toBe('1');
    await context.close();
  });

  it.each([390, 1440])('is accessible, and moves nothing as it comes, at %i px', async (width) => {
    const { page, context, faults } = await newPage({ width, as: sofa.context });
    const shifts = await watchShifts(page);
    await openFilm(page, '?t=25');
    await page.waitForLoadState('networkidle');
    await expectAccessible(page, `the player at ${width}`);
    expect(await shifts()).toBeLessThan(0.02);
    await page.mouse.move(width / 2, 300);
    await keepScreenshot(page, `player-${width}`);
    const outside = await page.evaluate(() => {
      const frame = document.querySelector('[data-media-player]')?.getBoundingClientRect();
      return [...document.querySelectorAll('.vds-controls .vds-button')]
        .map((each) => ({ name: each.getAttribute('aria-label'), box: each.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && frame && (box.left < frame.left - 1 || box.right > frame.right + 1))
        .map(({ name }) => name);
    });
    expect(outside).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('a series of the house', () => {
  const ids: MovieId[] = [];
  beforeAll(async () => {
    const first = await store.movies.get(filmId);
    for (const [title, season, number] of [
      ['Second Light', 1, 2],
      ['Third Light', 2, 1],
    ] as const) {
      const fresh = newMovie({ id: newId<MovieId>(), title, nowMs: Date.now() });
      const details = { ...fresh.details, episode: { series: 'lights!', season, number } };
      const ready = {
        readyJobId: first?.readyJobId ?? null,
        durationSec: FILM_SEC,
        posterKey: first?.posterKey ?? null,
      };
      await store.movies.insert({ ...fresh, ...ready, details });
      ids.push(fresh.id);
    }
  });

  const next = (page: Page) => page.getByRole('region', { name: 'Next episode' });

  it('is made by saying of films where they stand in it', async () => {
    const { page } = sofa;
    await page.goto(`${base}/admin/films/${filmId}`);
    await page.getByLabel('Series').fill('Lights');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('A number up to 9999.').waitFor();
    await page.getByLabel('Season').fill('1');
    await page.getByLabel('Episode').fill('1');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    expect(sofa.faults).toEqual([]);
  });

  it.each([390, 1440])('lists the season of an episode on its page, at %i px', async (width) => {
    const { page, context, faults } = await newPage({ width });
    await page.goto(`${base}/film/${filmId}`);
    const row = page.getByRole('region', { name: 'Lights: Season 1' });
    expect(await row.getByRole('listitem').allTextContents()).toEqual([
      'LampSeason 1, episode 1',
      'Second LightSeason 1, episode 2',
    ]);
    expect(await row.locator('[aria-current=page]').textContent()).toContain('Lamp');
    await expectAccessible(page, `a season at ${width}`);
    await keepScreenshot(page, `season-${width}`);
    await row.getByRole('link', { name: 'Season 2' }).click();
    await page.waitForURL(`${base}/film/${ids[1]}`);
    await page.getByRole('heading', { level: 1, name: 'Third Light' }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  it('waits to be asked for the next episode where less motion is wanted', async () => {
    const { page, context, faults } = await newPage();
    await openFilm(page);
    await page.keyboard.press('k');
    await until('it plays', async () => (await video(page)).atSec > 0.3);
    await page.keyboard.press('End');
    await next(page).waitFor();
    expect(await next(page).textContent()).not.toContain('Begins in');
    await expectAccessible(page, 'the next episode');
    await keepScreenshot(page, 'next-1440');
    await next(page).getByRole('button', { name: 'Stay here' }).click();
    await next(page).waitFor({ state: 'hidden' });
    await page.keyboard.press('Home');
    await until('it is at its beginning', async () => (await video(page)).atSec < 1);
    await page.keyboard.press('k');
    await until('it plays again', async () => (await video(page)).atSec > 1);
    await page.keyboard.press('End');
    await next(page).getByRole('button', { name: 'Play it' }).click();
    await page.waitForURL(`${base}/watch/${ids[0]}`);
    await page.getByRole('heading', { level: 1, name: 'Second Light' }).waitFor();
    await until('the next one plays', async () => (await video(page)).atSec > 0.5);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('goes on by itself over the end of a season, unless somebody stops it, and ends with the last', async () => {
    const { page, context, faults } = await newPage();
    await openFilm(page, '', ids[0]);
    // Whoever wants motion is asked when the film is over.
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.keyboard.press('k');
    await until('it plays', async () => (await video(page)).atSec > 0.3);
    await page.keyboard.press('End');
    await next(page)
      .getByText(/Begins in \d s/)
      .waitFor();
    await next(page).getByRole('button', { name: 'Wait' }).click();
    await page.waitForTimeout(1500);
    expect(await next(page).textContent()).not.toContain('Begins in');
    await next(page).getByRole('button', { name: 'Stay here' }).click();
    await page.keyboard.press('Home');
    await until('it is at its beginning', async () => (await video(page)).atSec < 1);
    await page.keyboard.press('k');
    await until('it plays again', async () => (await video(page)).atSec > 1);
    await page.keyboard.press('End');
    await page.waitForURL(`${base}/watch/${ids[1]}`, { timeout: 20_000 });
    await until('the last one plays', async () => (await video(page)).atSec > 0.5);
    await page.keyboard.press('End');
    await until('it is over', () => page.evaluate(() => document.querySelector('video')?.ended));
    expect(await next(page).count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('what anybody may send', () => {
  const report = {
    session: 'f'.repeat(32),
    report: 1,
    startupMs: 1,
    stalls: 0,
    stalledMs: 0,
    watchedSec: 0,
    rungSec: {},
    error: null,
    engine: 'native',
  };

  it('is refused where it is too much, makes no sense, or comes from elsewhere', async () => {
    const { page, context } = await newPage();
    const post = async (data: unknown, headers = {}, id: string = filmId) =>
      (await page.request.post(`${base}/api/watch/${id}/viewing`, { data, headers })).status();
    expect(await post(report)).toBe(204);
    expect(await post({ ...report, report: 2, userId: 'ann' })).toBe(400);
    expect(await post({ ...report, session: 'x' })).toBe(400);
    expect(await post('no json')).toBe(400);
    expect(await post({ ...report, more: 'x'.repeat(3000) })).toBe(413);
    expect(await post(report, { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await post(report, {}, 'nothing')).toBe(404);
    await context.close();
  });

  it('is heard only so often of one account', async () => {
    const { page } = sofa;
    const statuses = new Set<number>();
    for (let round = 0; round < 31; round++) {
      const sent = Array.from({ length: 10 }, () =>
        page.request.post(`${base}/api/watch/${filmId}/viewing`, { data: report }),
      );
      for (const answer of await Promise.all(sent)) statuses.add(answer.status());
    }
    expect(statuses).toEqual(new Set([204, 429]));
    expect(sofa.faults).toEqual([]);
  });
});

/** Where `SCREENSHOTS` names a folder. */
async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `player-${name}.png`), fullPage: true });
}
