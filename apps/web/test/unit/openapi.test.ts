import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '@marquee/core/api-tokens';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApi, openApiText } from '../../server/v1/openapi.ts';
import { OPERATIONS } from '../../server/v1/operations.ts';

const SITE_DIR = join(import.meta.dirname, '../..');
const FILE = join(SITE_DIR, '../../docs/api/openapi.json');

/** `GET /movies/{id}`, for every method that a route file of the API exports. */
const routes = globSync('app/api/v1/**/route.ts', { cwd: SITE_DIR })
  .filter((file) => !file.endsWith('openapi.json/route.ts'))
  // Answers what the API does not have.
  .filter((file) => !file.includes('[...path]'))
  .flatMap((file) => {
    const path = file
      .replace(/^app\/api\/v1/, '')
      .replace(/\/route\.ts$/, '')
      .replace(/\[(\w+)\]/g, '{$1}');
    const exported = readFileSync(join(SITE_DIR, file), 'utf8').matchAll(/^export \{([^}]*)\}/gm);
    return [...exported].flatMap(([, names]) =>
      (names ?? '').split(',').map((each) => `${each.trim().split(' as ').at(-1)} ${path}`),
    );
  });

describe('the description of the API', () => {
  it('has every method of every route file, and nothing else', () => {
    expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.sort());
  });

  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(openApi());
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is refused by the validator when it is not', async () => {
    const { valid } = await new Validator().validate({ ...openApi(), paths: { movies: {} } });
    expect(valid).toBe(false);
  });

  it('refers to nothing that it does not have', () => {
    const text = openApiText();
    const { components } = JSON.parse(text) as { components: Record<string, Record<string, unknown>> };
    const wanted = [...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)];
    expect(wanted.length).toBeGreaterThan(50);
    for (const [, kind = '', name = ''] of wanted) expect(components[kind], name).toHaveProperty(name);
  });

  it('names each operation once, and uses every scope', () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
    expect(new Set(OPERATIONS.map(({ scope }) => scope))).toEqual(new Set(SCOPES));
  });

  it('stands in docs/api/openapi.json as it is served (else run npm run openapi)', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(openApiText());
  });
});
