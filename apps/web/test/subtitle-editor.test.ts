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
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';
import { takeFilmIn } from './take-film-in.ts';

vi.setConfig({ testTimeout: 60_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };
const CUES = [
  ['00:00:01,000', '00:00:04,000', 'All is well.'],
  ['00:00:05,000', '00:00:09,000', 'We go on\nto the harbour.'],
  ['00:00:10,000', '00:00:12,000', 'Later.'],
];
/** As many as a long film has. */
const MANY = 2000;

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let staff: { context: BrowserContext; page: Page; faults: string[] };
let film: MovieId;

/** A page of the admin, of whom there may be several. */
async function newPage(width = 1440, theme = 'evening') {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    reducedMotion: 'reduce',
    ...(staff ? { storageState: await staff.context.storageState() } : {}),
  });
  context.setDefaultTimeout(10_000);
  await withoutGestures(context);
  await context.addCookies([{ name: 'marquee-theme', value: theme, url: base }]);
  const page = await context.newPage();
  return { context, page, faults: faultsOf(page) };
}

/** Opens a track, and waits until its film can be played. */
async function open(page: Page, track: string): Promise<void> {
  await page.goto(`${base}/admin/films/${film}/subtitles/${track}`);
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2);
}

const words = (page: Page) => page.getByRole('textbox', { name: 'Words' });
const list = (page: Page) => page.getByRole('listbox', { name: 'Cues' });
const shown = (page: Page) => page.locator('[data-preview] p').allTextContents();
const atSec = (page: Page) => page.evaluate(() => document.querySelector('video')?.currentTime ?? -1);
const title = (page: Page) => page.locator('#cue-title').textContent();
const rows = async () => (await store.movies.get(film))?.subtitles ?? [];

async function saved(page: Page): Promise<void> {
  await page.keyboard.press('Control+s');
  await page.getByText('Saved. Viewers see it now.').waitFor(STANDS);
}

async function tracks(): Promise<{ label: string; url: string }[]> {
  const answer = await fetch(`${base}/api/watch/${film}`);
  return ((await answer.json()) as { subtitles: { label: string; url: string }[] }).subtitles;
}

async function textOf(url = ''): Promise<string> {
  return (await fetch(new URL(url, base))).text();
}

async function remade(page: Page): Promise<string> {
  const before = (await store.movies.get(film))?.readyJobId;
  await page.goto(`${base}/admin/films/${film}`);
  await page.getByRole('button', { name: 'Make it again' }).click();
  await vi.waitFor(async () => expect((await store.movies.get(film))?.readyJobId).not.toBe(before), 60_000);
  const answer = (await (await fetch(`${base}/api/watch/${film}`)).json()) as { baseUrl: string };
  return new URL(answer.baseUrl, base).href;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-editor-'));
  const srt = CUES.map(([from, to, text], i) => `${i + 1}\n${from} --> ${to}\n${text}\n`).join('\n');
  writeFileSync(join(dir, 'en.srt'), srt);
  writeFileSync(join(dir, 'de.srt'), '1\n00:00:01,000 --> 00:00:20,000\nAlles ist gut.\n');
  const inputs = ['testsrc2=size=640x360:rate=24:duration=24', 'sine=d=24'];
  const media = inputs.flatMap((each) => ['-f', 'lavfi', '-i', each]);
  const texts = ['en.srt', 'de.srt'].flatMap((name) => ['-i', join(dir, name)]);
  const maps = ['0', '1', '2', '3'].flatMap((input) => ['-map', input]);
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'flac', '-c:s', 'copy'];
  const marks = ['s:0', 'language=eng', 's:1', 'language=ger', 'a:0', 'language=eng'];
  const metadata = [0, 2, 4].flatMap((i) => [`-metadata:s:${marks[i]}`, marks[i + 1] as string]);
  const file = join(dir, 'night ferry.mkv');
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...media, ...texts, ...maps, ...codecs, ...metadata, file]);
  site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET });
  base = await addressOf(site);
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

