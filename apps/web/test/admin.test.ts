import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { type MediaProcessingJob, newJob } from '@marquee/core/job';
import { newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { faultsOf } from './faults.ts';
import { ADMIN, setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

vi.setConfig({ testTimeout: 45_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
let bornMs = 0;
let staff: { context: BrowserContext; page: Page; faults: string[] };

/** A site without workers, so that jobs stay as a test leaves them. */
function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET }, { args: ['--no-workers'] });
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

/** A film with a job in whatever state. */
async function filmWithJob(title: string, facts: Partial<MediaProcessingJob> = {}): Promise<MediaProcessingJob> {
  // No two of the same moment: their order would be anybody's guess.
  bornMs = Math.max(bornMs + 1, Date.now());
  const nowMs = bornMs;
  const movieId = newId<MovieId>(nowMs);
  await store.movies.insert(newMovie({ id: movieId, title, nowMs }));
  const job = newJob({
    id: newId<JobId>(nowMs),
    movieId,
    sourceKey: `uploads/${movieId}/source`,
    fileName: `${title}.mp4`,
    sizeBytes: 1_000_000,
    nowMs,
  });
  await store.jobs.insert({ ...job, ...facts });
  return { ...job, ...facts };
}

async function expectGoodPage(page: Page, path: string, shot: string): Promise<void> {
  expect(await seriousFaults(page), path).toEqual([]);
  const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflowPx, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
  const shots = process.env.SCREENSHOTS;
  if (shots) await page.screenshot({ path: join(shots, `${shot}.png`), fullPage: true });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-admin-'));
  base = await startSite();
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  staff = await newPage();
  await setUpHouse(staff.page, base, SECRET);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('the table of jobs', () => {
  it('says so while there is none', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/jobs`);
    await page.getByText('No job yet: each film that is uploaded becomes one.').waitFor(STANDS);
    expect(faults).toEqual([]);
  });

  it('says how each job stands, what went wrong and how often it was tried', async () => {
    const { page, faults } = staff;
    await filmWithJob('The Pale Lighthouse');
    const failing = await filmWithJob('Harbour at Noon');
    const part = taskId(failing.id, 'transcode', '00000');
    await store.tasks.insert([
      { id: part, jobId: failing.id, type: 'video.transcode', piece: '00000', order: 10, payload: {} as never },
    ]);
    await store.tasks.open([part]);
    const failure = { code: 'TOOL_KILLED' as const, message: 'ffmpeg was killed, mostly for want of memory.' };
    for (let i = 0; i < 2; i++) {
      const claim = await store.tasks.claim(part, { holder: 'w', leaseMs: 1000, nowMs: Date.now() });
      if (!('task' in claim)) throw new Error(`The part was not claimed: ${claim.refused}.`);
      const end = { nowMs: Date.now(), retryAtMs: i === 0 ? 0 : null };
      await store.tasks.fail(part, claim.task.fence, failure, end);
    }
    await store.jobs.update(failing.id, 0, {
      status: 'failed',
      error: { ...failure, taskId: part },
      finishedAtMs: Date.now(),
      settledAtMs: Date.now(),
    });
    const working = await filmWithJob('Night Train North', { status: 'processing' });
    await store.tasks.insert(
      ['head', 'index'].map((piece) => ({
        id: taskId(working.id, 'inspect', piece),
        jobId: working.id,
        type: 'video.inspect',
        piece,
        order: 0,
        payload: {} as never,
      })),
    );
    await page.goto(`${base}/admin/jobs`);
    const row = (title: string) => page.getByRole('row').filter({ hasText: title });
    await row('Harbour at Noon').getByText('ffmpeg was killed, mostly for want of memory.').waitFor(STANDS);
    expect(await row('Harbour at Noon').textContent()).toMatch(/Failed\s*2 failed tries[\s\S]*TOOL_KILLED/);
    expect(await row('Night Train North').textContent()).toMatch(/Being made\s*Reading, 0 %/);
    expect(await row('The Pale Lighthouse').textContent()).toContain('Waiting');
    await page.getByText('No worker is running').waitFor();
    await page.getByRole('link', { name: 'Harbour at Noon' }).click();
    await page.waitForURL(`${base}/admin/jobs/${failing.id}`);
    await page.getByText('The film could not be finished.').waitFor(STANDS);
    expect(faults).toEqual([]);
  });

  it('is narrowed down by state and by film, and goes from page to page', async () => {
    const { page } = staff;
    const links = page.locator('a[data-row]');
    await page.goto(`${base}/admin/jobs`);
    await page.getByLabel('State', { exact: true }).selectOption('failed');
    await page.waitForURL(/status=failed/);
    await vi.waitFor(async () => expect(await links.allInnerTexts()).toEqual(['Harbour at Noon']), STANDS);
    await page.goto(`${base}/admin/jobs`);
    await page.getByLabel('Find by film').fill('nihgt train');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=nihgt/);
    await vi.waitFor(async () => expect(await links.allInnerTexts()).toEqual(['Night Train North']), STANDS);
    await page.goto(`${base}/admin/jobs?q=nothing+of+the+kind`);
    await page.getByText('No job is like that.').waitFor(STANDS);
    for (let i = 0; i < 50; i++) await filmWithJob(`Reel ${i}`, { status: 'ready', finishedAtMs: 1, settledAtMs: 1 });
    await page.goto(`${base}/admin/jobs?status=ready`);
    expect(await links.count()).toBe(48);
    await page.getByRole('link', { name: 'Earlier jobs' }).click();
    await vi.waitFor(async () => expect(await links.allInnerTexts()).toEqual(['Reel 1', 'Reel 0']), STANDS);
  });

  it('does one thing to several jobs, says what could not be done, and writes down who did it', async () => {
    const { page, faults } = staff;
    const [first, second] = [await filmWithJob('Bulk One'), await filmWithJob('Bulk Two')];
    await page.goto(`${base}/admin/jobs?q=bulk`);
    await page.getByLabel('Choose all jobs of this page').check();
    await page.getByRole('button', { name: 'Put ahead' }).click();
    await page.getByText('2 jobs are ahead of others now.').waitFor(STANDS);
    expect((await store.jobs.get(first.id))?.priority).toBe(1);
    await page.getByRole('cell', { name: 'Ahead of others', exact: true }).first().waitFor(STANDS);
    await page.getByLabel(/^Choose Bulk Two/).check();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('The job is still being worked on.').waitFor(STANDS);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Keep working' }).click();
    expect((await store.jobs.get(second.id))?.status).toBe('pending');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByText('One job is cancelled.').waitFor(STANDS);
    expect((await store.jobs.get(second.id))?.status).toBe('cancelled');
    expect((await store.jobs.get(first.id))?.status).toBe('pending');
    const { items } = await store.audit.list({ limit: 3 });
    expect(items[0]).toMatchObject({
      action: 'job.cancelled',
      actor: { name: ADMIN.email },
      target: { id: second.id, name: 'Bulk Two' },
    });
    for (const { action, detail } of items.slice(1))
      expect([action, detail]).toEqual(['job.prioritized', 'ahead of others']);
    expect(new Set(items.slice(1).map(({ target }) => target?.id))).toEqual(new Set([first.id, second.id]));
    expect(faults).toEqual([]);
  });

  it('is walked through by the keyboard', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/jobs?q=bulk`);
    await page.locator('a[data-row]').first().focus();
    await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    expect(await focused()).toBe('Bulk One');
    await page.keyboard.press('Home');
    expect(await focused()).toBe('Bulk Two');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/admin\/jobs\/\w+$/);
  });
});

