import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@marquee/core/config';
import { makeHost } from '@marquee/web/server/make-host';
import { openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { expect, it, vi } from 'vitest';
import { engineHealth } from '../../server/health.ts';
import { HOST_KEY, type Host } from '../../server/host.ts';

it('asks the engines once a second at most, however often it is asked, and says when one goes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-health-'));
  const config = loadConfig({ MARQUEE_DATA: folder, LOG_LEVEL: 'silent' });
  const log = createLogger(config);
  const engines = await openEngines(config, log);
  const host = await makeHost({ config, engines, log, closing: new AbortController().signal });
  (globalThis as { [HOST_KEY]?: Host })[HOST_KEY] = host;
  const looks = vi.spyOn(engines.objects, 'head');

  const asked = await Promise.all(Array.from({ length: 100 }, engineHealth));
  expect(new Set(asked.map((each) => JSON.stringify(each)))).toEqual(
    new Set(['{"store":"ok","queue":"ok","objects":"ok"}']),
  );
  expect(looks).toHaveBeenCalledTimes(1);

  await engines.store.close();
  await vi.waitFor(async () => expect(await engineHealth()).toMatchObject({ store: 'failing' }), 5000);
  expect(looks.mock.calls.length).toBeLessThan(8);

  await engines.close();
  await rm(folder, { recursive: true, force: true });
});
