import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@marquee/core/config';
import { makeHost } from '@marquee/web/server/make-host';
import { openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTmdbStub, type TmdbStub } from '../../../../scripts/tmdb-stub.ts';
import { isCataloguePageAway } from '../../server/catalogue-away.ts';
import { pictureOrigins } from '../../server/foreign-origins.ts';
import { HOST_KEY, type Host } from '../../server/host.ts';
import { placeholdersOf } from '../../server/placeholders.ts';

let folder: string;
let stub: TmdbStub;
let host: Host;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-catalogue-'));
  stub = await startTmdbStub();
  const config = loadConfig({
    MARQUEE_DATA: folder,
    LOG_LEVEL: 'silent',
    TMDB_API_KEY: stub.apiKey,
    TMDB_BASE_URL: stub.url,
    TMDB_IMAGE_URL: stub.imageUrl,
  });
  const log = createLogger(config);
  const engines = await openEngines(config, log);
  host = await makeHost({ config, engines, log, closing: new AbortController().signal });
  (globalThis as { [HOST_KEY]?: Host })[HOST_KEY] = host;
});

afterAll(async () => {
  await host?.engines.close();
  await stub?.close();
  await rm(folder, { recursive: true, force: true });
});

async function popular() {
  const row = await host.catalogue?.row('popular-films');
  return row?.state === 'known' ? (row.value ?? []) : [];
}

it('makes placeholders in the background, and a page waits for none that is late', async () => {
  const posters = (await popular()).map(({ poster }) => ({ address: poster, shape: 'poster' as const }));
  const shown = posters.filter(({ address }) => address !== null).length;
  expect(shown).toBeGreaterThan(5);
  const nowhere = 'http://127.0.0.1:1/{size}/none.jpg';
  const missing = `${stub.imageUrl}/{size}/.jpg`;
  const all = [
    ...posters,
    { address: nowhere, shape: 'poster' as const },
    { address: missing, shape: 'poster' as const },
  ];
  const startedMs = performance.now();
  await placeholdersOf(all);
  expect(performance.now() - startedMs).toBeLessThan(500);
  for (let tries = 0; tries < 50 && (await placeholdersOf(all)).size < shown; tries++) await sleep(50);
  const made = await placeholdersOf(all);
  expect(made.size).toBe(shown);
  expect(made.has(nowhere) || made.has(missing)).toBe(false);
  const [first] = made.values();
  expect(first?.gradient).toMatch(/^linear-gradient\(#[0-9a-f]{6}(,#[0-9a-f]{6}){3}\)$/);
  expect(first?.dataUrl).toMatch(/^data:image\/webp;base64,/);
  expect(first?.dataUrl.length).toBeLessThan(600);
});

it('knows which pages the catalogue cannot tell now', async () => {
  const [known, unknown] = await popular();
  await host.catalogue?.title('film', known?.tmdbId ?? 0);
  stub.mode('slow');
  expect(await isCataloguePageAway(`/title/film/${known?.tmdbId}-some-name`)).toBe(false);
  expect(await isCataloguePageAway(`/title/film/${unknown?.tmdbId}`)).toBe(true);
  for (const path of ['/', '/title/film/lantern', '/title/book/1', '/person', '/films/1'])
    expect(await isCataloguePageAway(path), path).toBe(false);
  expect(await isCataloguePageAway('/person/1-somebody')).toBe(true);
});

it('lets browsers fetch pictures from the catalogue’s host alone, and from nowhere without a key', () => {
  expect(pictureOrigins(host.config)).toEqual([new URL(stub.imageUrl).origin]);
  expect(pictureOrigins({ ...host.config, catalogue: null })).toEqual([]);
});
