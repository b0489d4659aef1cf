import type { Page } from 'playwright-core';

/** The first admin of the houses that tests set up. */
export const ADMIN = { name: 'Usher', email: 'usher@example.org', password: 'torch and a red jacket' };

/** Sets a house up in the browser, as its owner does at the first start, and leaves the first admin signed in. */
export async function setUpHouse(page: Page, base: string, token: string): Promise<void> {
  await page.goto(`${base}/admin`);
  await page.getByLabel('Set-up token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByLabel('What to call you').fill(ADMIN.name);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/admin/setup/film`);
}
