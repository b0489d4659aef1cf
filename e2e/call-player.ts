import type { BrowserContext, Page } from 'playwright-core';

const STEP_MS = 100;

/** Shows a watch page that somebody is there, which its player waits for, without asking the film to begin. */
export async function wakePlayer(page: Page, timeoutMs = 20_000): Promise<void> {
  const player = page.locator('[data-media-player]');
  // A pointer that moved before the page's scripts had come was not heard.
  for (let atMs = 0; (await player.count()) === 0; atMs += STEP_MS) {
    if (atMs > timeoutMs) throw new Error(`No player came within ${timeoutMs} ms.`);
    await page.mouse.move(9 + ((atMs / STEP_MS) % 2), 9);
    await page.waitForTimeout(STEP_MS);
  }
}

/** The same, and waits until the film can play. */
export async function callPlayer(page: Page, timeoutMs = 20_000): Promise<void> {
  await wakePlayer(page, timeoutMs);
  await page.locator('[data-media-player][data-can-play]').waitFor({ timeout: timeoutMs });
}

/**
 * Has films begin only where they are asked to, in pages opened from here on: Chromium takes each question of Playwright's
 * for a gesture, and a film begins by itself for whoever came with one.
 */
export async function withoutGestures(context: BrowserContext): Promise<void> {
  await context.addInitScript(() =>
    Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive: false, isActive: false } }),
  );
}
