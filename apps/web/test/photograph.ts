import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Changes of theme and size are drawn over some frames, as are controls that come. */
const SETTLES_MS = 400;

/** Keeps what a page shows, narrow and wide, in both themes, where `SCREENSHOTS` names a folder. */
export async function photograph(page: Page, name: string, widths = [390, 1440]): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  const before = page.viewportSize();
  if (!folder || !before) return;
  mkdirSync(folder, { recursive: true });
  const themeBefore = await wear(page, 'evening');
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of ['evening', 'matinee']) {
      await wear(page, theme);
      // A film's controls stay in sight while somebody moves.
      await page.mouse.move(width / 2, theme === 'evening' ? 200 : 203);
      await page.waitForTimeout(SETTLES_MS);
      await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) });
    }
  }
  await wear(page, themeBefore);
  await page.setViewportSize(before);
}

/** @returns the theme before */
function wear(page: Page, theme: string): Promise<string> {
  return page.evaluate((next) => {
    const { dataset } = document.documentElement;
    const { theme: before = 'evening' } = dataset;
    dataset.theme = next;
    return before;
  }, theme);
}
