import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import { newMessage } from '@marquee/core/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskObjects } from '../src/disk-objects.ts';
import { isGone, THIS_PROCESS } from '../src/process-owner.ts';
import { createSqliteQueue } from '../src/sqlite-queue.ts';
import { createSqliteStore } from '../src/sqlite-store.ts';
import { eventually, pause } from './engine.ts';

describe('several processes', () => {
  let folder: string;
  let children: ChildProcess[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marquee-processes-'));
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await rm(folder, { recursive: true });
  });

  const start = (role: string) => {
    const child = fork(join(import.meta.dirname, 'process-child.ts'), [role, folder], { stdio: 'inherit' });
    children.push(child);
    const said: string[] = [];
    child.on('message', (what) => said.push(String(what)));
    return { child, said };
  };
  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };

  it('share a queue, and lose nothing when one is killed', async () => {
    // Started together on a file that is not there yet: they make it at the same moment.
    const [victim, survivor] = [start('consume'), start('consume')];
    await eventually(() => victim.said.length > 0 && survivor.said.length > 0);
    const queue = createSqliteQueue({ file: join(folder, 'queue.db') });
    const pieces = Array.from({ length: 300 }, (_, i) => `piece-${i}`);
    for (const piece of pieces) {
      await queue.publish(newMessage('task.finished', { jobId: 'job' as JobId, taskId: piece as TaskId }));
    }
    await eventually(() => victim.said.length > 30);
    await kill(victim.child);
    // Long before the 30 s of their visibility: the survivor sees that the holder of the locks has ended.
    await eventually(async () => {
      const { ready, inFlight } = await queue.stats('task.finished');
      return ready === 0 && inFlight === 0;
    });
    const handled = [...victim.said, ...survivor.said].filter((what) => what !== 'ready');
    expect(new Set(handled)).toEqual(new Set(pieces));
    expect(handled.length - pieces.length).toBeLessThanOrEqual(4);
    expect(survivor.said.length).toBeGreaterThan(31);
    expect((await queue.stats('task.finished')).dead).toBe(0);
    await queue.close();
  });

  it('race for tasks, and each goes to one', async () => {
    const store = createSqliteStore({ file: join(folder, 'store.db') });
    const jobId = 'job' as JobId;
    const ids = Array.from({ length: 100 }, (_, i) => `${jobId}:${i}` as TaskId);
    await store.tasks.insert(
      ids.map((id) => ({ id, jobId, type: 'video.transcode', piece: id, order: 0, payload: {} as never })),
    );
    await store.tasks.open(ids);
    const racers = Array.from({ length: 4 }, () => start('claim'));
    await eventually(() => racers.every(({ said }) => said.length === 1));
    for (const { child } of racers) child.send(ids);
    await eventually(() => racers.every(({ said }) => said.length === 2));
    const won = racers.flatMap(({ said }) => said[1]?.split(' ').slice(1) ?? []).filter((id) => id !== '');
    expect(won.sort()).toEqual([...ids].sort());
    for (const task of await store.tasks.list(jobId)) {
      expect(task).toMatchObject({ status: 'running', fence: 1, runs: [{ worker: task.leaseHolder }] });
    }
    await store.close();
  });

  it('keep every change that was accepted when they are killed while writing', async () => {
    const store = createSqliteStore({ file: join(folder, 'store.db') });
    const facts = { sourceKey: 's', fileName: '0', sizeBytes: 1, nowMs: 0 };
    await store.jobs.insert(newJob({ id: 'job' as JobId, movieId: 'film' as MovieId, ...facts }));
    let accepted = 0;
    for (const afterMs of [3, 17, 31]) {
      const writer = start('update');
      await eventually(() => writer.said.length > 0);
      await pause(afterMs);
      await kill(writer.child);
      const last = Number(writer.said.at(-1));
      expect(last).toBeGreaterThan(accepted);
      const job = await store.jobs.get('job' as JobId);
      accepted = job?.version ?? 0;
      expect(accepted).toBeGreaterThanOrEqual(last);
      expect(job?.fileName).toBe(`${accepted}`.repeat(2000));
    }
    await store.close();
    const db = new DatabaseSync(join(folder, 'store.db'));
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
  });

  it('show no half object, nor one under another’s type, when they are killed while putting', async () => {
    const objects = createDiskObjects({ root: folder, publicPath: '/objects', secret: 's' });
    await objects.setup();
    for (const afterMs of [1, 9, 23, 40]) {
      const writer = start('put');
      await eventually(async () => (await objects.head('a/x')) !== null);
      await pause(afterMs);
      await kill(writer.child);
      const { facts, body } = await objects.get('a/x');
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      const bytes = Buffer.concat(parts);
      const value = bytes[0] as number;
      expect(bytes.equals(Buffer.alloc(1_000_000, value))).toBe(true);
      expect(facts.contentType).toBe(value % 2 ? 'video/odd' : 'video/even');
      expect(await readdir(join(folder, 'objects/a'))).toEqual(['x']);
      await objects.setup();
      expect(await readdir(join(folder, 'tmp'))).toEqual([]);
      await objects.delete('a/x');
    }
  });

  it('know of each other whether they live', async () => {
    const { child } = start('claim');
    const [machine] = THIS_PROCESS.split('.');
    await eventually(() => child.pid !== undefined);
    expect(isGone(THIS_PROCESS)).toBe(false);
    // The same id with another start time is another process.
    expect(isGone(`${machine}.${child.pid}.1`)).toBe(process.platform === 'linux');
    expect(isGone(`${machine}.${child.pid}.0`)).toBe(false);
    await kill(child);
    expect(isGone(`${machine}.${child.pid}.0`)).toBe(true);
    expect(isGone(`elsewhere.${child.pid}.0`)).toBe(false);
    expect(isGone('nonsense')).toBe(false);
  });
});
