import { randomUUID } from 'node:crypto';
import type { QueueName, QueueStats } from '@marquee/core/ports';
import { isGone, THIS_PROCESS } from './process-owner.ts';
import type { Sqlite } from './sqlite.ts';
import type { Held, Settlement } from './sqlite-queue-consumer.ts';

/**
 * `hidden_until_ms` is 0 for a message that may be taken, else when it may be: the end of its delay, or of its
 * lock when `lock_token` is set. Keeping the two kinds in two partial indexes makes taking the next one a
 * single look-up however many wait, are delayed or are in hand.
 */
export const QUEUE_SCHEMA = `
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

/** Takes the next message, if any, sending those handed out too often to the dead letters on the way. */
export function take(db: Sqlite, queue: QueueName, visibilityMs: number, maxDeliveries: number): Held | null {
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

/** Carries out a verdict, unless the lock is gone: then the message is another's. */
export function settle(db: Sqlite, held: Held, settlement: Settlement, maxDeliveries: number): void {
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

/** @returns when the next hidden message may be taken, or null if there is none. */
export function nextDueMs(db: Sqlite, queue: QueueName): number | null {
  return (
    db.get<{ due: number | null }>(
      'SELECT min(hidden_until_ms) AS due FROM messages WHERE queue = ? AND hidden_until_ms > 0',
      queue,
    )?.due ?? null
  );
}

/** Counts one queue. */
export function stats(db: Sqlite, queue: QueueName): QueueStats {
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

/** Frees the messages that processes held which have ended since. @returns how many */
export function freeLocksOfTheDead(db: Sqlite): number {
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
