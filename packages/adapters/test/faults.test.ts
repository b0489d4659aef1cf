import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobId, MovieId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskObjects } from '../src/disk-objects.ts';
import { withFaults } from '../src/faults.ts';
import { createSqliteQueue } from '../src/sqlite-queue.ts';
import { createSqliteStore } from '../src/sqlite-store.ts';
import { expectCode } from './engine.ts';

const BINARY = { contentType: 'application/octet-stream' };
const job = newJob({
  id: 'job' as JobId,
  movieId: 'film' as MovieId,
  sourceKey: 'uploads/u/source',
  fileName: 'film.mkv',
  sizeBytes: 1,
  nowMs: 0,
});

describe('faults', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'marquee-faults-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it('fails the chosen call and lets the others through', async () => {
    const objects = createDiskObjects({ root, publicPath: '/objects', secret: 's' });
    const faulty = withFaults(objects, [{ method: 'put', call: 2, error: 'DISK_FULL' }]);
    await faulty.setup();
    await faulty.put('a', Buffer.from('1'), BINARY);
    await expectCode(faulty.put('b', Buffer.from('2'), BINARY), 'DISK_FULL');
    await faulty.put('c', Buffer.from('3'), BINARY);
    expect(await Promise.all(['a', 'b', 'c'].map(async (key) => (await faulty.head(key)) !== null))).toEqual([
      true,
      false,
      true,
    ]);
    expect(faulty.features).toEqual(objects.features);
  });

  it('loses answers: the work is done, the caller hears of a failure', async () => {
    const store = createSqliteStore({ file: join(root, 'store.db') });
    const faulty = withFaults(store, [
      { method: 'jobs.insert', call: 1, error: 'STORE_DOWN', after: true },
      { method: 'jobs.update', every: 2, error: new Error('odd') },
    ]);
    await expectCode(faulty.jobs.insert(job), 'STORE_DOWN');
    expect(await faulty.jobs.insert(job)).toBe(false);
    expect(await faulty.jobs.update(job.id, 0, { priority: 1 })).toBe(true);
    await expect(faulty.jobs.update(job.id, 1, { priority: 2 })).rejects.toThrow('odd');
    expect(await faulty.jobs.update(job.id, 1, { priority: 2 })).toBe(true);
    await expect(faulty.jobs.update(job.id, 2, { priority: 3 })).rejects.toThrow('odd');
    expect(await store.jobs.get(job.id)).toMatchObject({ version: 2, priority: 2 });
    expect(await store.movies.list({ limit: 1 })).toMatchObject({ items: [] });
    await faulty.close();
  });

  it('breaks lists at their first step or at their end', async () => {
    const objects = createDiskObjects({ root, publicPath: '/objects', secret: 's' });
    await objects.setup();
    for (const key of ['a', 'b']) await objects.put(key, Buffer.from('x'), BINARY);
    const faulty = withFaults(objects, [
      { method: 'list', call: 1, error: 'OBJECTS_DOWN' },
      { method: 'list', call: 2, error: 'OBJECTS_DOWN', after: true },
    ]);
    const seen: string[] = [];
    const read = async () => {
      for await (const { key } of faulty.list('')) seen.push(key);
    };
    await expectCode(read, 'OBJECTS_DOWN');
    expect(seen).toEqual([]);
    await expectCode(read, 'OBJECTS_DOWN');
    expect(seen).toEqual(['a', 'b']);
    await read();
    expect(seen).toEqual(['a', 'b', 'a', 'b']);
  });

  it('holds calls up, with or without a failure, and every call where none is named', async () => {
    const queue = createSqliteQueue({ file: join(root, 'queue.db') });
    const faulty = withFaults(queue, [
      { method: 'stats', call: 1, delayMs: 120 },
      { method: 'consume', error: 'BROKER_DOWN' },
    ]);
    const startedAtMs = Date.now();
    expect(await faulty.stats('task.finished')).toMatchObject({ ready: 0 });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(115);
    for (let i = 0; i < 2; i++) {
      await expectCode(
        faulty.consume('task.finished', { concurrency: 1 }, async () => ({ kind: 'ack' })),
        'BROKER_DOWN',
      );
    }
    await faulty.close();
  });
});
