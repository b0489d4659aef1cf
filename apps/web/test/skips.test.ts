import { AxeBuilder } from '@axe-core/playwright';
import type { MovieId } from '@marquee/core/ids';
import type { Movie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callPlayer } from '../../../e2e/call-player.ts';
import { chapterText, filmMaker, SCENES, scene, tune } from '../../../e2e/titled-films.ts';
import { type OwnSite, openOwnSite } from './own-site.ts';
import { photograph } from './photograph.ts';
import { takeFilmIn } from './take-film-in.ts';

vi.setConfig({ testTimeout: 120_000 });

const SPOKEN = `1
00:00:07,000 --> 00:00:16,000
Who keeps the lamp tonight?

2
00:00:20,000 --> 00:00:28,000
I do. <i>As every night.</i>
`;
const STANDS = { timeout: 15_000 };
const MADE = { timeout: 150_000, interval: 300 };

let dir: string;
let base: string;
let store: Store;
let page: Page;
let faults: string[];
let close: OwnSite['close'] | undefined;
/** Two episodes of one series, the older first, of the same opening; the first ends with credits. */
let films: MovieId[];

const movie = async (id = films[0] as MovieId) => (await store.movies.get(id)) as Movie;
const skipButton = (name: string) => page.getByRole('button', { name });
const timeNow = () => page.evaluate(() => document.querySelector('video')?.currentTime ?? -1);

/** Opens a film there, and lets it stand. */
async function openAt(id: MovieId, atSec: number): Promise<void> {
  await page.goto(`${base}/watch/${id}?t=${atSec}`);
  await callPlayer(page);
  await vi.waitFor(async () => expect(await timeNow()).toBeGreaterThanOrEqual(atSec - 0.1), STANDS);
  // Begun and stopped: before it began, a player shows its still and hardly any of its bars.
  await page.evaluate(async () => {
    const video = document.querySelector('video');
    await video?.play();
    video?.pause();
  });
}

async function settled(count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { items } = await store.jobs.list({ limit: 5 });
    expect(items.filter(({ settledAtMs }) => settledAtMs !== null)).toHaveLength(count);
  }, MADE);
}

async function saveEpisode(id: MovieId, number: number): Promise<void> {
  await page.goto(`${base}/admin/films/${id}`);
  await page.getByLabel('Series', { exact: true }).fill('The Keeper');
  await page.getByLabel('Season', { exact: true }).fill('1');
  await page.getByLabel('Episode', { exact: true }).fill(String(number));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await vi.waitFor(async () => expect((await movie(id)).details.episode?.number).toBe(number), STANDS);
}

beforeAll(async () => {
  ({ dir, base, store, page, faults, close } = await openOwnSite({ ANALYSIS: 'on', SIGHTS: 'off', MAX_RUNG: '360' }));
  const maker = filmMaker(dir);
  const opening = { sec: 12, picture: SCENES.gradients, sound: tune(5) };
  const body = (seed: number) => scene(24, 'mandelbrot', seed);
  const one = maker.make('one.mp4', [scene(6, 'life', 3), opening, body(4), maker.roll(11)], {
    chapters: chapterText([
      ['The harbour', 0, 18],
      ['The lamp', 18, 30],
      ['The storm', 30, 53],
    ]),
    subtitles: SPOKEN,
  });
  const two = maker.make('two.mp4', [scene(9, 'life', 5), opening, body(6), scene(8, 'life', 8)]);
  await takeFilmIn(page, base, one.file);
  await settled(1);
  await takeFilmIn(page, base, two.file);
  await settled(2);
  films = (await store.jobs.list({ limit: 2 })).items.map(({ movieId }) => movieId).reverse();
}, 590_000);

afterAll(async () => {
  await close?.();
}, 30_000);

it('an opening is found as soon as somebody says that both are episodes', async () => {
  expect((await movie()).foundSkips?.skips.map(({ kind }) => kind)).toEqual(['credits']);
  await saveEpisode(films[0] as MovieId, 1);
  await saveEpisode(films[1] as MovieId, 2);
  for (const id of films)
    await vi.waitFor(async () => {
      const { foundSkips } = await movie(id);
      expect(foundSkips?.skips[0]).toMatchObject({ kind: 'intro', by: 'sound' });
    }, MADE);
  expect(faults).toEqual([]);
});

