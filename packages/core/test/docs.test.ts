import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VARIABLES } from '@marquee/core/config';
import { ERROR_CODES } from '@marquee/core/errors';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const page = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8');

describe('the documentation', () => {
  it('names every variable and every error code', () => {
    const [configuration, operations] = [page('configuration.md'), page('operations.md')];
    expect(Object.keys(VARIABLES).filter((name) => !configuration.includes(`\`${name}\``))).toEqual([]);
    expect(ERROR_CODES.filter((name) => !operations.includes(`\`${name}\``))).toEqual([]);
  });

  it('links to what stands', () => {
    const pages = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md'].map((name) => join(ROOT, name));
    for (const folder of ['docs', 'docs/decisions', 'docs/operations']) {
      for (const name of readdirSync(join(ROOT, folder))) {
        if (name.endsWith('.md')) pages.push(join(ROOT, folder, name));
      }
    }
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)]
        .map((match) => match[1] as string)
        .filter((link) => !link.startsWith('http') && !existsSync(join(dirname(page), link)))
        .map((link) => `${page.slice(ROOT.length)}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});
