import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { Store } from '@marquee/core/ports';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../../e2e/chromium.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

const SECRET = 'a secret for tests only';

/** A house of one test file: its site, and its first admin before it, in a window of 1440 px. */
export interface OwnSite {
  /** For the test's own files. */
  dir: string;
  base: string;
  /** The same that the site works on. */
  store: Store;
  page: Page;
  /** What went wrong in the page so far. */
  faults: string[];
  close(): Promise<void>;
}

/** @param variables what the site is told besides */
export async function openOwnSite(variables: NodeJS.ProcessEnv = {}): Promise<OwnSite> {
  const dir = mkdtempSync(join(tmpdir(), 'marquee-own-site-'));
  const site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET, ...variables });
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of opened.toReversed()) await end();
    await endSite(site);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const base = await addressOf(site);
    const store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
    opened.push(() => store.close());
    const browser = await launchChromium();
    opened.push(() => browser.close());
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const faults = faultsOf(page);
    await setUpHouse(page, base, SECRET);
    return { dir, base, store, page, faults, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
