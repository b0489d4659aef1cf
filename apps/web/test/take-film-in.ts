import type { Page } from 'playwright-core';

/** Uploads a film as an admin does. Resolves when the site has it whole, and a job is there for it. */
export async function takeFilmIn(page: Page, base: string, file: string): Promise<void> {
  await page.goto(`${base}/admin/upload`);
  await page.getByLabel('Film files').setInputFiles(file);
  await page.getByRole('link', { name: 'See it being made' }).waitFor({ timeout: 30_000 });
}
