import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { MovieId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callPlayer, withoutGestures } from '../../../e2e/call-player.ts';
import { launchChromium } from '../../../e2e/chromium.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { photograph } from './photograph.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';
import { takeFilmIn } from './take-film-in.ts';

vi.setConfig({ testTimeout: 45_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let staff: { context: BrowserContext; page: Page; faults: string[] };
let film: MovieId;

function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET });
  return addressOf(site);
}

async function newPage(options: { width?: number; as?: BrowserContext } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
    ...(options.as ? { storageState: await options.as.storageState() } : {}),
  });
  context.setDefaultTimeout(10_000);
  await withoutGestures(context);
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

/** Opens the film and stops it at a moment. */
async function watch(page: Page, atSec: number): Promise<void> {
  await page.goto(`${base}/watch/${film}`);
  // From then on the player moves to no place of its own.
  await callPlayer(page);
  await page.evaluate((sec) => {
    const video = document.querySelector('video') as HTMLVideoElement;
    video.pause();
    video.currentTime = sec;
  }, atSec);
}

const cue = (page: Page, text: string) => page.locator('.vds-captions [data-part="cue"]', { hasText: text });

const uploads = async () => (await store.movies.get(film))?.subtitles ?? [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-words-'));
  const lines = ['1\n00:00:00,500 --> 00:00:20,000\nAll is <i>well</i>.', '2\n00:00:21,000 --> 00:00:22,000\nLater.'];
  writeFileSync(join(dir, 'en.srt'), `${lines.join('\n\n')}\n`);
  writeFileSync(join(dir, 'de.srt'), '1\n00:00:01,000 --> 00:00:20,000\nAlles ist gut.\n');
  const inputs = ['testsrc2=size=640x360:rate=24:duration=24', 'sine=d=24'].flatMap((each) => [
    '-f',
    'lavfi',
    '-i',
    each,
  ]);
  const texts = ['en.srt', 'de.srt'].flatMap((name) => ['-i', join(dir, name)]);
  const maps = ['0', '1', '2', '3'].flatMap((input) => ['-map', input]);
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'flac', '-c:s', 'copy'];
  const marks = [
    '-metadata:s:s:0',
    'language=eng',
    '-metadata:s:s:1',
    'language=ger',
    '-metadata:s:a:0',
    'language=eng',
  ];
  const file = join(dir, 'night ferry.mkv');
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, ...texts, ...maps, ...codecs, ...marks, file]);
  base = await startSite();
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  browser = await launchChromium();
  staff = await newPage();
  const { page } = staff;
  await setUpHouse(page, base, SECRET);
  await takeFilmIn(page, base, file);
  await vi.waitFor(
    async () => {
      const movie = (await store.movies.list({ limit: 1 })).items[0];
      expect(movie?.readyJobId).not.toBeNull();
      film = movie?.id as MovieId;
    },
    { timeout: 60_000, interval: 300 },
  );
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('subtitles in the player', () => {
  it('are off until somebody asks, come and go with c, and keep clear of the controls', async () => {
    const { page, context, faults } = await newPage();
    await watch(page, 2);
    await page.waitForTimeout(600);
    expect(await cue(page, 'All is').count()).toBe(0);
    await page.keyboard.press('c');
    await cue(page, 'All is well.').waitFor(STANDS);
    expect(await cue(page, 'All is').locator('i').textContent()).toBe('well');
    await page.mouse.move(400, 400);
    await page.locator('[data-media-player][data-controls]').waitFor(STANDS);
    await page.waitForTimeout(400);
    const words = await cue(page, 'All is').boundingBox();
    const slider = await page.locator('.vds-time-slider').first().boundingBox();
    expect((words?.y ?? 0) + (words?.height ?? 0)).toBeLessThanOrEqual(slider?.y ?? 0);
    await photograph(page, 'subtitles-player');
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('c');
    await cue(page, 'All is').waitFor({ state: 'hidden', ...STANDS });
    expect(faults).toEqual([]);
    await context.close();
  });

  it('are chosen in a dialog by language and look, with a preview, and both are kept', async () => {
    const { page, context, faults } = await newPage();
    await watch(page, 2);
    await page.mouse.move(400, 400);
    await page.getByRole('button', { name: 'Choose subtitles' }).click();
    const dialog = page.getByRole('dialog', { name: 'Subtitles' });
    await dialog.getByRole('radio', { name: 'German' }).check();
    await cue(page, 'Alles ist gut.').waitFor({ state: 'attached', ...STANDS });
    const look = (element: Element) => {
      const { fontSize, color } = getComputedStyle(element);
      return { sizePx: Number.parseFloat(fontSize), color };
    };
    const before = await cue(page, 'Alles').evaluate(look);
    await dialog.getByLabel('Size').selectOption('Very large');
    await dialog.getByLabel('Colour').selectOption('Yellow');
    const preview = dialog.getByRole('img', { name: 'How subtitles look' }).locator('span');
    expect(await preview.evaluate(look)).toEqual({ sizePx: 16 * 1.8, color: 'rgb(255, 228, 92)' });
    await photograph(page, 'subtitles-dialog');
    expect(await seriousFaults(page)).toEqual([]);
    // Keys pressed in the dialog are not the player's.
    await page.keyboard.press('c');
    expect(await dialog.getByRole('radio', { name: 'German' }).isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached', ...STANDS });

    await watch(page, 2);
    await cue(page, 'Alles ist gut.').waitFor(STANDS);
    const after = await cue(page, 'Alles').evaluate(look);
    expect(after.color).toBe('rgb(255, 228, 92)');
    expect(after.sizePx).toBeCloseTo(before.sizePx * 1.8, 0);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('come although an address was refused at first', async () => {
    const { page, context } = await newPage();
    let asked = 0;
    await page.route('**/subtitles/en-0/track.vtt', (route) => {
      asked++;
      return asked === 1 ? route.fulfill({ status: 403 }) : route.continue();
    });
    await watch(page, 2);
    await page.keyboard.press('c');
    await cue(page, 'All is well.').waitFor(STANDS);
    expect(asked).toBe(2);
    await context.close();
  });

  it('on a phone stand between the buttons', async () => {
    const { page, context } = await newPage({ width: 390 });
    await watch(page, 2);
    await page.keyboard.press('c');
    await cue(page, 'All is well.').waitFor(STANDS);
    await page.mouse.move(200, 200);
    await page.waitForTimeout(500);
    const sizePx = await cue(page, 'All is').evaluate((element) =>
      Number.parseFloat(getComputedStyle(element).fontSize),
    );
    expect(sizePx).toBeGreaterThanOrEqual(14);
    const words = await cue(page, 'All is').boundingBox();
    const slider = await page.locator('.vds-time-slider').first().boundingBox();
    expect((words?.y ?? 0) + (words?.height ?? 0)).toBeLessThanOrEqual(slider?.y ?? 0);
    await context.close();
  });
});

describe('subtitles that an admin uploads', () => {
  const form = (page: Page) => page.getByRole('form', { name: 'Add subtitles' });

  async function add(page: Page, name: string, content: Buffer | string, language: string): Promise<void> {
    await form(page)
      .getByLabel('Subtitle file')
      .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
    await form(page).getByLabel('Language').fill(language);
    await form(page).getByRole('button', { name: 'Add subtitles' }).click();
  }

  it('are read in any encoding, shown to viewers, replaced, kept by a new version, and removed', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByText('from the film’s file').first().waitFor(STANDS);
    const russian = '1\r\n00:00:01,000 --> 00:00:20,000\r\nВсё хорошо, мы скоро будем дома.\r\n';
    const inKoi8 = Buffer.from([...russian].map((char) => koi8(char)));
    await add(page, 'ru.srt', inKoi8, 'ru');
    await page.getByText('ru.srt: 1 cue, read as koi8-r.').waitFor(STANDS);
    expect(await uploads()).toMatchObject([{ language: 'ru', fileName: 'ru.srt', cues: 1 }]);

    const viewer = await newPage();
    await watch(viewer.page, 2);
    await viewer.page.mouse.move(400, 400);
    await viewer.page.getByRole('button', { name: 'Choose subtitles' }).click();
    await viewer.page.getByRole('radio', { name: 'Russian' }).check();
    await viewer.page.keyboard.press('Escape');
    await cue(viewer.page, 'Всё хорошо, мы скоро будем дома.').waitFor(STANDS);
    expect(viewer.faults).toEqual([]);
    await viewer.context.close();

    const former = (await uploads())[0]?.key;
    await page.getByLabel('File in place of Russian').setInputFiles({
      name: 'better.vtt',
      mimeType: 'text/vtt',
      buffer: Buffer.from('WEBVTT\n\n00:01.000 --> 00:05.000\n<script>alert(1)</script>Лучше\n'),
    });
    await page.getByText('better.vtt: 1 cue.').waitFor(STANDS);
    await page.getByRole('heading', { name: 'Subtitles' }).scrollIntoViewIfNeeded();
    await photograph(page, 'subtitles-edit');
    const kept = await uploads();
    expect(kept).toMatchObject([{ language: 'ru', fileName: 'better.vtt' }]);
    expect(kept[0]?.key).not.toBe(former);

    const made = (await store.movies.get(film))?.readyJobId;
    await page.getByRole('button', { name: 'Make it again' }).click();
    await vi.waitFor(async () => expect((await store.movies.get(film))?.readyJobId).not.toBe(made), 60_000);
    expect(await uploads()).toEqual(kept);
    const facts = (await (await fetch(`${base}/api/watch/${film}`)).json()) as {
      subtitles: { label: string; url: string }[];
    };
    expect(facts.subtitles.map(({ label }) => label)).toEqual(['Russian', 'English', 'German']);
    const text = await (await fetch(new URL(facts.subtitles[0]?.url ?? '', base))).text();
    expect(text).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:05.000\nЛучше\n');

    await page.goto(`${base}/admin/films/${film}`);
    await page.getByRole('button', { name: 'Remove Russian' }).click();
    await page.getByText('Russian is removed.').waitFor(STANDS);
    expect(await uploads()).toEqual([]);
  }, 120_000);

  it('that are none are refused with the line that is wrong; what was typed stays', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    await add(
      page,
      'bad.srt',
      '1\n00:00:01,000 --> 00:00:02,000\nFine\n\n2\n00:00:0x,000 --> 00:00:04,000\nNot\n',
      'sv',
    );
    await page.getByText('Line 6: “00:00:0x,000 --> 00:00:04,000” should be two times').waitFor(STANDS);
    expect(await form(page).getByLabel('Language').inputValue()).toBe('sv');
    await add(page, 'page.html', '<!doctype html><p>Not found', 'sv');
    await page.getByText('this is no subtitle file').waitFor(STANDS);
    await add(page, 'ok.srt', '1\n00:00:01,000 --> 00:00:02,000\nFine\n', 'no such language');
    await page.getByText('is no language. Write its code').waitFor(STANDS);
    await add(page, 'long.srt', Buffer.alloc(4_100_000, '1\n00:00:01,000 --> 00:00:02,000\nFine\n\n'), 'sv');
    await page.getByText('A subtitle file may have 4 MB at most.').waitFor(STANDS);
    expect(await uploads()).toEqual([]);
    expect(await seriousFaults(page)).toEqual([]);
  });
});

function koi8(char: string): number {
  const decoder = new TextDecoder('koi8-r');
  return (
    Array.from({ length: 256 }, (_, byte) => byte).find((byte) => decoder.decode(Uint8Array.of(byte)) === char) ?? 63
  );
}
