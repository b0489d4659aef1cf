import { randomUUID } from 'node:crypto';
import { MarqueeError } from '@marquee/core/errors';
import type { DeadLetter, Queue, QueueFeatures, QueueName, QueueStats } from '@marquee/core/ports';
import { isGone, THIS_PROCESS } from './process-owner.ts';
import type { Sqlite } from './sqlite.ts';
import { createSqlite } from './sqlite.ts';
import type { Consuming, Held, Settlement } from './sqlite-queue-consumer.ts';
import { startConsumer } from './sqlite-queue-consumer.ts';

/**
 * `hidden_until_ms` is 0 for a message that may be taken, else when it may be: the end of its delay, or of its
 * lock when `lock_token` is set. Keeping the two kinds in two partial indexes makes taking the next one a
 * single look-up however many wait, are delayed or are in hand.
 */
const SCHEMA = `
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    priority INTEGER NOT NULL,
    delivery_count INTEGER NOT NULL DEFAULT 0,
    enqueued_at_ms INTEGER NOT NULL,
    hidden_until_ms INTEGER NOT NULL,
    lock_token TEXT,
    lock_owner TEXT
  );
  CREATE INDEX messages_ready ON messages (queue, priority DESC, seq) WHERE hidden_until_ms = 0;
  CREATE INDEX messages_hidden ON messages (queue, hidden_until_ms) WHERE hidden_until_ms > 0;
  CREATE INDEX messages_locked ON messages (lock_owner) WHERE lock_owner IS NOT NULL;
  CREATE TABLE dead (
    seq INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    priority INTEGER NOT NULL,
    delivery_count INTEGER NOT NULL,
    reason TEXT NOT NULL,
    died_at_ms INTEGER NOT NULL
  );
  CREATE INDEX dead_by_queue ON dead (queue, seq);
`;

/** The strictest engine's limit (SQS), so that what works on one machine works in a fleet. */
export const features: QueueFeatures = { strictPriority: true, maxBodyBytes: 256 * 1024 };

/** Other processes' writes are looked for this often while there is news, and less and less often in quiet. */
const POLL_MIN_MS = 25;
const POLL_MAX_MS = 100;
/** How often locks of processes that have ended are looked for. */
const REAP_EVERY_MS = 1000;

/**
 * A queue in one SQLite file, for any number of processes of one machine.
 *
 * A process that is killed keeps its locks only until another consumer notices, within about a second; where
 * that cannot be seen (another container) they run out after their visibility.
 */
