import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectFacts, Objects } from '@marquee/core/ports';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, expectCode } from './engine.ts';
import { BINARY, bytesOf, inBlocks, keysIn, MIB, pattern, type Range, readOf } from './objects-samples.ts';

/** Holds an engine to the Objects port. Signed addresses are held to theirs where an engine can be asked for them. */
export function describeObjectsContract(name: string, open: () => Promise<Engine<Objects>>): void {
  describe(`objects contract: ${name}`, () => {
    let engine: Engine<Objects>;
    let objects: Objects;
    let other: Objects;
    beforeEach(async () => {
      engine = await open();
      objects = engine.port;
      other = await engine.another();
    });
    afterEach(async () => {
      await engine.close();
    });
    const read = (key: string, range?: Range) => readOf(other, key, range);
    const keysOf = (prefix: string) => keysIn(other, prefix);

    it('gives back what was put, with its facts', async () => {
      const bytes = pattern(100_000);
      const beforeMs = Date.now();
      const put = (await objects.put('media/m/j/video/h264-720/00001.m4s', bytes, {
        contentType: 'video/mp4',
      })) as ObjectFacts;
      expect(put).toMatchObject({
        key: 'media/m/j/video/h264-720/00001.m4s',
        sizeBytes: 100_000,
        contentType: 'video/mp4',
      });
      expect(put.etag).not.toBe('');
      expect(Math.abs(put.updatedAtMs - beforeMs)).toBeLessThan(10_000);
      const got = await other.get(put.key);
      const facts = { key: put.key, sizeBytes: put.sizeBytes, etag: put.etag, contentType: put.contentType };
      expect(got.facts).toMatchObject(facts);
      expect(await other.head(put.key)).toMatchObject(facts);
      expect((await bytesOf(got.body)).equals(bytes)).toBe(true);
    });

    it('keeps the content type, whatever the name', async () => {
      const cases = [
        ['a/film.mp4', 'video/mp4'],
        ['a/sound.mp4', 'audio/mp4'],
        ['a/list.m3u8', 'application/vnd.apple.mpegurl'],
        ['a/list2.m3u8', 'text/plain; charset=utf-8'],
        ['a/source', 'video/x-matroska'],
        ['a/thing.odd', 'application/octet-stream'],
      ] as const;
      for (const [key, contentType] of cases) await objects.put(key, pattern(10), { contentType });
      for (const [key, contentType] of cases) expect((await other.head(key))?.contentType, key).toBe(contentType);
      // Replaced, it has the new one; and back again.
      for (const contentType of ['text/vtt', 'video/mp4', 'image/png']) {
        await objects.put('a/film.mp4', pattern(11), { contentType });
        expect((await other.get('a/film.mp4')).facts.contentType).toBe(contentType);
      }
    });

    it('takes streams, files and nothing at all', async () => {
      const bytes = pattern(700_001);
      const folder = await mkdtemp(join(tmpdir(), 'marquee-put-'));
      try {
        await writeFile(join(folder, 'film'), bytes);
        expect(await objects.put('s/stream', inBlocks(bytes, 65_537), BINARY)).toMatchObject({ sizeBytes: 700_001 });
        expect(await objects.put('s/file', { file: join(folder, 'film') }, BINARY)).toMatchObject({
          sizeBytes: 700_001,
        });
        expect(await objects.put('s/empty', new Uint8Array(), BINARY)).toMatchObject({ sizeBytes: 0 });
        expect(await objects.put('s/empty-stream', inBlocks(new Uint8Array(), 1), BINARY)).toMatchObject({
          sizeBytes: 0,
        });
        // The caller's file stays the caller's: changing it later changes no object.
        await writeFile(join(folder, 'film'), 'changed');
        await expectCode(objects.put('s/none', { file: join(folder, 'none') }, BINARY), 'INTERNAL');
      } finally {
        await rm(folder, { recursive: true });
      }
      expect((await read('s/stream')).equals(bytes)).toBe(true);
      expect((await read('s/file')).equals(bytes)).toBe(true);
      expect(await read('s/empty')).toHaveLength(0);
      expect(await other.head('s/none')).toBeNull();
    });

    it('replaces whole, and changes the etag', async () => {
      const first = await objects.put('r/playlist.m3u8', Buffer.from('one'), BINARY);
      const second = await objects.put('r/playlist.m3u8', Buffer.from('two, longer'), BINARY);
      expect(second?.etag).not.toBe(first?.etag);
      expect((await read('r/playlist.m3u8')).toString()).toBe('two, longer');
      expect(await keysOf('r/')).toEqual(['r/playlist.m3u8']);
    });

    it('leaves what stands alone with `ifAbsent`, and lets one of many racers win', async () => {
      expect(await objects.put('i/init.mp4', Buffer.from('first'), { ...BINARY, ifAbsent: true })).not.toBeNull();
      expect(await other.put('i/init.mp4', Buffer.from('second'), { ...BINARY, ifAbsent: true })).toBeNull();
      expect((await read('i/init.mp4')).toString()).toBe('first');
      const racers = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? objects : other).put('i/raced', Buffer.from(`racer ${i}`), { ...BINARY, ifAbsent: true }),
      );
      const won = (await Promise.all(racers)).map((facts, i) => (facts ? i : -1)).filter((i) => i >= 0);
      expect(won).toHaveLength(1);
      expect((await read('i/raced')).toString()).toBe(`racer ${won[0]}`);
    });

    it('shows nothing of a put that fails or is given up half-way', async () => {
      const broken = async function* () {
        yield pattern(300_000);
        throw new Error('the source broke');
      };
      await expect(objects.put('h/broken', broken(), BINARY)).rejects.toThrow('the source broke');
      const stop = new AbortController();
      const stopped = async function* () {
        yield pattern(300_000);
        stop.abort(new Error('no longer wanted'));
        yield pattern(300_000);
      };
      await expect(objects.put('h/stopped', stopped(), { ...BINARY, signal: stop.signal })).rejects.toThrow();
      await expect(objects.put('h/late', pattern(10), { ...BINARY, signal: stop.signal })).rejects.toThrow();
      expect(await keysOf('h/')).toEqual([]);
      await objects.put('h/kept', Buffer.from('old'), BINARY);
      await expect(objects.put('h/kept', broken(), BINARY)).rejects.toThrow('the source broke');
      expect((await read('h/kept')).toString()).toBe('old');
    });

    it('lets no reader see a mixture while an object is replaced', async () => {
      const versions = [Buffer.alloc(200_000, 1), Buffer.alloc(150_000, 2)];
      const put = (i: number) =>
        objects.put('w/x', versions[i % 2] as Buffer, { contentType: i % 2 ? 'text/two' : 'text/one' });
      await put(0);
      let writing = true;
      const writer = (async () => {
        for (let i = 0; i < 40; i++) await put(i);
        writing = false;
      })();
      let reads = 0;
      let heads = 0;
      const watcher = (async () => {
        for (; writing; heads++) {
          const facts = await other.head('w/x');
          expect(facts?.contentType).toBe(facts?.sizeBytes === 200_000 ? 'text/one' : 'text/two');
        }
      })();
      while (writing) {
        const { facts, body } = await other.get('w/x');
        const bytes = await bytesOf(body);
        expect(bytes).toHaveLength(facts.sizeBytes);
        expect(bytes.equals(versions[(bytes[0] as number) - 1] as Buffer)).toBe(true);
        reads++;
      }
      await Promise.all([writer, watcher]);
      expect(heads).toBeGreaterThan(0);
      expect(reads).toBeGreaterThan(0);
    });

    it('reads ranges: exclusive end, open end, end past the end', async () => {
      const bytes = pattern(1000);
      await objects.put('g/x', bytes, BINARY);
      expect(await read('g/x', { start: 0, end: 1 })).toEqual(bytes.subarray(0, 1));
      expect(await read('g/x', { start: 0, end: 1000 })).toEqual(bytes);
      expect(await read('g/x', { start: 999 })).toEqual(bytes.subarray(999));
      expect(await read('g/x', { start: 500, end: 99_999 })).toEqual(bytes.subarray(500));
      expect((await other.get('g/x', { start: 10, end: 20 })).facts.sizeBytes).toBe(1000);
      await expectCode(other.get('g/x', { start: 1000 }), 'MESSAGE_INVALID');
      await expectCode(other.get('g/x', { start: 5000, end: 6000 }), 'MESSAGE_INVALID');
      await objects.put('g/empty', new Uint8Array(), BINARY);
      await expectCode(other.get('g/empty', { start: 0 }), 'MESSAGE_INVALID');
      expect(await read('g/empty')).toHaveLength(0);
    });

    it('reads any range of a large object', async () => {
      const bytes = pattern(3 * MIB + 17);
      await objects.put('g/large', bytes, BINARY);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(bytes.length - 1),
          fc.integer({ min: 1, max: bytes.length + 10 }),
          async (start, length) => {
            const got = await read('g/large', { start, end: start + length });
            expect(got.equals(bytes.subarray(start, start + length))).toBe(true);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('can be stopped while reading', async () => {
      await objects.put('g/stopped', pattern(3 * MIB), BINARY);
      for await (const block of (await other.get('g/stopped')).body) {
        expect(block.length).toBeGreaterThan(0);
        break;
      }
      expect((await read('g/stopped')).length).toBe(3 * MIB);
    });

    it('says OBJECT_MISSING, or null, for what is not there', async () => {
      await objects.put('m/folder/x', pattern(1), BINARY);
      for (const key of ['none', 'm', 'm/folder', 'm/folder/x/y', 'm/folder/X2']) {
        await expectCode(other.get(key), 'OBJECT_MISSING');
        await expectCode(other.toolInput(key), 'OBJECT_MISSING');
        expect(await other.head(key)).toBeNull();
        await other.delete(key);
      }
      expect(await keysOf('m/')).toEqual(['m/folder/x']);
    });

    it('lists in key order, with facts, under a prefix that may end anywhere', async () => {
      const keys = [
        'l/a',
        'l/a-b/x',
        'l/a.txt',
        'l/a0',
        'l/b/1',
        'l/b/10',
        'l/b/2',
        'l/b-/1',
        'l/c/d/e/f',
        'l/Z',
        'lz',
      ];
      for (const key of [...keys].reverse()) await objects.put(key, Buffer.from(key), { contentType: 'text/plain' });
      const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysOf('')).toEqual(sorted);
      for (const prefix of ['l/', 'l', 'l/a', 'l/b/', 'l/b', 'l/b/1', 'l/c/d/', 'l/nothing', 'nothing/', 'l/a/']) {
        expect(await keysOf(prefix), prefix).toEqual(sorted.filter((key) => key.startsWith(prefix)));
      }
      for await (const facts of other.list('l/b/10')) {
        expect(facts).toMatchObject({ key: 'l/b/10', sizeBytes: 6, etag: (await objects.head('l/b/10'))?.etag });
      }
    });

    it('lists as many as there are, and can be stopped', async () => {
      const keys = Array.from({ length: 120 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      await Promise.all(keys.map((key) => objects.put(key, pattern(1), BINARY)));
      expect(await keysOf('many/')).toEqual(keys);
      const some: string[] = [];
      for await (const facts of other.list('many/')) {
        some.push(facts.key);
        if (some.length === 3) break;
      }
      expect(some).toEqual(keys.slice(0, 3));
    });

    it('deletes one, and whole folders and nothing beside them', async () => {
      for (const key of ['d/f/1', 'd/f/2', 'd/f/g/3', 'd/f2/4', 'd/f-']) await objects.put(key, pattern(1), BINARY);
      await objects.delete('d/f/1');
      await objects.delete('d/f/1');
      expect(await other.head('d/f/1')).toBeNull();
      expect(await objects.deleteFolder('d/f/')).toBe(2);
      expect(await objects.deleteFolder('d/f/')).toBe(0);
      expect(await keysOf('d/')).toEqual(['d/f-', 'd/f2/4']);
      await expectCode(objects.deleteFolder('d/f2'), 'MESSAGE_INVALID');
      await expectCode(objects.deleteFolder(''), 'MESSAGE_INVALID');
      await objects.put('d/f/1', Buffer.from('again'), BINARY);
      expect((await read('d/f/1')).toString()).toBe('again');
    });

    it('refuses hostile keys everywhere', async () => {
      const hostile = [
        '',
        '/',
        '/etc/passwd',
        '..',
        '../x',
        'a/../x',
        'a/..',
        'a/./x',
        './a',
        'a//x',
        'a/',
        'a b',
        'a\nb',
        'a\0b',
        'naïve',
        '映画',
        `${'x'.repeat(2000)}`,
        `${'a/'.repeat(600)}x`,
      ];
      for (const key of hostile) {
        await expectCode(() => objects.put(key, pattern(1), BINARY), 'MESSAGE_INVALID');
        await expectCode(() => objects.get(key), 'MESSAGE_INVALID');
        await expectCode(() => objects.head(key), 'MESSAGE_INVALID');
        await expectCode(() => objects.delete(key), 'MESSAGE_INVALID');
        await expectCode(() => objects.createMultipart(key, BINARY), 'MESSAGE_INVALID');
        await expectCode(() => objects.toolInput(key), 'MESSAGE_INVALID');
        await expectCode(() => objects.signRead(key, { expiresSec: 60 }), 'MESSAGE_INVALID');
      }
      for (const prefix of ['../', '/', 'a/../', 'a//', './']) {
        await expectCode(() => keysOf(prefix), 'MESSAGE_INVALID');
        await expectCode(() => objects.deleteFolder(prefix), 'MESSAGE_INVALID');
      }
      expect(await keysOf('')).toEqual([]);
    });

    it('takes every visible ASCII character in a key', async () => {
      const keys = [
        'o/!"#$%&\'()*+,-.:;<=>?@[]^_`{|}~',
        'o/...',
        'o/..x',
        'o/-rf',
        'o/%2e%2e',
        'o/a?b=c#d',
        'o/file:x',
      ];
      for (const key of keys) await objects.put(key, Buffer.from(key), { contentType: 'text/plain' });
      for (const key of keys) expect((await read(key)).toString()).toBe(key);
      expect((await keysOf('o/')).sort()).toEqual([...keys].sort());
    });

    it('gives media tools an address that says which protocols it needs', async () => {
      const bytes = pattern(1000);
      await objects.put('t/-i odd'.replace(' ', '_'), bytes, BINARY);
      const { url, protocols } = await other.toolInput('t/-i_odd');
      expect(url).toMatch(/^(\/|https?:\/\/)/);
      expect(protocols.length).toBeGreaterThan(0);
      if (protocols.includes('file')) expect((await readFile(url)).equals(bytes)).toBe(true);
      else expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('signs folders only by their whole name', async () => {
      if (objects.features.signedFolders) {
        expect(await objects.signRead('media/m/j/', { expiresSec: 60, folder: true })).toContain('media/m/j/');
      }
      await expectCode(objects.signRead('media/m/j', { expiresSec: 60, folder: true }), 'MESSAGE_INVALID');
      expect(await objects.signRead('media/m/j/master.m3u8', { expiresSec: 60 })).toContain('master.m3u8');
    });
  });
}