it('viewers pass over it by the button, by its key and by the keyboard alone', async () => {
  const [intro, credits] = (await movie()).foundSkips?.skips ?? [];
  await openAt(films[0] as MovieId, 2);
  expect(await skipButton('Skip intro').count()).toBe(0);
  await openAt(films[0] as MovieId, 8);
  await skipButton('Skip intro').waitFor(STANDS);
  await photograph(page, 'skips-intro');
  const { violations } = await new AxeBuilder({ page }).include('.marquee-player').analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
  await skipButton('Skip intro').click();
  await vi.waitFor(async () => expect(await timeNow()).toBeCloseTo(intro?.endSec ?? -1, 0), STANDS);
  await skipButton('Skip intro').waitFor({ state: 'detached', ...STANDS });

  await openAt(films[0] as MovieId, 8);
  await skipButton('Skip intro').waitFor(STANDS);
  await page.keyboard.press('s');
  await vi.waitFor(async () => expect(await timeNow()).toBeCloseTo(intro?.endSec ?? -1, 0), STANDS);

  // Nothing but Tab and Enter; whoever pressed it goes on within the player.
  await openAt(films[0] as MovieId, 8);
  const button = skipButton('Skip intro');
  await button.waitFor(STANDS);
  for (let i = 0; i < 60; i++) {
    if (await button.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await vi.waitFor(async () => expect(await timeNow()).toBeCloseTo(intro?.endSec ?? -1, 0), STANDS);
  await button.waitFor({ state: 'detached', ...STANDS });
  expect(await page.evaluate(() => document.activeElement?.closest('.marquee-player') !== null)).toBe(true);

  // Credits that reach the end lead to the next episode.
  await openAt(films[0] as MovieId, Math.ceil(credits?.startSec ?? 0) + 2);
  await skipButton('Skip credits').waitFor(STANDS);
  await photograph(page, 'skips-credits');
  await skipButton('Skip credits').click();
  await page.getByRole('region', { name: 'Next episode' }).waitFor(STANDS);
  expect(faults).toEqual([]);
});

it('subtitles and the menu of chapters stand beside it', async () => {
  await openAt(films[0] as MovieId, 8);
  const words = page.locator('.vds-captions', { hasText: 'Who keeps the lamp tonight?' });
  // A track that the film marks as its default is shown without being asked for.
  await words.waitFor({ timeout: 5000 }).catch(() => page.keyboard.press('c'));
  await words.waitFor(STANDS);
  await skipButton('Skip intro').waitFor(STANDS);
  await photograph(page, 'skips-subtitles');
  const boxes = await Promise.all([
    page.locator('.vds-captions [data-part="cue"]').first().boundingBox(),
    skipButton('Skip intro').boundingBox(),
  ]);
  const [line, button] = boxes.map((box) => box ?? { x: 0, y: 0, width: 0, height: 0 });
  expect(Math.min(line?.width ?? 0, button?.width ?? 0)).toBeGreaterThan(0);
  const isApart =
    (line?.x ?? 0) + (line?.width ?? 0) <= (button?.x ?? 0) ||
    (line?.y ?? 0) >= (button?.y ?? 0) + (button?.height ?? 0) ||
    (line?.y ?? 0) + (line?.height ?? 0) <= (button?.y ?? 0);
  expect(isApart).toBe(true);

  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await openAt(films[0] as MovieId, 21);
    await page.mouse.move(width / 2, 200);
    await page.getByRole('button', { name: 'Chapters' }).click();
    const lamp = page.getByRole('menuitemradio', { name: 'The lamp' });
    await lamp.waitFor(STANDS);
    expect(await page.getByRole('menuitemradio').count()).toBe(3);
    await photograph(page, 'skips-chapters', [width]);
    await page.getByRole('menuitemradio', { name: 'The storm' }).click();
    await vi.waitFor(async () => expect(await timeNow()).toBeCloseTo(30, 0), STANDS);
  }
  expect(faults).toEqual([]);
});

it('an admin corrects it, takes it away, and has it as it was found', async () => {
  const id = films[0] as MovieId;
  const { foundSkips } = await movie();
  await page.goto(`${base}/admin/films/${id}`);
  const form = page.getByRole('form', { name: 'Skip buttons' });
  await form.getByText('by sound that it shares with other episodes').waitFor(STANDS);
  await form.scrollIntoViewIfNeeded();
  await photograph(page, 'skips-panel');
  // Not even a film with many stills to choose from makes the page wider than a phone.
  await page.setViewportSize({ width: 390, height: 900 });
  expect(await page.getByRole('button', { name: /^Still \d+ as the poster$/ }).count()).toBeGreaterThan(3);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  const intro = form.getByRole('group', { name: 'Opening titles' });
  await intro.getByLabel('From').fill('0:03');
  await intro.getByLabel('To').fill('0:05');
  await form.getByRole('button', { name: 'Save times' }).click();
  await page.getByText('Opening titles should last 4 seconds at least.').waitFor(STANDS);
  await intro.getByLabel('To').fill('0:20');
  await form.getByRole('button', { name: 'Save times' }).click();
  await page.getByText('Told by a person').waitFor(STANDS);
  expect((await movie()).ownSkips?.[0]).toEqual({ kind: 'intro', startSec: 3, endSec: 20 });
  const streams = async () =>
    (await (await page.request.get(`${base}/api/watch/${id}`)).json()) as { skips: unknown[] };
  expect((await streams()).skips[0]).toEqual({ kind: 'intro', startSec: 3, endSec: 20 });

  await form.getByRole('button', { name: 'Show none' }).click();
  await vi.waitFor(async () => expect((await movie()).ownSkips).toEqual([]), STANDS);
  expect((await streams()).skips).toEqual([]);
  await form.getByRole('button', { name: 'As they were found' }).click();
  await vi.waitFor(async () => expect(await movie()).toMatchObject({ ownSkips: null, foundSkips }), STANDS);
  expect((await streams()).skips).toHaveLength(2);
  expect(faults).toEqual([]);
});
