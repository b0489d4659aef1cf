import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What axe finds on a page that keeps somebody from using it: rule and element. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // A page's title comes with its last part.
  await page.waitForFunction(() => document.title !== '');
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return found.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
}
