import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@marquee/core/config';
import type { Movie } from '@marquee/core/movie';
import { openEngines } from '@marquee/workers/engines';
import { submitUpload } from '@marquee/workers/orchestrator/commands';
import { createLogger } from '@marquee/workers/runtime/log';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTmdbStub, type TmdbStub } from '../../../scripts/tmdb-stub.ts';
import { faultsOf } from './faults.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

const STANDS = { timeout: 20_000 };
/** First-load scripts of a page outside the player, gzipped. */
const SCRIPT_BUDGET_BYTES = 170_000;
/** The longest that a page may take while the catalogue is away, in milliseconds, on a machine that does more than this. */
const AWAY_BUDGET_MS = 1000;

let dir: string;
let stub: TmdbStub;
let browser: Browser;
let base: string;
const sites: ChildProcess[] = [];
/** A film, a series and a person of the stub's world. */
let paths: { film: string; series: string; person: string };

/** Puts films with stills into a house, as if they had been made. */
async function furnish(dataDir: string, films: { title: string; hue: string; tmdb?: Movie['tmdb'] }[]): Promise<void> {
  const config = loadConfig({ MARQUEE_DATA: dataDir, LOG_LEVEL: 'silent' });
  const log = createLogger(config);
  const engines = await openEngines(config, log);
  const { store, queue, objects } = engines;
  for (const [index, { title, hue, tmdb }] of films.entries()) {
    const upload = { title, fileName: `${index}.mp4`, sourceKey: `uploads/${index}/source`, sizeBytes: 1 };
    await objects.put(upload.sourceKey, new Uint8Array(1), { contentType: 'video/mp4' });
    const made = await submitUpload({ store, queue, objects, log }, { ...upload, nowMs: Date.now() + index });
    const posterKey = `media/${made.movieId}/${made.jobId}/posters/1.jpg`;
    const still = sharp({ create: { width: 1280, height: 720, channels: 3, background: hue } }).jpeg();
    await objects.put(posterKey, await still.toBuffer(), { contentType: 'image/jpeg' });
    const movie = await store.movies.get(made.movieId);
    await store.movies.update(made.movieId, movie?.version ?? 0, {
      readyJobId: made.jobId,
      posterKey,
      durationSec: 5400,
      ...(tmdb ? { tmdb } : {}),
    });
  }
  await engines.close();
}

async function startSite(dataDir: string, env: Record<string, string>): Promise<string> {
  const site = spawnSite(dataDir, env, { args: ['--no-workers'] });
  sites.push(site);
  return addressOf(site);
}

interface PageOptions {
  width?: number;
  theme?: string;
  motion?: boolean;
  scripts?: boolean;
}

async function newPage({ width = 1440, theme, motion = false, scripts = true }: PageOptions = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    reducedMotion: motion ? 'no-preference' : 'reduce',
    javaScriptEnabled: scripts,
  });
  if (theme) await context.addCookies([{ name: 'marquee-theme', value: theme, url: base }]);
  context.setDefaultTimeout(10_000);
  await context.route('https://www.youtube-nocookie.com/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Trailer</title><p>A trailer plays.</p>' }),
  );
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

const focusedHref = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('href'));

/** The address of the `index`th card of a row on the first page. */
async function cardPath(page: Page, heading: string, index = 0): Promise<string> {
  const links = page.getByRole('region', { name: heading, exact: true }).getByRole('listitem').getByRole('link');
  return (await links.nth(index).getAttribute('href')) ?? '';
}

