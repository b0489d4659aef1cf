import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskObjects, type DiskObjects } from '../src/disk-objects.ts';
import { createSigner } from '../src/disk-signing.ts';
import { handleRelayedRequest } from '../src/relay-http.ts';

const SITE = 'https://marquee.example';
const PREFIX = 'media/m/j/';
const text = (words: string) => Buffer.from(words);

describe('objects whose engine signs them one by one', () => {
  const dir = mkdtempSync(join(tmpdir(), 'marquee-relay-'));
  const signer = createSigner({ publicPath: '/objects', secret: 'the key of the site' });
  let objects: DiskObjects;
  const ask = (path: string, init?: RequestInit, reader: string | null = null) =>
    handleRelayedRequest({ objects, signer }, new Request(`${SITE}${path}`, init), reader);

  beforeAll(async () => {
    objects = createDiskObjects({ root: dir, publicPath: '/elsewhere', secret: 'the key of the storage' });
    await objects.setup();
    for (const key of [`${PREFIX}master.m3u8`, `${PREFIX}video/1.m4s`, 'media/m2/j2/video/1.m4s', 'uploads/u/source'])
      await objects.put(key, text(key), { contentType: 'application/octet-stream' });
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('are handed through if they are lists, and kept by nobody', async () => {
    const answer = await ask(`${signer.signRead(PREFIX, 60, true)}master.m3u8`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(`${PREFIX}master.m3u8`);
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('are elsewhere otherwise, under an address that soon ends', async () => {
    const answer = await ask(`${signer.signRead(PREFIX, 60, true)}video/1.m4s`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('cache-control')).toBe('private, max-age=300');
    const [, expires = ''] = /\/s\/(\d+)\./.exec(answer.headers.get('location') ?? '') ?? [];
    expect(Number(expires) - Date.now() / 1000).toBeLessThanOrEqual(901);
  });

  it('are for one reader if they were signed for one', async () => {
    const address = `${signer.signRead(PREFIX, 60, true, 'ann')}video/1.m4s`;
    const [anns, bens, anybodys] = [await ask(address, {}, 'ann'), await ask(address, {}, 'ben'), await ask(address)];
    expect([anns.status, bens.status, anybodys.status]).toEqual([302, 403, 403]);
    expect((await ask(`${signer.signRead(PREFIX, 60, true)}video/1.m4s`, {}, 'ben')).status).toBe(302);
  });

  it('are no others than what was signed, and no sources, whatever was signed', async () => {
    const address = signer.signRead(PREFIX, 60, true);
    expect((await ask(address.replace(PREFIX, 'media/m2/j2/').concat('video/1.m4s'))).status).toBe(403);
    expect((await ask(`${signer.signRead(PREFIX, -2, true)}video/1.m4s`)).status).toBe(403);
    expect((await ask(signer.signRead('uploads/u/source', 60, false))).status).toBe(404);
    expect((await ask(`${signer.signRead('uploads/', 60, true)}u/source`)).status).toBe(404);
    expect((await ask(`${address}video/1.m4s`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });
});
