import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-gathered-'));
  execFileSync(process.execPath, [join(ROOT, 'deploy/docker/gather.ts'), 'worker', folder], { stdio: 'ignore' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const marquee = (...args: string[]) =>
  execFileSync(process.execPath, [join(folder, 'apps/cli/src/main.ts'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, MARQUEE_DATA: join(folder, 'data') },
  });

it('gathers all that a worker runs on, and neither the site nor what builds it', () => {
  expect(marquee('doctor')).toContain('This machine can make films.');
  expect(marquee('users', 'list')).toBe('');
  // The engines of models are loaded from a library beside their package.
  const load = `await import(${JSON.stringify(join(folder, 'node_modules/onnxruntime-node/dist/index.js'))})`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', load]);
  for (const name of ['workers/subtitle/speech-thread.ts', 'workers/subtitle/ocr-thread.ts', 'node_modules/mongodb']) {
    expect(existsSync(join(folder, name)), name).toBe(true);
  }
  for (const name of ['next', 'react', 'typescript', '@biomejs', 'vitest', 'dashjs']) {
    expect(existsSync(join(folder, 'node_modules', name)), name).toBe(false);
  }
  const bill = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as { components: { name: string }[] };
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['zod', 'mongodb', '@aws-sdk/client-s3', 'onnxruntime-node']));
});
