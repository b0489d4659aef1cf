import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { MovieId } from '@marquee/core/ids';
import type { Movie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callPlayer } from '../../../e2e/call-player.ts';
import { type OwnSite, openOwnSite } from './own-site.ts';
import { photograph } from './photograph.ts';
import { takeFilmIn } from './take-film-in.ts';

vi.setConfig({ testTimeout: 60_000 });

const STANDS = { timeout: 15_000 };

let dir: string;
let base: string;
let store: Store;
let page: Page;
let faults: string[];
let close: OwnSite['close'] | undefined;
let film: MovieId;

const movie = async () => (await store.movies.get(film)) as Movie;
/** What other players are shown. */
async function publishedTitles(): Promise<string[]> {
  const { baseUrl } = (await (await page.request.get(`${base}/api/watch/${film}`)).json()) as { baseUrl: string };
  const file = await page.request.get(new URL(`${baseUrl}chapters.json`, base).href);
  expect(file.headers()).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-cache' });
  const chapters = (await file.json()) as { titles: { title: string }[] }[];
  return chapters.flatMap(({ titles }) => titles.map(({ title }) => title));
}

beforeAll(async () => {
  ({ dir, base, store, page, faults, close } = await openOwnSite({ ANALYSIS: 'on', MAX_RUNG: '360' }));
  const pictures = ['testsrc2', 'mandelbrot', 'smptebars', 'rgbtestsrc'];
  const inputs = pictures.flatMap((name) => ['-f', 'lavfi', '-t', '20', '-i', `${name}=s=640x360:r=24`]);
  const graph = `${pictures.map((_, i) => `[${i}:v]format=yuv420p,setsar=1[v${i}]`).join(';')};[v0][v1][v2][v3]concat=n=4[v]`;
  const sound = ['-f', 'lavfi', '-t', '80', '-i', 'sine=d=80'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
  const file = join(dir, 'four places.mp4');
  const maps = ['-filter_complex', graph, '-map', '[v]', '-map', '4:a'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, ...sound, ...maps, ...codecs, file]);
  await takeFilmIn(page, base, file);
  await vi.waitFor(
    async () => {
      const [job] = (await store.jobs.list({ limit: 1 })).items;
      expect(job?.settledAtMs ?? null).not.toBeNull();
      film = job?.movieId as MovieId;
    },
    { timeout: 150_000, interval: 300 },
  );
}, 240_000);

afterAll(async () => {
  await close?.();
}, 30_000);

it('chapters that were found are the player’s', async () => {
  await page.goto(`${base}/watch/${film}`);
  await callPlayer(page);
  await page
    .locator('.vds-slider-chapter')
    .nth(3)
    .waitFor({ state: 'attached', ...STANDS });
  expect(await page.locator('.vds-time-slider .vds-slider-chapter').count()).toBe(4);
  await page.evaluate(() => {
    const video = document.querySelector('video') as HTMLVideoElement;
    video.currentTime = 22;
    return video.play();
  });
  await page.mouse.move(600, 400);
  // What the player calls the chapter it is in follows the film as it plays.
  await page.locator('.vds-chapter-title', { hasText: 'Scene 2' }).waitFor({ state: 'attached', ...STANDS });
  await page.evaluate(() => document.querySelector('video')?.pause());
  await photograph(page, 'analysis-player');
  expect(faults).toEqual([]);
});

it('an admin corrects chapters, turns them off, and has them as they were found', async () => {
  await page.goto(`${base}/admin/films/${film}`);
  const form = page.getByRole('form', { name: 'Chapters' });
  const box = form.getByRole('textbox');
  expect(await box.inputValue()).toBe('0:00 Scene 1\n0:20 Scene 2\n0:40 Scene 3\n1:00 Scene 4');
  await page.getByText('Found by Marquee').waitFor(STANDS);
  expect(await page.getByText('LUFS').count()).toBe(1);
  await page.getByRole('heading', { name: 'Analysis' }).scrollIntoViewIfNeeded();
  await photograph(page, 'analysis-panel');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);

  await box.fill('0:00 The test card\n0:70 Nonsense');
  await form.getByRole('button', { name: 'Save chapters' }).click();
  await page.getByText('Line 2 should be a time and a title').waitFor(STANDS);
  await box.fill('0:00 The test card\n0:40 Bars');
  await form.getByRole('button', { name: 'Save chapters' }).click();
  await page.getByText('Written by a person').waitFor(STANDS);
  expect((await movie()).ownChapters).toEqual([
    { startSec: 0, title: 'The test card' },
    { startSec: 40, title: 'Bars' },
  ]);
  expect(await publishedTitles()).toEqual(['The test card', 'Bars']);

  await form.getByRole('button', { name: 'Turn them off' }).click();
  await vi.waitFor(async () => expect((await movie()).ownChapters).toEqual([]), STANDS);
  const stream = await page.request.get(`${base}/api/watch/${film}`);
  expect(await stream.json()).toMatchObject({ chapters: [] });

  await form.getByRole('button', { name: 'As they were found' }).click();
  await page.getByText('Found by Marquee').waitFor(STANDS);
  expect((await movie()).ownChapters).toBeNull();
  expect(await publishedTitles()).toEqual(['Scene 1', 'Scene 2', 'Scene 3', 'Scene 4']);
  expect(faults).toEqual([]);
});
