import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ImageStore, openImageStore } from './images/buildah.ts';
import { LOCAL_BASE, makeLocalBase } from './images/local-base.ts';

const USAGE = `npm run images [-- [--only web,worker,ai] [--base IMAGE] [--verbose]]

Builds the images with buildah, as root, and prints what each takes: seconds, and MB on disk. Where the public base image
cannot be had, a base is made here by debootstrap. MARQUEE_IMAGES names the folder in which they are kept; without
it they are thrown away at the end.`;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The images, and what each is built from. */
export const IMAGES = {
  web: { file: 'deploy/docker/web.Dockerfile', target: 'web' },
  worker: { file: 'deploy/docker/worker.Dockerfile', target: 'worker' },
  ai: { file: 'deploy/docker/worker.Dockerfile', target: 'ai' },
} as const;
export type ImageName = keyof typeof IMAGES;

/** What an image is called in the store. */
export function tagOf(name: ImageName): string {
  return `localhost/marquee-${name}`;
}

/** Builds one image on a base that stands in the store. @returns seconds, and bytes of all its layers unpacked */
async function buildImage(
  store: ImageStore,
  name: ImageName,
  base: string,
  onText?: (text: string) => void,
): Promise<{ sec: number; bytes: number }> {
  const { file, target } = IMAGES[name];
  const startedMs = performance.now();
  const revision = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const facts = { BASE: base, VERSION: version, REVISION: revision };
  const args = Object.entries(facts).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
  // Health checks are no part of OCI's format.
  const how = ['--isolation', 'chroot', '--pull-never', '--format', 'docker'];
  await store.run(
    ['bud', ...how, ...args, '--target', target, '--file', join(ROOT, file), '--tag', tagOf(name), ROOT],
    {
      ...(onText ? { onText } : {}),
    },
  );
  return { sec: (performance.now() - startedMs) / 1000, bytes: await imageBytes(store, tagOf(name)) };
}

function stands(store: ImageStore, image: string): Promise<boolean> {
  return store.run(['inspect', '--type', 'image', image]).then(
    () => true,
    () => false,
  );
}

async function imageBytes(store: ImageStore, image: string): Promise<number> {
  const found = await store.run(['images', '--json', image]);
  const [facts] = JSON.parse(found) as { size: string }[];
  const [, number, unit = ''] = /^([\d.]+)\s*(\w+)$/.exec(facts?.size ?? '') ?? [];
  const scale = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[unit];
  if (number === undefined || scale === undefined) throw new Error(`buildah gives no size for ${image}.`);
  return Number(number) * scale;
}

/** @returns the public base, if it can be had, or the one made here */
async function findBase(store: ImageStore, say: (line: string) => void): Promise<string> {
  const text = await readFile(join(ROOT, IMAGES.web.file), 'utf8');
  const wanted = /^ARG BASE=(\S+)$/m.exec(text)?.[1] ?? '';
  try {
    await store.run(['pull', '--quiet', '--policy', 'missing', '--retry', '0', wanted]);
    return wanted;
  } catch {
    say(`${wanted} cannot be had from here`);
  }
  if (await stands(store, LOCAL_BASE)) return LOCAL_BASE;
  const startedMs = performance.now();
  const npm = join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');
  await makeLocalBase(store, process.execPath, npm);
  report(say, 'base', { sec: (performance.now() - startedMs) / 1000, bytes: await imageBytes(store, LOCAL_BASE) });
  return LOCAL_BASE;
}

function report(say: (line: string) => void, name: string, { sec, bytes }: { sec: number; bytes: number }): void {
  say(`${name.padEnd(8)} ${(bytes / 1e6).toFixed(0).padStart(5)} MB  ${sec.toFixed(0).padStart(4)} s`);
}

/**
 * Builds images, and what they stand on, unless they stand already.
 *
 * @param options.folder where they are kept
 * @throws Error with the last words of what failed
 */
export async function buildImages(
  names: readonly ImageName[],
  options: {
    folder: string;
    base?: string;
    /** Leaves those alone that stand. */
    isKept?: boolean;
    say: (line: string) => void;
    onText?: (text: string) => void;
  },
): Promise<ImageStore> {
  const store = await openImageStore(options.folder);
  const standing = await Promise.all(names.map((name) => options.isKept && stands(store, tagOf(name))));
  const wanted = names.filter((_, i) => !standing[i]);
  if (wanted.length === 0) return store;
  const base = options.base ?? (await findBase(store, options.say));
  for (const name of wanted) report(options.say, name, await buildImage(store, name, base, options.onText));
  return store;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: Object.keys(IMAGES).join(',') },
      base: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const names = values.only.split(',') as ImageName[];
  if (values.help || names.some((name) => !(name in IMAGES))) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  const kept = process.env.MARQUEE_IMAGES;
  const folder = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'marquee-images-'));
  try {
    await buildImages(names, {
      folder,
      say,
      ...(values.base === undefined ? {} : { base: values.base }),
      ...(values.verbose ? { onText: (text: string) => process.stderr.write(text) } : {}),
    });
  } finally {
    if (!kept) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
}
