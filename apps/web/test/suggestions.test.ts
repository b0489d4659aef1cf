import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type JobId, type MovieId, taskId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchChromium } from '../../../e2e/chromium.ts';
import { type LlmStub, startLlmStub } from '../../../scripts/llm-stub.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';
import { takeFilmIn } from './take-film-in.ts';

vi.setConfig({ testTimeout: 45_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };
const LINES = [
  'The lighthouse has stood on this rock for a hundred years.',
  'Keepers of the lighthouse lived here with their families.',
  'A boat brought bread and letters to the rock each week.',
  'In the winter no boat came for months, and nobody wrote letters.',
  'The last keeper of the lighthouse was my grandfather.',
  'He says that the sea wants its rock back, and that it will have it.',
  'Nobody believes him, but nobody lives on the rock any more.',
];

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let stub: LlmStub;
let staff: { context: BrowserContext; page: Page; faults: string[] };
let film: MovieId;

async function newPage(options: { width?: number; theme?: string; signedIn?: boolean } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
    ...(options.signedIn ? { storageState: await staff.context.storageState() } : {}),
  });
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  return { context, page, faults: faultsOf(page) };
}

const panel = (page: Page) => page.getByRole('region', { name: 'Suggestions' });
const apply = (page: Page, what: string) =>
  panel(page).getByRole('button', { name: new RegExp(`^Appl(y|ied) the ${what}$`) });

/** Waits until the film is described as the stub now answers. */
async function again(page: Page): Promise<void> {
  const { readyJobId } = (await store.movies.get(film)) ?? {};
  const id = taskId(readyJobId as JobId, 'ai_analysis', 'describe');
  const runs = (await store.tasks.get(id))?.runs.length ?? 0;
  await panel(page).getByRole('button', { name: 'Suggest again' }).click();
  await vi.waitFor(async () => {
    const task = await store.tasks.get(id);
    expect(task?.runs.length).toBeGreaterThan(runs);
    expect(task?.status).toBe('done');
  }, 20_000);
  await page.reload();
  await panel(page).waitFor(STANDS);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-suggestions-'));
  stub = await startLlmStub();
  const cues = LINES.map((line, i) => `${i + 1}\n00:00:0${i},100 --> 00:00:0${i},900\n${line}\n`);
  writeFileSync(join(dir, 'en.srt'), cues.join('\n'));
  const file = join(dir, 'the rock.mkv');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=24:duration=8'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:s', 'copy'];
  const language = ['-metadata:s:s:0', 'language=eng'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, '-i', join(dir, 'en.srt'), ...codecs, ...language, file]);
  site = spawnSite(join(dir, 'data'), {
    MARQUEE_ADMIN_SECRET: SECRET,
    ANALYSIS: 'on',
    LLM_BASE_URL: stub.url,
    LLM_MODEL: 'repeater',
    LLM_API_KEY: stub.apiKey,
  });
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
      const task = await store.tasks.get(taskId(movie?.readyJobId as JobId, 'ai_analysis', 'describe'));
      expect(task?.status).toBe('done');
    },
    { timeout: 90_000, interval: 200 },
  );
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await stub?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('suggestions for a film', () => {
  it('say who wrote them, go into the form one by one, and are kept when it is saved', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    await panel(page)
      .getByText(`Written by repeater at ${new URL(stub.url).host} from what is said in the film.`)
      .waitFor(STANDS);
    await apply(page, 'tagline').click();
    await panel(page).getByText('Tagline is filled in. Save to keep it.').waitFor(STANDS);
    expect(await page.getByLabel('Tagline').inputValue()).toBe(`Somebody says: ${LINES[0]}`);
    expect(await apply(page, 'tagline').textContent()).toBe('Applied the tagline');
    // Not before somebody says so.
    expect((await store.movies.get(film))?.details.tagline).toBe('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor(STANDS);
    expect((await store.movies.get(film))?.details).toMatchObject({
      tagline: `Somebody says: ${LINES[0]}`,
      synopsis: '',
    });
    const [entry] = (await store.audit.list({ limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'film.details_changed', detail: 'tagline' });
    expect(faults).toEqual([]);
  });

  it('never take the place of what somebody wrote when all are applied, and do when one is', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    await page.getByLabel('Synopsis').fill('My own words.');
    await panel(page).getByRole('button', { name: 'Apply all' }).click();
    await panel(page)
      .getByText('Filled in: title, genres. Save to keep it. Left as somebody wrote it: synopsis.')
      .waitFor(STANDS);
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('The lighthouse has stood');
    expect(await page.getByLabel('Genres').inputValue()).toBe('Drama, Documentary');
    expect(await page.getByLabel('Synopsis').inputValue()).toBe('My own words.');
    await apply(page, 'synopsis').click();
    expect(await page.getByLabel('Synopsis').inputValue()).toBe(LINES.slice(0, 3).join(' '));
    await panel(page).getByRole('button', { name: 'Apply all' }).click();
    await panel(page).getByText('All of it stands there already.').waitFor(STANDS);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor(STANDS);
    expect(await store.movies.get(film)).toMatchObject({
      title: 'The lighthouse has stood',
      details: { synopsis: LINES.slice(0, 3).join(' '), genres: ['Drama', 'Documentary'] },
    });
  });

  it('are made again alone, and say why a model gave none', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/films/${film}`);
    stub.mode('refusing');
    await again(page);
    await panel(page).getByText('Made from the film’s own words, by counting them').waitFor(STANDS);
    await panel(page).getByText('refused to answer: “I’m sorry, I can’t help with this film.”').waitFor(STANDS);
    expect(await apply(page, 'title').count()).toBe(0);
    const [entry] = (await store.audit.list({ limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'job.part_retried', detail: 'ai_analysis:describe' });
    // What somebody kept stands as it was.
    expect((await store.movies.get(film))?.title).toBe('The lighthouse has stood');
    stub.mode('limited', { retryAfterSec: 2 });
    await panel(page).getByRole('button', { name: 'Suggest again' }).click();
    await panel(page).getByText('They are tried again by themselves.').waitFor(STANDS);
    await panel(page).getByText('limits how often it is asked.').waitFor(STANDS);
    stub.mode('hostile');
    await panel(page).getByText('The leT Film').waitFor(STANDS);
    expect(await panel(page).locator('img, script').count()).toBe(0);
    expect(faults).toEqual([]);
    stub.mode('well');
    await again(page);
  }, 60_000);

  for (const theme of ['evening', 'matinee']) {
    for (const width of [390, 1440]) {
      it(`stand on a page that all can use, in ${theme} at ${width} px`, async () => {
        const { page, context, faults } = await newPage({ width, theme, signedIn: true });
        await page.goto(`${base}/admin/films/${film}`);
        await panel(page).waitFor(STANDS);
        await page.getByLabel('Tagline').fill('');
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
        const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflowPx).toBeLessThanOrEqual(0);
        const shots = process.env.SCREENSHOTS;
        if (shots) await page.screenshot({ path: join(shots, `suggestions-${theme}-${width}.png`) });
        expect(faults).toEqual([]);
        await context.close();
      });
    }
  }
});
