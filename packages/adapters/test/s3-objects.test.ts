import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DeleteBucketCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  ListMultipartUploadsCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Logger, Objects } from '@marquee/core/ports';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startS3 } from '../../../scripts/services/s3.ts';
import type { S3Options } from '../src/s3-objects.ts';
import { createS3Objects } from '../src/s3-objects.ts';
import type { Engine } from './engine.ts';
import { expectCode } from './engine.ts';
import { describeMultipartContract } from './multipart-contract.ts';
import { describeObjectsContract } from './objects-contract.ts';
import type { FaultyProxy } from './s3-proxy.ts';
import { createFaultyProxy } from './s3-proxy.ts';
import { describeWithService } from './service.ts';

const MIB = 1024 * 1024;
const BINARY = { contentType: 'application/octet-stream' };
const ORIGIN = 'https://films.example';
const run = promisify(execFile);

function optionsOf(endpoint: string, change: Partial<S3Options> = {}): S3Options {
  const ignore = () => undefined;
  const log: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  return {
    endpoint,
    region: process.env.AWS_REGION ?? 'us-east-1',
    bucket: `marquee-${randomUUID()}`,
    mediaBaseUrl: null,
    encryption: 'none',
    allowedOrigins: [ORIGIN],
    publicMedia: false,
    log,
    ...change,
  };
}

function rawClient({ endpoint, region }: S3Options): S3Client {
  return new S3Client({ endpoint: endpoint as string, region, forcePathStyle: true });
}

/** A bucket of its own, removed with what is in it. */
async function openBucket(options: S3Options) {
  const clients: Objects[] = [];
  const raw = rawClient(options);
  const another = async (change: Partial<S3Options> = {}) => {
    const client = createS3Objects({ ...options, ...change });
    clients.push(client);
    return client;
  };
  const port = await another();
  await port.setup();
  return {
    port,
    another,
    raw,
    async close() {
      for await (const { key } of port.list('')) await port.delete(key);
      await raw.send(new DeleteBucketCommand({ Bucket: options.bucket }));
      raw.destroy();
      for (const client of clients) await client.close();
    },
  };
}

async function openS3Objects(endpoint: string): Promise<Engine<Objects>> {
  const { port, another, close } = await openBucket(optionsOf(endpoint));
  return { port, another: () => another(), close };
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** Reads to the end. @returns only how much it was, which an assertion can print */
async function drained(body: AsyncIterable<Uint8Array>): Promise<number> {
  return (await bytesOf(body)).length;
}

async function* inBlocks(bytes: Uint8Array, blockBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += blockBytes) yield bytes.subarray(at, at + blockBytes);
}

