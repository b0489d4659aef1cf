import { existsSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageStore, run } from './buildah.ts';

/** What Dockerfiles are given instead of the public image. */
export const LOCAL_BASE = 'localhost/marquee-base';
const SUITE = 'bookworm';
const MIRROR = 'http://deb.debian.org/debian';
const SECURITY = 'http://security.debian.org/debian-security';
/** Certificates that this machine trusts besides the world's, of a proxy say; where Debian and its kin keep them. */
const OWN_CERTIFICATES = '/usr/local/share/ca-certificates';
/** Of the user that images run as. */
const HOME = 'home/node';
/** What the slim images of the world leave out too. */
const NOT_NEEDED = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
];

/**
 * Makes what stands for the public Node image where that cannot be had: Debian by debootstrap, this very Node, npm, and
 * the user `node`. Whatever this network wants (certificates) is put in here, and so never stands in a Dockerfile.
 *
 * @param node this Node's program @param npm folder of the package
 */
export async function makeLocalBase(store: ImageStore, node: string, npm: string): Promise<void> {
  const root = join(store.folder, 'base');
  await rm(root, { recursive: true, force: true });
  await run('debootstrap', ['--variant=minbase', '--include=ca-certificates', SUITE, root, MIRROR]);
  const sources = [`${MIRROR} ${SUITE}`, `${MIRROR} ${SUITE}-updates`, `${SECURITY} ${SUITE}-security`];
  await writeFile(join(root, 'etc/apt/sources.list'), sources.map((source) => `deb ${source} main\n`).join(''));
  await cp(node, join(root, 'usr/local/bin/node'));
  await chmod(join(root, 'usr/local/bin/node'), 0o755);
  await mkdir(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
  }
  await appendFile(join(root, 'etc/passwd'), `node:x:1000:1000::/${HOME}:/bin/bash\n`);
  await appendFile(join(root, 'etc/group'), 'node:x:1000:\n');
  await run('chroot', [root, 'install', '-d', '-o', '1000', '-g', '1000', `/${HOME}`]);
  const variables = await trustAsHere(root);
  for (const folder of NOT_NEEDED) {
    for (const name of await readdir(join(root, folder))) await rm(join(root, folder, name), { recursive: true });
  }

  const container = (await store.run(['from', 'scratch'])).trim();
  await store.run(['add', '--quiet', container, root, '/']);
  await store.run(['config', '--cmd', 'node', ...variables.flatMap((each) => ['--env', each]), container]);
  await store.run(['commit', '--quiet', '--rm', container, LOCAL_BASE]);
  await rm(root, { recursive: true });
}

/** @returns variables by which programs in the image trust whom this machine trusts */
async function trustAsHere(root: string): Promise<string[]> {
  if (!existsSync(OWN_CERTIFICATES)) return [];
  const names = (await readdir(OWN_CERTIFICATES)).filter((name) => name.endsWith('.crt'));
  for (const name of names) await cp(join(OWN_CERTIFICATES, name), join(root, OWN_CERTIFICATES, name));
  await run('chroot', [root, 'update-ca-certificates']);
  return names.length === 0 ? [] : ['NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'];
}
