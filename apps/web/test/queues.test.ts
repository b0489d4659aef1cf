import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { createSqliteQueue } from '@marquee/adapters/sqlite-queue';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import { type MessageType, newMessage } from '@marquee/core/messages';
import { newMovie } from '@marquee/core/movie';
import type { Queue, QueueName, Store } from '@marquee/core/ports';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { letterText, withoutSecrets } from '../server/letter-text.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

vi.setConfig({ testTimeout: 30_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 10_000 };
const REASON = 'The payload of video.transcode is not of its schema (chunk: Required).';
const TITLE = 'The Night Ferry';
const SETTLES_MS = 100;
/** A figure that gets a digit more moves by this little; a row that is pushed down moves a hundred times as much. */
const STILL = 0.0005;

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let queue: Queue;
let store: Store;
let jobId: JobId;
let staff: { context: BrowserContext; page: Page; faults: string[] };

function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET }, { script: 'queue-site.ts' });
  return addressOf(site);
}

async function newPage(options: { width?: number; theme?: string; signedIn?: boolean } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    reducedMotion: 'reduce',
    ...(options.signedIn ? { storageState: await staff.context.storageState() } : {}),
  });
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

/** Puts messages into a queue and has them die there, as a worker's refusal would. */
async function kill(name: QueueName, payloads: object[], reason: string): Promise<void> {
  const { dead } = await queue.stats(name);
  for (const payload of payloads) await queue.publish(newMessage(name as MessageType, payload as never));
  const consumer = await queue.consume(name, { concurrency: 1 }, async () => ({ kind: 'dead', reason }));
  await vi.waitFor(async () => expect((await queue.stats(name)).dead).toBe(dead + payloads.length), STANDS);
  await consumer.drain();
}

/** Sends everything back and takes it out of the queues. */
async function sweepUp(): Promise<void> {
  for (const name of ['video.transcode', 'video.uploaded'] as const) {
    const ids = (await queue.listDead(name, 1000)).map(({ id }) => id);
    if (ids.length > 0) await queue.redriveDead(name, ids);
    const consumer = await queue.consume(name, { concurrency: 8 }, async () => ({ kind: 'ack' }));
    await vi.waitFor(async () => {
      const { ready, inFlight } = await queue.stats(name);
      expect([ready, inFlight]).toEqual([0, 0]);
    }, STANDS);
    await consumer.drain();
  }
}

function part(index: number): object {
  return { jobId, movieId: 'm', taskId: taskId(jobId, 'transcode', String(index)), outputPrefix: 'media/m/j/' };
}

const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
const letters = (page: Page) => page.getByRole('button', { name: /^Send back: / });

