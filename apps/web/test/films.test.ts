import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskObjects } from '@marquee/adapters/disk-objects';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type JobId, type MovieId, newId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inventWorld } from '../../../scripts/tmdb-stub/world.ts';
import { startTmdbStub, type TmdbStub } from '../../../scripts/tmdb-stub.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

vi.setConfig({ testTimeout: 45_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };
const RED_PNG = Buffer.from(
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'color=red:size=400x600',
    '-frames:v',
    '1',
    '-f',
    'image2',
    '-c:v',
    'png',
    '-',
  ]),
);

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let staff: { context: BrowserContext; page: Page; faults: string[] };
let film: MovieId;
let tmdb: TmdbStub;

function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), {
    MARQUEE_ADMIN_SECRET: SECRET,
    TMDB_API_KEY: tmdb.apiKey,
    TMDB_BASE_URL: tmdb.url,
    TMDB_IMAGE_URL: tmdb.imageUrl,
  });
  return addressOf(site);
}

async function newPage(options: { width?: number; theme?: string; signedIn?: boolean } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
    ...(options.signedIn ? { storageState: await staff.context.storageState() } : {}),
  });
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

/** What somebody who is not signed in gets at an address. */
async function strangerStatus(path: string): Promise<number> {
  return (await fetch(base + path, { redirect: 'manual' })).status;
}

