import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';

/** Root of the site's workspace. */
export const SITE_DIR = dirname(dirname(fileURLToPath(import.meta.url)));

/** What ends up in the built site. Engines and commands are handed in at run time and are no part of it. */
const SOURCE_DIRS = [SITE_DIR, join(SITE_DIR, '../../packages/core/src')];
const NOT_SOURCE = /^(node_modules|test|\..*|next-env\.d\.ts|.*\.tsbuildinfo)$/;
/** How long a build takes on two cores, in seconds; only said, never waited for. */
const BUILD_SEC = 30;

/**
 * Builds the site if there is no build, or a source is newer than it.
 *
 * @throws MarqueeError INTERNAL with the builder's own words if it fails
 */
export async function buildIfNeeded(log: Logger): Promise<void> {
  const builtAtMs = await modifiedMs(join(SITE_DIR, '.next', 'BUILD_ID'));
  if (builtAtMs !== null) {
    const newestMs = await Promise.all(SOURCE_DIRS.map(newestMsIn));
    if (builtAtMs >= Math.max(...newestMs)) return;
  }
  const why = builtAtMs === null ? 'first start' : 'its sources have changed';
  process.stderr.write(`Building the site (${why}, about ${BUILD_SEC} s)\n`);
  const startedMs = performance.now();
  await runBuild();
  log.info('site built', { tookMs: Math.round(performance.now() - startedMs) });
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