export function createSqliteQueue(options: { file: string }): Queue {
  const db = createSqlite({
    file: options.file,
    version: 1,
    schema: SCHEMA,
    downCode: 'BROKER_DOWN',
    what: 'message queue',
  });
  const consumers = new Set<Consuming>();
  const wake = (queue?: QueueName) => {
    for (const consumer of consumers) if (queue === undefined || consumer.queue === queue) consumer.wake();
  };
  const watch = watchFile(db, wake);

  return {
    features,
    async setup() {
      db.open();
    },

    async publish(message, { delayMs = 0, priority = 0 } = {}) {
      const body = JSON.stringify(message);
      const sizeBytes = Buffer.byteLength(body);
      if (sizeBytes > features.maxBodyBytes) {
        throw new MarqueeError(
          'MESSAGE_INVALID',
          `The message is ${sizeBytes} bytes long; the queue takes ${features.maxBodyBytes}.`,
          { context: { type: message.type, id: message.id } },
        );
      }
      const nowMs = Date.now();
      const level = Math.max(0, Math.min(9, Math.trunc(priority)));
      db.write('power', () =>
        db.run(
          'INSERT INTO messages (queue, body, priority, enqueued_at_ms, hidden_until_ms) VALUES (?, ?, ?, ?, ?)',
          message.type,
          body,
          level,
          nowMs,
          delayMs > 0 ? nowMs + Math.ceil(delayMs) : 0,
        ),
      );
      wake(message.type);
    },

    async consume(queue, { concurrency, visibilityMs = 30_000, maxDeliveries = 50 }, handle) {
      db.open();
      const consumer = startConsumer({
        queue,
        concurrency,
        visibilityMs,
        handle,
        take: () => take(db, queue, visibilityMs, maxDeliveries),
        nextDueMs: () => nextDueMs(db, queue),
        renew: (held) =>
          db.write(
            'process',
            () =>
              db.run(
                'UPDATE messages SET hidden_until_ms = ? WHERE seq = ? AND lock_token = ?',
                Date.now() + visibilityMs,
                held.seq,
                held.token,
              ) === 1,
          ),
        settle: (held, settlement) => settle(db, held, settlement, maxDeliveries),
        ended: () => {
          consumers.delete(consumer);
          if (consumers.size === 0) watch.stop();
        },
      });
      consumers.add(consumer);
      watch.start();
      consumer.wake();
      return { drain: consumer.drain };
    },

    stats: async (queue) => stats(db, queue),

    async listDead(queue, limit) {
      const rows = db.all<Omit<DeadLetter, 'body'> & { body: string }>(
        `SELECT CAST(seq AS TEXT) AS id, body, reason, delivery_count AS deliveryCount, died_at_ms AS diedAtMs
         FROM dead WHERE queue = ? ORDER BY seq LIMIT ?`,
        queue,
        limit,
      );
      return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as unknown }));
    },

    async redriveDead(queue, ids) {
      const moved = db.write('power', () => {
        let count = 0;
        for (const id of ids) {
          count += db.run(
            `INSERT INTO messages (queue, body, priority, enqueued_at_ms, hidden_until_ms)
             SELECT queue, body, priority, ?, 0 FROM dead WHERE seq = ? AND queue = ?`,
            Date.now(),
            id,
            queue,
          );
          db.run('DELETE FROM dead WHERE seq = ? AND queue = ?', id, queue);
        }
        return count;
      });
      if (moved > 0) wake(queue);
      return moved;
    },

    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.drain()));
      watch.stop();
      db.close();
    },
  };
}

/** Takes the next message, if any, sending those handed out too often to the dead letters on the way. */
function take(db: Sqlite, queue: QueueName, visibilityMs: number, maxDeliveries: number): Held | null {
  const nowMs = Date.now();
  // Looking first keeps an idle consumer from ever taking the write lock.
  const any = db.get(
    `SELECT 1 FROM messages WHERE queue = ?1 AND hidden_until_ms = 0
     UNION ALL SELECT 1 FROM messages WHERE queue = ?1 AND hidden_until_ms > 0 AND hidden_until_ms <= ?2 LIMIT 1`,
    queue,
    nowMs,
  );
  if (!any) return null;
  return db.write('process', () => {
    db.run(
      `UPDATE messages SET hidden_until_ms = 0, lock_token = NULL, lock_owner = NULL
       WHERE queue = ? AND hidden_until_ms > 0 AND hidden_until_ms <= ?`,
      queue,
      nowMs,
    );
    for (;;) {
      const next = db.get<{ seq: number; body: string; deliveryCount: number; enqueuedAtMs: number }>(
        `SELECT seq, body, delivery_count AS deliveryCount, enqueued_at_ms AS enqueuedAtMs FROM messages
         WHERE queue = ? AND hidden_until_ms = 0 ORDER BY priority DESC, seq LIMIT 1`,
        queue,
      );
      if (!next) return null;
      if (next.deliveryCount >= maxDeliveries) {
        bury(db, next.seq, `It was handed out ${next.deliveryCount} times and never settled.`);
        continue;
      }
      const token = randomUUID();
      db.run(
        `UPDATE messages SET hidden_until_ms = ?, lock_token = ?, lock_owner = ?, delivery_count = delivery_count + 1
         WHERE seq = ?`,
        nowMs + visibilityMs,
        token,
        THIS_PROCESS,
        next.seq,
      );
      return { ...next, deliveryCount: next.deliveryCount + 1, token };
    }
  });
}