describeWithService('S3_ENDPOINT', (endpoint) => {
  describeObjectsContract('S3', () => openS3Objects(endpoint));
  describeMultipartContract('S3', () => openS3Objects(endpoint));

  describe('S3 objects', () => {
    let options: S3Options;
    let bucket: Awaited<ReturnType<typeof openBucket>>;
    let objects: Objects;
    beforeEach(async () => {
      options = optionsOf(endpoint);
      bucket = await openBucket(options);
      objects = bucket.port;
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await bucket.close();
    });
    const read = async (key: string) => bytesOf((await objects.get(key)).body);
    const uploadsLeft = async () =>
      (await bucket.raw.send(new ListMultipartUploadsCommand({ Bucket: options.bucket }))).Uploads ?? [];
    const sign = (key: string, expiresSec = 60) => objects.signRead(key, { expiresSec });

    describe('signed addresses', () => {
      it('take parts from a page of an allowed origin, and show it the etag', async () => {
        const uploadId = await objects.createMultipart('uploads/1/source', BINARY);
        const url = await objects.signPart('uploads/1/source', uploadId, 1, 60);
        const asked = { Origin: ORIGIN, 'Access-Control-Request-Method': 'PUT' };
        const preflight = await fetch(url, { method: 'OPTIONS', headers: asked });
        expect(preflight.status).toBe(200);
        expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
        const stranger = await fetch(url, { method: 'OPTIONS', headers: { ...asked, Origin: 'https://evil.example' } });
        expect(stranger.status).toBe(403);
        const sent = await fetch(url, { method: 'PUT', body: 'film', headers: { Origin: ORIGIN } });
        expect(sent.status).toBe(200);
        expect(sent.headers.get('access-control-expose-headers')).toMatch(/etag/i);
        const part = { partNumber: 1, etag: sent.headers.get('etag') as string };
        expect(await objects.listParts('uploads/1/source', uploadId)).toMatchObject([{ partNumber: 1, sizeBytes: 4 }]);
        await objects.completeMultipart('uploads/1/source', uploadId, [part]);
        expect((await read('uploads/1/source')).toString()).toBe('film');
      });

      it('give ranges, for one key alone, and not for ever', async () => {
        await objects.put('media/a', Buffer.from('0123456789'), { contentType: 'text/vtt' });
        await objects.put('media/b', Buffer.from('other'), BINARY);
        const url = await sign('media/a');
        const whole = await fetch(url, { headers: { Origin: ORIGIN } });
        expect(await whole.text()).toBe('0123456789');
        expect(whole.headers.get('content-type')).toBe('text/vtt');
        expect(whole.headers.get('cache-control')).toContain('immutable');
        expect(whole.headers.get('access-control-allow-origin')).toBe(ORIGIN);
        const range = await fetch(url, { headers: { Range: 'bytes=2-4' } });
        expect([range.status, await range.text()]).toEqual([206, '234']);
        expect((await fetch(url.replace('media/a', 'media/b'))).status).toBe(403);
        expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
        expect((await fetch(url.slice(0, url.indexOf('?')))).status).toBe(403);
        const short = await sign('media/a', 1);
        await vi.waitFor(async () => expect((await fetch(short)).status).toBe(403), { timeout: 5000, interval: 200 });
      });

      it('are not had for folders of a bucket that is not public', async () => {
        expect(objects.features.signedFolders).toBe(false);
        await expectCode(objects.signRead('media/m/j/', { expiresSec: 60, folder: true }), 'CONFIG_INVALID');
      });
    });

    it('opens media/ to everybody and nothing else, and closes it again', async () => {
      const mediaBaseUrl = `${endpoint}/${options.bucket}`;
      const open = await bucket.another({ publicMedia: true, mediaBaseUrl });
      await open.setup();
      expect(open.features.signedFolders).toBe(true);
      for (const key of ['media/m/j/a+b.m3u8', 'uploads/1/source', 'mediathek/x']) {
        await open.put(key, Buffer.from(key), BINARY);
      }
      const folder = await open.signRead('media/m/j/', { expiresSec: 60, folder: true });
      expect(folder).toBe(`${mediaBaseUrl}/media/m/j/`);
      const played = await fetch(`${folder}a%2Bb.m3u8`, { headers: { Origin: ORIGIN } });
      expect(await played.text()).toBe('media/m/j/a+b.m3u8');
      expect(played.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(await (await fetch(await open.signRead('media/m/j/a+b.m3u8', { expiresSec: 1 }))).text()).toContain('a+b');
      for (const key of ['uploads/1/source', 'mediathek/x', '', '?list-type=2&prefix=media/']) {
        expect((await fetch(`${mediaBaseUrl}/${key}`)).status, key).toBe(403);
      }
      expect((await fetch(`${folder}new`, { method: 'PUT', body: 'x' })).status).toBe(403);
      expect(await (await fetch(await open.signRead('uploads/1/source', { expiresSec: 60 }))).text()).toContain(
        'uploads',
      );
      await expectCode(open.signRead('uploads/1/', { expiresSec: 60, folder: true }), 'CONFIG_INVALID');
      await objects.setup();
      expect((await fetch(`${folder}a%2Bb.m3u8`)).status).toBe(403);
    });

    it('leaves the rules that others made, and makes its own once', async () => {
      const Bucket = options.bucket;
      const theirs = { AllowedMethods: ['GET'], AllowedOrigins: ['https://others.example'], MaxAgeSeconds: 5 };
      const { CORSRules: ours = [] } = await bucket.raw.send(new GetBucketCorsCommand({ Bucket }));
      expect(ours).toHaveLength(1);
      await bucket.raw.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [theirs, ...ours] } }));
      const statement = {
        Sid: 'Theirs',
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${Bucket}/press/*`,
      };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await bucket.raw.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      const open = await bucket.another({ publicMedia: true, mediaBaseUrl: `${endpoint}/${Bucket}` });
      const moved = await bucket.another({ allowedOrigins: ['https://moved.example'] });
      for (const client of [open, open, moved, moved]) await client.setup();

      const { CORSRules = [] } = await bucket.raw.send(new GetBucketCorsCommand({ Bucket }));
      const origins = CORSRules.flatMap((rule) => rule.AllowedOrigins ?? []);
      expect(origins.sort()).toEqual(['https://moved.example', 'https://others.example']);
      const { Rules = [] } = await bucket.raw.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      expect(Rules.map((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation)).toEqual([7]);
      await objects.put('press/x', Buffer.from('press'), BINARY);
      expect((await fetch(`${endpoint}/${Bucket}/press/x`)).status).toBe(200);
    });

    it('stores what is larger than a piece, by parts or by one request, and leaves no parts', async () => {
      const bytes = randomBytes(35 * MIB + 3);
      const folder = await mkdtemp(join(tmpdir(), 'marquee-s3-'));
      const file = join(folder, 'film');
      try {
        await writeFile(file, bytes);
        expect(await objects.put('b/file', { file }, { contentType: 'video/mp4' })).toMatchObject({
          sizeBytes: bytes.length,
          contentType: 'video/mp4',
        });
        expect((await read('b/file')).equals(bytes)).toBe(true);
        expect(await objects.put('b/stream', inBlocks(bytes, 777_777), BINARY)).toMatchObject({
          sizeBytes: bytes.length,
        });
        expect((await read('b/stream')).equals(bytes)).toBe(true);
        const absent = { ...BINARY, ifAbsent: true };
        expect(await objects.put('b/once', { file }, absent)).toMatchObject({ sizeBytes: bytes.length });
        expect(await objects.put('b/once', { file }, absent)).toBeNull();
        expect(await objects.put('b/once', inBlocks(bytes, MIB), absent)).toBeNull();
        expect((await read('b/once')).equals(bytes)).toBe(true);
        const racers = [1, 2, 3].map(() => objects.put('b/raced', { file }, absent));
        expect((await Promise.all(racers)).filter((facts) => facts !== null)).toHaveLength(1);
      } finally {
        await rm(folder, { recursive: true });
      }
      const broken = async function* () {
        yield* inBlocks(bytes, MIB);
        throw new Error('the source broke');
      };
      await expect(objects.put('b/broken', broken(), BINARY)).rejects.toThrow('the source broke');
      const stop = new AbortController();
      const stopped = async function* () {
        yield* inBlocks(bytes, MIB);
        stop.abort(new Error('no longer wanted'));
        yield* inBlocks(bytes, MIB);
      };
      const given = objects.put('b/stopped', stopped(), { ...BINARY, signal: stop.signal });
      await expect(given).rejects.toThrow('no longer wanted');
      expect(await objects.head('b/broken')).toBeNull();
      expect(await objects.head('b/stopped')).toBeNull();
      expect(await uploadsLeft()).toEqual([]);
    });

    it('lists and removes more than a page', async () => {
      const keys = Array.from({ length: 1005 }, (_, i) => `p/${String(i).padStart(4, '0')}`);
      const left = [...keys];
      const next = async () => {
        for (let key = left.pop(); key !== undefined; key = left.pop())
          await objects.put(key, Buffer.from('x'), BINARY);
      };
      await Promise.all(Array.from({ length: 32 }, next));
      const listed: string[] = [];
      for await (const { key } of objects.list('p/')) listed.push(key);
      expect(listed).toEqual(keys);
      expect(await objects.deleteFolder('p/')).toBe(1005);
      expect(await objects.deleteFolder('p/')).toBe(0);
    });

    it('is read in place by media tools, seeks included', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'marquee-s3-'));
      const file = join(folder, 'film.mp4');
      try {
        const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25:duration=8'];
        await run('ffmpeg', ['-v', 'error', ...source, '-c:v', 'libx264', '-g', '25', file]);
        await objects.put('uploads/1/source', { file }, { contentType: 'video/mp4' });
        const { url, protocols } = await objects.toolInput('uploads/1/source');
        expect(protocols).not.toContain('file');
        const decode = async (input: string[]) => {
          const range = ['-frames:v', '25', '-f', 'framemd5', '-'];
          return (await run('ffmpeg', ['-v', 'error', '-nostdin', '-ss', '6', ...input, ...range])).stdout;
        };
        const inPlace = await decode(['-protocol_whitelist', protocols.join(','), '-i', url]);
        expect(inPlace.split('\n').length).toBeGreaterThan(25);
        expect(inPlace).toBe(await decode(['-i', file]));
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    describe('check and setup', () => {
      const check = async (change: Partial<S3Options>) => {
        const other = await bucket.another(change);
        return other.check();
      };
      const setup = async (change: Partial<S3Options>) => (await bucket.another(change)).setup();

      it('pass where all is well, and make a bucket that is not there', async () => {
        await objects.check();
        const missing = optionsOf(endpoint);
        await expectCode(check(missing), 'CONFIG_INVALID');
        await expect(check(missing)).rejects.toThrow(missing.bucket);
        await expect(check(missing)).rejects.toThrow('marquee setup');
        const late = await bucket.another(missing);
        await expectCode(late.put('media/x', Buffer.from('x'), BINARY), 'CONFIG_INVALID');
        await expectCode(late.createMultipart('media/x', BINARY), 'CONFIG_INVALID');
        const made = await openBucket(missing);
        await check(missing);
        await made.close();
      });

      it('ask for little while all is well, and say what is wrong once it is not', async () => {
        const options = optionsOf(endpoint);
        const made = await openBucket(options);
        const proxy = await createFaultyProxy(endpoint);
        const far = await made.another({ endpoint: proxy.endpoint });
        for (let i = 0; i < 3; i++) await far.check();
        expect(proxy.methods()).toEqual(['GET', 'HEAD', 'HEAD']);
        await made.raw.send(new DeleteBucketCommand({ Bucket: options.bucket }));
        await expectCode(far.check(), 'CONFIG_INVALID');
        await expect(far.check()).rejects.toThrow(options.bucket);
        await made.port.setup();
        await far.check();
        expect(proxy.methods().slice(3)).toEqual(['HEAD', 'GET', 'GET', 'GET']);
        await made.close();
        await proxy.close();
      });

      it('say that credentials are refused, and show none', async () => {
        for (const [name, value] of [
          ['AWS_SECRET_ACCESS_KEY', 'not-the-secret'],
          ['AWS_ACCESS_KEY_ID', 'not-the-key'],
        ] as const) {
          vi.stubEnv(name, value);
          await expectCode(check({}), 'CONFIG_INVALID');
          await expectCode(setup({}), 'CONFIG_INVALID');
          await expect(check({})).rejects.not.toThrow(value);
          await expect(check({})).rejects.toThrow('AWS_ACCESS_KEY_ID');
          vi.unstubAllEnvs();
        }
      });

      it('say that there are no credentials', async () => {
        // Nor a profile of whoever runs the tests, nor a role of the machine.
        for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_SESSION_TOKEN']) {
          vi.stubEnv(name, undefined);
        }
        vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
        vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
        vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
        await expectCode(check({}), 'CONFIG_INVALID');
        const other = await bucket.another();
        await expectCode(other.signRead('media/x', { expiresSec: 60 }), 'CONFIG_INVALID');
        await expectCode(other.get('media/x'), 'CONFIG_INVALID');
      });

      it('say that an encryption is not to be had', async () => {
        // Without TLS, which is how it is tried here, S3 takes no object to encrypt.
        await expectCode(setup({ encryption: 'aws:kms' }), 'CONFIG_INVALID');
        await expect(setup({ encryption: 'aws:kms' })).rejects.toThrow('S3_ENCRYPTION');
        const keys: string[] = [];
        for await (const { key } of objects.list('')) keys.push(key);
        expect(keys).toEqual([]);
      });

      it('say that something else answers there', async () => {
        const site = createServer((_, response) => response.end('<html>A site.</html>'));
        await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
        try {
          const there = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
          await expectCode(check({ endpoint: there }), 'CONFIG_INVALID');
        } finally {
          site.closeAllConnections();
          site.close();
        }
      });

      it('say soon that nobody answers', async () => {
        const [mute, gone] = await Promise.all([createFaultyProxy(endpoint), createFaultyProxy(endpoint)]);
        const startedAtMs = Date.now();
        mute.freeze(true);
        await gone.close();
        await Promise.all([
          expectCode(check({ endpoint: mute.endpoint }), 'OBJECTS_DOWN'),
          expectCode(check({ endpoint: gone.endpoint }), 'OBJECTS_DOWN'),
          expectCode(setup({ endpoint: gone.endpoint }), 'OBJECTS_DOWN'),
        ]);
        await mute.close();
        expect(Date.now() - startedAtMs).toBeLessThan(10_000);
      });
    });

    describe('when the way is broken', () => {
      let proxy: FaultyProxy;
      let far: Objects;
      beforeEach(async () => {
        proxy = await createFaultyProxy(endpoint);
        far = await bucket.another({ endpoint: proxy.endpoint, idleMs: 700 });
      });
      afterEach(() => proxy.close());

      it('reads on where it stopped, of the same object only', async () => {
        const bytes = randomBytes(4 * MIB);
        await objects.put('c/x', bytes, BINARY);
        proxy.cutAnswerAfter(MIB);
        expect((await bytesOf((await far.get('c/x')).body)).equals(bytes)).toBe(true);
        proxy.cutAnswerAfter(MIB);
        const range = await bytesOf((await far.get('c/x', { start: 100, end: 3 * MIB })).body);
        expect(range.equals(bytes.subarray(100, 3 * MIB))).toBe(true);
        expect(proxy.connections()).toBeGreaterThan(2);

        // More than what may wait in the sockets between.
        await objects.put('c/x', randomBytes(32 * MIB), BINARY);
        const { body } = await far.get('c/x');
        await objects.put('c/x', randomBytes(32 * MIB), BINARY);
        await proxy.refuse(true);
        await proxy.refuse(false);
        await expectCode(drained(body), 'OBJECTS_DOWN');
      });

      it('reads on after a reader has paused for longer than a connection is kept', async () => {
        const bytes = randomBytes(8 * MIB);
        await objects.put('c/slow', bytes, BINARY);
        const parts: Uint8Array[] = [];
        for await (const part of (await far.get('c/slow')).body) {
          if (parts.length === 1) await new Promise((resolve) => setTimeout(resolve, 1500));
          parts.push(part);
        }
        expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      });

      it('sends again what did not arrive', async () => {
        const bytes = randomBytes(20 * MIB);
        proxy.cutRequestAfter(MIB);
        await far.put('c/one', bytes, BINARY);
        proxy.cutRequestAfter(2 * MIB);
        await far.put('c/parts', inBlocks(bytes, MIB), BINARY);
        for (const key of ['c/one', 'c/parts']) expect((await read(key)).equals(bytes)).toBe(true);
      });

      it('knows its own write when the answer was lost', async () => {
        const absent = { ...BINARY, ifAbsent: true };
        proxy.loseAnswerTo('PUT /');
        expect(await far.put('c/mine', Buffer.from('mine'), absent)).toMatchObject({ key: 'c/mine', sizeBytes: 4 });
        expect(await far.put('c/mine', Buffer.from('late'), absent)).toBeNull();
        const uploadId = await far.createMultipart('c/parts', BINARY);
        const parts = [await far.putPart('c/parts', uploadId, 1, Buffer.from('film'))];
        proxy.loseAnswerTo('POST /');
        expect(await far.completeMultipart('c/parts', uploadId, parts)).toMatchObject({ sizeBytes: 4 });
      });

      it('gives up soon where nobody answers, and works again as soon as somebody does', async () => {
        await far.put('c/x', randomBytes(32 * MIB), BINARY);
        const { body } = await far.get('c/x');
        proxy.freeze(true);
        const startedAtMs = Date.now();
        await Promise.all([
          expectCode(drained(body), 'OBJECTS_DOWN'),
          expectCode(far.head('c/x'), 'OBJECTS_DOWN'),
          expectCode(far.put('c/y', Buffer.from('y'), BINARY), 'OBJECTS_DOWN'),
          expectCode(far.put('c/y', inBlocks(randomBytes(17 * MIB), MIB), BINARY), 'OBJECTS_DOWN'),
          expectCode(far.deleteFolder('c/'), 'OBJECTS_DOWN'),
        ]);
        expect(Date.now() - startedAtMs).toBeLessThan(20_000);
        proxy.freeze(false);
        expect((await far.head('c/x'))?.sizeBytes).toBe(32 * MIB);
        expect(await objects.head('c/y')).toBeNull();
      });
    });
  });

  describe('a gateway that is stopped and started', () => {
    let folder: string;
    let server: Awaited<ReturnType<typeof startS3>>;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'marquee-s3-server-'));
      server = await startS3({ folder, port: 15_860 });
    }, 90_000);
    afterAll(async () => {
      await server?.stop();
      await rm(folder, { recursive: true });
    });

    it('is met again in the middle of reading and writing', async () => {
      const { S3_ENDPOINT, S3_BUCKET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = server.env as Record<string, string>;
      vi.stubEnv('AWS_ACCESS_KEY_ID', AWS_ACCESS_KEY_ID);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', AWS_SECRET_ACCESS_KEY);
      const objects = createS3Objects(optionsOf(S3_ENDPOINT as string, { bucket: S3_BUCKET as string }));
      try {
        const bytes = randomBytes(24 * MIB);
        await objects.put('r/x', bytes, BINARY);
        const { body } = await objects.get('r/x');
        const writing = async function* () {
          yield bytes.subarray(0, 20 * MIB);
          await server.stopGateway();
          await server.startGateway();
          yield bytes.subarray(20 * MIB);
        };
        await objects.put('r/y', writing(), BINARY);
        expect((await bytesOf(body)).equals(bytes)).toBe(true);
        expect((await bytesOf((await objects.get('r/y')).body)).equals(bytes)).toBe(true);
        await server.stopGateway();
        await Promise.all([
          expectCode(objects.head('r/x'), 'OBJECTS_DOWN'),
          expectCode(objects.put('r/z', bytes, BINARY), 'OBJECTS_DOWN'),
          expectCode(objects.check(), 'OBJECTS_DOWN'),
        ]);
        await server.startGateway();
        expect((await objects.head('r/x'))?.sizeBytes).toBe(bytes.length);
      } finally {
        vi.unstubAllEnvs();
        await objects.close();
      }
    });
  });
});