/** Opens a page until a part of it is there: on a busy machine the first answers of the catalogue come too late for it. */
async function openUntil(page: Page, address: string, heading: string): Promise<void> {
  const part = page.getByRole('region', { name: heading, exact: true });
  for (const endMs = Date.now() + 60_000; ; ) {
    await page.goto(address);
    if ((await part.count()) > 0) return;
    if (Date.now() > endMs) throw new Error(`${address} never showed "${heading}".`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-catalogue-'));
  stub = await startTmdbStub();
  mkdirSync(join(dir, 'house'));
  const popular = await fetch(`${stub.url}/movie/popular?api_key=${stub.apiKey}`);
  const [linked] = ((await popular.json()) as { results: { id: number; title: string }[] }).results;
  await furnish(join(dir, 'house'), [
    { title: linked?.title ?? '', hue: '#445533', tmdb: { kind: 'film', tmdbId: linked?.id ?? 0 } },
    { title: 'The Salt Road', hue: '#7a4b2a' },
    { title: 'Night Shift at the Observatory', hue: '#24446b' },
  ]);
  base = await startSite(join(dir, 'house'), {
    TMDB_API_KEY: stub.apiKey,
    TMDB_BASE_URL: stub.url,
    TMDB_IMAGE_URL: stub.imageUrl,
  });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const { page, context } = await newPage();
  await openUntil(page, base, 'Popular films');
  const film = await cardPath(page, 'Popular films');
  await openUntil(page, base, 'Popular series');
  const series = await cardPath(page, 'Popular series');
  await openUntil(page, base + film, 'Cast');
  paths = { film, series, person: await cardPath(page, 'Cast') };
  await context.close();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  for (const site of sites) await endSite(site);
  await stub?.close();
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('the first page', () => {
  it('shows the house’s own films first, then the world’s, and opens to their pictures and trailers alone', async () => {
    const { page, context, faults } = await newPage();
    const answer = await page.goto(base);
    const policy = (await answer?.headerValue('content-security-policy')) ?? '';
    expect(policy).toContain(`img-src 'self' data: blob: ${new URL(stub.imageUrl).origin};`);
    expect(policy).toContain('frame-src https://www.youtube-nocookie.com;');
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Night Shift at the Observatory',
      'Of this house',
      'Popular films',
      'In cinemas now',
      'Films of the week',
      'Popular series',
      'Series of the week',
    ]);
    // Nobody but admins is told of what is missing.
    expect(await page.getByText('TMDB_API_KEY').count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('lets arrow keys go along a row, to the next one and back', async () => {
    const { page, context } = await newPage();
    await page.goto(base);
    const first = await cardPath(page, 'Popular films');
    const second = await cardPath(page, 'Popular films', 1);
    await page.locator(`a[href="${first}"]`).first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await focusedHref(page)).toBe(second);
    await page.keyboard.press('ArrowDown');
    expect(await focusedHref(page)).toBe(await cardPath(page, 'In cinemas now', 1));
    await page.keyboard.press('ArrowUp');
    expect(await focusedHref(page)).toBe(second);
    await page.keyboard.press('End');
    expect(await focusedHref(page)).toBe(await cardPath(page, 'Popular films', 19));
    // What is reached by key is brought into the window.
    const box = await page.locator(':focus').boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1440);
    await context.close();
  });

  it('changes the film on the big screen by itself, and not under a hand or for those who want no motion', async () => {
    const { page, context } = await newPage({ motion: true });
    await page.goto(base);
    const shown = page.getByRole('group').filter({ visible: true });
    await page.getByRole('button', { name: 'Stay with this film' }).waitFor(STANDS);
    const current = () => page.locator('button[aria-current=true]').getAttribute('aria-label');
    expect(await current()).toBe('Show Night Shift at the Observatory');
    await page.waitForFunction(
      () => !document.querySelector('button[aria-current=true]')?.getAttribute('aria-label')?.includes('Night Shift'),
      null,
      { timeout: 20_000 },
    );
    expect(await current()).toBe('Show The Salt Road');
    const before = await page.locator('section').first().boundingBox();
    await page.getByRole('button', { name: /^Show/ }).nth(3).click();
    expect(await shown.count()).toBeGreaterThan(0);
    expect((await page.locator('section').first().boundingBox())?.height).toBe(before?.height);
    await page.getByRole('button', { name: 'Stay with this film' }).press('Enter');
    await page.getByRole('button', { name: 'Let the films take turns' }).waitFor(STANDS);
    await context.close();

    const still = await newPage();
    await still.page.goto(base);
    await still.page.getByRole('button', { name: 'Let the films take turns' }).waitFor(STANDS);
    await still.context.close();
  });

  it('needs little of the browser, and does not move as it loads', async () => {
    for (const path of ['/', paths.film, '/search?q=lantern']) {
      const { page, context } = await newPage({ width: 390 });
      await page.addInitScript(() => {
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
            document.documentElement.dataset.shift = String(
              Number(document.documentElement.dataset.shift ?? 0) + entry.value,
            );
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(base + path, { waitUntil: 'networkidle' });
      const facts = await page.evaluate(() => ({
        scriptBytes: (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
          .filter(({ initiatorType, name }) => initiatorType === 'script' || name.endsWith('.js'))
          .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
        shift: Number(document.documentElement.dataset.shift ?? 0),
      }));
      expect(facts.scriptBytes, path).toBeGreaterThan(0);
      expect(facts.scriptBytes, path).toBeLessThan(SCRIPT_BUDGET_BYTES);
      expect(facts.shift, path).toBeLessThan(0.02);
      await context.close();
    }
  });
});

describe('search', () => {
  it('answers while somebody types, keeps the address in step, and narrows down', async () => {
    const { page, context, faults } = await newPage();
    await page.goto(`${base}/search`);
    await page.getByText('Type a title or a name').waitFor(STANDS);
    // Whoever comes here comes to type.
    await page.keyboard.type('salt', { delay: 40 });
    await page.waitForURL(`${base}/search?q=salt`);
    await page.getByRole('heading', { name: 'Of this house' }).waitFor(STANDS);
    await page.getByRole('link', { name: 'The Salt Road' }).waitFor(STANDS);
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Of this house',
      'Films and series',
    ]);
    await page.getByRole('link', { name: 'Series', exact: true }).click();
    await page.waitForURL(`${base}/search?q=salt&kind=series`);
    expect(await page.getByRole('heading', { name: 'Of this house' }).count()).toBe(0);
    const links = await page
      .locator('ul a[href^="/title/"]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(links.length).toBeGreaterThan(0);
    expect(links.every((href) => href?.startsWith('/title/series/'))).toBe(true);

    await page.getByRole('searchbox').fill('no such thing anywhere');
    await page.getByText('Nothing by that name.').waitFor(STANDS);
    await page.getByRole('link', { name: 'Look among everything' }).click();
    await page.waitForURL(/q=no\+such\+thing\+anywhere$/);
    expect(await page.getByRole('searchbox').inputValue()).toBe('no such thing anywhere');
    expect(faults).toEqual([]);
    await context.close();
  });

  it('is a plain form without scripts', async () => {
    const { page, context } = await newPage({ scripts: false });
    await page.goto(`${base}/search`);
    await page.getByRole('searchbox').fill('harbour');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/search?q=harbour`);
    expect(await page.locator('a[href^="/title/"]').count()).toBeGreaterThan(0);
    await context.close();
  });

  it('suggests in the palette what the letters may mean, and opens it by keyboard', async () => {
    const { page, context, faults } = await newPage();
    await page.goto(base);
    await page.getByRole('link', { name: 'Find a film or a page' }).waitFor(STANDS);
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox');
    await field.waitFor(STANDS);
    await field.fill('salt');
    await page.getByRole('option', { name: 'The Salt Road' }).waitFor(STANDS);
    await page.getByText('Films and series').waitFor(STANDS);
    await page.keyboard.press('ArrowDown');
    const chosen = await page.locator('[role=option][aria-selected=true]').getAttribute('data-value');
    expect(chosen).toMatch(/^\/title\//);
    await page.keyboard.press('Enter');
    await page.waitForURL(base + chosen);
    await page.keyboard.press('Control+k');
    await field.fill('harbour');
    await page.getByRole('option', { name: 'Everything for “harbour”' }).click();
    await page.waitForURL(`${base}/search?q=harbour`);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('opens the palette also for who asked before the page had its scripts', async () => {
    const { page, context, faults } = await newPage();
    let send = () => {};
    const asked = new Promise<void>((resolve) => {
      send = resolve;
    });
    await page.route('**/_next/static/**/*.js', (route) => asked.then(() => route.continue()));
    await page.goto(base, { waitUntil: 'commit' });
    await page.getByRole('link', { name: 'Find a film or a page' }).waitFor(STANDS);
    await page.keyboard.press('Control+k');
    send();
    await page.getByRole('combobox').waitFor(STANDS);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('a title', () => {
  it('plays its trailer in place, and asks YouTube for nothing before', async () => {
    const { page, context, faults } = await newPage();
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('youtube')) foreign.push(request.url());
    });
    const hasTrailer = page.getByRole('link', { name: 'Watch the trailer' });
    for (let index = 0; index < 8; index++) {
      await page.goto(base);
      await page.goto(base + (await cardPath(page, 'Popular films', index)));
      if ((await hasTrailer.count()) > 0) break;
    }
    expect(foreign).toEqual([]);
    await hasTrailer.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor(STANDS);
    await page.frameLocator('iframe').getByText('A trailer plays.').waitFor(STANDS);
    expect(foreign[0]).toMatch(/^https:\/\/www\.youtube-nocookie\.com\/embed\//);
    await dialog.getByRole('button', { name: 'Close the trailer' }).focus();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    // A dialog tells its page that it closed a moment after it is gone from sight.
    await page.locator('iframe').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Watch the trailer');
    expect(faults).toEqual([]);
    await context.close();
  });

  it('reads well without scripts, and says to others what it is', async () => {
    const { page, context } = await newPage({ scripts: false });
    await page.goto(base + paths.film);
    const name = await page.getByRole('heading', { level: 1 }).textContent();
    await page.getByRole('heading', { name: 'Cast' }).waitFor(STANDS);
    expect(await page.title()).toMatch(/ · Marquee$/);
    expect(await page.title()).toContain(name ?? '');
    const content = (property: string) => page.locator(`meta[property="og:${property}"]`).getAttribute('content');
    expect(await content('title')).toContain(name ?? '');
    expect(await content('image')).toContain('/w780/');
    expect(await page.locator('meta[name=description]').getAttribute('content')).not.toBe('');
    await context.close();
  });

  it('that the house has can be played, and others cannot', async () => {
    const { page, context } = await newPage();
    await page.goto(base + paths.film);
    expect(await page.getByRole('link', { name: 'Play', exact: true }).getAttribute('href')).toMatch(/^\/watch\//);
    await page.goto(base + paths.series);
    expect(await page.getByRole('link', { name: 'Play', exact: true }).count()).toBe(0);
    await context.close();
  });

  it('of a series leads to its seasons and their episodes, and on to people and what they did', async () => {
    const { page, context, faults } = await newPage();
    await page.goto(base + paths.series);
    await page.getByRole('region', { name: 'Seasons' }).getByRole('link').last().click();
    await page.waitForURL(/\/season\/\d+$/);
    await page.getByRole('heading', { level: 2 }).first().waitFor(STANDS);
    expect(await page.locator('ol > li').count()).toBeGreaterThan(0);
    await page.getByRole('main').getByRole('link').first().click();
    await page.waitForURL(base + paths.series);
    await page.getByRole('region', { name: 'Cast' }).getByRole('link').first().click();
    await page.waitForURL(/\/person\//);
    await page.getByRole('heading', { name: 'Known for' }).waitFor(STANDS);
    await page.getByRole('region', { name: 'Known for' }).getByRole('link').first().click();
    await page.waitForURL(/\/title\//);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('that nobody knows is not found', async () => {
    const { page, context } = await newPage();
    for (const path of [
      '/title/film/999999999',
      '/title/film/lantern',
      '/title/book/1',
      '/person/999999999',
      `${paths.film}/season/1`,
      `${paths.series}/season/77`,
    ]) {
      expect((await page.request.get(base + path)).status(), path).toBe(404);
    }
    await context.close();
  });
});

describe('every page', () => {
  for (const theme of ['evening', 'matinee']) {
    for (const width of [390, 1440]) {
      it(`is accessible and free of errors in ${theme} at ${width} px`, async () => {
        const { page, context, faults } = await newPage({ width, theme });
        const season = `${paths.series}/season/1`;
        for (const path of [
          '/',
          '/search',
          '/search?q=a',
          '/search?q=lantern',
          paths.film,
          paths.series,
          season,
          paths.person,
        ]) {
          await page.goto(base + path);
          await page.locator('#content').waitFor(STANDS);
          expect(await seriousFaults(page), path).toEqual([]);
          const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflowPx, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
        }
        expect(faults).toEqual([]);
        await context.close();
      }, 120_000);
    }
  }
});

describe('without its catalogue', () => {
  it('a site answers in time from what it keeps, says calmly what it cannot tell, and mends itself', async () => {
    const { page, context } = await newPage();
    await page.goto(base);
    const unseen = await cardPath(page, 'Series of the week', 15);
    await page.goto(base + paths.film);
    stub.mode('slow', { slowMs: 8000 });
    for (const path of ['/', paths.film, paths.person]) {
      const startedMs = performance.now();
      expect((await page.request.get(base + path)).status(), path).toBe(200);
      expect(performance.now() - startedMs, path).toBeLessThan(AWAY_BUDGET_MS);
    }
    const startedMs = performance.now();
    const answer = await page.goto(base + unseen);
    expect(performance.now() - startedMs).toBeLessThan(AWAY_BUDGET_MS);
    expect(answer?.status()).toBe(503);
    expect(await answer?.headerValue('retry-after')).toBe('30');
    await page.getByRole('heading', { name: 'The catalogue does not answer just now.' }).waitFor(STANDS);

    stub.mode('limited');
    await page.goto(`${base}/search?q=salt+glacier`);
    await page.getByText('these are the films of this house alone').waitFor(STANDS);
    await page.goto(base + unseen);
    await page.getByRole('heading', { name: 'The catalogue does not answer just now.' }).waitFor(STANDS);
    stub.mode('well');
    await page.getByRole('region', { name: 'Cast' }).waitFor({ timeout: 45_000 });
    await context.close();
  }, 120_000);

  it('a house without a key shows its own films and nothing broken', async () => {
    mkdirSync(join(dir, 'alone'));
    await furnish(join(dir, 'alone'), [{ title: 'The Only Film', hue: '#335533' }]);
    const alone = await startSite(join(dir, 'alone'), { TMDB_API_KEY: '' });
    const { page, context, faults } = await newPage();
    await page.goto(alone);
    await page.getByRole('link', { name: 'Play' }).waitFor(STANDS);
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual(['The Only Film', 'Of this house']);
    expect(await page.getByText('TMDB_API_KEY').count()).toBe(0);
    expect((await page.request.get(`${alone}/title/film/1`)).status()).toBe(404);
    await page.goto(`${alone}/search?q=only`);
    await page.getByRole('link', { name: 'The Only Film' }).waitFor(STANDS);
    const kinds = page.getByRole('navigation', { name: 'What to look for' }).getByRole('link');
    expect(await kinds.allInnerTexts()).toEqual(['All', 'Lines']);
    expect(faults).toEqual([]);
    await context.close();
  });
});
