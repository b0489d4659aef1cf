import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { filesIn } from './marquee.ts';
import { freePort } from './scraping.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const START_MS = 90_000;
const run = promisify(execFile);

/** The site as a place with functions gets it. */
export interface BareSite {
  /** What it consists of, with everything that it needs to run: nothing else is there when it does. */
  folder: string;
  /** Paths of all files that some page or route needs, from the repository's root. */
  traced: Set<string>;
  /** Removes it. */
  remove(): Promise<void>;
}

/**
 * Builds the site for a place without a disk, in a copy of the repository: a build in place would stand where the ordinary
 * one is looked for. Packages are linked, sources copied, since a build writes beside them.
 */
export async function buildBareSite(): Promise<BareSite> {
  await mkdir(join(ROOT, 'tmp'), { recursive: true });
  const copy = await mkdtemp(join(ROOT, 'tmp/bare-site-'));
  const remove = () => rm(copy, { recursive: true, force: true });
  try {
    const listed = await run(
      'git',
      [
        'ls-files',
        '--cached',
        '--others',
        '--exclude-standard',
        '-z',
        'apps',
        'packages',
        'workers',
        'package.json',
        'tsconfig.base.json',
      ],
      { cwd: ROOT, maxBuffer: 8 * 1024 ** 2 },
    );
    const sources = listed.stdout.split('\0').filter((path) => path !== '' && !/\/test\//.test(path));
    for (const path of sources) await cp(join(ROOT, path), join(copy, path));
    const installed = ['.', 'apps/web', 'apps/cli', 'workers', 'packages/core', 'packages/media', 'packages/adapters'];
    for (const place of installed) {
      const from = join(ROOT, place, 'node_modules');
      // Some workspaces have none of their own.
      await run('cp', ['-al', from, join(copy, place, 'node_modules')]).catch((error: Error) => {
        if (place === '.') throw error;
      });
    }
    const site = join(copy, 'apps/web');
    await run(process.execPath, [join(copy, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: site,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NEXT_OUTPUT: 'serverless' },
      maxBuffer: 16 * 1024 ** 2,
    });
    return { folder: join(site, '.next/standalone'), traced: await tracedFiles(site, copy), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function tracedFiles(site: string, copy: string): Promise<Set<string>> {
  const server = join(site, '.next/server');
  const lists = (await filesIn(server)).filter((path) => path.endsWith('.nft.json'));
  const traced = new Set<string>();
  for (const list of lists) {
    const { files } = JSON.parse(await readFile(join(server, list), 'utf8')) as { files: string[] };
    for (const file of files) traced.add(relative(copy, resolve(dirname(join(server, list)), file)));
  }
  return traced;
}

/**
 * Starts it as such a place would, and more strictly: Node itself refuses to write a file, to start a process, or to read
 * what is not of the site, and there is no program on the path.
 */
export async function startBareSite(
  { folder }: Pick<BareSite, 'folder'>,
  variables: Record<string, string>,
): Promise<{ url: string; log: () => string; stop(): Promise<void> }> {
  const port = await freePort();
  const args = ['--permission', `--allow-fs-read=${folder}`, '--allow-addons', 'server.js'];
  const child = spawn(process.execPath, args, {
    cwd: join(folder, 'apps/web'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production', PATH: '/nowhere', HOSTNAME: '127.0.0.1', PORT: String(port), ...variables },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      log += text;
    });
  }
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  for (const endMs = Date.now() + START_MS; ; await sleep(200)) {
    const answer = await fetch(`${url}/icon.svg`).catch(() => null);
    if (answer?.ok) break;
    if (child.exitCode !== null || Date.now() > endMs) {
      child.kill('SIGKILL');
      throw new Error(`The site did not start:\n${log}`);
    }
  }
  return {
    url,
    log: () => log,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
