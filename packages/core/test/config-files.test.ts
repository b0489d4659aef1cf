import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@marquee/core/config';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'marquee-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

it('reads a variable from the file that is named for it', () => {
  const config = loadConfig({
    MARQUEE_ADMIN_SECRET_FILE: file('admin', 'of the house of files\n'),
    // As it is written where a value has to be taken away.
    MONGODB_URL: '',
    MONGODB_URL_FILE: file('mongo', 'mongodb://user:pass@host/house'),
  });
  expect(config.adminSecret).toBe('of the house of files');
  expect(config.store).toEqual({ url: 'mongodb://user:pass@host/house', database: 'house' });
  expect(config.variables.find(({ name }) => name === 'MARQUEE_ADMIN_SECRET')).toMatchObject({
    from: 'environment',
    value: null,
  });
});

it('says what is wrong with such a file, and never what is in it', () => {
  const refused = (env: Record<string, string>) => () => loadConfig(env);
  expect(refused({ PORT: '1', PORT_FILE: file('port', '2') })).toThrow('PORT and PORT_FILE are both set.');
  expect(refused({ PORT_FILE: join(folder, 'none') })).toThrow(
    'The file that PORT_FILE names cannot be read (ENOENT).',
  );
  expect(refused({ PORT_FILE: file('empty', '\n') })).toThrow('The file that PORT_FILE names is empty.');
  expect(refused({ MARQUEE_ADMIN_SECRET_FILE: file('short', 'hush\n') })).toThrow(/^(?!.*hush)MARQUEE_ADMIN_SECRET is/);
});
