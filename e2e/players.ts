import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

/** What a player made of a film. */
export interface Playback {
  player: 'hls.js' | 'dash.js';
  ended: boolean;
  durationSec: number;
  /** Stretches of film that were played, in seconds. */
  played: [number, number][];
  /** Holes between buffered stretches at the end, in seconds. */
  gapsSec: number[];
  /** Times that playback stood still for want of data, after it had begun. */
  stalls: number;
  /** Pictures shown and dropped, as the browser counts them. */
  frames: { shown: number; dropped: number };
  /** Heights of the rungs that were shown, in the order in which they came. */
  heightsPx: number[];
  errors: string[];
}

const TYPES: Record<string, string> = {
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
  '.m4s': 'video/iso.segment',
  '.mp4': 'video/mp4',
  '.js': 'text/javascript',
  '.html': 'text/html',
  '.vtt': 'text/vtt',
};

/** The page that plays: it reports on `window.playback`, and is told which rung to show by `window.show(height)`. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>players</title><video muted playsinline width="640"></video>
<script src="/hls.js"></script><script src="/dash.js"></script>
<script>
const video = document.querySelector('video');
const playback = (window.playback = { heightsPx: [], errors: [], stalls: 0 });
let begun = false;
video.addEventListener('playing', () => { begun = true; });
video.addEventListener('waiting', () => { if (begun && !video.ended) playback.stalls++; });
video.addEventListener('error', () => playback.errors.push('video: ' + video.error.message));
video.addEventListener('resize', () => playback.heightsPx.push(video.videoHeight));
const query = new URLSearchParams(location.search);
const rate = Number(query.get('rate'));
if (query.get('player') === 'hls.js') {
  // Short buffers, so that a change of rung is seen soon.
  const hls = new Hls({ maxBufferLength: 8, maxMaxBufferLength: 8 });
  hls.on(Hls.Events.ERROR, (_, data) => playback.errors.push(data.type + ': ' + data.details));
  hls.loadSource('/film/master.m3u8');
  hls.attachMedia(video);
  window.show = (height) => { hls.nextLoadLevel = hls.levels.findIndex((level) => level.height === height); };
  window.rungs = () => hls.levels.map((level) => level.height);
  window.listSubtitles = () => hls.subtitleTracks.map((each) => ({ name: each.name, language: each.lang ?? '' }));
  window.showSubtitles = (at) => { hls.subtitleTrack = at; hls.subtitleDisplay = true; };
} else {
  const dash = dashjs.MediaPlayer().create();
  dash.on('error', (event) => playback.errors.push('dash: ' + (event.error.message ?? event.error)));
  dash.initialize(video, '/film/manifest.mpd', false);
  dash.updateSettings({ streaming: {
    abr: { autoSwitchBitrate: { video: false } },
    buffer: { fastSwitchEnabled: true, bufferTimeDefault: 5, bufferTimeAtTopQuality: 5, bufferTimeAtTopQualityLongForm: 5 },
  } });
  window.show = (height) => {
    const found = dash.getRepresentationsByType('video').find((each) => each.height === height);
    dash.setRepresentationForTypeById('video', found.id);
  };
  window.rungs = () => dash.getRepresentationsByType('video').map((each) => each.height);
  window.listSubtitles = () => dash.getTracksFor('text').map((each) => ({
    name: each.labels[0]?.text ?? '', language: each.lang === 'und' ? '' : each.lang, role: each.roles?.[0]?.value,
  }));
  window.showSubtitles = (at) => { dash.enableText(true); dash.setTextTrack(at); };
}
/** The text of the cues that a viewer sees at this moment, of all tracks that are shown. */
window.shownText = () => Array.from(video.textTracks)
  .filter((track) => track.mode !== 'disabled')
  .flatMap((track) => Array.from(track.activeCues ?? []))
  .map((cue) => cue.text)
  .join('|');