describe('the dashboard', () => {
  it('says how the house stands, in figures that the store counted', async () => {
    const { page, faults } = staff;
    const made = await filmWithJob('A Long Evening', {
      status: 'ready',
      finishedAtMs: Date.now(),
      settledAtMs: Date.now(),
      published: { pictureBytes: 3_000_000_000, soundBytes: 200_000_000, stillBytes: 5_000_000 },
      plan: { frameCount: 90_000, fps: { num: 25, den: 1 }, rungs: [] } as unknown as MediaProcessingJob['plan'],
    });
    await store.movies.update(made.movieId, 0, { readyJobId: made.id });
    await page.goto(`${base}/admin`);
    const figure = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name }) });
    const { ready, making, unseen } = await store.movies.counts();
    await figure('Films')
      .first()
      .getByText(String(ready + making + unseen), { exact: true })
      .waitFor(STANDS);
    await figure('Ended in 24 hours').getByText('1 ready, 1 failed').waitFor();
    await page.getByText('1 h of film; 3 min in an hour, 1 h in the best.').waitFor();
    const stored = page.getByRole('region', { name: 'Stored' });
    expect(await stored.textContent()).toMatch(/Picture.*3\.0 GB.*Sound.*200 MB.*Stills.*5\.0 MB/);
    expect(await stored.textContent()).toMatch(/Summed up just now/);
    const failures = page.getByRole('region', { name: 'Failures' });
    await failures.getByText('ffmpeg was killed, mostly for want of memory.').waitFor();
    await failures.getByText('TOOL_KILLED').waitFor();
    await page.getByText('Films that are uploaded wait until a worker is started').waitFor();
    await page.getByRole('region', { name: 'Viewers in the last day' }).getByText('Nobody has watched').waitFor();
    await store.presence.beat({
      holder: 'attic_boot:42:1',
      roles: ['transcode'],
      startedAtMs: Date.now(),
      seenAtMs: Date.now() + 60_000,
    });
    await page.reload();
    await page.getByText('attic, process 42').waitFor(STANDS);
    await store.presence.leave('attic_boot:42:1');
    expect(faults).toEqual([]);
  });

  it('sends those on who look for films where they were', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin?q=evening&sort=title`);
    expect(page.url()).toBe(`${base}/admin/films?q=evening&sort=title`);
    await page.getByRole('link', { name: 'A Long Evening' }).waitFor(STANDS);
  });
});

describe('the audit log', () => {
  it('knows who changed a film, what of it, who sees it, and who deleted it', async () => {
    const { page, faults } = staff;
    const id = newId<MovieId>();
    await store.movies.insert({ ...newMovie({ id, title: 'Draft Horse', nowMs: Date.now() }), visibility: 'draft' });
    await page.goto(`${base}/admin/films/${id}`);
    await page.getByLabel('Title', { exact: true }).fill('Dark Horse');
    await page.getByLabel('Year').fill('1999');
    await page.getByRole('radio', { name: /^Published/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor(STANDS);
    await page.goto(`${base}/admin/films?q=dark+horse`);
    await page.getByLabel('Choose Dark Horse').check();
    await page.getByRole('button', { name: 'Unlist' }).click();
    await page.getByText('One film is unlisted.').waitFor(STANDS);
    await page.getByLabel('Choose Dark Horse').check();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the film' }).click();
    await page.getByText('One film is deleted.').waitFor(STANDS);
    await page.goto(`${base}/admin/audit`);
    await page.getByLabel('About', { exact: true }).selectOption('film');
    await page.waitForURL(/kind=film/);
    const said = page.locator('tbody tr');
    await vi.waitFor(async () => expect(await said.count()).toBe(4), STANDS);
    const lines = (await said.allTextContents()).map((line) => line.replace(/^.*example\.org\s*/, ''));
    expect(lines.map((line) => line.replace(/(::|127).*$/, '')).sort()).toEqual([
      'changed details of Dark Horse (title, year)',
      'changed who sees Dark Horse (unlisted)',
      'deleted Dark Horse',
      'published Dark Horse',
    ]);
    expect(faults).toEqual([]);
  });

  it('is narrowed down to a person by a part of the name, and asks whom one means', async () => {
    const { page } = staff;
    const person = (name: string) => ({
      id: newId(),
      name,
      email: `${name.toLowerCase()}@theatre.example`,
      role: 'viewer',
      disabledAtMs: null,
      createdAt: new Date().toISOString(),
    });
    for (const name of ['Ophelia', 'Oberon']) await store.accounts.insert('user', person(name));
    await store.audit.record({
      id: newId(),
      atMs: Date.now(),
      actor: { kind: 'user', id: 'o', name: 'ophelia@theatre.example', address: '::1' },
      action: 'user.renamed',
      target: null,
      detail: null,
    });
    await page.goto(`${base}/admin/audit`);
    await page.getByLabel('Done by').fill('theatre');
    await page.keyboard.press('Enter');
    await page.getByText('Whom do you mean?').waitFor(STANDS);
    await page.getByRole('link', { name: 'ophelia@theatre.example' }).click();
    await page.waitForURL(/by=ophelia/);
    await page.getByText('changed a name').waitFor(STANDS);
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.goto(`${base}/admin/audit?by=oberon&kind=job`);
    await page.getByText('Nothing of the kind was done.').waitFor(STANDS);
  });

  it('goes from page to page within what was asked for', async () => {
    const { page } = staff;
    const actor = { kind: 'command' as const, id: null, name: 'the command line', address: null };
    for (let i = 0; i < 102; i++)
      await store.audit.record({
        id: newId(1000 + i),
        atMs: Date.now(),
        actor,
        action: 'user.reset_link_made',
        target: null,
        detail: `number ${i}`,
      });
    await page.goto(`${base}/admin/audit?by=the+command+line&kind=user`);
    expect(await page.locator('tbody tr').count()).toBe(100);
    await page.getByRole('link', { name: 'Earlier' }).click();
    await page.getByText('(number 0)').waitFor(STANDS);
    expect(await page.locator('tbody tr').count()).toBe(2);
  });
});

describe('the settings', () => {
  const save = async (page: Page, says: RegExp | string) => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(says).waitFor(STANDS);
  };

  it('show what the house runs on, where each variable comes from, and no secret', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/settings`);
    const variable = (name: string) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
    expect(await variable('MARQUEE_ADMIN_SECRET').textContent()).toMatch(/set, and not shown\s*environment/);
    expect(await variable('X264_CRF').textContent()).toMatch(/23\s*default/);
    expect(await variable('MARQUEE_DATA').textContent()).toContain('…/data');
    expect(await page.content()).not.toContain(SECRET);
    expect(await page.content()).not.toContain(dir);
    const engines = page.getByRole('region', { name: 'What it runs on' });
    expect(await engines.textContent()).toMatch(/Store\s*embedded · answers.*Cache\s*embedded/);
    expect(faults).toEqual([]);
  });

  it('rename the house at once, hold new films to a rung and to a draft, and write down who did it', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/settings`);
    await page.getByLabel('Name of the house').fill('Bijou');
    await page.getByLabel('Largest picture of new versions').selectOption('720');
    await page.getByLabel('New films are').selectOption('draft');
    await save(page, 'Saved.');
    await page.getByRole('banner').getByText('Bijou').waitFor(STANDS);
    await page.goto(`${base}/admin/jobs`);
    await vi.waitFor(async () => expect(await page.title()).toBe('Jobs · Bijou'), STANDS);
    expect((await store.audit.list({ limit: 1 })).items).toMatchObject([
      {
        action: 'house.settings_changed',
        detail: 'name of the house: Bijou; largest picture of new versions: 720p; new films are: draft',
      },
    ]);
    const bytes = Buffer.from('not much of a film');
    const facts = { fileName: 'short.mp4', sizeBytes: bytes.length, lastModifiedMs: 0 };
    const begun = await (await page.request.post(`${base}/api/uploads`, { data: facts })).json();
    const headers = { 'marquee-upload': begun.token };
    const signed = await page.request.post(`${base}/api/uploads/${begun.uploadId}/parts`, {
      headers,
      data: { partNumbers: [1] },
    });
    await page.request.put(`${base}${(await signed.json()).urls[1]}`, { data: bytes });
    const ended = await page.request.post(`${base}/api/uploads/${begun.uploadId}/complete`, { headers, data: {} });
    const { jobId } = await ended.json();
    const job = await store.jobs.get(jobId);
    expect(job?.maxRungPx).toBe(720);
    expect((await store.movies.get(job?.movieId as MovieId))?.visibility).toBe('draft');
    expect((await store.audit.list({ limit: 1, kind: 'film' })).items).toMatchObject([
      { action: 'film.uploaded', target: { name: 'Short' }, detail: 'short.mp4' },
    ]);
    expect(faults).toEqual([]);
  });

  it('refuse what cannot be, lose nothing when two people change them, and are seen from other processes', async () => {
    const { page } = staff;
    await page.goto(`${base}/admin/settings`);
    expect(await page.locator('#signUp option[value=open]').isDisabled()).toBe(true);
    const { version } = await store.settings.get();
    await store.settings.update(version, { houseName: 'Rialto' });
    await page.getByLabel('Name of the house').fill('Roxy');
    await save(page, 'Somebody else changed the settings meanwhile.');
    expect((await store.settings.get()).values.houseName).toBe('Rialto');
    await vi.waitFor(async () => {
      await page.goto(base);
      await page.getByRole('banner').getByText('Rialto').waitFor({ timeout: 500 });
    }, STANDS);
    await page.goto(`${base}/admin/settings`);
    await page.getByLabel('Name of the house').fill('Marquee');
    await save(page, 'Saved.');
    await save(page, 'Nothing was changed.');
  });
});

describe('the ways on', () => {
  it('are a menu on a phone, by keyboard too, and say where one is', async () => {
    const { page, context, faults } = await newPage({ width: 390, signedIn: true });
    await page.goto(`${base}/admin/jobs`);
    const button = page.getByRole('button', { name: 'Admin pages, at Jobs' });
    await button.waitFor(STANDS);
    expect(await page.getByRole('navigation', { name: 'Admin' }).count()).toBe(0);
    await button.focus();
    await page.keyboard.press('Enter');
    const menu = page.getByRole('navigation', { name: 'Admin' });
    await menu.waitFor();
    expect(await button.evaluate((each) => each.ariaExpanded ?? 'by popover')).toMatch(/true|by popover/);
    expect(await menu.locator('[aria-current=page]').textContent()).toBe('Jobs');
    await expectGoodPage(page, 'the open menu', 'admin-menu-390');
    await page.keyboard.press('Tab');
    expect(await menu.evaluate((each) => each.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    expect(await button.evaluate((each) => each === document.activeElement)).toBe(true);
    await button.click();
    await menu.getByRole('link', { name: 'Queues' }).click();
    await page.waitForURL(`${base}/admin/queues`);
    await menu.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Admin pages, at Queues' }).waitFor(STANDS);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('stand side by side where there is room', async () => {
    const { page } = staff;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${base}/admin/jobs`);
    const nav = page.getByRole('navigation', { name: 'Admin' });
    expect(await nav.locator('[aria-current=page]').textContent()).toBe('Jobs');
    expect(await page.getByRole('button', { name: /^Admin pages/ }).count()).toBe(0);
    const overflowPx = await nav.evaluate((each) => each.scrollWidth - each.clientWidth);
    expect(overflowPx).toBeLessThanOrEqual(0);
    const widerPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(widerPx).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

const PAGES = [
  '/admin',
  '/admin/jobs',
  '/admin/jobs?status=failed',
  '/admin/audit',
  '/admin/audit?by=theatre',
  '/admin/settings',
];

for (const theme of ['evening', 'matinee']) {
  for (const width of [390, 1440]) {
    it(`has accessible pages, free of errors, in ${theme} at ${width} px`, async () => {
      const { page, context, faults } = await newPage({ width, theme, signedIn: true });
      for (const path of PAGES) {
        await page.goto(base + path);
        await page.getByRole('heading', { level: 1 }).waitFor(STANDS);
        if (path === '/admin/jobs') await page.locator('tbody input[type=checkbox]').first().check();
        const name = path.slice(1).replace(/\W+/g, '-');
        await expectGoodPage(page, path, `${name}-${theme}-${width}`);
      }
      expect(faults).toEqual([]);
      await context.close();
    }, 60_000);
  }
}
