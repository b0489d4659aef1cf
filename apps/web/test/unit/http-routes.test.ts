import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HTTP_ROUTES } from '@marquee/core/http-routes';
import { expect, it } from 'vitest';

it('latency is told of every page and route that there is', () => {
  const app = fileURLToPath(new URL('../../app', import.meta.url));
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((file) => /(^|\/)(page\.tsx|route\.ts)$/.test(file))
    .map((file) => join('/', dirname(file)));
  expect(found.toSorted()).toEqual([...HTTP_ROUTES].toSorted());
});
