import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JobId, TaskId } from '@marquee/core/ids';
import { newMessage } from '@marquee/core/messages';
import type { Queue } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteQueue } from '../src/sqlite-queue.ts';
import type { Engine } from './engine.ts';
import { eventually, expectCode, pause } from './engine.ts';
import { describeQueueContract } from './queue-contract.ts';

async function openSqliteQueue(): Promise<Engine<Queue>> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-queue-'));
  const clients: Queue[] = [];
  const another = async () => {
    const client = createSqliteQueue({ file: join(folder, 'queue.db') });
    clients.push(client);
    await client.setup();
    return client;
  };
  return {
    port: await another(),
    another,
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await rm(folder, { recursive: true });
    },
  };
}

describeQueueContract('sqlite', openSqliteQueue);

describe('sqlite queue', () => {
  const QUEUE = 'task.finished';
  let folder: string;
  let queue: Queue;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marquee-queue-'));
    queue = createSqliteQueue({ file: join(folder, 'deep/er/queue.db') });
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });
  const publish = (piece: string) =>
    queue.publish(newMessage(QUEUE, { jobId: 'job' as JobId, taskId: piece as TaskId }));
  /** Changes rows behind the queue's back, as another process or a stalled clock would. */
  const meddle = (sql: string) => {
    const db = new DatabaseSync(join(folder, 'deep/er/queue.db'));
    db.exec(sql);
    db.close();
  };

  it('is first in, first out among equals', async () => {
    const pieces = Array.from({ length: 20 }, (_, i) => `${i}`);
    for (const piece of pieces) await publish(piece);
    const seen: string[] = [];
    await queue.consume(QUEUE, { concurrency: 1 }, async (delivery) => {
      seen.push((delivery.body as { payload: { taskId: string } }).payload.taskId);
      return { kind: 'ack' };
    });
    await eventually(() => seen.length === 20);
    expect(seen).toEqual(pieces);
  });

  it('aborts the signal when the lock is another’s, and leaves the message to it', async () => {
    await publish('stolen');
    let reason: unknown = null;
    let ended = false;
    const consumer = await queue.consume(QUEUE, { concurrency: 1, visibilityMs: 300 }, async ({ signal }) => {
      await eventually(() => signal.aborted);
      reason = signal.reason;
      ended = true;
      return { kind: 'ack' };
    });
    await eventually(async () => (await queue.stats(QUEUE)).inFlight === 1);
    meddle("UPDATE messages SET lock_token = 'another', hidden_until_ms = hidden_until_ms + 60000");
    await eventually(() => ended);
    await consumer.drain();
    expect(reason).toBeInstanceOf(Error);
    expect(await queue.stats(QUEUE)).toMatchObject({ inFlight: 1 });
  });

  it('hands a message out again when its lock has run out, and buries it in the end', async () => {
    await publish('left');
    const deliveries: number[] = [];
    let stuck = true;
    const consume = () =>
      queue.consume(QUEUE, { concurrency: 1, maxDeliveries: 2, visibilityMs: 60_000 }, async ({ deliveryCount }) => {
        deliveries.push(deliveryCount);
        while (stuck) await pause(20);
        return { kind: 'ack' };
      });
    await Promise.all([consume(), consume(), consume()]);
    for (const count of [1, 2]) {
      await eventually(() => deliveries.length === count);
      meddle('UPDATE messages SET hidden_until_ms = 1');
    }
    const letter = await eventually(async () => (await queue.listDead(QUEUE, 1))[0]);
    expect(deliveries).toEqual([1, 2]);
    expect(letter).toMatchObject({ deliveryCount: 2, reason: expect.stringMatching(/never settled/) });
    stuck = false;
  });

  it('asks next to nothing of the processor while it is idle', async () => {
    const types = ['video.uploaded', 'video.inspect', 'video.transcode', 'video.package', QUEUE] as const;
    for (const type of types) await queue.consume(type, { concurrency: 2 }, async () => ({ kind: 'ack' }));
    await pause(500);
    const before = process.cpuUsage();
    await pause(1500);
    const { user, system } = process.cpuUsage(before);
    // Far above what it takes, below what polling each queue every few milliseconds would.
    expect((user + system) / 1_500_000).toBeLessThan(0.05);
  });

  it('says BROKER_DOWN for a file that is no queue, or cannot be had', async () => {
    const file = join(folder, 'film.mkv');
    await writeFile(file, 'not a database, but long enough to be taken for one'.repeat(100));
    const wrong = createSqliteQueue({ file });
    await expectCode(wrong.setup(), 'BROKER_DOWN');
    await expectCode(createSqliteQueue({ file: join(file, 'queue.db') }).setup(), 'BROKER_DOWN');
    await expectCode(createSqliteQueue({ file: folder }).setup(), 'BROKER_DOWN');
  });

  it('refuses a file of another format', async () => {
    await queue.setup();
    meddle('PRAGMA user_version = 99');
    const older = createSqliteQueue({ file: join(folder, 'deep/er/queue.db') });
    await expectCode(older.setup(), 'CONFIG_INVALID');
    meddle('PRAGMA user_version = 1');
    await older.setup();
    await older.close();
  });

  it('says DISK_FULL when the file can grow no more, and goes on when it can', async () => {
    await queue.setup();
    await queue.close();
    // A full disk as SQLite sees it: a limit on the pages of the file, set by the connection that publishes.
    const original = DatabaseSync.prototype.prepare;
    let full = true;
    DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
      if (sql.startsWith('INSERT INTO messages')) this.exec(`PRAGMA max_page_count = ${full ? 1 : 1_000_000}`);
      return original.call(this, sql);
    };
    try {
      queue = createSqliteQueue({ file: join(folder, 'deep/er/queue.db') });
      await expectCode(publish('x'.repeat(200_000)), 'DISK_FULL');
      expect(await queue.stats(QUEUE)).toMatchObject({ ready: 0 });
      full = false;
      await queue.close();
      queue = createSqliteQueue({ file: join(folder, 'deep/er/queue.db') });
      await publish('x'.repeat(200_000));
      expect(await queue.stats(QUEUE)).toMatchObject({ ready: 1 });
    } finally {
      DatabaseSync.prototype.prepare = original;
    }
  });
});
