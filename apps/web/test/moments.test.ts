import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { MovieId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callPlayer, withoutGestures } from '../../../e2e/call-player.ts';
import { THEME_COOKIE } from '../view/theme.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

vi.setConfig({ testTimeout: 45_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };
const SAID = [
  'The last ferry leaves at nine.',
  'Nobody waits for us at the harbour.',
  'Then we row, you and I.',
  'The café is closed, and so is the harbour.',
  'I hear the bells of the lightship.',
  'That is the wind in the wires.',
  'Row, and do not look back.',
  'There is a light on the pier!',
  'Someone waited after all.',
  'Someone always does.',
];
const CUE_SEC = 2;

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let film: MovieId;

async function newPage(options: { width?: number; theme?: string } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  if (options.theme) await context.addCookies([{ name: THEME_COOKIE, value: options.theme, url: base }]);
  await withoutGestures(context);
  const page = await context.newPage();
  return { context, page, faults: faultsOf(page) };
}

async function photograph(page: Page, name: string): Promise<void> {
  const shots = process.env.SCREENSHOTS;
  if (shots) await page.screenshot({ path: join(shots, `moments-${name}.png`) });
}

const seekTo = (page: Page, sec: number) =>
  page.evaluate((to) => {
    const video = document.querySelector('video') as HTMLVideoElement;
    video.pause();
    video.currentTime = to;
  }, sec);
const placeOf = (page: Page) => page.evaluate(() => document.querySelector('video')?.currentTime ?? -1);
/** Notes where the film is taken to from here on; it may play on from there. */
const noteSeeks = (page: Page) =>
  page.evaluate(() => {
    const places: number[] = [];
    Object.assign(window, { places });
    const video = document.querySelector('video');
    video?.addEventListener('seeking', () => places.push(Math.round(video.currentTime)));
  });
const seeks = (page: Page) => page.evaluate(() => (window as unknown as { places: number[] }).places);
const transcript = (page: Page) => page.getByRole('region', { name: 'Transcript' });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-moments-'));
  const stamp = (sec: number) => `00:00:${String(sec).padStart(2, '0')},000`;
  const srt = SAID.map((text, i) => `${i + 1}\n${stamp(i * CUE_SEC + 1)} --> ${stamp(i * CUE_SEC + 3)}\n${text}\n`);
  writeFileSync(join(dir, 'en.srt'), srt.join('\n'));
  writeFileSync(join(dir, 'de.srt'), '1\n00:00:01,000 --> 00:00:04,000\nAm Harbour geht um neun die letzte Fähre.\n');
  const file = join(dir, 'night ferry.mkv');
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=24:duration=24'],
    ...['-i', join(dir, 'en.srt'), '-i', join(dir, 'de.srt'), '-map', '0', '-map', '1', '-map', '2'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:s', 'copy'],
    ...['-metadata:s:s:0', 'language=eng', '-metadata:s:s:1', 'language=ger', file],
  ]);
  site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET });
  base = await addressOf(site);
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const { page, context } = await newPage();
  await setUpHouse(page, base, SECRET);
  await page.goto(`${base}/admin/upload`);
  await page.getByLabel('Film files').setInputFiles(file);
  await page.getByRole('link', { name: 'See it being made' }).waitFor({ timeout: 30_000 });
  await vi.waitFor(
    async () => {
      const movie = (await store.movies.list({ limit: 1 })).items[0];
      film = movie?.id as MovieId;
      expect(await store.moments.tracks(film)).toHaveLength(2);
    },
    { timeout: 60_000, interval: 300 },
  );
  await context.close();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('what is said in films', () => {
  it('is found by its words, with the words marked and the picture of that moment, and opens there', async () => {
    for (const width of [1440, 390]) {
      const { page, context, faults } = await newPage({ width });
      await page.goto(`${base}/search?q=${encodeURIComponent('harbour cafe')}`);
      const found = page.getByRole('region', { name: 'Said in films' }).getByRole('link', { name: /café/ });
      await found.waitFor(STANDS);
      expect(await found.locator('mark').allTextContents()).toEqual(['café', 'harbour']);
      const frame = found.locator('img');
      await vi.waitFor(
        async () => expect(await frame.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320),
        STANDS,
      );
      await photograph(page, `search-${width}`);
      expect(await seriousFaults(page)).toEqual([]);
      await found.click();
      await page.waitForURL(/\/watch\/.*\?t=7$/);
      await callPlayer(page);
      await vi.waitFor(async () => expect(await placeOf(page)).toBeGreaterThanOrEqual(7), STANDS);
      expect(faults).toEqual([]);
      await context.close();
    }
  });

  it('is narrowed down to a language, and what nobody says is not found', async () => {
    const { page, context, faults } = await newPage({ theme: 'matinee' });
    await page.goto(`${base}/search?q=lanterns&kind=said`);
    await page.getByText('Nobody says that.').waitFor(STANDS);
    await page.goto(`${base}/search?q=harbour&kind=said`);
    const lines = page.getByRole('region', { name: 'Said in films' }).getByRole('link');
    await vi.waitFor(async () => expect(await lines.count()).toBe(3), STANDS);
    await page.getByRole('navigation', { name: 'Languages' }).getByRole('link', { name: 'German' }).click();
    await vi.waitFor(async () => expect(await lines.count()).toBe(1), STANDS);
    expect(await page.locator('[lang="de"] mark').allTextContents()).toEqual(['Harbour']);
    // One film needs no choice among films.
    expect(await page.getByRole('navigation', { name: 'Films' }).count()).toBe(0);
    await photograph(page, 'lines-matinee');
    expect(await seriousFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('is nothing that strangers learn of a film that is not out', async () => {
    const movie = await store.movies.get(film);
    await store.movies.update(film, movie?.version ?? 0, { visibility: 'draft' });
    try {
      const { page, context } = await newPage();
      await page.goto(`${base}/search?q=${encodeURIComponent('harbour cafe')}`);
      await page.getByText('Nothing by that name.').waitFor(STANDS);
      await context.close();
    } finally {
      const now = await store.movies.get(film);
      await store.movies.update(film, now?.version ?? 0, { visibility: 'published' });
    }
  });
});

describe('the transcript', () => {
  it('follows the film, leaves a reader alone, and takes the film to a line', async () => {
    const { page, context, faults } = await newPage();
    await page.goto(`${base}/watch/${film}`);
    await callPlayer(page);
    await seekTo(page, 12);
    await page.keyboard.press('x');
    await transcript(page).waitFor(STANDS);
    await transcript(page).locator('[aria-current=true]', { hasText: 'wind in the wires' }).waitFor(STANDS);
    await seekTo(page, 16);
    await transcript(page).locator('[aria-current=true]', { hasText: 'light on the pier' }).waitFor(STANDS);
    await photograph(page, 'transcript-1440');
    expect(await seriousFaults(page)).toEqual([]);

    // Tab stops at the line that is said; arrow keys go on from there and are not the player's.
    const volume = () => page.evaluate(() => document.querySelector('video')?.volume);
    const loud = await volume();
    await transcript(page).locator('[aria-current=true]').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await noteSeeks(page);
    await page.keyboard.press('Enter');
    await vi.waitFor(async () => expect(await seeks(page)).toEqual([11]), STANDS);
    expect(await volume()).toBe(loud);
    await transcript(page).locator('ol').hover();
    await page.mouse.wheel(0, 50);
    await transcript(page).getByRole('button', { name: 'Follow the film' }).click();
    await page.keyboard.press('x');
    await transcript(page).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await context.close();
  });

  it('is searched, in each language, on a phone as well', async () => {
    const { page, context, faults } = await newPage({ width: 390 });
    await page.goto(`${base}/watch/${film}`);
    await callPlayer(page);
    await seekTo(page, 2);
    await page.getByRole('button', { name: 'Transcript' }).click();
    await transcript(page).locator('li').nth(9).waitFor(STANDS);
    const field = transcript(page).getByRole('searchbox', { name: 'Look for words in this film' });
    // Letters that are the player's keys elsewhere.
    await field.fill('');
    await field.pressSequentially('the light');
    await vi.waitFor(async () => expect(await transcript(page).locator('li').count()).toBe(2), STANDS);
    expect(await transcript(page).locator('mark').allTextContents()).toEqual([
      ...['the', 'the', 'lightship'],
      ...['light', 'the'],
    ]);
    await photograph(page, 'transcript-390');
    expect(await seriousFaults(page)).toEqual([]);
    await noteSeeks(page);
    await transcript(page).getByRole('button', { name: /pier/ }).click();
    await vi.waitFor(async () => expect(await seeks(page)).toEqual([15]), STANDS);
    await field.fill('harbour nothing');
    await transcript(page).getByText('Nobody says that in this film.').waitFor(STANDS);
    await field.fill('');
    await transcript(page).getByLabel('Track').selectOption({ label: 'German' });
    await transcript(page).getByText('Am Harbour geht um neun die letzte Fähre.').waitFor(STANDS);
    await transcript(page).getByRole('button', { name: 'Close the transcript' }).click();
    await transcript(page).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await context.close();
  });
});
