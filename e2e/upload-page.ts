import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId } from '@marquee/core/ids';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { signInToSite } from './site-session.ts';

/** How long a step may take, and until something more is sent. */
const STILL_MS = 120_000;

/** Opens the site's pages in a browser as its admin, for all tabs. @param site as `signInToSite` takes it */
export async function signedIn(browser: Browser, site: { url: string; secret: string }): Promise<BrowserContext> {
  const [name = '', ...value] = (await signInToSite(site)).split('=');
  const context = await browser.newContext();
  await context.addCookies([{ name, value: value.join('='), url: site.url }]);
  context.setDefaultTimeout(STILL_MS);
  return context;
}

/** A file on its way, as seen from outside the page. */
export interface Sending {
  page: Page;
  uploadId: string;
  /** How many parts it has. */
  count: number;
  /** Parts that storage is known to have. */
  standing: Set<number>;
  /** Parts that were begun to be sent, those again that storage had, and those that did not get through. */
  sent: number;
  twice: number;
  failed: number;
}

/** Chooses a file on the upload page of a new tab and counts what is sent from there. */
export async function beginUpload(
  context: BrowserContext,
  url: string,
  file: { path: string; sizeBytes: number },
): Promise<Sending> {
  const page = await context.newPage();
  const sending: Sending = { page, uploadId: '', count: 0, standing: new Set(), sent: 0, twice: 0, failed: 0 };
  page.on('request', (request) => {
    const part = partOf(request);
    if (part === null) return;
    sending.sent++;
    if (sending.standing.has(part)) sending.twice++;
  });
  page.on('response', (response) => {
    const part = partOf(response.request());
    if (part !== null && response.ok()) sending.standing.add(part);
  });
  page.on('requestfailed', (request) => {
    if (partOf(request) !== null) sending.failed++;
  });
  // A file that is chosen before the page's scripts run is chosen in vain.
  await page.goto(`${url}/admin/upload`, { waitUntil: 'networkidle' });
  const answer = page.waitForResponse((each) => each.url() === `${url}/api/uploads`);
  await page.getByLabel('Film files').setInputFiles(file.path);
  const begun = (await (await answer).json()) as { uploadId: string; partBytes: number };
  sending.uploadId = begun.uploadId;
  sending.count = Math.ceil(file.sizeBytes / begun.partBytes);
  return sending;
}

/** @returns the number of the part that a request sends to the bucket, or null if it does something else */
function partOf(request: Request): number | null {
  if (request.method() !== 'PUT') return null;
  const part = Number(new URL(request.url()).searchParams.get('partNumber'));
  return part > 0 ? part : null;
}

/** Waits until so much of a file stands. @throws Error with the page's words if it has given up */
export async function untilShare({ page, standing, count }: Sending, share: number): Promise<void> {
  for (let before = -1, changedAtMs = Date.now(); standing.size < share * count; await sleep(50)) {
    await refuseFailure(page);
    if (standing.size !== before) changedAtMs = Date.now();
    before = standing.size;
    if (Date.now() - changedAtMs > STILL_MS) throw new Error(`Nothing is sent any more: ${standing.size} of ${count}.`);
  }
}

async function refuseFailure(page: Page): Promise<void> {
  const failed = page.locator('[data-state=failed]');
  if ((await failed.count()) > 0) throw new Error(`The page gave up: ${await failed.textContent()}`);
}

/** Loads the page anew, and learns what storage has by then. @returns how many parts */
export async function reload({ page, standing, uploadId }: Sending): Promise<number> {
  const told = page.waitForResponse((each) => new URL(each.url()).pathname === `/api/uploads/${uploadId}`);
  await page.reload();
  const { parts } = (await (await told).json()) as { parts: number[] };
  for (const part of parts) standing.add(part);
  await page.locator('[data-state=choose]').waitFor();
  return parts.length;
}

/** Waits until the film was handed over. @returns its job @throws Error with the page's words if it has given up */
export async function untilDone({ page }: Sending, timeoutMs: number): Promise<JobId> {
  await page.locator('[data-state=done], [data-state=failed]').waitFor({ timeout: timeoutMs });
  await refuseFailure(page);
  const link = page.getByRole('link', { name: 'See it being made' });
  return basename((await link.getAttribute('href')) ?? '') as JobId;
}
