import { chown, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { JobAnswer } from '@marquee/cli/answer';
import { loadConfig } from '@marquee/core/config';
import { createTools } from '@marquee/media/run-tool';
import { makeDemoFilm } from '../scripts/demo-film.ts';
import { buildImages, IMAGES, type ImageName, tagOf } from '../scripts/images.ts';
import { startServices } from '../scripts/services.ts';
import { callPlayer } from './call-player.ts';
import { launchChromium } from './chromium.ts';
import { type Container, openContainer } from './containers.ts';
import { lastLine } from './marquee.ts';
import { freePort } from './scraping.ts';

/**
 * Starts a fleet out of the images, as their own user and on roots that cannot be written to, against real servers on this
 * machine; takes a film that speaks through it, and plays it in Chromium. What is not in MARQUEE_IMAGES is built before.
 *
 *   npm run e2e:images        # needs root, buildah and, where no base image can be had, debootstrap
 */
const SECRET = 'of the images, for a minute';
/** How long a process may take until its health check passes, in milliseconds. */
const HEALTHY_MS = 120_000;
/** How long the player may take to its end, in milliseconds. */
const PLAYED_MS = 120_000;
/** Run in the page. */
const PLAY_TO_END = `(async () => {
  const video = document.querySelector('video');
  video.muted = true;
  video.playbackRate = 4;
  await video.play();
  await new Promise((resolve) => video.addEventListener('ended', resolve, { once: true }));
  return { atSec: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames };
})()`;
/** Whom images run as. */
const USER_ID = 1000;
/** The fleet: each process with the image that it comes from. */
const FLEET: { name: string; image: ImageName; args: string[] }[] = [
  { name: 'orchestrator', image: 'worker', args: ['worker', 'orchestrator'] },
  { name: 'transcode', image: 'worker', args: ['worker', 'transcode'] },
  { name: 'thumbnail', image: 'worker', args: ['worker', 'thumbnail'] },
  { name: 'subtitle', image: 'ai', args: ['worker', 'subtitle'] },
  { name: 'ai', image: 'ai', args: ['worker', 'ai'] },
  { name: 'web', image: 'web', args: ['web'] },
];

const startedMs = performance.now();
const say = (line: string) =>
  process.stdout.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'marquee-e2e-images-'));
const kept = process.env.MARQUEE_IMAGES;
const store = await buildImages(Object.keys(IMAGES) as ImageName[], {
  folder: kept ? resolve(kept) : join(folder, 'images'),
  isKept: true,
  say,
});
const services = await startServices(['rabbitmq', 'mongodb', 's3', 'redis'], { say, firstPort: 17_700 });
const containers = new Map<ImageName, Container>();
try {
  for (const name of Object.keys(IMAGES) as ImageName[]) containers.set(name, await openContainer(store, tagOf(name)));
  await walk();
} finally {
  for (const container of containers.values()) await container.close();
  await services.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function walk(): Promise<void> {
  await runToEnd('setup', 'worker', ['setup']);
  say('setup is done');
  let url = '';
  for (const { name, image, args } of FLEET) {
    const port = String(await freePort());
    if (image === 'web') url = `http://127.0.0.1:${port}`;
    const member = await start(name, image, args, { PORT: port, HEALTH_PORT: port });
    await member.untilHealthy(HEALTHY_MS);
    say(`${name} is healthy`);
  }
  const film = await makeDemoFilm(createTools(loadConfig()), folder, new AbortController().signal, () => undefined);
  const data = await folderOf('film');
  await copyFile(film.file, join(data, 'data/film.mp4'));
  const said = await runToEnd('film', 'worker', ['ingest', '/data/film.mp4', '--wait', '--json']);
  const answer = lastLine<JobAnswer>(said.slice(said.indexOf('{')).split('\n')[0] ?? '');
  if (answer?.status !== 'ready' || answer.movieId === null) throw new Error(`The film did not become ready:\n${said}`);
  say(
    `the film is ready: ${answer.durationSec} s, rungs ${answer.rungs.join(', ')}, playable after ${answer.firstPlayableSec} s`,
  );
  await play(url, answer.movieId);
}

/** Plays the film to its end on its page. */
async function play(url: string, movieId: string): Promise<void> {
  const facts = (await (await fetch(`${url}/api/watch/${movieId}`)).json()) as { hls?: string };
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on(
      'response',
      (response) => response.status() >= 400 && troubles.push(`${response.status()} ${response.url()}`),
    );
    page.on('requestfailed', (request) => troubles.push(`${request.failure()?.errorText} ${request.url()}`));
    await page.goto(`${url}/watch/${movieId}`);
    await callPlayer(page, PLAYED_MS).catch((error) => {
      throw new Error(`The film cannot be played. The page met with:\n${troubles.join('\n')}`, { cause: error });
    });
    const seen = await page.evaluate<{ atSec: number; frames: number }>(PLAY_TO_END);
    say(
      `played to its end in Chromium: ${seen.atSec.toFixed(1)} s, ${seen.frames} pictures (${facts.hls ?? 'stream'})`,
    );
  } finally {
    await browser.close();
  }
}

async function start(name: string, image: ImageName, args: string[], variables: Record<string, string> = {}) {
  const container = containers.get(image) as Container;
  const settings = {
    ...services.env,
    HOST: '127.0.0.1',
    MARQUEE_ADMIN_SECRET: SECRET,
    TRANSCODE_CONCURRENCY: '2',
    // Of the AI image alone there are models.
    MEANING: image === 'ai' ? 'on' : 'off',
    ...variables,
  };
  return container.start(name, args, settings, await folderOf(name));
}

/** @returns all that it printed */
async function runToEnd(name: string, image: ImageName, args: string[]): Promise<string> {
  const running = await start(name, image, args);
  await running.ended;
  return running.said();
}

/** What a process may write to: its data, and what is in memory elsewhere. */
async function folderOf(name: string): Promise<string> {
  for (const part of ['data', 'tmp']) {
    await mkdir(join(folder, name, part), { recursive: true });
    await chown(join(folder, name, part), USER_ID, USER_ID);
  }
  return join(folder, name);
}