async function open(page: Page, shown: number): Promise<void> {
  await page.goto(`${base}/admin/queues`);
  await vi.waitFor(async () => expect(await letters(page).count()).toBe(shown), STANDS);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-queues-'));
  base = await startSite();
  queue = createSqliteQueue({ file: join(dir, 'data', 'queue.db') });
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  const nowMs = Date.now();
  const movieId = newId<MovieId>(nowMs);
  jobId = newId<JobId>(nowMs);
  await store.movies.insert(newMovie({ id: movieId, title: TITLE, nowMs }));
  await store.jobs.insert(
    newJob({ id: jobId, movieId, fileName: 'ferry.mp4', sourceKey: 'uploads/u/source', sizeBytes: 1, nowMs }),
  );
  await store.tasks.insert(
    [0, 1, 2].map((index) => ({
      id: taskId(jobId, 'transcode', String(index)),
      jobId,
      type: 'video.transcode' as const,
      piece: String(index),
      order: index,
      payload: part(index) as never,
    })),
  );
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  staff = await newPage();
  await setUpHouse(staff.page, base, SECRET);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await queue?.close();
  await store?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('the page of the queues', () => {
  beforeEach(sweepUp);

  it('shows every queue, and good words where nothing is dead', async () => {
    const { page } = staff;
    await open(page, 0);
    await page.getByText('No dead letters.').waitFor(STANDS);
    await page.getByRole('link', { name: 'Queues', exact: true }).and(page.locator('[aria-current=page]')).waitFor();
    expect(await page.getByRole('row').count()).toBe(10);
    await queue.publish(newMessage('video.transcode', part(0) as never));
    await queue.publish(newMessage('video.transcode', part(1) as never), { delayMs: 60_000 });
    const cells = row(page, 'Picture').getByRole('cell');
    await vi.waitFor(async () => {
      const [waiting, inFlight, delayed, oldest, dead] = await cells.allInnerTexts();
      expect([waiting, inFlight, delayed, dead]).toEqual(['1', '0', '1', '0']);
      expect(oldest).toMatch(/^\d+ s$/);
    }, STANDS);
    expect(staff.faults).toEqual([]);
  });

  it('shows what died, of which film, why and what it said', async () => {
    const { page } = staff;
    await kill('video.transcode', [part(2)], REASON);
    await kill('video.uploaded', [{ note: 'no film', password: 'hunter2hunter2' }], 'The message is not ours.');
    await open(page, 2);
    await page.getByText(REASON).waitFor();
    await page.getByText('A message that cannot be read', { exact: true }).waitFor();
    const film = page.getByRole('link', { name: TITLE });
    expect(await film.getAttribute('href')).toBe(`/admin/jobs/${jobId}`);
    await page
      .getByText(/^died \d\d:\d\d · tried once$/)
      .first()
      .waitFor();
    await page.getByLabel(`Message: Picture, part 3 of ${TITLE}`).click();
    await page.getByText('"outputPrefix": "media/m/j/"').waitFor(STANDS);
    await page.getByLabel('Message: A message that cannot be read').click();
    await page.getByText('"note": "no film"').waitFor(STANDS);
    expect(await page.content()).not.toContain('hunter2');
    expect(staff.faults).toEqual([]);
  });

  it('sends back one, chosen ones, and all, without a reload', async () => {
    const { page } = staff;
    await kill('video.transcode', [0, 1, 2, 0, 1, 2].map(part), REASON);
    await open(page, 6);
    const stand = async (waiting: number, dead: number) => {
      expect(await queue.stats('video.transcode')).toMatchObject({ ready: waiting, dead });
      await vi.waitFor(async () => expect(await letters(page).count()).toBe(dead), STANDS);
      const cells = await row(page, 'Picture').getByRole('cell').allInnerTexts();
      expect([Number(cells[0]), Number.parseInt(cells[4] ?? '', 10)]).toEqual([waiting, dead]);
    };

    await letters(page).first().click();
    await page.getByText('One message was sent back.').waitFor(STANDS);
    await stand(1, 5);

    await page
      .getByLabel(/^Choose Picture, part 3/)
      .first()
      .check();
    await page
      .getByLabel(/^Choose Picture, part 2/)
      .first()
      .check();
    await page.getByText('2 chosen').waitFor();
    await page.getByRole('button', { name: 'Send 2 back' }).click();
    await page.getByText('2 messages were sent back.').waitFor(STANDS);
    await stand(3, 3);
    expect(await page.getByText(/chosen$/).count()).toBe(0);

    await page.getByRole('button', { name: 'Send all back: Picture' }).click();
    await page.getByRole('button', { name: 'Leave them' }).click();
    await stand(3, 3);
    await page.getByRole('button', { name: 'Send all back: Picture' }).click();
    await page.getByRole('button', { name: 'Send 3 back' }).click();
    await page.getByText('3 messages were sent back.').waitFor(STANDS);
    await page.getByText('No dead letters.').waitFor(STANDS);
    await stand(6, 0);
    expect(staff.faults).toEqual([]);
  });

  it('says so when a letter was sent back by somebody else meanwhile', async () => {
    const { page } = staff;
    await kill('video.transcode', [part(0)], REASON);
    await open(page, 1);
    // The page is told old news, so that it still shows the letter.
    const old = await (await page.request.get(`${base}/api/queues`)).json();
    await page.route('**/api/queues?*', (route) => route.fulfill({ json: old }));
    const [letter] = await queue.listDead('video.transcode', 1);
    await queue.redriveDead('video.transcode', [letter?.id ?? '']);
    await letters(page).first().click();
    await page.getByText('One was no longer there.').waitFor(STANDS);
    await page.unroute('**/api/queues?*');
    await vi.waitFor(async () => expect(await letters(page).count()).toBe(0), STANDS);
    expect(staff.faults).toEqual([]);
  });

  it('works by keyboard alone, and never loses the focus', async () => {
    const { page } = staff;
    await kill('video.transcode', [0, 1, 2].map(part), REASON);
    await open(page, 3);
    await page.getByLabel(/^Choose Picture, part 1/).focus();
    await page.keyboard.press('Space');
    await page.getByText('1 chosen').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(TITLE);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('"outputPrefix"').waitFor(STANDS);
    await page.getByRole('button', { name: /^Send back: Picture, part 1/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('One message was sent back.').waitFor(STANDS);
    await vi.waitFor(
      async () => expect(await page.evaluate(() => document.activeElement?.id)).toBe('dead-letters'),
      STANDS,
    );
    await page.getByRole('button', { name: 'Send all back: Picture' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await vi.waitFor(
      async () =>
        expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
          'Send all back: Picture',
        ),
      STANDS,
    );
    expect(await letters(page).count()).toBe(2);
    expect(staff.faults).toEqual([]);
  });

  it('keeps strangers from the page, its news and its actions', async () => {
    const { page } = staff;
    await kill('video.transcode', [0, 1].map(part), REASON);
    await open(page, 2);
    const stranger = await newPage();
    await stranger.page.goto(`${base}/admin/queues`);
    expect(new URL(stranger.page.url()).pathname).toBe('/sign-in');
    for (const path of ['/api/queues', '/api/queues/letter?queue=video.transcode&id=1'])
      expect((await stranger.page.request.get(base + path)).status()).toBe(401);

    // What staff's browser sends is sent once more, without the session.
    const replay = async (press: () => Promise<void>) => {
      const asked = page.waitForRequest((request) => request.method() === 'POST' && 'next-action' in request.headers());
      await page.route('**/admin/queues', (route) =>
        route.request().method() === 'POST' ? route.abort() : route.continue(),
      );
      await press();
      const request = await asked;
      const { cookie: _, ...headers } = await request.allHeaders();
      await page.unroute('**/admin/queues');
      const bare = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
      const answer = await stranger.page.request.post(`${base}/admin/queues`, {
        headers: bare,
        data: request.postDataBuffer() ?? '',
        maxRedirects: 0,
      });
      expect(`${answer.headers()['x-action-redirect'] ?? answer.headers().location}`).toContain('/sign-in');
      await page.getByText('The site did not answer.').waitFor(STANDS);
      expect(await queue.stats('video.transcode')).toMatchObject({ ready: 0, dead: 2 });
    };
    await replay(() => letters(page).first().click());
    await replay(async () => {
      await page.getByRole('button', { name: 'Send all back: Picture' }).click();
      await page.getByRole('button', { name: 'Send 2 back' }).click();
    });
    // The requests that were held back are all that the page complains of.
    expect(staff.faults.filter((fault) => !fault.includes('net::ERR_FAILED'))).toEqual([]);
    staff.faults.length = 0;

    const gone = await newPage({ signedIn: true });
    await open(gone.page, 2);
    await gone.context.clearCookies();
    await gone.page.getByText('You are signed out.').waitFor(STANDS);
    expect(await letters(gone.page).first().isDisabled()).toBe(true);
    await Promise.all([stranger, gone].map(({ context }) => context.close()));
  });

  it('says that the queue is away, keeps what it knew, and goes on when it is back', async () => {
    const { page } = staff;
    await kill('video.transcode', [0, 1].map(part), REASON);
    await open(page, 2);
    const away = page.getByText('The message queue does not answer');
    site.kill('SIGUSR2');
    try {
      await away.waitFor(STANDS);
      expect(await letters(page).first().isDisabled()).toBe(true);
      expect(await letters(page).count()).toBe(2);
      const late = await newPage({ signedIn: true });
      await late.page.goto(`${base}/admin/queues`);
      await late.page.getByText('The message queue does not answer').waitFor(STANDS);
      await late.page.getByText('They can be read when the queue is back.').waitFor();
      expect((await row(late.page, 'Picture').getByRole('cell').allInnerTexts())[0]).toContain('–');
      site.kill('SIGUSR2');
      await vi.waitFor(async () => expect(await letters(late.page).count()).toBe(2), STANDS);
      expect(late.faults).toEqual([]);
      await late.context.close();
      await vi.waitFor(async () => expect(await away.count()).toBe(0), STANDS);
      expect(await letters(page).first().isEnabled()).toBe(true);
    } finally {
      if ((await away.count()) > 0) site.kill('SIGUSR2');
    }
    expect(staff.faults).toEqual([]);
  });

  for (const width of [390, 1280]) {
    it(`stands still at ${width} px while counts change, and while the queue is away`, async () => {
      await kill('video.transcode', [part(0)], REASON);
      const { page, context, faults } = await newPage({ width, signedIn: true });
      await open(page, 1);
      // From here on: letters that arrive a moment after the page are the layout's affair on every page.
      await page.evaluate(async () => {
        await document.fonts.ready;
        const shifts: { value: number; what: string }[] = [];
        Object.assign(window, { shifts });
        interface Shift extends PerformanceEntry {
          value: number;
          hadRecentInput: boolean;
          sources: { node: Node | null }[];
        }
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
            const what = sources.map(({ node }) => `${node?.nodeName} ${node?.textContent?.slice(0, 40)}`).join(', ');
            if (!hadRecentInput) shifts.push({ value, what });
          }
        }).observe({ type: 'layout-shift' });
      });
      await Promise.all(
        Array.from({ length: 12 }, () => queue.publish(newMessage('video.uploaded', part(0) as never))),
      );
      await row(page, 'New films').getByRole('cell', { name: '12' }).waitFor(STANDS);
      site.kill('SIGUSR2');
      await page.getByText('The message queue does not answer').waitFor(STANDS);
      site.kill('SIGUSR2');
      await page.getByText('Kept up to date by itself.').waitFor(STANDS);
      await page.waitForTimeout(SETTLES_MS);
      const shifts = await page.evaluate(() => (window as unknown as { shifts: { value: number }[] }).shifts);
      const sum = shifts.reduce((total, { value }) => total + value, 0);
      expect(sum, JSON.stringify(shifts)).toBeLessThan(STILL);
      expect(faults).toEqual([]);
      await context.close();
    });

    for (const theme of ['evening', 'matinee']) {
      it(`is accessible and fits in ${theme} at ${width} px`, async () => {
        await kill('video.transcode', [0, 1, 2].map(part), REASON);
        const { page, context, faults } = await newPage({ width, theme, signedIn: true });
        await open(page, 3);
        await page.getByLabel(`Message: Picture, part 1 of ${TITLE}`).click();
        await page.getByText('"outputPrefix"').waitFor(STANDS);
        await page.getByLabel('Choose all shown of Picture').check();
        await page.getByText('3 chosen').waitFor();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
        if (width === 390) await page.setViewportSize({ width: 320, height: 900 });
        const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflowPx).toBeLessThanOrEqual(0);
        expect(faults).toEqual([]);
        await context.close();
      });
    }
  }
});

describe('the text of a letter', () => {
  it('shows everything but what would let somebody in', () => {
    const text = letterText({
      type: 'video.inspect',
      payload: {
        sourceKey: 'uploads/u/source',
        apiKey: 'k-123',
        at: 'amqp://user:pw@host/v',
        headers: { Cookie: 'c=1' },
      },
    });
    expect(text).toContain('"sourceKey": "uploads/u/source"');
    expect(text).toContain('amqp://(hidden)@host/v');
    expect(text).not.toMatch(/k-123|user:pw|c=1/);
    expect(withoutSecrets('GET https://store.example/a?X-Sig=abc&b=1 was refused')).toBe(
      'GET https://store.example/a?(hidden) was refused',
    );
    expect(letterText('{"broken": ')).toBe('{"broken": ');
    expect(letterText({ long: 'x'.repeat(40_000) }).length).toBeLessThan(17_000);
  });
});
