import { mkdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';

/**
 * Runs fauxqs until it is told to end: `node stand-in.ts PORT FOLDER`. Its own program listens on all addresses,
 * and cannot give a message back when it keeps them on disk; here it does both as we need it.
 */
const [port = '', folder = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
allowHandingBack(`${folder}/fauxqs.db`);

/** Parts that the package does not offer by name. */
const part = (path: string) => import(new URL(path, import.meta.resolve('fauxqs')).href);
const [{ SqsStore }, { SnsStore }, { S3Store }, { PersistenceManager }] = await Promise.all(
  ['./sqs/sqsStore.js', './sns/snsStore.js', './s3/s3Store.js', './persistence.js'].map(part),
);
const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
const persistence = new PersistenceManager(folder);
persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
stores.sqsStore.persistence = persistence;
for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;

const app = buildApp({ logger: false, stores });
app.addHook('onClose', async () => persistence.close());
await app.listen({ port: Number(port), host: '127.0.0.1' });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    app.close().finally(() => process.exit(0));
  });
}

/**
 * It writes NULL as the count of a message that is given back, which its own table refuses. Made before it, the
 * table takes that for 0; until the next start the count in memory is the right one.
 */
function allowHandingBack(file: string): void {
  const db = new DatabaseSync(file);
  db.exec(`
    CREATE TABLE IF NOT EXISTS sqs_messages (
      message_id TEXT PRIMARY KEY,
      queue_name TEXT NOT NULL REFERENCES sqs_queues(name) ON DELETE CASCADE,
      body TEXT NOT NULL,
      md5_of_body TEXT NOT NULL,
      message_attributes TEXT NOT NULL,
      md5_of_message_attributes TEXT NOT NULL,
      sent_timestamp INTEGER NOT NULL,
      approximate_receive_count INTEGER NOT NULL ON CONFLICT REPLACE DEFAULT 0,
      approximate_first_receive_timestamp INTEGER,
      delay_until INTEGER,
      message_group_id TEXT,
      message_deduplication_id TEXT,
      sequence_number TEXT,
      receipt_handle TEXT,
      visibility_deadline INTEGER
    )`);
  db.close();
}
