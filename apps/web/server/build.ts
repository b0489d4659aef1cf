import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';

/** Root of the site's workspace. */
export const SITE_DIR = dirname(dirname(fileURLToPath(import.meta.url)));

/** What ends up in the built site. Engines and commands are handed in at run time and are no part of it. */
const SOURCE_DIRS = [SITE_DIR, join(SITE_DIR, '../../packages/core/src')];
const NOT_SOURCE = /^(node_modules|test|\..*|next-env\.d\.ts|.*\.tsbuildinfo)$/;
/** How long a build takes on two cores, in seconds; only said, never waited for. */
const BUILD_SEC = 20;
/** How long another process's build is waited for, in milliseconds. */
const WAIT_MS = 300_000;
const LOOK_MS = 250;

/**
 * Whether the site came built, as in an image: without the sources of its pages there is nothing to build from. Then Next is
 * shown the settings that it was built with, as its own server for that does, since the file they stand in is no part of it.
 */
async function cameBuilt(): Promise<boolean> {
  if ((await modifiedMs(join(SITE_DIR, 'app'))) !== null) return false;
  const facts = await readFile(join(SITE_DIR, '.next', 'required-server-files.json'), 'utf8');
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify((JSON.parse(facts) as { config: unknown }).config);
  return true;
}

/**
 * Builds the site if there is no build, or a source is newer than it.
 *
 * @throws MarqueeError INTERNAL with the builder's own words if it fails
 */
export async function buildIfNeeded(log: Logger): Promise<void> {
  if ((await cameBuilt()) || (await buildState()) === 'fresh') return;
  // Two starts at once: one builds, the other waits and takes what was built.
  const unlock = await lockBuild();
  try {
    const state = await buildState();
    if (state === 'fresh') return;
    const why = state === 'absent' ? 'first start' : 'its sources have changed';
    process.stderr.write(`Building the site (${why}, about ${BUILD_SEC} s)\n`);
    const startedMs = performance.now();
    await runBuild();
    log.info('site built', { tookMs: Math.round(performance.now() - startedMs) });
  } finally {
    await unlock();
  }
}

/** Holds a file with our process number in it; one left by a process that died is taken over. */
async function lockBuild(): Promise<() => Promise<void>> {
  // The one folder below `.next` that a build leaves alone.
  const dir = join(SITE_DIR, '.next', 'cache');
  const file = join(dir, 'marquee-build.lock');
  await mkdir(dir, { recursive: true });
  for (const endMs = performance.now() + WAIT_MS; performance.now() < endMs; await sleep(LOOK_MS)) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
      if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    }
  }
  throw new MarqueeError('INTERNAL', 'Another process has been building the site for minutes. End it and start again.');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function buildState(): Promise<'absent' | 'stale' | 'fresh'> {
  const builtAtMs = await modifiedMs(join(SITE_DIR, '.next', 'BUILD_ID'));
  if (builtAtMs === null) return 'absent';
  const newestMs = await Promise.all(SOURCE_DIRS.map(newestMsIn));
  return builtAtMs >= Math.max(...newestMs) ? 'fresh' : 'stale';
}

async function runBuild(): Promise<void> {
  const bin = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [bin, 'build'], {
    cwd: SITE_DIR,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Handed on, not read: the build takes no settings from it.
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new MarqueeError('INTERNAL', `The site could not be built:\n${output.trim()}`, { context: { code } });
}

async function newestMsIn(dir: string): Promise<number> {
  const times = [0];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (NOT_SOURCE.test(entry.name)) continue;
    const path = join(dir, entry.name);
    times.push(entry.isDirectory() ? await newestMsIn(path) : ((await modifiedMs(path)) ?? 0));
  }
  return Math.max(...times);
}

async function modifiedMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return null;
  }
}