window.report = () => {
  const ranges = (of) => Array.from({ length: of.length }, (_, i) => [of.start(i), of.end(i)]);
  const quality = video.getVideoPlaybackQuality();
  return {
    ended: video.ended,
    durationSec: video.duration,
    played: ranges(video.played),
    buffered: ranges(video.buffered),
    frames: { shown: quality.totalVideoFrames, dropped: quality.droppedVideoFrames },
    ...playback,
  };
};
video.addEventListener('loadedmetadata', () => { video.playbackRate = rate; video.play(); }, { once: true });
</script>`;

/**
 * Plays a published film to its end in Chromium, changing to another rung every few seconds.
 *
 * @param folder      local folder of `master.m3u8` and `manifest.mpd`
 * @param options.rate playback speed; 1 is the speed of the film
 */
export async function playFilm(
  folder: string,
  player: Playback['player'],
  options: { rate: number; switchEverySec: number },
): Promise<Playback> {
  return withPlayer(folder, player, options.rate, async (page, errors) => {
    const durationSec = (await page.evaluate('video.duration')) as number;
    const rungs = (await page.evaluate('rungs()')) as number[];
    const endMs = Date.now() + (durationSec / options.rate) * 1000 * 2 + 30_000;
    let isOver = false;
    for (let i = 0; !isOver && Date.now() < endMs; i++) {
      await page.evaluate(`show(${rungs[i % rungs.length]})`);
      isOver = await page
        .waitForFunction('video.ended', undefined, { timeout: (options.switchEverySec / options.rate) * 1000 })
        .then(
          () => true,
          () => false,
        );
    }
    const seen = (await page.evaluate('report()')) as Omit<Playback, 'player' | 'gapsSec'> & {
      buffered: [number, number][];
    };
    const { buffered, ...facts } = seen;
    const gapsSec = buffered.slice(1).map(([start], i) => start - (buffered[i]?.[1] ?? 0));
    return { ...facts, player, gapsSec, errors: [...errors, ...seen.errors] };
  });
}

/** Subtitles as a player lists and shows them. */
interface ShownSubtitles {
  tracks: { name: string; language: string; role?: string }[];
  /** What is seen of the chosen track at each of the times that were asked for. */
  texts: string[];
  errors: string[];
}

/** Chooses a subtitle track of a published film, and looks what is seen of it at some times. */
export async function lookAtSubtitles(
  folder: string,
  player: Playback['player'],
  options: { track: number; atSec: number[] },
): Promise<ShownSubtitles> {
  return withPlayer(folder, player, 1, async (page, errors) => {
    await page.evaluate('video.pause()');
    await page.waitForFunction('listSubtitles().length > 0', undefined, { timeout: 10_000 });
    const tracks = (await page.evaluate('listSubtitles()')) as ShownSubtitles['tracks'];
    await page.evaluate(`showSubtitles(${options.track})`);
    const texts: string[] = [];
    for (const sec of options.atSec) {
      await page.evaluate(`video.currentTime = ${sec}`);
      await page.waitForFunction('!video.seeking && video.readyState >= 2', undefined, { timeout: 10_000 });
      // A segment of subtitles may come after the picture's; where there is nothing to see, nothing comes.
      await page.waitForFunction('shownText() !== ""', undefined, { timeout: 3000 }).catch(() => {});
      texts.push((await page.evaluate('shownText()')) as string);
    }
    const seen = (await page.evaluate('playback.errors')) as string[];
    return { tracks, texts, errors: [...errors, ...seen] };
  });
}

async function withPlayer<T>(
  folder: string,
  player: Playback['player'],
  rate: number,
  work: (page: Page, errors: string[]) => Promise<T>,
): Promise<T> {
  const server = await serve(folder);
  const { port } = server.address() as AddressInfo;
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`console: ${message.text()} ${message.location().url}`);
    });
    await page.goto(`http://127.0.0.1:${port}/?player=${player}&rate=${rate}`);
    await page.waitForFunction('video.currentTime > 0.2', undefined, { timeout: 30_000 });
    return await work(page, errors);
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve(folder: string): Promise<Server> {
  const require = createRequire(import.meta.url);
  const scripts: Record<string, string> = {
    '/hls.js': require.resolve('hls.js/dist/hls.min.js'),
    '/dash.js': require.resolve('dashjs'),
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const file = scripts[path] ?? join(folder, normalize(path.replace(/^\/film\//, '/')));
    try {
      const { size } = await stat(file);
      const type = TYPES[file.slice(file.lastIndexOf('.'))] ?? 'application/octet-stream';
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      const start = range ? Number(range[1]) : 0;
      const end = range?.[2] ? Number(range[2]) : size - 1;
      response.writeHead(range ? 206 : 200, {
        'content-type': type,
        'content-length': end - start + 1,
        ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
      });
      createReadStream(file, { start, end }).pipe(response);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
