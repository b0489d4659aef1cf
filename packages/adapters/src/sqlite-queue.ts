import { MarqueeError } from '@marquee/core/errors';
import type { DeadLetter, Queue, QueueFeatures, QueueName } from '@marquee/core/ports';
import type { Sqlite } from './sqlite.ts';
import { createSqlite } from './sqlite.ts';
import type { Consuming } from './sqlite-queue-consumer.ts';
import { startConsumer } from './sqlite-queue-consumer.ts';
import { freeLocksOfTheDead, nextDueMs, QUEUE_SCHEMA, settle, stats, take } from './sqlite-queue-rows.ts';

/** The strictest engine's limit (SQS), so that what works on one machine works in a fleet. */
export const features: QueueFeatures = {
  strictPriority: true,
  maxBodyBytes: 252 * 1024,
  statsLagMs: 0,
  knowsAge: true,
};

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
    schema: QUEUE_SCHEMA,
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

    // The file is made when it is opened: there is nothing that a person would have to set up.
    async check() {
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

    async isEmpty(queue) {
      return db.get('SELECT 1 FROM messages WHERE queue = ? LIMIT 1', queue) === undefined;
    },

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
