import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFileTrace } from '@vercel/nft';
import { componentsOf, softwareBill } from './sbom.ts';

/**
 * Gathers what an image runs, and nothing else: the files that the command line leads to, each at its place.
 *
 *   node deploy/docker/gather.ts web|worker FOLDER
 *
 * For `web` the site has to stand built with NEXT_OUTPUT=standalone; Next's own list says which files that needs.
 */
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SITE = 'apps/web';
/** Where programs begin. Threads are named by addresses that no tracer follows. */
const ENTRIES = ['apps/cli/src/main.ts', 'workers/meaning/embed-thread.ts'];
const WORKER_ENTRIES = ['deploy/docker/demo.ts', 'workers/subtitle/ocr-thread.ts', 'workers/subtitle/speech-thread.ts'];
/** Loaded by a name that is put together when it runs. */
const NATIVE = `node_modules/onnxruntime-node/bin/napi-v6/${platform()}/${arch()}`;
/**
 * Not followed: builders of the site, what it runs on (Next has listed that itself, and workers do not have it), and whole
 * folders that code names to look into.
 */
const LEFT_OUT = new RegExp(
  `(^|/)node_modules/(next|@next|react|react-dom|@swc|typescript|node)/|^${SITE}/(?:\\.next|app|components|test)(?:/|$)`,
);

const [kind, place] = process.argv.slice(2);
if ((kind !== 'web' && kind !== 'worker') || place === undefined) {
  process.stderr.write('Say what for and where to: gather.ts web|worker FOLDER\n');
  process.exit(2);
}
const folder = resolve(place);
const files = await traced(kind === 'web' ? ENTRIES : [...ENTRIES, ...WORKER_ENTRIES]);
await mkdir(folder, { recursive: true });
if (kind === 'web') await takeSite(folder);
for (const file of files) await take(file, folder);
await holdLinks(folder);
const components = await componentsOf(folder);
const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
await writeFile(join(folder, 'sbom.cdx.json'), softwareBill(`marquee-${kind}`, version, components));
process.stdout.write(`${kind}: ${files.length} files traced, ${components.length} packages\n`);

/** @returns paths of the files that the entries lead to, from the root, links among them */
async function traced(entries: string[]): Promise<string[]> {
  const { fileList } = await nodeFileTrace(
    entries.map((entry) => join(ROOT, entry)),
    {
      base: ROOT,
      processCwd: ROOT,
      conditions: ['node', 'import'],
      ignore: (path) => LEFT_OUT.test(path),
      readFile: async (path) => {
        const text = await readFile(path, 'utf8').catch(() => null);
        // The tracer reads JavaScript alone.
        return text !== null && /\.ts$/.test(path) && !path.includes('node_modules')
          ? stripTypeScriptTypes(text)
          : text;
      },
    },
  );
  return [...fileList, NATIVE].sort();
}

/**
 * The built site and the packages it runs on, with the files that browsers fetch. Not the server that Next adds: Marquee
 * starts Next itself, with its engines.
 */
async function takeSite(to: string): Promise<void> {
  const built = join(ROOT, SITE, '.next');
  const standalone = join(built, 'standalone');
  await cp(join(standalone, 'node_modules'), join(to, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  await cp(join(standalone, SITE, '.next'), join(to, SITE, '.next'), { recursive: true, verbatimSymlinks: true });
  await rm(join(to, SITE, '.next/cache'), { recursive: true, force: true });
  await cp(join(built, 'static'), join(to, SITE, '.next/static'), { recursive: true });
}

/** @throws Error if a link leads out of the folder, where an image has nothing, or nowhere */
async function holdLinks(root: string): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const link = join(entry.parentPath, entry.name);
    const target = await readlink(link);
    const isInside = !isAbsolute(target) && !relative(root, join(entry.parentPath, target)).startsWith('..');
    if (!isInside || !existsSync(link)) throw new Error(`${relative(root, link)} leads to ${target}.`);
  }
}

/** Copies a file, or a link as a link, to the same place below another root. */
async function take(file: string, to: string): Promise<void> {
  const [source, target] = [join(ROOT, file), join(to, file)];
  const facts = await lstat(source);
  await mkdir(dirname(target), { recursive: true });
  if (facts.isSymbolicLink()) {
    const standing = await lstat(target).catch(() => null);
    if (standing === null)
      await symlink(relative(dirname(source), join(dirname(source), await readlink(source))), target);
  } else if (facts.isDirectory()) {
    for (const name of await readdir(source)) await take(join(file, name), to);
  } else {
    await cp(source, target);
  }
}
