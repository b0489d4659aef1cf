import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callPlayer } from '../../../e2e/call-player.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

vi.setConfig({ testTimeout: 30_000 });

const SECRET = 'a secret for tests only';
const PART_BYTES = 8 * 1024 ** 2;
const STANDS = { timeout: 20_000 };

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
/** Signed in, with everything wrong that its pages said. */
let staff: { context: BrowserContext; page: Page; faults: string[] };
/** A finished film, made by the first upload. */
let ready: { jobId: string; movieId: string };

function film(name: string, args: string[]): string {
  const file = join(dir, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...args, file]);
  return file;
}

async function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), {
    MARQUEE_ADMIN_SECRET: SECRET,
    TRANSCODE_CONCURRENCY: '1',
    X264_PRESET: 'slow',
  });
  return addressOf(site);
}

async function newPage(options: { width?: number; theme?: string; as?: BrowserContext } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
    ...(options.as ? { storageState: await options.as.storageState() } : {}),
  });
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

async function upload(page: Page, file: string): Promise<string> {
  await page.goto(`${base}/admin/upload`);
  await page.getByLabel('Film files').setInputFiles(file);
  const link = page.getByRole('link', { name: 'See it being made' });
  await link.waitFor({ timeout: 30_000 });
  return (await link.getAttribute('href'))?.split('/').at(-1) ?? '';
}

interface Snapshot {
  job: { status: string; movieId: string; playableAtMs: number | null; error: { code: string } | null };
}

async function job(page: Page, id: string): Promise<Snapshot['job']> {
  return ((await (await page.request.get(`${base}/api/jobs/${id}`)).json()) as Snapshot).job;
}