describe('the subtitle editor', () => {
  it('changes, splits, merges, undoes and saves by the keyboard alone; a new version keeps it', async () => {
    const { page, faults } = staff;
    const { keyboard } = page;
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByRole('link', { name: 'Edit English' }).focus();
    await keyboard.press('Enter');
    await page.waitForURL(/\/subtitles\/en-0$/);
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2);

    // The list goes by arrows; the film follows it while it stands still.
    await list(page).focus();
    await keyboard.press('ArrowDown');
    expect(await title(page)).toBe('Cue 2 of 3');
    await vi.waitFor(async () => expect(await shown(page)).toEqual(['We go on\nto the harbour.']));
    expect(await atSec(page)).toBeCloseTo(5, 1);

    // Words are shown over the picture as they are typed.
    await keyboard.press('Enter');
    await keyboard.type(' <i>Slowly</i>');
    await vi.waitFor(async () => expect(await shown(page)).toEqual(['We go on\nto the harbour. Slowly']));
    expect(await page.locator('[data-preview] .italic').textContent()).toBe('Slowly');
    await keyboard.press('Enter');
    await keyboard.type('and for a long time, longer than anybody would like');
    const warnings = page.getByRole('list', { name: 'Warnings' });
    expect(await warnings.textContent()).toContain('It has 3 lines; 2 are the most.');
    expect(await warnings.textContent()).toContain('Line 3 has 51 characters; 42 are the most.');
    // Word by word, and back again.
    await keyboard.press('Control+z');
    expect(await words(page).inputValue()).toMatch(/anybody would ?$/);
    await keyboard.press('Control+Shift+z');
    expect(await words(page).inputValue()).toMatch(/like$/);
    for (let i = 0; i < 30 && /\n.*\n/.test(await words(page).inputValue()); i++) await keyboard.press('Control+z');
    expect(await words(page).inputValue()).toBe('We go on\nto the harbour. <i>Slowly</i>');

    // Split at the cursor, merged again, and split where the film is.
    await keyboard.press('Control+Home');
    for (let i = 0; i < 'We go on'.length; i++) await keyboard.press('ArrowRight');
    await keyboard.press('Alt+Enter');
    expect(await title(page)).toBe('Cue 3 of 4');
    expect(await words(page).inputValue()).toBe('to the harbour. <i>Slowly</i>');
    await keyboard.press('Alt+ArrowUp');
    await keyboard.press('Alt+m');
    expect(await title(page)).toBe('Cue 2 of 3');
    expect(await words(page).inputValue()).toBe('We go on\nto the harbour. <i>Slowly</i>');
    for (const _ of [1, 2]) await keyboard.press('Alt+l');
    await vi.waitFor(async () => expect(await atSec(page)).toBeCloseTo(7, 1));
    await keyboard.press('Alt+s');
    expect(await title(page)).toBe('Cue 3 of 4');
    await keyboard.press('Alt+Delete');
    expect(await title(page)).toBe('Cue 3 of 3');
    await keyboard.press('Control+z');
    expect(await title(page)).toBe('Cue 3 of 4');

    // Times are typed, moved by arrows, and taken from the film.
    await keyboard.press('Tab');
    const begins = page.getByLabel('Begins', { exact: true });
    expect(await begins.evaluate((element) => element === document.activeElement)).toBe(true);
    await keyboard.press('Control+a');
    await keyboard.type('0:07.x');
    await page.getByText('Write a time such as 00:01:02.500.').waitFor(STANDS);
    await keyboard.press('Control+a');
    await keyboard.type('0:06.5');
    await keyboard.press('Enter');
    expect(await warnings.textContent()).toContain('It begins 0.5 s before an earlier one ends.');
    await keyboard.press('Shift+ArrowUp');
    expect(await begins.inputValue()).toBe('00:00:07.500');
    await keyboard.press('Alt+o');
    expect(await page.getByLabel('Ends', { exact: true }).inputValue()).toBe('00:00:07.000');
    await keyboard.press('Control+z');

    // Played by itself, to its end.
    await keyboard.press('Alt+ArrowUp');
    await keyboard.press('Alt+r');
    await vi.waitFor(async () => expect(await atSec(page)).toBeGreaterThan(5.5), STANDS);
    await page.waitForFunction(() => document.querySelector('video')?.paused, null, STANDS);
    expect(await atSec(page)).toBeLessThan(7.4);

    // Its map.
    await keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'The keyboard' }).waitFor(STANDS);
    expect(await seriousFaults(page)).toEqual([]);
    await keyboard.press('Escape');

    await saved(page);
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ language: 'en', cues: 4, editedFrom: { kind: 'own', language: 'en' } });
    // What is edited is what is found, and not what it was made from.
    const { readyJobId } = (await store.movies.get(film)) ?? {};
    await vi.waitFor(async () =>
      expect(await store.moments.tracks(film)).toEqual([`${readyJobId}/de-1`, row?.key].toSorted()),
    );
    const text = `WEBVTT

00:00:01.000 --> 00:00:04.000
All is well.

00:00:05.000 --> 00:00:07.000
We go on
to the harbour.

00:00:07.500 --> 00:00:09.000
<i>Slowly</i>

00:00:10.000 --> 00:00:12.000
Later.
`;
    const now = await tracks();
    expect(now.map(({ label }) => label)).toEqual(['English', 'German']);
    expect(await textOf(now[0]?.url)).toBe(text);

    const viewer = await newPage();
    await viewer.page.goto(`${base}/watch/${film}`);
    await callPlayer(viewer.page);
    await viewer.page.evaluate(() => {
      const video = document.querySelector('video') as HTMLVideoElement;
      video.pause();
      video.currentTime = 8;
    });
    await viewer.page.keyboard.press('c');
    await viewer.page
      .locator('.vds-captions [data-part="cue"]', { hasText: 'Slowly' })
      .waitFor({ state: 'attached', ...STANDS });
    expect(viewer.faults).toEqual([]);
    await viewer.context.close();

    const stream = await remade(page);
    expect((await tracks()).map(({ label }) => label)).toEqual(['English', 'German']);
    expect(await textOf((await tracks())[0]?.url)).toBe(text);
    const master = await textOf(`${stream}master.m3u8`);
    const listed = [...master.matchAll(/TYPE=SUBTITLES.*?NAME="([^"]+)".*?URI="([^"]+)"/g)].map(([, name, uri]) => [
      name,
      uri,
    ]);
    expect(listed).toEqual([
      ['English', 'subtitles/en-u0/index.m3u8'],
      ['German', 'subtitles/de-1/index.m3u8'],
    ]);
    expect(await textOf(`${stream}subtitles/en-u0/track.vtt`)).toBe(text);
    const manifest = await textOf(`${stream}manifest.mpd`);
    expect([...manifest.matchAll(/id="subtitles-([^"]+)"/g)].map(([, name]) => name)).toEqual(['en-u0', 'de-1']);

    // Back to the original, which the new version kept.
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByText('4 cues · edited').waitFor(STANDS);
    await page.getByRole('link', { name: 'Edit English' }).click();
    await words(page).waitFor(STANDS);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Go back to the original' }).click();
    await page.getByText('3 cues · from the film’s file').waitFor(STANDS);
    expect(await rows()).toEqual([]);
    expect((await tracks()).map(({ label }) => label)).toEqual(['English', 'German']);
    expect(await textOf((await tracks())[0]?.url)).toContain('We go on\nto the harbour.');
    await page.goto(`${base}/admin/audit`);
    await page.getByText('changed the subtitles of night ferry (English edited)').waitFor(STANDS);
    await page.getByText('changed the subtitles of night ferry (English as it was at first)').waitFor(STANDS);
    expect(faults).toEqual([]);
  }, 180_000);

  it('lets nobody overwrite what somebody else saved unseen, and loses nothing of either', async () => {
    const [ann, bob] = [await newPage(), await newPage()];
    for (const { page } of [ann, bob]) await open(page, 'de-1');
    await words(ann.page).fill('Alles ist bestens.');
    await saved(ann.page);
    await words(bob.page).fill('Alles wird gut.');
    await bob.page.keyboard.press('Control+s');
    const clash = bob.page
      .getByRole('alert')
      .filter({ hasText: 'Somebody else saved this track while you edited it.' });
    await clash.getByText('Alles ist bestens.').waitFor(STANDS);
    expect(await words(bob.page).inputValue()).toBe('Alles wird gut.');
    expect(await seriousFaults(bob.page)).toEqual([]);
    await clash.getByRole('button', { name: /Take theirs/ }).click();
    expect(await words(bob.page).inputValue()).toBe('Alles ist bestens.');
    await bob.page.keyboard.press('Control+z');
    expect(await words(bob.page).inputValue()).toBe('Alles wird gut.');
    await saved(bob.page);
    await words(ann.page).fill('Alles ist fein.');
    await ann.page.keyboard.press('Control+s');
    await ann.page.getByRole('button', { name: 'Save mine over it' }).click();
    await ann.page.getByText('Saved. Viewers see it now.').waitFor(STANDS);
    expect(await textOf((await tracks()).find(({ label }) => label === 'German')?.url)).toContain('Alles ist fein.');
    // A refusal is what a browser writes into its console by itself.
    expect([...ann.faults, ...bob.faults].filter((each) => !each.includes('409'))).toEqual([]);
    for (const { context } of [ann, bob]) await context.close();
  });

  it('asks before unsaved work is left, and keeps overlaps, the hostile and the endless out', async () => {
    const { page, context } = await newPage();
    await open(page, 'en-0');
    await words(page).fill('Nothing is well.');
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.dismiss();
    });
    await page.getByRole('link', { name: 'night ferry' }).click();
    expect(asked).toBe('What you changed is not saved. Leave without it?');
    expect(page.url()).toMatch(/en-0$/);
    expect(await words(page).inputValue()).toBe('Nothing is well.');

    await words(page).fill('<script>alert(1)</script><img src=x onerror=alert(1)>Ahoy &amp; <b>so</b> on');
    await page.getByLabel('Ends', { exact: true }).fill('0:06');
    await saved(page);
    expect(await words(page).inputValue()).toBe('Ahoy & <b>so</b> on');
    expect(await page.getByLabel('Ends', { exact: true }).inputValue()).toBe('00:00:05.000');
    await words(page).fill('x'.repeat(2001));
    await page.keyboard.press('Control+s');
    await page.getByText('Cue 1 has 2001 characters; 2000 are the most.').waitFor(STANDS);
    expect((await words(page).inputValue()).length).toBe(2001);
    await page.keyboard.press('Control+z');
    await page.getByLabel('Move by seconds, earlier with a minus').fill('-20');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+s');
    await page.getByText('No cue has words within the film.').waitFor(STANDS);
    await context.close();
  });

  it('stays quick with 2,000 cues, of which the list has only those in sight; an upload has its original too', async () => {
    const { page, faults } = staff;
    const stamp = (ms: number) =>
      `00:00:${String(Math.floor(ms / 1000)).padStart(2, '0')}.${String(ms % 1000).padStart(3, '0')}`;
    const cues = Array.from({ length: MANY }, (_, i) => `${stamp(i * 12)} --> ${stamp(i * 12 + 11)}\nLine ${i + 1}\n`);
    const sent = await page.request.post(`${base}/api/films/${film}/subtitles?language=fr&name=fr.vtt`, {
      data: `WEBVTT\n\n${cues.join('\n')}`,
    });
    const { track } = (await sent.json()) as { track: { id: string; key: string; cues: number } };
    expect(track.cues).toBe(MANY);
    const startedMs = performance.now();
    await page.goto(`${base}/admin/films/${film}/subtitles/${track.id}`);
    await page
      .getByRole('option', { name: /Line 1\b/ })
      .first()
      .waitFor(STANDS);
    const openedMs = performance.now() - startedMs;
    await list(page).focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: /Line 2000/ }).waitFor(STANDS);
    expect(await page.getByRole('option').count()).toBeLessThan(60);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    const typed = await typingMs(page);
    process.stdout.write(`${MANY} cues: opened in ${openedMs.toFixed(0)} ms, a letter in ${typed.toFixed(1)} ms\n`);
    expect(typed).toBeLessThan(100);
    await saved(page);
    expect(await rows()).toContainEqual(
      expect.objectContaining({ id: track.id, editedFrom: { kind: 'upload', key: track.key, cues: MANY } }),
    );
    await page.goto(`${base}/admin/films/${film}/subtitles/${track.id}`);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Go back to the original' }).click();
    await page.waitForURL(new RegExp(`/admin/films/${film}$`));
    const back = (await rows()).find(({ id }) => id === track.id);
    expect(back).toMatchObject({ key: track.key, cues: MANY });
    expect(back?.editedFrom).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it.each([1440, 390])('looks as it should at %i px in both themes', async (width) => {
    for (const theme of ['evening', 'matinee']) {
      const { page, context, faults } = await newPage(width, theme);
      await open(page, 'en-0');
      await list(page).focus();
      await page.keyboard.press('ArrowDown');
      await words(page).fill('We go on to the harbour, and from there\nwith the night ferry over the sound, slowly');
      await vi.waitFor(async () => expect((await shown(page)).length).toBe(1));
      await page.waitForTimeout(400);
      expect(await seriousFaults(page)).toEqual([]);
      const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflowPx).toBeLessThanOrEqual(0);
      const shots = process.env.SCREENSHOTS;
      await page.evaluate(() => scrollTo(0, 0));
      if (shots) await page.screenshot({ path: join(shots, `editor-${width}-${theme}.png`), fullPage: width < 600 });
      expect(faults).toEqual([]);
      await context.close();
    }
  });
});

/** Time from a letter that is typed to the picture that shows it, the middle of twenty. */
function typingMs(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const field = document.activeElement as HTMLTextAreaElement;
    const taken: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startedMs = performance.now();
      document.execCommand('insertText', false, 'a');
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      taken.push(performance.now() - startedMs);
      if (!field.value.endsWith('a')) return Number.POSITIVE_INFINITY;
    }
    return taken.toSorted((a, b) => a - b)[10] as number;
  });
}
