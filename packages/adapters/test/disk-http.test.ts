import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handleObjectsRequest, parseRange } from '../src/disk-http.ts';
import type { DiskObjects } from '../src/disk-objects.ts';
import { createDiskObjects } from '../src/disk-objects.ts';
import { eventually, pause } from './engine.ts';

const SITE = 'http://127.0.0.1';
const KEY = 'media/m/j/video/h264-720/00001.m4s';
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

describe('disk http', () => {
  let root: string;
  let objects: DiskObjects;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'marquee-http-'));
    objects = createDiskObjects({ root, publicPath: '/objects', secret: 'secret', maxPartBytes: 2_000_000 });
    await objects.setup();
    await objects.put(KEY, bytes, { contentType: 'video/mp4' });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rm(root, { recursive: true });
  });

  const ask = (path: string, init: RequestInit & { duplex?: 'half' } = {}) =>
    handleObjectsRequest(objects, new Request(`${SITE}${path}`, init));
  const signed = (key = KEY, expiresSec = 60) => objects.signRead(key, { expiresSec });
  const folder = () => objects.signRead('media/m/j/', { expiresSec: 60, folder: true });

  describe('reading', () => {
    it('gives a whole object, with everything that a player and a cache need', async () => {
      const answer = await ask(await signed());
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'video/mp4',
        'content-length': '1000',
        'accept-ranges': 'bytes',
        'cache-control': 'private, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        etag: `"${(await objects.head(KEY))?.etag}"`,
      });
      expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('keeps the cache control that the object was stored with', async () => {
      await objects.put('media/m/j/master.m3u8', Buffer.from('#EXTM3U'), {
        contentType: 'application/vnd.apple.mpegurl',
        cacheControl: 'no-cache',
      });
      const answer = await ask(`${await folder()}master.m3u8`);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
      expect(await answer.text()).toBe('#EXTM3U');
    });

    it('answers HEAD with the same headers and no body', async () => {
      const answer = await ask(await signed(), { method: 'HEAD', headers: { Range: 'bytes=0-9' } });
      expect([answer.status, answer.headers.get('content-length'), answer.body]).toEqual([200, '1000', null]);
    });

    it.each([
      ['bytes=0-0', 206, 'bytes 0-0/1000', 0, 1],
      ['bytes=10-19', 206, 'bytes 10-19/1000', 10, 20],
      ['bytes=990-', 206, 'bytes 990-999/1000', 990, 1000],
      ['bytes=990-5000', 206, 'bytes 990-999/1000', 990, 1000],
      ['bytes=-7', 206, 'bytes 993-999/1000', 993, 1000],
      ['bytes=-5000', 206, 'bytes 0-999/1000', 0, 1000],
      ['bytes=0-1,5-6', 200, null, 0, 1000],
      ['bytes=9-5', 200, null, 0, 1000],
      ['bytes=-', 200, null, 0, 1000],
      ['lines=1-2', 200, null, 0, 1000],
    ] as const)('answers Range: %s with %i', async (range, status, contentRange, start, end) => {
      const answer = await ask(await signed(), { headers: { Range: range } });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange]);
      expect(answer.headers.get('content-length')).toBe(String(end - start));
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end))).toBe(true);
    });

    it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('refuses Range: %s with 416', async (range) => {
      const answer = await ask(await signed(), { headers: { Range: range } });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
    });

    it('reads every range as the RFC says', () => {
      fc.assert(
        fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (sizeBytes, a, b) => {
          const all = Array.from({ length: sizeBytes }, (_, i) => i);
          const cut = (range: ReturnType<typeof parseRange>) =>
            range === 'unsatisfiable' ? [] : range === null ? 'whole' : all.slice(range.start, range.end);
          expect(cut(parseRange(`bytes=${a}-${b}`, sizeBytes))).toEqual(
            b < a ? 'whole' : all.filter((i) => i >= a && i <= b),
          );
          expect(cut(parseRange(`bytes=${a}-`, sizeBytes))).toEqual(all.filter((i) => i >= a));
          expect(cut(parseRange(`bytes=-${a}`, sizeBytes))).toEqual(a === 0 ? [] : all.slice(-a));
        }),
      );
    });

    it('gives an empty object', async () => {
      await objects.put('media/m/j/empty', new Uint8Array(), { contentType: 'text/plain' });
      const answer = await ask(await signed('media/m/j/empty'));
      expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', '']);
      expect((await ask(await signed('media/m/j/empty'), { headers: { Range: 'bytes=0-' } })).status).toBe(416);
    });

    it('answers 304 to a client that has it, and 200 after it changed', async () => {
      const address = await signed();
      const etag = (await ask(address)).headers.get('etag') ?? '';
      for (const given of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const answer = await ask(address, { headers: { 'If-None-Match': given, Range: 'bytes=0-1' } });
        expect([answer.status, answer.body]).toEqual([304, null]);
        expect(answer.headers.get('etag')).toBe(etag);
      }
      await objects.put(KEY, Buffer.from('new'), { contentType: 'video/mp4' });
      const answer = await ask(address, { headers: { 'If-None-Match': etag } });
      expect([answer.status, await answer.text()]).toEqual([200, 'new']);
    });

    it('heeds a range only while the object is the one that it was for', async () => {
      const etag = (await ask(await signed())).headers.get('etag') ?? '';
      const range = { Range: 'bytes=0-1' };
      expect((await ask(await signed(), { headers: { ...range, 'If-Range': etag } })).status).toBe(206);
      expect((await ask(await signed(), { headers: { ...range, 'If-Range': '"other"' } })).status).toBe(200);
    });

    it('lets players of other sites ask with a range', async () => {
      const answer = await ask(await signed(), { method: 'OPTIONS' });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-headers')).toContain('Range');
    });

    it('produces no more than the client takes', async () => {
      await objects.put('media/m/j/large', Buffer.alloc(8 * 1024 * 1024), { contentType: 'video/mp4' });
      let blocks = 0;
      const counting: DiskObjects = {
        ...objects,
        async *read(...values) {
          for await (const block of objects.read(...values)) {
            blocks++;
            yield block;
          }
        },
      };
      const answer = await handleObjectsRequest(counting, new Request(`${SITE}${await signed('media/m/j/large')}`));
      const reader = answer.body?.getReader();
      await reader?.read();
      await pause(50);
      expect(blocks).toBeLessThanOrEqual(2);
      await reader?.cancel();
    });
  });

  describe('signatures', () => {
    it('cover a folder and everything under it, and nothing else', async () => {
      const address = await folder();
      expect((await ask(`${address}video/h264-720/00001.m4s`)).status).toBe(200);
      expect((await ask(`${address}none`)).status).toBe(404);
      expect((await ask(address)).status).toBe(400);
      await objects.put('media/m/j2/x', bytes, { contentType: 'video/mp4' });
      await objects.put('media/m/jx', bytes, { contentType: 'video/mp4' });
      for (const key of ['media/m/j2/x', 'media/m/jx', 'media/m/j', 'uploads/u/source']) {
        expect((await ask(address.replace('media/m/j/', key))).status, key).toBe(403);
      }
    });

    it('open nothing but media, whatever they are of', async () => {
      await objects.put('uploads/u/source', bytes, { contentType: 'video/mp4' });
      expect((await ask(await signed('uploads/u/source'))).status).toBe(404);
      const sources = await objects.signRead('uploads/', { expiresSec: 60, folder: true });
      expect((await ask(`${sources}u/source`)).status).toBe(404);
    });

    it('of one object are for it alone', async () => {
      await objects.put('media/m/j/other', bytes, { contentType: 'video/mp4' });
      expect((await ask((await signed()).replace(KEY, 'media/m/j/other'))).status).toBe(403);
    });

    it.each([
      '../../../../etc/passwd',
      '%2e%2e/%2e%2e/x',
      '..%2f..%2fx',
      'video%2fh264-720%2f00001.m4s',
      'a%00b',
      '%',
      '%ff',
      'video//x',
      './x/',
      'a\\..\\b',
    ])('let nobody out by %s', async (path) => {
      const { status } = await ask(`${await folder()}${path}`);
      expect([400, 403, 404]).toContain(status);
    });

    it('run out', async () => {
      const address = await signed(KEY, 30);
      vi.useFakeTimers({ now: Date.now() + 29_000, toFake: ['Date'] });
      expect((await ask(address)).status).toBe(200);
      vi.setSystemTime(Date.now() + 3000);
      const answer = await ask(address);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toMatch(/expired/);
    });

    it('cannot be changed in any character', async () => {
      const address = await signed();
      const token = address.split('/')[3] ?? '';
      for (let i = 0; i < token.length; i++) {
        const changed = `${token.slice(0, i)}${token[i] === '1' ? '2' : '1'}${token.slice(i + 1)}`;
        const { status } = await ask(address.replace(token, changed));
        expect(status, changed).toBe(403);
      }
    });

    it('of another secret are worth nothing', async () => {
      const stranger = createDiskObjects({ root, publicPath: '/objects', secret: 'other' });
      await stranger.setup();
      expect((await ask(await stranger.signRead(KEY, { expiresSec: 60 }))).status).toBe(403);
    });

    it('are all there is: no other address gives anything', async () => {
      for (const path of [
        '/objects',
        '/objects/',
        '/objects/s',
        '/objects/s/',
        '/objects/s//x',
        `/objects/${KEY}`,
        '/x',
      ]) {
        expect([403, 404]).toContain((await ask(path)).status);
      }
      for (const method of ['POST', 'DELETE', 'PUT', 'PATCH']) {
        const answer = await ask(await signed(), { method });
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      }
    });

    it('hold for any key, encoded as it has to be', async () => {
      const key = 'media/odd/#1?%2e+ü'.replace('ü', "&='~");
      await objects.put(key, bytes, { contentType: 'video/mp4' });
      expect((await ask(await signed(key))).status).toBe(200);
    });
  });

  describe('upload parts', () => {
    const begin = async (key = 'uploads/u/source', partNumber = 1, expiresSec = 60) => {
      const uploadId = await objects.createMultipart(key, { contentType: 'video/mp4' });
      return { key, uploadId, address: await objects.signPart(key, uploadId, partNumber, expiresSec) };
    };

    it('takes a part and answers its etag, with which the upload is completed', async () => {
      const { key, uploadId, address } = await begin();
      const answer = await ask(address, { method: 'PUT', body: bytes });
      expect(answer.status).toBe(200);
      const etag = answer.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[^"]+"$/);
      expect(await objects.listParts(key, uploadId)).toMatchObject([{ partNumber: 1, sizeBytes: 1000 }]);
      await objects.completeMultipart(key, uploadId, [{ partNumber: 1, etag }]);
      expect(await objects.head(key)).toMatchObject({ sizeBytes: 1000, contentType: 'video/mp4' });
    });

    it('takes it for this part of this upload of this key alone, by PUT, in time', async () => {
      const { key, uploadId, address } = await begin();
      const put = { method: 'PUT', body: bytes };
      expect((await ask(address.replace('/1/uploads', '/2/uploads'), put)).status).toBe(403);
      expect((await ask(address.replace('/1/uploads', '/01/uploads'), put)).status).toBe(403);
      expect((await ask(address.replace('u/source', 'u/other'), put)).status).toBe(403);
      expect((await ask(address.replace(uploadId, (await begin()).uploadId), put)).status).toBe(403);
      expect((await ask(address)).status).toBe(405);
      expect((await ask((await begin(key, 1, -5)).address, put)).status).toBe(403);
      expect(await objects.listParts(key, uploadId)).toEqual([]);
    });

    it('refuses what is too large, empty or cut short, and keeps nothing of it', async () => {
      const { key, uploadId, address } = await begin();
      const tooLarge = new Uint8Array(2_000_001);
      const streamed = () => new Blob([tooLarge]).stream();
      const put = (init: RequestInit) => ask(address, { method: 'PUT', duplex: 'half', ...init });
      expect((await put({ body: tooLarge, headers: { 'Content-Length': '2000001' } })).status).toBe(413);
      expect((await put({ body: streamed() })).status).toBe(413);
      expect((await put({})).status).toBe(400);
      expect((await put({ body: new Uint8Array() })).status).toBe(400);
      expect((await put({ body: bytes, headers: { 'Content-Length': '1001' } })).status).toBe(400);
      expect((await put({ body: tooLarge.subarray(0, 2_000_000) })).status).toBe(200);
      expect(await objects.listParts(key, uploadId)).toMatchObject([{ sizeBytes: 2_000_000 }]);
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    });

    it('answers 404 once the upload was given up', async () => {
      const { key, uploadId, address } = await begin();
      await objects.abortMultipart(key, uploadId);
      expect((await ask(address, { method: 'PUT', body: bytes })).status).toBe(404);
    });

    it('answers 507 when the disk is full', async () => {
      const full = createDiskObjects({ root, publicPath: '/objects', secret: 'secret', minFreeBytes: 2 ** 60 });
      await full.setup();
      const { address } = await begin();
      const answer = await handleObjectsRequest(full, new Request(`${SITE}${address}`, { method: 'PUT', body: bytes }));
      expect(answer.status).toBe(507);
      expect(await answer.text()).toMatch(/disk/i);
    });
  });

  describe('behind a real server', () => {
    let server: Server;
    let port: number;
    beforeEach(async () => {
      server = createServer(async (incoming, outgoing) => {
        const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
        const answer = await handleObjectsRequest(
          objects,
          new Request(`${SITE}${incoming.url}`, {
            method: incoming.method ?? 'GET',
            headers: incoming.headers as Record<string, string>,
            ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
          }),
        );
        outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
        if (answer.body === null) outgoing.end();
        else await pipeline(Readable.fromWeb(answer.body as never), outgoing).catch(() => undefined);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    /** Files of the object folder that this process has open. */
    const openFiles = async () => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).filter((path) => path.startsWith(root));
    };

    it('closes its files when clients go away while reading', async () => {
      await objects.put('media/m/j/large', Buffer.alloc(30 * 1024 * 1024), { contentType: 'video/mp4' });
      const address = await signed('media/m/j/large');
      let most = 0;
      const clients = Array.from({ length: 10 }, async () => {
        await new Promise<void>((resolve) => {
          const client = httpRequest({ port, path: address }, (answer) => {
            answer.once('data', async () => {
              most = Math.max(most, (await openFiles()).length);
              answer.destroy();
              resolve();
            });
          });
          client.on('error', () => undefined);
          client.end();
        });
      });
      await Promise.all(clients);
      expect(most).toBeGreaterThan(0);
      await eventually(async () => (await openFiles()).length === 0);
    });

    it('opens no file for an answer that nobody reads', async () => {
      await objects.put('media/m/j/large', Buffer.alloc(2 * 1024 * 1024), { contentType: 'video/mp4' });
      for (let i = 0; i < 10; i++) await ask(await signed('media/m/j/large'));
      for (let i = 0; i < 10; i++) await objects.get('media/m/j/large');
      expect(await openFiles()).toEqual([]);
    });

    it('keeps no half part when a client goes away while sending', async () => {
      const uploadId = await objects.createMultipart('uploads/u/source', { contentType: 'video/mp4' });
      const path = await objects.signPart('uploads/u/source', uploadId, 1, 60);
      for (const headers of [{ 'Content-Length': '1500000' }, { 'Transfer-Encoding': 'chunked' }]) {
        const client = httpRequest({ port, path, method: 'PUT', headers });
        client.on('error', () => undefined);
        client.write(Buffer.alloc(200_000));
        await eventually(async () => (await readdir(join(root, 'tmp'))).length === 1);
        client.destroy();
        await eventually(async () => (await readdir(join(root, 'tmp'))).length === 0);
      }
      expect(await objects.listParts('uploads/u/source', uploadId)).toEqual([]);
      expect(await openFiles()).toEqual([]);
    });
  });
});