async function shelf(titles: string[], facts: { visibility?: 'draft' } = {}): Promise<MovieId[]> {
  const ids: MovieId[] = [];
  for (const title of titles) {
    const id = newId<MovieId>();
    const movie = newMovie({ id, title, nowMs: Date.now() });
    await store.movies.insert({ ...movie, ...facts, readyJobId: 'none' as JobId });
    ids.push(id);
  }
  return ids;
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor(STANDS);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-films-'));
  tmdb = await startTmdbStub();
  base = await startSite();
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  staff = await newPage();
  const { page } = staff;
  await setUpHouse(page, base, SECRET);
  await page.goto(`${base}/admin/upload`);
  const file = join(dir, 'night ferry.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=24:duration=8'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, '-c:v', 'libx264', '-preset', 'ultrafast', file]);
  await page.getByLabel('Film files').setInputFiles(file);
  const link = page.getByRole('link', { name: 'See it being made' });
  await link.waitFor({ timeout: 30_000 });
  await link.click();
  await page.getByText(/^Ready and checked in/).waitFor({ timeout: 60_000 });
  film = (await store.movies.list({ limit: 1 })).items[0]?.id as MovieId;
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await tmdb?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('a film of the house', () => {
  it('is described, and its page tells what was written', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByLabel('Title', { exact: true }).fill('The Night Ferry');
    await page.getByLabel('Original title').fill('Nachtfähre');
    await page.getByLabel('Year').fill('1700');
    await page.getByLabel('Synopsis').fill('Nobody leaves the boat.\n\n<script>alert(1)</script>');
    await page.getByLabel('Cast').fill('Maria Falk, the captain');
    await page.getByLabel('Genres').fill('Crime, Drama');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/A year between/).waitFor(STANDS);
    expect(await page.getByLabel('Original title').inputValue()).toBe('Nachtfähre');
    await page.getByLabel('Year').fill('1968');
    await save(page);
    await page.goto(`${base}/film/${film}`);
    await page.getByRole('heading', { name: 'The Night Ferry' }).waitFor(STANDS);
    await page.getByText('<script>alert(1)</script>').waitFor();
    await page.getByText('the captain').waitFor();
    await page.getByText(/1968 · 8 s/).waitFor();
    expect(faults).toEqual([]);
    await page.goto(base);
    await page.getByRole('link', { name: 'Play' }).first().waitFor(STANDS);
    const found = await page.request.get(`${base}/api/search?q=nachtfahre%20`);
    expect((await found.json()).own).toEqual([
      { href: `/film/${film}`, name: 'The Night Ferry', note: '1968', picture: null },
    ]);
  });

  it('loses nothing when two people write at once', async () => {
    const { page } = staff;
    const other = await newPage({ signedIn: true });
    await page.goto(`${base}/admin/films/${film}`);
    await other.page.goto(`${base}/admin/films/${film}`);
    await other.page.getByLabel('Tagline').fill('Theirs');
    await save(other.page);
    await page.getByLabel('Tagline').fill('Mine');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Somebody else changed this film').waitFor(STANDS);
    await page.getByText('Theirs').waitFor();
    expect(await page.getByLabel('Tagline').inputValue()).toBe('Mine');
    expect((await store.movies.get(film))?.details.tagline).toBe('Theirs');
    await page.getByRole('button', { name: 'Save mine over it' }).click();
    await page.getByText('Saved.').waitFor(STANDS);
    expect((await store.movies.get(film))?.details.tagline).toBe('Mine');
    await other.context.close();
  });

  it('is linked to an entry of the catalogue, which fills what is empty and no more', async () => {
    const { page, faults } = staff;
    const known = inventWorld().titles.find((each) => each.kind === 'movie' && each.overview && each.genres.length > 0);
    if (!known) throw new Error('The invented world has no such film.');
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByLabel('Search TMDB').fill(known.name);
    const entry = page.getByRole('button', { name: known.name }).first();
    // On a busy machine the first answer may come later than a page waits; the next time it is there.
    await vi.waitFor(async () => {
      await page.getByLabel('Search TMDB').press('Enter');
      await entry.waitFor({ timeout: 3000 });
    }, STANDS);
    await entry.click();
    await page.getByText(/Linked to “/).waitFor(STANDS);
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('The Night Ferry');
    expect(await page.getByLabel('Synopsis').inputValue()).toMatch(/^Nobody leaves/);
    expect(await page.getByLabel('Made by').inputValue()).toMatch(/\w+, \w+/);
    await save(page);
    expect((await store.movies.get(film))?.tmdb).toMatchObject({ kind: expect.stringMatching(/film|series/) });
    tmdb.mode('down');
    await page.getByLabel('Search TMDB').fill('something never asked');
    await page.keyboard.press('Enter');
    await page.getByText('TMDB does not answer just now.').waitFor(STANDS);
    tmdb.mode('well');
    expect(faults).toEqual([]);
  });

  it('does not clash with what workers write', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    const movie = await store.movies.get(film);
    await store.movies.update(film, movie?.version as number, { durationSec: 8 });
    await page.getByLabel('Certificate').fill('12');
    await save(page);
  });

  it('is there for nobody but admins as a draft: no page, no stream, no still', async () => {
    const { page } = staff;
    await page.goto(`${base}/film/${film}`);
    const still = new URL(
      await page
        .locator('main img')
        .first()
        .evaluate((img: HTMLImageElement) => img.currentSrc),
    ).pathname;
    const paths = [`/film/${film}`, `/watch/${film}`, `/api/watch/${film}`, still];
    for (const path of paths) expect(`${path} ${await strangerStatus(path)}`).toBe(`${path} 200`);
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByRole('radio', { name: /^Draft/ }).check();
    await save(page);
    for (const path of paths) expect(`${path} ${await strangerStatus(path)}`).toBe(`${path} 404`);
    for (const path of paths) expect((await page.request.get(base + path)).status()).toBe(200);
    expect((await page.request.get(base + still)).headers()['cache-control']).toContain('private');
    expect((await (await fetch(`${base}/api/search?q=ferry`)).json()).own).toEqual([]);
    expect(await (await fetch(base)).text()).not.toContain('Night Ferry');
    await page.goto(`${base}/film/${film}`);
    await page.getByText('A draft: admins alone see it.').waitFor(STANDS);
  });

  it('opens by itself at the time it is scheduled for, and unlisted by its address alone', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByRole('radio', { name: /^Scheduled/ }).check();
    await page.getByLabel('Published at').fill('2099-01-01T20:30');
    await save(page);
    expect(await strangerStatus(`/film/${film}`)).toBe(404);
    const movie = await store.movies.get(film);
    await store.movies.update(film, movie?.version as number, { publishAtMs: Date.now() - 1 });
    expect(await strangerStatus(`/film/${film}`)).toBe(200);
    expect(await (await fetch(base)).text()).toContain('Night Ferry');
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByRole('radio', { name: /^Unlisted/ }).check();
    await save(page);
    expect(await strangerStatus(`/api/watch/${film}`)).toBe(200);
    expect(await (await fetch(base)).text()).not.toContain('Night Ferry');
  });

  it('gets the pictures that people choose, and keeps them when it is made again', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    const made = (await store.movies.get(film))?.posterKey;
    await page.getByRole('button', { name: 'Still 2 as the backdrop' }).click();
    await page.getByRole('button', { name: 'Leave it to Marquee' }).waitFor(STANDS);
    const chosen = (await store.movies.get(film))?.chosenBackdropKey;
    expect(chosen).toMatch(/posters\/1\.jpg$/);
    await page
      .getByLabel('Picture file for the poster')
      .setInputFiles({ name: 'p.png', mimeType: 'image/png', buffer: RED_PNG });
    await page.getByAltText('Poster of the film').waitFor(STANDS);
    const poster = (await store.movies.get(film))?.chosenPosterKey as string;
    expect(poster).toMatch(/^media\/.*\/pictures\/.*\.webp$/);
    await page
      .getByLabel('Picture file for the backdrop')
      .setInputFiles({ name: 'p.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
    await page.getByText('This is not a JPEG, PNG or WebP picture').waitFor(STANDS);
    await page.getByRole('button', { name: 'Make it again' }).click();
    await vi.waitFor(async () => {
      const movie = await store.movies.get(film);
      expect(movie?.posterKey).not.toBe(made);
      expect(movie).toMatchObject({ chosenBackdropKey: chosen, chosenPosterKey: poster });
    }, 60_000);
    const answer = await fetch(`${base}/api/films/${film}/pictures?as=poster`, { method: 'POST', body: RED_PNG });
    expect(answer.status).toBe(401);
  }, 90_000);

  for (const theme of ['evening', 'matinee']) {
    for (const width of [390, 1440]) {
      it(`has accessible pages, free of errors, in ${theme} at ${width} px`, async () => {
        const { page, context, faults } = await newPage({ width, theme, signedIn: true });
        for (const path of [`/film/${film}`, `/admin/films/${film}`, '/admin/films']) {
          await page.goto(base + path);
          await page.getByRole('heading', { level: 1 }).waitFor(STANDS);
          if (path === '/admin/films') await page.getByLabel('Choose The Night Ferry').check();
          expect(await seriousFaults(page), path).toEqual([]);
          const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflowPx, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
          const shots = process.env.SCREENSHOTS;
          const name = path === '/admin/films' ? '-admin' : path.split('/').slice(0, -1).join('-');
          if (shots) await page.screenshot({ path: join(shots, `films${name}-${theme}-${width}.png`), fullPage: true });
        }
        expect(faults).toEqual([]);
        await context.close();
      }, 60_000);
    }
  }
});

