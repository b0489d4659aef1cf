import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a worker's process is made of. */
const PARTS = ['package.json', 'packages', 'workers', 'apps/cli'];

/** A version of Marquee beside the one that is tested. */
export interface OtherVersion {
  /** Its command line. */
  main: string;
  /** What it is, for the names of tests. */
  name: string;
}

/**
 * Puts another version of the workers into a folder, on the packages of this one.
 *
 * @param commit whose code it is; null for this code with what an upgrade raises, raised: the version of messages, and
 *               that of MongoDB's schema
 */
export async function makeOtherVersion(folder: string, commit: string | null): Promise<OtherVersion> {
  await mkdir(folder, { recursive: true });
  if (commit === null) {
    for (const part of PARTS) {
      const isCode = (path: string) => !path.includes('/node_modules');
      await cp(join(ROOT, part), join(folder, part), { recursive: true, filter: isCode });
    }
    await replace(join(folder, 'packages/core/src/messages.ts'), /(ENVELOPE_VERSION = )(\d+)/);
    await replace(join(folder, 'packages/adapters/src/mongo-schema.ts'), /(MONGO_SCHEMA = \{ version: )(\d+)/);
  } else {
    const archive = execFileSync('git', ['archive', commit, ...PARTS], { cwd: ROOT, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
  }
  await linkPackages(folder);
  return { main: join(folder, 'apps/cli/src/main.ts'), name: commit ?? 'this code with raised versions' };
}

/** Raises a number by one. @throws Error unless it stands there */
async function replace(file: string, number: RegExp): Promise<void> {
  const before = await readFile(file, 'utf8');
  const after = before.replace(number, (_, head: string, version: string) => head + (Number(version) + 1));
  if (after === before) throw new Error(`${file} has no ${number}.`);
  await writeFile(file, after);
}

/** Packages of others are this version's; our own are those of the folder. */
async function linkPackages(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@marquee'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== '@marquee') await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  const own = { core: 'packages/core', media: 'packages/media', adapters: 'packages/adapters', workers: 'workers' };
  for (const [name, path] of Object.entries({ ...own, cli: 'apps/cli' })) {
    await symlink(join(folder, path), join(modules, '@marquee', name));
    const apart = join(ROOT, path, 'node_modules');
    // npm puts beside a package what it needs in another version than the rest.
    await symlink(apart, join(folder, path, 'node_modules')).catch(() => undefined);
  }
}