async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  timeoutMs = 40_000,
): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** What a player says of itself. */
function playerState(page: Page) {
  return page.evaluate(() => {
    const video = document.querySelector('video');
    const player = document.querySelector('[data-media-player]');
    return {
      atSec: video?.currentTime ?? 0,
      durationSec: video?.duration ?? 0,
      streamType: player?.getAttribute('data-stream-type'),
    };
  });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-web-'));
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
  staff = await newPage();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('the site', () => {
  it('keeps strangers out of every admin page and route, and their pages free of scripts of others', async () => {
    const { page, context } = await newPage();
    for (const path of ['/admin', '/admin/films', '/admin/upload', '/admin/jobs/x']) {
      await page.goto(base + path);
      expect(new URL(page.url()).pathname).toBe('/admin/setup');
    }
    for (const path of ['/api/uploads/x', '/api/jobs/x', '/api/jobs/x/events'])
      expect((await page.request.get(base + path)).status()).toBe(401);
    expect((await page.request.post(`${base}/api/uploads`, { data: {} })).status()).toBe(401);
    const headers = (await page.request.get(base)).headers();
    expect(headers['content-security-policy']).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    await context.close();
  });

  it('shows an empty house, and leads whoever opens it to its set-up and their first film', async () => {
    const { page } = staff;
    await page.goto(base);
    await page.getByRole('link', { name: 'Upload the first film' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Step 1 of 3').waitFor(STANDS);
    await setUpHouse(page, base, SECRET);
    await page.getByRole('button', { name: 'Choose files' }).waitFor(STANDS);
    await page.goto(`${base}/admin/films`);
    await page.getByText('No film yet.').waitFor();
    expect(staff.faults).toEqual([]);
  });

  it('refuses requests that come from another site', async () => {
    const answer = await staff.page.request.post(`${base}/api/uploads`, {
      headers: { Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'cross-site' },
      data: { fileName: 'a.mp4', sizeBytes: 1, lastModifiedMs: 0 },
    });
    expect(answer.status()).toBe(403);
  });

  it('refuses an empty file before anything is sent', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/upload`);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    await page
      .getByLabel('Film files')
      .setInputFiles({ name: 'nothing.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(0) });
    await page.getByText('“nothing.mp4” is empty (0 bytes).').waitFor(STANDS);
    expect(sent).toEqual([]);
  });

  it('takes a film from upload to ready, and tells how it goes without a reload', async () => {
    const { page } = staff;
    const short = film('a short film.mp4', [
      ...['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=6'],
      ...[
        '-f',
        'lavfi',
        '-i',
        'sine=frequency=330:duration=6',
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-c:a',
        'aac',
      ],
    ]);
    const jobId = await upload(page, short);
    await page.getByRole('link', { name: 'See it being made' }).click();
    await page.getByText(/^Ready and checked in/).waitFor({ timeout: 40_000 });
    const { movieId } = await job(page, jobId);
    ready = { jobId, movieId };
    expect(await page.getByRole('button', { name: /Picture, part 1: done/ }).count()).toBe(1);

    await page.getByRole('button', { name: /Reading the head/ }).focus();
    await page.keyboard.press('End');
    await page.getByText('Checking and packaging the whole').first().waitFor(STANDS);
    await page.goto(base);
    await page.getByRole('heading', { name: 'A short film' }).waitFor(STANDS);
    expect(staff.faults).toEqual([]);
  }, 90_000);

  for (const theme of ['evening', 'matinee']) {
    for (const width of [390, 1440]) {
      it(`is accessible and free of errors in ${theme} at ${width} px`, async () => {
        const { page, context, faults } = await newPage({ width, theme, as: staff.context });
        const visits = [
          { path: '/', ready: page.getByRole('link', { name: 'Play' }) },
          { path: `/watch/${ready.movieId}`, ready: page.locator('[data-media-player][data-can-play]') },
          { path: '/admin/films', ready: page.getByRole('heading', { name: 'Films' }) },
          { path: '/admin/upload', ready: page.getByRole('button', { name: 'Choose files' }) },
          { path: `/admin/jobs/${ready.jobId}`, ready: page.getByText(/^Ready and checked/) },
        ];
        for (const visit of visits) {
          await page.goto(base + visit.path);
          if (visit.path.startsWith('/watch/')) await callPlayer(page);
          await visit.ready.first().waitFor(STANDS);
          expect(await page.locator('html').getAttribute('data-theme')).toBe(theme);
          expect(await seriousFaults(page), visit.path).toEqual([]);
          const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflowPx, `${visit.path} is wider than the screen`).toBeLessThanOrEqual(0);
        }
        expect(faults).toEqual([]);
        await context.close();
      }, 60_000);
    }
  }

  it('plays, shows the storyboard, and goes on when the signature of the stream has expired', async () => {
    const { page, context } = await newPage();
    let expired = '';
    let refused = 0;
    await page.route('**/objects/s/**/*.m4s', (route) => {
      const signature = route.request().url().split('/objects/s/')[1]?.split('/')[0] ?? '';
      if (expired === '') expired = signature;
      if (signature !== expired) return route.continue();
      refused++;
      return route.fulfill({ status: 403, body: 'This address has expired.' });
    });
    const storyboard = page.waitForResponse(/storyboard\.vtt$/);
    const sheet = page.waitForResponse(/storyboard\/000\.jpg$/);
    await page.goto(`${base}/watch/${ready.movieId}`);
    await callPlayer(page);
    expect((await storyboard).status()).toBe(200);
    expect((await sheet).status()).toBe(200);
    await page.evaluate(() => document.querySelector('video')?.play());
    await until('the film plays', async () => (await playerState(page)).atSec > 1);
    expect(refused).toBeGreaterThan(0);
    await page.keyboard.press('k');
    await until('the keyboard pauses it', () => page.evaluate(() => document.querySelector('video')?.paused));
    await context.close();
  }, 60_000);

  it('goes on with an upload after a reload, sending no part twice', async () => {
    const { page, context } = await newPage({ as: staff.context });
    const big = film('big.mkv', [
      ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=6', '-c:v', 'rawvideo', '-pix_fmt', 'yuv420p'],
    ]);
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    const throttle = (bytesPerSec: number) =>
      network.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 5,
        downloadThroughput: -1,
        uploadThroughput: bytesPerSec,
      });
    await throttle(6 * 1024 ** 2);
    const sent: number[] = [];
    page.on('request', (request) => {
      const part =
        request.method() === 'PUT' ? /\/objects\/p\/[^/]+\/[^/]+\/(\d+)\//.exec(request.url())?.[1] : undefined;
      if (part) sent.push(Number(part));
    });
    const stored: number[] = [];
    page.on('response', (response) => {
      if (response.request().method() !== 'PUT' || !response.ok()) return;
      stored.push(Number(/\/(\d+)\/uploads\//.exec(response.url())?.[1]));
    });

    await page.goto(`${base}/admin/upload`);
    await page.getByLabel('Film files').setInputFiles(big);
    await until('two parts stand', async () => stored.length >= 2);
    const before = [...stored];
    await page.reload();
    // A part under way at the reload may have been stored unheard: then it is not sent again.
    const sentBefore = sent.splice(0);
    await throttle(-1);
    await page.getByRole('link', { name: 'See it being made' }).waitFor({ timeout: 30_000 });
    const parts = Math.ceil((6 * 25 * 640 * 360 * 1.5) / PART_BYTES);
    expect(before.length).toBeLessThan(parts);
    expect(sent.filter((part) => before.includes(part))).toEqual([]);
    expect(new Set([...sentBefore, ...sent]).size).toBe(parts);

    await page.getByRole('link', { name: 'See it being made' }).click();
    await page.waitForURL(/\/admin\/jobs\//);
    const jobId = page.url().split('/').at(-1) ?? '';
    expect(['pending', 'processing', 'ready']).toContain((await job(page, jobId)).status);
    await page.goto(`${base}/admin/upload`);
    await page.getByText('Drop films here').waitFor(STANDS);
    await page.request.get(`${base}/api/health`);
    await context.close();
  }, 60_000);

  it('says in words why a file failed, and retries it on request', async () => {
    const { page } = staff;
    const text = join(dir, 'not a film.mp4');
    writeFileSync(text, 'Once upon a time there was a text file.\n'.repeat(100));
    const jobId = await upload(page, text);
    await page.goto(`${base}/admin/jobs/${jobId}`);
    await page.getByText('The film could not be finished').waitFor(STANDS);
    const words = (await page.locator('main [role=alert]').allInnerTexts()).join();
    expect(words).toMatch(/INPUT_(UNREADABLE|UNSUPPORTED)/);
    expect(words.split('\n')[0]).toMatch(/[A-Z].{20,}\./);
    const runs = () => page.getByRole('button', { name: /Reading the head of the file: failed/ }).count();
    expect(await runs()).toBe(1);
    await page.getByRole('button', { name: 'Retry what failed' }).click();
    await until('it was tried once more', async () => (await runs()) === 2);
  }, 60_000);

  it('plays from the beginning while the film is being made, and cancels when asked twice', async () => {
    const { page, context } = await newPage({ as: staff.context });
    const long = film('a long film.mp4', [
      ...['-f', 'lavfi', '-i', 'testsrc2=size=854x480:rate=24:duration=150,noise=alls=30:allf=t'],
      ...['-f', 'lavfi', '-i', 'sine=frequency=220:duration=150'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-c:a', 'aac'],
    ]);
    const jobId = await upload(page, long);
    const playable = await until('the opening is playable', async () => {
      const now = await job(page, jobId);
      return now.playableAtMs !== null && now;
    });
    await page.goto(`${base}/watch/${playable.movieId}`);
    await callPlayer(page);
    await page.keyboard.press('k');
    await until('it plays', async () => (await playerState(page)).atSec > 0.5);
    const state = await playerState(page);
    expect(state.streamType).toBe('on-demand');
    expect(state.atSec).toBeLessThan(state.durationSec);
    expect(state.durationSec).toBeLessThan(150);
    expect((await job(page, jobId)).status).toBe('processing');
    await page.getByText(/Still being made|caught up with the making/).waitFor(STANDS);

    await page.goto(`${base}/admin/jobs/${jobId}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the film' }).click();
    await page.getByText(/^Cancelled at/).waitFor(STANDS);
    await until(
      'nothing of it plays',
      async () => (await page.request.get(`${base}/api/watch/${playable.movieId}`)).status() === 404,
    );
    await page.getByRole('link', { name: 'Upload it again' }).waitFor(STANDS);
    await context.close();
  }, 90_000);

  it('finds films and pages in the palette, by keyboard alone', async () => {
    const { page } = staff;
    await page.goto(base);
    await page.keyboard.press('Tab');
    await page.locator(':focus', { hasText: 'Skip to content' }).waitFor(STANDS);
    await page.keyboard.press('Control+k');
    const field = page.getByPlaceholder('Go to, or find a film');
    await field.waitFor(STANDS);
    await field.fill('short');
    await page.getByRole('option', { name: 'A short film' }).waitFor(STANDS);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/film/${ready.movieId}`);
    await page.keyboard.press('Control+k');
    await field.fill('theme');
    await page.keyboard.press('Enter');
    await until('the theme has changed', () =>
      page.evaluate(() => document.documentElement.dataset.theme === 'matinee'),
    );
  });
});
