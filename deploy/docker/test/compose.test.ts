import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DCLinter } from 'dclint';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Service {
  image?: string;
  healthcheck?: { test: string[] };
}
const compose = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8')) as { services: Record<string, Service> };
const services = Object.entries(compose.services);

/** What is used of the linter, whose own types another resolution of modules would find. */
interface Linter {
  lintFiles(paths: string[], isRecursive: boolean): { messages: object[] }[];
}

it('is a file that Docker Compose takes', () => {
  const rules = { 'require-quotes-in-ports': [1, { quoteType: 'double' }] };
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] } as never) as Linter;
  const results = linter.lintFiles([join(ROOT, 'compose.yaml')], false);
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  expect(results).toHaveLength(1);
});

it('pins every image, and looks after every service', () => {
  expect(services.length).toBeGreaterThan(4);
  expect(
    services.filter(([, { image }]) => !/^\S+:v?\d+\.\d+\.\d+\S*$/.test(image ?? '')).map(([name]) => name),
  ).toEqual([]);
  expect(services.filter(([, { healthcheck }]) => !healthcheck?.test.length).map(([name]) => name)).toEqual([]);
});
