import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskObjects } from '@marquee/adapters/disk-objects';
import { withFaults } from '@marquee/adapters/faults';
import { MarqueeError } from '@marquee/core/errors';
import type { Objects } from '@marquee/core/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientObjects } from '../runtime/patient.ts';

const contentType = 'video/mp4';
const bytes = new Uint8Array([1, 2, 3]);
let root: string;
let disk: Objects;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'marquee-patient-'));
  disk = createDiskObjects({ root, publicPath: '/objects', secret: 'secret', minFreeBytes: 0 });
  await disk.setup();
});
afterAll(async () => {
  await disk.close();
  await rm(root, { recursive: true, force: true });
});

/** Storage of which the first two calls of a method fail. */
const twiceAway = (method: string, error: 'OBJECTS_DOWN' | 'DISK_FULL' = 'OBJECTS_DOWN') =>
  withFaults(disk, [
    { method, call: 1, error },
    { method, call: 2, error },
  ]);
const never = new AbortController().signal;

describe('storage that is away for a moment', () => {
  it('is waited for when something is stored, read or looked at', async () => {
    await patientObjects(twiceAway('put'), never).put('a/1', bytes, { contentType });
    expect((await patientObjects(twiceAway('head'), never).head('a/1'))?.sizeBytes).toBe(3);
    expect((await patientObjects(twiceAway('get'), never).get('a/1')).facts.sizeBytes).toBe(3);
  });

  it('is waited for no longer than there is patience', async () => {
    const away = withFaults(disk, [{ method: 'put', error: 'OBJECTS_DOWN' }]);
    const stored = patientObjects(away, never, 300).put('a/2', bytes, { contentType });
    await expect(stored).rejects.toMatchObject({ code: 'OBJECTS_DOWN' });
  });

  it('is waited for no longer than the run lasts', async () => {
    const away = withFaults(disk, [{ method: 'put', error: 'OBJECTS_DOWN' }]);
    const run = new AbortController();
    const stored = patientObjects(away, run.signal).put('a/3', bytes, { contentType });
    run.abort(new MarqueeError('JOB_CANCELLED', 'The job was cancelled.'));
    await expect(stored).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  it('is not asked again when something else is wrong, nor given a stream twice', async () => {
    const full = patientObjects(twiceAway('put', 'DISK_FULL'), never);
    await expect(full.put('a/4', bytes, { contentType })).rejects.toMatchObject({ code: 'DISK_FULL' });
    async function* stream() {
      yield bytes;
    }
    const away = patientObjects(twiceAway('put'), never);
    await expect(away.put('a/5', stream(), { contentType })).rejects.toMatchObject({ code: 'OBJECTS_DOWN' });
  });
});
