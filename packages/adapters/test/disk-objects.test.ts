import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Objects } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskObjects } from '../src/disk-objects.ts';
import type { Engine } from './engine.ts';
import { expectCode } from './engine.ts';
import { describeMultipartContract } from './multipart-contract.ts';
import { describeObjectsContract } from './objects-contract.ts';

const BINARY = { contentType: 'application/octet-stream' };

async function openDiskObjects(): Promise<Engine<Objects>> {
  const root = await mkdtemp(join(tmpdir(), 'marquee-objects-'));
  const another = async () => {
    const client = createDiskObjects({ root, publicPath: '/objects', secret: 'a secret of the test' });
    await client.setup();
    return client;
  };
  return { port: await another(), another, close: () => rm(root, { recursive: true }) };
}

describeObjectsContract('disk', openDiskObjects);
describeMultipartContract('disk', openDiskObjects);

describe('disk objects', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'marquee-objects-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });
  const open = async (minFreeBytes = 0) => {
    const objects = createDiskObjects({ root, publicPath: '/objects', secret: 's', minFreeBytes });
    await objects.setup();
    return objects;
  };

  it('follows no link that stands among the objects', async () => {
    const objects = await open();
    const outside = await mkdtemp(join(tmpdir(), 'marquee-outside-'));
    try {
      await writeFile(join(outside, 'secret'), 'not yours');
      await mkdir(join(root, 'objects/a'));
      await symlink(join(outside, 'secret'), join(root, 'objects/a/link'));
      await symlink(outside, join(root, 'objects/a/folder'));
      for (const key of ['a/link', 'a/folder/secret']) {
        await expectCode(objects.get(key), 'OBJECT_MISSING');
        await expectCode(objects.toolInput(key), 'OBJECT_MISSING');
        expect(await objects.head(key)).toBeNull();
        await objects.delete(key);
      }
      const keys: string[] = [];
      for await (const { key } of objects.list('')) keys.push(key);
      for await (const { key } of objects.list('a/folder/')) keys.push(key);
      expect(keys).toEqual([]);
      await expectCode(objects.put('a/folder/new', Buffer.from('x'), BINARY), 'MESSAGE_INVALID');
      // Put in the place of a link it replaces the link, not what that leads to.
      await objects.put('a/link', Buffer.from('mine'), BINARY);
      expect(await readdir(outside)).toEqual(['secret']);
      expect((await objects.head('a/link'))?.sizeBytes).toBe(4);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('works where its own folder is reached by a link', async () => {
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    const objects = createDiskObjects({ root: join(root, 'link'), publicPath: '/objects', secret: 's' });
    await objects.setup();
    await objects.put('a/b', Buffer.from('x'), BINARY);
    expect(await objects.head('a/b')).toMatchObject({ sizeBytes: 1 });
  });

  it('leaves nothing behind: no temporary file, no note, no empty folder', async () => {
    const objects = await open();
    const broken = async function* () {
      yield Buffer.alloc(1000);
      throw new Error('broke');
    };
    await expect(objects.put('a/b/c', broken(), BINARY)).rejects.toThrow();
    await objects.put('a/b/odd.mp4', Buffer.from('x'), { contentType: 'audio/mp4' });
    await objects.put('a/b/odd.mp4', Buffer.from('y'), { contentType: 'audio/ogg' });
    await objects.put('a/b/odd.mp4', Buffer.from('z'), { contentType: 'text/plain', ifAbsent: true });
    expect(await readdir(join(root, 'notes/a/b'))).toHaveLength(1);
    await objects.deleteFolder('a/');
    for (const folder of ['objects', 'notes', 'tmp', 'multipart'])
      expect(await readdir(join(root, folder))).toEqual([]);
  });

  it('needs no note for what a stream is made of', async () => {
    const objects = await open();
    const stream = [
      ['media/m/j/video/h264-720/init.mp4', 'video/mp4'],
      ['media/m/j/video/h264-720/00001.m4s', 'video/mp4'],
      ['media/m/j/audio/en-0/init.mp4', 'audio/mp4'],
      ['media/m/j/audio/en-0/00001.m4s', 'audio/mp4'],
      ['media/m/j/storyboard/000.jpg', 'image/jpeg'],
      ['media/m/j/storyboard.vtt', 'text/vtt'],
      ['media/m/j/manifest.mpd', 'application/dash+xml'],
      ['media/m/j/master.m3u8', 'application/vnd.apple.mpegurl'],
    ] as const;
    for (const [key, contentType] of stream) await objects.put(key, Buffer.from('x'), { contentType });
    for (const [key, contentType] of stream) expect((await objects.head(key))?.contentType).toBe(contentType);
    expect(await readdir(join(root, 'notes'))).toEqual([]);
  });

  it('heeds no note that a killed writer left, even when its inode is used again', async () => {
    const objects = await open();
    const put = () => objects.put('a.mp4', Buffer.from('x'), { contentType: 'video/mp4' });
    // Whether a number is used again at once is up to the file system; ext4 does so most of the time.
    for (let round = 0; round < 10; round++) {
      await put();
      const { ino } = await stat(join(root, 'objects/a.mp4'));
      await objects.delete('a.mp4');
      await writeFile(
        join(root, `notes/a.mp4@${ino}.json`),
        JSON.stringify({ contentType: 'wrong', cacheControl: '' }),
      );
      await put();
      expect(await objects.head('a.mp4')).toMatchObject({ contentType: 'video/mp4' });
    }
  });

  it('sweeps at its start what ended processes left, and not what a living one is writing', async () => {
    const objects = await open();
    let seen: string[] = [];
    const slow = async function* () {
      yield Buffer.alloc(1000);
      const gone = `${(await readdir(join(root, 'tmp')))[0]?.split('.')[0]}.999999999.1.left-behind`;
      await writeFile(join(root, 'tmp', gone), 'half');
      await writeFile(join(root, 'tmp', 'elsewhere.1.1.old'), 'half');
      await writeFile(join(root, 'tmp', 'elsewhere.1.1.young'), 'half');
      await utimes(join(root, 'tmp', 'elsewhere.1.1.old'), new Date(0), new Date(0));
      await open();
      seen = await readdir(join(root, 'tmp'));
      yield Buffer.alloc(1000);
    };
    await objects.put('a', slow(), BINARY);
    expect(seen).toHaveLength(2);
    expect(seen).toContain('elsewhere.1.1.young');
    expect(await objects.head('a')).toMatchObject({ sizeBytes: 2000 });
  });

  it('refuses to fill the disk, for objects and parts alike', async () => {
    const objects = await open(Number.MAX_SAFE_INTEGER);
    await writeFile(join(root, 'film'), 'film');
    await expectCode(objects.put('a', Buffer.from('x'), BINARY), 'DISK_FULL');
    await expectCode(objects.put('a', { file: join(root, 'film') }, BINARY), 'DISK_FULL');
    const uploadId = await objects.createMultipart('a', BINARY);
    await expectCode(objects.putPart('a', uploadId, 1, Buffer.from('x')), 'DISK_FULL');
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
    expect(await objects.head('a')).toBeNull();
  });

  it('says so when a key would be an object and a folder at once', async () => {
    const objects = await open();
    await objects.put('a/b', Buffer.from('x'), BINARY);
    await expectCode(objects.put('a', Buffer.from('x'), BINARY), 'MESSAGE_INVALID');
    await expectCode(objects.put('a', Buffer.from('x'), { ...BINARY, ifAbsent: true }), 'MESSAGE_INVALID');
    await expectCode(objects.put('a/b/c', Buffer.from('x'), BINARY), 'MESSAGE_INVALID');
    await expectCode(objects.put('a/b/c', Buffer.from('x'), { ...BINARY, ifAbsent: true }), 'MESSAGE_INVALID');
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  it('forgets finished uploads after a day and untouched ones after a week', async () => {
    const objects = await open();
    const day = 24 * 3600;
    const ids = [];
    for (const finished of [true, true, false, false]) {
      const uploadId = await objects.createMultipart('a', BINARY);
      const part = await objects.putPart('a', uploadId, 1, Buffer.from('x'));
      if (finished) await objects.completeMultipart('a', uploadId, [part]);
      ids.push(uploadId);
    }
    const age = async (path: string, days: number) => {
      const then = Date.now() / 1000 - days * day;
      await utimes(join(root, 'multipart', path), then, then);
    };
    await age(`${ids[0]}/done.json`, 1.1);
    await age(`${ids[1]}/done.json`, 0.9);
    await age(`${ids[2]}`, 7.1);
    await age(`${ids[3]}`, 6.9);
    await open();
    expect((await readdir(join(root, 'multipart'))).sort()).toEqual([ids[1], ids[3]].sort());
  });

  it('survives folders that appear and vanish under it', async () => {
    const objects = await open();
    const work = Array.from({ length: 8 }, async (_, i) => {
      for (let round = 0; round < 15; round++) {
        await objects.put(`x/y/z/${i}`, Buffer.from('x'), { contentType: 'text/plain' });
        await objects.delete(`x/y/z/${i}`);
      }
    });
    await Promise.all(work);
    expect(await readdir(join(root, 'objects'))).toEqual([]);
  });
});
