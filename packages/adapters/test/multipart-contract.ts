import type { Objects } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, expectCode } from './engine.ts';
import { BINARY, keysIn, pattern, type Range, readOf } from './objects-samples.ts';

/** Holds an engine to the multipart uploads of the Objects port. */
export function describeMultipartContract(name: string, open: () => Promise<Engine<Objects>>): void {
  describe(`objects contract, multipart: ${name}`, () => {
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

    const large = (seed: number) => pattern(objects.features.minPartBytes + seed, seed);

    it('joins parts in order, however they came', async () => {
      const key = 'u/1/source';
      const uploadId = await objects.createMultipart(key, { contentType: 'video/mp4' });
      const bodies = [large(1), large(2), pattern(17, 3)];
      const parts = [];
      for (const i of [3, 1, 2]) {
        const part = await (i % 2 ? objects : other).putPart(key, uploadId, i, bodies[i - 1] as Buffer);
        expect(part).toMatchObject({ partNumber: i, sizeBytes: bodies[i - 1]?.length });
        parts.push(part);
      }
      expect(await other.head(key)).toBeNull();
      expect(await keysOf('')).toEqual([]);
      const inOrder = [...parts].sort((a, b) => a.partNumber - b.partNumber);
      expect(await other.listParts(key, uploadId)).toEqual(inOrder);
      const whole = Buffer.concat(bodies);
      const facts = await other.completeMultipart(key, uploadId, inOrder);
      expect(facts).toMatchObject({ key, sizeBytes: whole.length, contentType: 'video/mp4' });
      expect(await objects.head(key)).toMatchObject({ etag: facts.etag, contentType: 'video/mp4' });
      expect((await read(key)).equals(whole)).toBe(true);
    });

    it('takes an upload of one small part, and etags in quotes', async () => {
      const uploadId = await objects.createMultipart('u/2/source', BINARY);
      const { etag } = await objects.putPart('u/2/source', uploadId, 1, Buffer.from('tiny'));
      const bare = etag.replaceAll('"', '');
      await objects.completeMultipart('u/2/source', uploadId, [{ partNumber: 1, etag: `"${bare}"` }]);
      expect((await read('u/2/source')).toString()).toBe('tiny');
    });

    it('answers a second time when the first answer was lost', async () => {
      const key = 'u/3/source';
      const uploadId = await objects.createMultipart(key, BINARY);
      const parts = [await objects.putPart(key, uploadId, 1, Buffer.from('film'))];
      const first = await objects.completeMultipart(key, uploadId, parts);
      const second = await other.completeMultipart(key, uploadId, parts);
      expect(second).toMatchObject({ key, sizeBytes: first.sizeBytes, etag: first.etag });
      expect((await read(key)).toString()).toBe('film');
    });

    it('lets a part be sent again, and holds the list to what is stored', async () => {
      const key = 'u/4/source';
      const uploadId = await objects.createMultipart(key, BINARY);
      const first = await objects.putPart(key, uploadId, 1, Buffer.from('wrong'));
      const second = await objects.putPart(key, uploadId, 1, Buffer.from('right one'));
      expect(second.etag).not.toBe(first.etag);
      expect(await objects.listParts(key, uploadId)).toEqual([second]);
      const complete = (parts: { partNumber: number; etag: string }[]) =>
        objects.completeMultipart(key, uploadId, parts);
      await expectCode(complete([first]), 'INPUT_UNREADABLE');
      await expectCode(complete([second, { partNumber: 2, etag: second.etag }]), 'INPUT_UNREADABLE');
      await expectCode(complete([]), 'INPUT_UNREADABLE');
      expect(await objects.head(key)).toBeNull();
      await complete([second]);
      expect((await read(key)).toString()).toBe('right one');
    });

    it('gives up: parts are gone, the id is no more, the object is as it was', async () => {
      const key = 'u/5/source';
      await objects.put(key, Buffer.from('standing'), BINARY);
      const uploadId = await objects.createMultipart(key, BINARY);
      const part = await objects.putPart(key, uploadId, 1, Buffer.from('part'));
      await objects.abortMultipart(key, uploadId);
      await expectCode(objects.putPart(key, uploadId, 2, Buffer.from('part')), 'OBJECT_MISSING');
      await expectCode(objects.listParts(key, uploadId), 'OBJECT_MISSING');
      await expectCode(objects.completeMultipart(key, uploadId, [part]), 'OBJECT_MISSING');
      await objects.abortMultipart(key, uploadId);
      await objects.abortMultipart(key, 'never-begun');
      expect((await read(key)).toString()).toBe('standing');
    });

    it('knows uploads by key and id together', async () => {
      const uploadId = await objects.createMultipart('u/6/source', BINARY);
      await expectCode(objects.putPart('u/6/other', uploadId, 1, Buffer.from('x')), 'OBJECT_MISSING');
      await expectCode(objects.putPart('u/6/source', '../../etc', 1, Buffer.from('x')), 'OBJECT_MISSING');
      await expectCode(objects.putPart('u/6/source', uploadId, 0, Buffer.from('x')), 'MESSAGE_INVALID');
      await expectCode(objects.putPart('u/6/source', uploadId, 10_001, Buffer.from('x')), 'MESSAGE_INVALID');
      expect(await objects.listParts('u/6/source', uploadId)).toEqual([]);
    });
  });
}