function settle(db: Sqlite, held: Held, settlement: Settlement, maxDeliveries: number): void {
  // Losing any of this to a power cut only means that the message is handed out again.
  db.write('process', () => {
    const ours = db.get('SELECT 1 FROM messages WHERE seq = ? AND lock_token = ?', held.seq, held.token);
    if (!ours) return;
    if (settlement.kind === 'ack') db.run('DELETE FROM messages WHERE seq = ?', held.seq);
    else if (settlement.kind === 'dead') bury(db, held.seq, settlement.reason);
    else if (held.deliveryCount >= maxDeliveries) {
      bury(db, held.seq, `It was handed out ${held.deliveryCount} times. ${settlement.reason}`);
    } else {
      db.run(
        'UPDATE messages SET hidden_until_ms = ?, lock_token = NULL, lock_owner = NULL WHERE seq = ?',
        settlement.delayMs > 0 ? Date.now() + Math.ceil(settlement.delayMs) : 0,
        held.seq,
      );
    }
  });
}

function bury(db: Sqlite, seq: number, reason: string): void {
  db.run(
    `INSERT INTO dead (seq, queue, body, priority, delivery_count, reason, died_at_ms)
     SELECT seq, queue, body, priority, delivery_count, ?, ? FROM messages WHERE seq = ?`,
    reason,
    Date.now(),
    seq,
  );
  db.run('DELETE FROM messages WHERE seq = ?', seq);
}

function nextDueMs(db: Sqlite, queue: QueueName): number | null {
  return (
    db.get<{ due: number | null }>(
      'SELECT min(hidden_until_ms) AS due FROM messages WHERE queue = ? AND hidden_until_ms > 0',
      queue,
    )?.due ?? null
  );
}

function stats(db: Sqlite, queue: QueueName): QueueStats {
  const nowMs = Date.now();
  const row = db.get<Omit<QueueStats, 'oldestAgeMs'> & { oldestMs: number | null }>(
    `SELECT count(*) FILTER (WHERE hidden_until_ms <= ?2) AS ready,
            count(*) FILTER (WHERE hidden_until_ms > ?2 AND lock_token IS NOT NULL) AS inFlight,
            count(*) FILTER (WHERE hidden_until_ms > ?2 AND lock_token IS NULL) AS delayed,
            min(enqueued_at_ms) FILTER (WHERE hidden_until_ms <= ?2) AS oldestMs,
            (SELECT count(*) FROM dead WHERE queue = ?1) AS dead
     FROM messages WHERE queue = ?1`,
    queue,
    nowMs,
  );
  if (!row) return { ready: 0, inFlight: 0, delayed: 0, dead: 0, oldestAgeMs: 0 };
  const { oldestMs, ...counts } = row;
  return { ...counts, oldestAgeMs: oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs) };
}

/**
 * Notices what other processes did. `PRAGMA data_version` reads one number in shared memory, so that looking
 * ten times a second costs nothing that can be measured; what this process does itself wakes consumers directly.
 */
function watchFile(db: Sqlite, wake: () => void): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let everyMs = POLL_MIN_MS;
  let seen: number | undefined;
  let reapAtMs = 0;
  const look = () => {
    try {
      const version = db.get<{ data_version: number }>('PRAGMA data_version')?.data_version;
      const nowMs = Date.now();
      const freed = nowMs >= reapAtMs ? freeLocksOfTheDead(db) : 0;
      if (nowMs >= reapAtMs) reapAtMs = nowMs + REAP_EVERY_MS;
      everyMs = version !== seen ? POLL_MIN_MS : Math.min(POLL_MAX_MS, everyMs * 1.2);
      if (version !== seen || freed > 0) wake();
      seen = version;
    } catch {
      // The file cannot be read just now: look again later. Those who publish hear of it.
      everyMs = POLL_MAX_MS;
    }
    timer = setTimeout(look, everyMs);
  };
  return {
    start() {
      timer ??= setTimeout(look, POLL_MIN_MS);
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}

function freeLocksOfTheDead(db: Sqlite): number {
  const owners = db.all<{ owner: string }>(
    'SELECT DISTINCT lock_owner AS owner FROM messages WHERE lock_owner IS NOT NULL',
  );
  let freed = 0;
  for (const { owner } of owners) {
    if (owner === THIS_PROCESS || !isGone(owner)) continue;
    freed += db.write('process', () =>
      db.run(
        'UPDATE messages SET hidden_until_ms = 0, lock_token = NULL, lock_owner = NULL WHERE lock_owner = ?',
        owner,
      ),
    );
  }
  return freed;
}
