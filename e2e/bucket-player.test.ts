import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobAnswer } from '@marquee/cli/answer';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callPlayer } from './call-player.ts';
import { launchChromium } from './chromium.ts';
import { memberVariables, runMarquee, startMember } from './fleet.ts';
import { freePort } from './scraping.ts';
import { makeTestFilm } from './test-film.ts';

const VARIABLES = ['S3_ENDPOINT', 'S3_BUCKET', 'MEDIA_BASE_URL'];
const absent = VARIABLES.filter((name) => !process.env[name]);
const SITE_MS = 180_000;

/** How browsers come to what is in the bucket, and what is to be set for it. */
const WAYS: Record<string, (id: string) => Record<string, string>> = {
  'at a public address': () => ({
    S3_BUCKET: process.env.S3_BUCKET ?? '',
    MEDIA_BASE_URL: process.env.MEDIA_BASE_URL ?? '',
  }),
  'by signed addresses': (id) => ({ S3_BUCKET: `player-${id}`, MEDIA_BASE_URL: '' }),
};

describe.each(Object.entries(WAYS))('a film in a bucket, %s', (_, settings) => {
  const isRequired = process.env.REQUIRE_SERVICES === '1';
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marquee-bucket-'));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.skipIf(absent.length > 0 && !isRequired)('plays on its page', { timeout: SITE_MS + 120_000 }, async () => {
    if (absent.length > 0) expect.fail(`REQUIRE_SERVICES=1, but not set: ${absent.join(', ')}`);
    const id = randomUUID().slice(0, 8);
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const servers = { S3_ENDPOINT: process.env.S3_ENDPOINT ?? '', ...settings(id) };
    const common = { PORT: port, PUBLIC_URL: url, MARQUEE_ADMIN_SECRET: randomUUID() };
    const variables = memberVariables(folder, servers, common)('house');
    await runMarquee(['setup'], variables);
    const film = await makeTestFilm(folder, 'film.mp4', { sec: 8, fps: 25, languages: ['eng'] });
    const { stdout } = await runMarquee(['ingest', film, '--wait', '--json'], variables);
    const { movieId } = JSON.parse(stdout) as JobAnswer;

    const site = startMember('site', ['start'], variables);
    try {
      await untilAnswers(`${url}/api/health`);
      const page = await browser.newPage();
      const refused: string[] = [];
      page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
      await page.goto(`${url}/watch/${movieId}`);
      await callPlayer(page).catch((error) => {
        throw new Error(`It cannot be played: ${refused.join('\n')}`, { cause: error });
      });
      await page.evaluate(PLAY);
      const isUnderWay = () => page.evaluate<boolean>(IS_UNDER_WAY);
      await expect.poll(isUnderWay, { timeout: 30_000 }).toBe(true);
      expect(refused).toEqual([]);
      await page.close();
    } finally {
      await site.stop();
    }
  });
});

// Run in the page, whose types are not ours.
const PLAY = "(() => { const video = document.querySelector('video'); video.muted = true; return video.play(); })()";
const IS_UNDER_WAY =
  "document.querySelector('video').currentTime > 1 && document.querySelector('video').videoWidth > 0";

/** The first site of a checkout is built at its start. */
async function untilAnswers(address: string): Promise<void> {
  for (const giveUpMs = Date.now() + SITE_MS; Date.now() < giveUpMs; await sleep(300)) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return;
  }
  throw new Error(`${address} does not answer.`);
}
