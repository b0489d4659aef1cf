import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { loadConfig } from '@marquee/core/config';
import { createTools } from '@marquee/media/run-tool';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDemoFilm } from '../scripts/demo-film.ts';
import { inventWorld } from '../scripts/tmdb-stub/world.ts';
import { startTmdbStub, type TmdbStub } from '../scripts/tmdb-stub.ts';
import { callPlayer } from './call-player.ts';
import { launchChromium } from './chromium.ts';
import { startMarquee, untilSaid } from './marquee.ts';
import { photographAll, photographSetup } from './photographs.ts';

/** The whole way of a house in one go, as people walk it: from its first start to the last sign-out. */

vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'a secret for tests only';
const ADMIN = { name: 'Usher', email: 'usher@example.org', password: 'torch and a red jacket' };
const VIEWER = { name: 'Ann', email: 'ann@example.org', password: 'four unrelated wooden spoons' };
const STANDS = { timeout: 20_000 };
const MADE = { timeout: 110_000 };
const TITLE = 'The Descent';
/** Where pictures of every page go; none are taken without it. */
const SHOTS = process.env.SCREENSHOTS;

let dir: string;
let film: string;
let tmdb: TmdbStub;
let browser: Browser;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-walk-'));
  mkdirSync(join(dir, 'film'));
  const { FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const tools = createTools(loadConfig({ FFMPEG_PATH, FFPROBE_PATH }));
  const made = await makeDemoFilm(tools, join(dir, 'film'), new AbortController().signal, () => undefined);
  film = made.file;
  tmdb = await startTmdbStub();
  browser = await launchChromium();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await tmdb?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe.each([390, 1440])('a house, walked through at %i px', (width) => {
  let site: ReturnType<typeof startMarquee>;
  let base: string;
  let owner: Walker;
  let ann: Walker;
  let movieId: string;
  let jobId: string;

  interface Walker {
    context: BrowserContext;
    page: Page;
    faults: string[];
  }

  async function walker(storage?: BrowserContext): Promise<Walker> {
    const context = await browser.newContext({
      viewport: { width, height: width === 390 ? 844 : 900 },
      reducedMotion: 'reduce',
      ...(storage ? { storageState: await storage.storageState() } : {}),
    });
    context.setDefaultTimeout(STANDS.timeout);
    await context.route('https://www.youtube-nocookie.com/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Trailer</title><p>A trailer plays.</p>' }),
    );
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${page.url()}: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
    return { context, page, faults };
  }

  /** Looks at a page as it stands: nothing serious for axe, nothing wider than the screen. */
  async function look(page: Page): Promise<void> {
    // A page's title comes with its last part.
    await expect.poll(() => page.title()).not.toBe('');
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${page.url()} ${id} ${nodes[0]?.html}`)).toEqual([]);
    const overflowPx = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
    expect(overflowPx, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(0);
  }

  const atSec = (page: Page) => page.evaluate<number>("document.querySelector('video')?.currentTime ?? 0");

  beforeAll(async () => {
    site = startMarquee(['start'], {
      NODE_ENV: 'production',
      MARQUEE_DATA: join(dir, `data-${width}`),
      MARQUEE_WORK: join(dir, `work-${width}`),
      HOST: '127.0.0.1',
      PORT: '0',
      MARQUEE_ADMIN_SECRET: SECRET,
      LOG_LEVEL: 'error',
      TMDB_API_KEY: tmdb.apiKey,
      TMDB_BASE_URL: tmdb.url,
      TMDB_IMAGE_URL: tmdb.imageUrl,
      // What is found out about films is part of the pictures.
      ...(SHOTS ? { ANALYSIS: 'on' } : {}),
    });
    base = (await untilSaid(site, /Marquee is at (\S+)/))[1] as string;
    owner = await walker();
    ann = await walker();
  }, 180_000);

  afterAll(async () => {
    site.child.kill('SIGTERM');
    expect((await site.ended).code).toBe(0);
  });

  it('opens with a token, and makes whoever has it the first admin', async () => {
    const { page } = owner;
    await page.goto(base);
    await look(page);
    if (SHOTS) await photographSetup(browser, { base, folder: SHOTS, width });
    await page.goto(`${base}/admin`);
    await page.getByLabel('Set-up token').fill(SECRET);
    await page.keyboard.press('Enter');
    await page.getByLabel('What to call you').fill(ADMIN.name);
    await page.getByLabel('E-mail').fill(ADMIN.email);
    await page.getByLabel('Password').fill(ADMIN.password);
    await look(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/admin/setup/film`);
    await look(page);
  });

  it('takes a film, and tells how it is made while it is made', async () => {
    const { page } = owner;
    await page.getByLabel('Film files').setInputFiles(film);
    await page.getByRole('link', { name: 'See it being made' }).click(MADE);
    await page.waitForURL(/\/admin\/jobs\//);
    jobId = page.url().split('/').at(-1) as string;
    await page.getByText(/^Ready and checked in/).waitFor(MADE);
    await look(page);
    movieId = (await (await page.request.get(`${base}/api/jobs/${jobId}`)).json()).job.movieId;
    await page.goto(`${base}/admin`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look(page);
    await page.goto(`${base}/admin/jobs`);
    await page.locator(`a[href="/admin/jobs/${jobId}"]`).first().waitFor();
    await look(page);
  });

  it('is hidden as a draft, and there for all once it is published', async () => {
    const { page } = owner;
    await page.goto(`${base}/admin/films/${movieId}`);
    await page.getByLabel('Title', { exact: true }).fill(TITLE);
    await page.getByLabel('Synopsis').fill('Down, and further down, into a set of numbers that has no floor.');
    await page.getByLabel('Year').fill('2026');
    await page.getByLabel('Genres').fill('Science Fiction');
    await page.getByRole('radio', { name: /^Draft/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    await look(page);
    expect((await ann.page.goto(`${base}/film/${movieId}`))?.status()).toBe(404);
    // The browser itself says that of a page that is not there.
    ann.faults.length = 0;
    await page.getByRole('radio', { name: /^Published/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await vi.waitFor(async () => {
      expect((await ann.page.request.get(`${base}/film/${movieId}`)).status()).toBe(200);
    }, STANDS);
  });

  it('is found beside the world’s films', async () => {
    const { page } = ann;
    await page.goto(`${base}/search`);
    await page.getByRole('searchbox').fill('the desent');
    await page.getByRole('heading', { name: 'Of this house' }).waitFor();
    await page.getByRole('link', { name: TITLE }).first().waitFor();
    await look(page);
    const known = inventWorld().titles[0]?.name as string;
    await page.getByRole('searchbox').fill(known);
    await page.locator('ul a[href^="/title/"]').first().waitFor();
    await look(page);
  });

  it('shows a title of the world, and plays its trailer in place', async () => {
    const { page } = ann;
    const trailer = page.getByRole('link', { name: 'Watch the trailer' });
    const films = inventWorld().titles.filter(({ kind }) => kind === 'movie');
    for (const { id } of films.slice(0, 12)) {
      await page.goto(`${base}/title/film/${id}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      if ((await trailer.count()) > 0) break;
    }
    await look(page);
    await trailer.click();
    await page.frameLocator('iframe').getByText('A trailer plays.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('lets in whom it invites, who keeps the film and watches a part of it', async () => {
    const { page } = owner;
    await page.goto(`${base}/admin/users`);
    await page.getByLabel('Invite somebody').fill(VIEWER.email);
    await page.getByRole('button', { name: 'Invite' }).click();
    await ann.page.goto(await page.getByLabel('The link').inputValue());
    await ann.page.getByLabel('What to call you').fill(VIEWER.name);
    await ann.page.getByLabel('Password').fill(VIEWER.password);
    await look(ann.page);
    await ann.page.getByRole('button', { name: 'Make my account' }).click();
    await ann.page.waitForURL(`${base}/`);
    await ann.page.goto(`${base}/film/${movieId}`);
    await ann.page.getByRole('button', { name: 'Your list' }).click();
    await look(ann.page);
    await ann.page.goto(`${base}/watch/${movieId}`);
    await callPlayer(ann.page);
    const told = ann.page.waitForResponse((answer) => {
      if (!answer.url().endsWith('/api/library/place')) return false;
      return (answer.request().postDataJSON() as { positionSec: number }).positionSec >= 8;
    }, STANDS);
    await ann.page.evaluate("const video = document.querySelector('video'); video.currentTime = 8; video.play()");
    await vi.waitFor(async () => expect(await atSec(ann.page)).toBeGreaterThan(8.5), STANDS);
    await ann.page.evaluate("document.querySelector('video').pause()");
    expect((await told).status()).toBe(200);
    await look(ann.page);
  });

  it('goes on in a second session where the first one stopped', async () => {
    const sofa = await walker();
    await sofa.page.goto(`${base}/sign-in?next=/library`);
    await sofa.page.getByLabel('E-mail').fill(VIEWER.email);
    await sofa.page.getByLabel('Password').fill(VIEWER.password);
    await look(sofa.page);
    await sofa.page.keyboard.press('Enter');
    await sofa.page.waitForURL(`${base}/library`);
    await sofa.page.getByRole('main').getByText(TITLE).first().waitFor();
    await look(sofa.page);
    await sofa.page.goto(`${base}/watch/${movieId}`);
    await callPlayer(sofa.page);
    await vi.waitFor(async () => expect(await atSec(sofa.page)).toBeGreaterThan(7.5), STANDS);
    expect(sofa.faults).toEqual([]);
    await sofa.context.close();
  });

  it('makes a new version, and plays on meanwhile', async () => {
    const { page } = owner;
    await page.goto(`${base}/admin/films/${movieId}`);
    await page.getByRole('button', { name: 'Make it again' }).click();
    await page.getByRole('button', { name: 'A version is being made' }).waitFor();
    await ann.page.reload();
    await callPlayer(ann.page);
    await vi.waitFor(async () => {
      await page.reload();
      expect(await page.getByRole('button', { name: 'Make it again' }).isEnabled()).toBe(true);
      expect(await page.getByText('Plays now').count()).toBe(1);
    }, MADE);
    const [newest] = await page
      .locator('#versions + ul a')
      .evaluateAll((links) => links.map((link) => String(link.getAttribute('href'))));
    expect(newest).not.toBe(`/admin/jobs/${jobId}`);
  });

  it('has everybody’s account in hand, and remembers who did what', async () => {
    const { page } = owner;
    await page.goto(`${base}/admin/users`);
    await look(page);
    await page.getByRole('button', { name: `Make admin: ${VIEWER.email}` }).click();
    await page.getByRole('button', { name: `Make viewer: ${VIEWER.email}` }).click();
    await page.getByRole('button', { name: `Shut out: ${VIEWER.email}` }).click();
    await page.getByRole('button', { name: `Let in again: ${VIEWER.email}` }).waitFor();
    await ann.page.goto(`${base}/library`);
    expect(new URL(ann.page.url()).pathname).toBe('/sign-in');
    await page.getByRole('button', { name: `Let in again: ${VIEWER.email}` }).click();
    await page.getByRole('button', { name: `Shut out: ${VIEWER.email}` }).waitFor();
    await page.goto(`${base}/admin/audit`);
    await page.getByText('shut the account of').first().waitFor();
    await page.getByText('had a new version made').first().waitFor();
    await look(page);
  });

  async function addSubtitles(page: Page): Promise<string> {
    const lines = ['Down, and further down.', 'There is no floor.', 'Only the same shape again,\nand smaller.'];
    const cues = lines.map((line, i) => `${i + 1}\n00:00:0${1 + 3 * i},000 --> 00:00:0${3 + 3 * i},500\n${line}\n`);
    await page.goto(`${base}/admin/films/${movieId}`);
    const form = page.locator('form', { has: page.getByLabel('Subtitle file') });
    await form
      .getByLabel('Subtitle file')
      .setInputFiles({ name: 'en.srt', mimeType: 'text/plain', buffer: Buffer.from(cues.join('\n')) });
    await form.getByLabel('Language').fill('en');
    await form.getByRole('button', { name: 'Add subtitles' }).click();
    const editor = page.locator(`a[href^="/admin/films/${movieId}/subtitles/"]`).first();
    await editor.waitFor();
    return (await editor.getAttribute('href'))?.split('/').at(-1) as string;
  }

  async function addWebhook(page: Page): Promise<string> {
    await page.goto(`${base}/admin/webhooks`);
    await page.getByLabel('Address').fill('https://example.org/marquee');
    await page.getByLabel('movie.published').check();
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    const made = page.locator('a[href^="/admin/webhooks/"]').first();
    await made.waitFor();
    return (await made.getAttribute('href'))?.split('/').at(-1) as string;
  }

  /** Every page of it, where pictures are wanted. */
  async function photograph(): Promise<void> {
    const back = await walker();
    await back.page.goto(`${base}/sign-in`);
    await back.page.getByLabel('E-mail').fill(VIEWER.email);
    await back.page.getByLabel('Password').fill(VIEWER.password);
    await back.page.keyboard.press('Enter');
    await back.page.waitForURL(`${base}/`);
    const trackId = await addSubtitles(owner.page);
    const webhookId = await addWebhook(owner.page);
    await photographAll(browser, {
      trackId,
      webhookId,
      base,
      folder: SHOTS as string,
      width,
      movieId,
      jobId,
      owner: await owner.context.storageState(),
      viewer: await back.context.storageState(),
    });
    await back.context.close();
  }

  it('lets people out', { timeout: SHOTS ? 600_000 : 60_000 }, async () => {
    const { page } = owner;
    if (SHOTS) await photograph();
    await page.goto(`${base}/admin/users`);
    await page.getByRole('button', { name: `Account of ${ADMIN.name}` }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.waitForURL(`${base}/`);
    await page.goto(`${base}/admin`);
    expect(page.url()).toBe(`${base}/sign-in?next=%2Fadmin`);
    expect([...owner.faults, ...ann.faults]).toEqual([]);
  });
});