describe('the table of films', () => {
  it('filters, sorts, and goes from page to page', async () => {
    const { page } = staff;
    await shelf(
      Array.from({ length: 50 }, (_, i) => `Reel ${String(i).padStart(2, '0')}`),
      { visibility: 'draft' },
    );
    await page.goto(`${base}/admin/films`);
    await page.getByLabel('Seen by').selectOption('draft');
    await page.waitForURL(/visibility=draft/);
    await page.getByLabel('Order').selectOption('title');
    await page.waitForURL(/sort=title/);
    await page.getByRole('link', { name: 'Reel 00' }).waitFor(STANDS);
    expect(await page.locator('a[data-row]').count()).toBe(48);
    await page.getByRole('link', { name: 'More films' }).click();
    await page.getByRole('link', { name: 'Reel 49' }).waitFor(STANDS);
    expect(await page.locator('a[data-row]').allInnerTexts()).toEqual(['Reel 48', 'Reel 49']);
    await page.goto(`${base}/admin/films`);
    await page.getByLabel('Find by title').fill('nihgt ferry');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=nihgt/);
    await page.getByRole('link', { name: 'The Night Ferry' }).waitFor(STANDS);
    expect(await page.locator('a[data-row]').count()).toBe(1);
  });

  it('does one thing to many, and says what could not be done', async () => {
    const { page } = staff;
    const ids = await shelf(['Alpha Bulk', 'Beta Bulk'], { visibility: 'draft' });
    await page.goto(`${base}/admin/films?q=bulk`);
    await page.getByLabel('Choose Alpha Bulk').check();
    await page.getByLabel('Choose Beta Bulk').check();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('2 films are published.').waitFor(STANDS);
    for (const id of ids) expect((await store.movies.get(id))?.visibility).toBe('published');
    await page.getByLabel('Choose all films of this page').check();
    await page.getByRole('button', { name: 'Make again' }).click();
    await page.getByText('There is no such film, or it was never uploaded whole.').waitFor(STANDS);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep them' }).click();
    expect(await store.movies.get(ids[0] as MovieId)).not.toBeNull();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete 2 films' }).click();
    await page.getByText('No film is like that.').waitFor(STANDS);
    // Also when nothing is left to be shown.
    await page.getByText('2 films are deleted.').waitFor(STANDS);
    for (const id of ids) expect(await store.movies.get(id)).toBeNull();
  });

  it('deletes a film with all its objects', async () => {
    const { page } = staff;
    const objects = createDiskObjects({ root: join(dir, 'data', 'storage'), publicPath: '/objects', secret: 'none' });
    const stored = async () => {
      const keys: string[] = [];
      for (const folder of ['media/', 'uploads/']) for await (const { key } of objects.list(folder)) keys.push(key);
      return keys;
    };
    expect((await stored()).length).toBeGreaterThan(0);
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the film' }).click();
    await page.waitForURL(`${base}/admin/films`);
    expect(await store.movies.get(film)).toBeNull();
    expect(await strangerStatus(`/film/${film}`)).toBe(404);
    expect(await strangerStatus(`/api/watch/${film}`)).toBe(404);
    await vi.waitFor(async () => expect(await stored()).toEqual([]), STANDS);
  });
});
