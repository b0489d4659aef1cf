import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@marquee/core/config';
import { makeHost } from '@marquee/web/server/make-host';
import { openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { expect, it } from 'vitest';
import { startTmdbStub } from '../../../../scripts/tmdb-stub.ts';

it('has a catalogue with a key, which it asks where the configuration says, and none without', async () => {
  const stub = await startTmdbStub();
  const folder = await mkdtemp(join(tmpdir(), 'marquee-host-'));
  const hostWith = async (env: Record<string, string>) => {
    const config = loadConfig({ MARQUEE_DATA: folder, LOG_LEVEL: 'silent', ...env });
    const log = createLogger(config);
    const engines = await openEngines(config, log);
    const host = await makeHost({ config, engines, log, closing: new AbortController().signal });
    return { catalogue: host.catalogue, close: () => engines.close() };
  };

  const without = await hostWith({});
  expect(without.catalogue).toBeNull();
  await without.close();

  const host = await hostWith({
    TMDB_API_KEY: stub.apiKey,
    TMDB_BASE_URL: stub.url,
    TMDB_IMAGE_URL: `${stub.imageUrl}/`,
  });
  await expect.poll(() => host.catalogue?.row('popular-films')).toMatchObject({ state: 'known' });
  const told = await host.catalogue?.row('popular-films');
  expect(JSON.stringify(told)).toContain(`${stub.imageUrl}/{size}/p`);
  await host.close();

  await stub.close();
  await rm(folder, { recursive: true });
});
