import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { componentsOf, softwareBill } from '../sbom.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as { workspaces: string[]; devDependencies: Record<string, string> };
const FILES = ['deploy/docker/web.Dockerfile', 'deploy/docker/worker.Dockerfile'];
/** One instruction a line, without comments. */
const instructions = (file: string) =>
  read(file)
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');

describe.each(FILES)('%s', (file) => {
  const lines = instructions(file);
  const valuesOf = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  it('stands on the Node that the project runs on, pinned, and on nothing else', () => {
    const stages = valuesOf('FROM').map((value) => /^(\S+) AS (\S+)$/.exec(value)?.slice(1) ?? [value, '']);
    const names = stages.map(([, name]) => name);
    expect(stages.filter(([from]) => from !== `\${BASE}` && !names.includes(from as string))).toEqual([]);
    expect(lines[0]).toBe(`ARG BASE=docker.io/library/node:${manifest.devDependencies.node}-bookworm-slim`);
  });

  it('installs the packages of every workspace', () => {
    const copied = valuesOf('COPY').filter((value) => value.includes('/package.json'));
    const workspaces = manifest.workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: ROOT }));
    expect(copied.map((value) => value.split(' ')[0]).sort()).toEqual(workspaces.sort());
  });

  it('runs as somebody without rights, looks after itself, and says what it is', () => {
    expect(valuesOf('USER')).toEqual(['1000:1000']);
    expect(valuesOf('HEALTHCHECK')).toHaveLength(1);
    expect(valuesOf('ENTRYPOINT')).toEqual(['["node", "/marquee/apps/cli/src/main.ts"]']);
    const labels = valuesOf('LABEL').join(' ');
    for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(labels).toContain(`org.opencontainers.image.${label}=`);
    }
    expect(labels).toContain('sbom="/marquee/sbom.cdx.json"');
  });

  it('knows nothing of the network or the machine that it is built on', () => {
    expect(lines.filter((line) => /\.crt|\.pem|_CERT|proxy|registry=|cafile/i.test(line))).toEqual([]);
  });
});

it('leaves out of builds what no image runs, and secrets', () => {
  const ignored = read('.dockerignore').split('\n');
  for (const name of ['**/node_modules', '**/.next', '**/.env*', '**/.marquee', '.git'])
    expect(ignored).toContain(name);
});

it('writes a bill of the packages that an image carries', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-bill-'));
  try {
    const put = async (path: string, facts: object) => {
      await mkdir(join(folder, path), { recursive: true });
      await writeFile(join(folder, path, 'package.json'), JSON.stringify(facts));
    };
    await put('node_modules/@scope/two', { name: '@scope/two', version: '2.0.0', license: '(MIT OR Apache-2.0)' });
    await put('node_modules/one', { name: 'one', version: '1.0.0', license: 'MIT' });
    await put('node_modules/one/esm', { type: 'module' });
    await put('node_modules/one/node_modules/one', { name: 'one', version: '0.9.0' });
    await put('packages/own', { name: '@marquee/own', version: '0.1.0' });
    const bill = JSON.parse(softwareBill('marquee-web', '0.1.0', await componentsOf(folder)));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'marquee-web' } } });
    expect(bill.components).toEqual([
      expect.objectContaining({
        purl: 'pkg:npm/%40scope/two@2.0.0',
        licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      }),
      expect.objectContaining({ purl: 'pkg:npm/one@0.9.0' }),
      expect.objectContaining({ purl: 'pkg:npm/one@1.0.0', licenses: [{ license: { id: 'MIT' } }] }),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
