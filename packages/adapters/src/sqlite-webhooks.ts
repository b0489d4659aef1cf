import type { Store } from '@marquee/core/ports';
import type { Webhook, WebhookDelivery } from '@marquee/core/webhooks';
import { placeOfDelivery, readDeliveryPlace } from './delivery-pages.ts';
import type { Sqlite } from './sqlite.ts';
import { parse, patched } from './sqlite-documents.ts';

/** Whole JSON documents; the columns beside them are what is looked for. */
export const WEBHOOKS_SCHEMA = `
  CREATE TABLE webhooks (id TEXT PRIMARY KEY, document TEXT NOT NULL);
  CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL,
    document TEXT NOT NULL
  );
  CREATE INDEX deliveries_due ON webhook_deliveries (due_at_ms) WHERE state = 'waiting';
  CREATE INDEX deliveries_by_webhook ON webhook_deliveries (webhook_id, created_at_ms, id);
  CREATE INDEX deliveries_by_event ON webhook_deliveries (event_id);
  CREATE INDEX deliveries_by_age ON webhook_deliveries (created_at_ms) WHERE state <> 'waiting';
`;

/** Addresses that are told of what happens, and what they are told. */
export function webhookRepository(db: Sqlite): Store['webhooks'] {
  const readDelivery = (id: string) =>
    parse<WebhookDelivery>(db.get('SELECT document FROM webhook_deliveries WHERE id = ?', id));
  const writeDelivery = (next: WebhookDelivery) =>
    db.run(
      'UPDATE webhook_deliveries SET state = ?, due_at_ms = ?, document = ? WHERE id = ?',
      next.state,
      next.dueAtMs,
      JSON.stringify(next),
      next.id,
    );
  return {
    async insert(webhook) {
      const sql = 'INSERT INTO webhooks (id, document) VALUES (?, ?) ON CONFLICT DO NOTHING';
      return db.write('power', () => db.run(sql, webhook.id, JSON.stringify(webhook)) === 1);
    },

    async get(id) {
      return parse<Webhook>(db.get('SELECT document FROM webhooks WHERE id = ?', id));
    },

    async list() {
      return db
        .all<{ document: string }>('SELECT document FROM webhooks ORDER BY id')
        .map((row) => JSON.parse(row.document) as Webhook);
    },

    async update(id, version, patch) {
      return db.write('power', () => {
        const webhook = parse<Webhook>(db.get('SELECT document FROM webhooks WHERE id = ?', id));
        if (webhook?.version !== version) return false;
        db.run('UPDATE webhooks SET document = ? WHERE id = ?', JSON.stringify(patched(webhook, patch)), id);
        return true;
      });
    },

    async remove(id) {
      return db.write('power', () => {
        db.run('DELETE FROM webhook_deliveries WHERE webhook_id = ?', id);
        return db.run('DELETE FROM webhooks WHERE id = ?', id) === 1;
      });
    },

    async announce(deliveries) {
      db.write('power', () => {
        for (const each of deliveries) {
          db.run(
            `INSERT INTO webhook_deliveries (id, webhook_id, event_id, state, created_at_ms, due_at_ms, document)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
            each.id,
            each.webhookId,
            each.eventId,
            each.state,
            each.createdAtMs,
            each.dueAtMs,
            JSON.stringify(each),
          );
        }
      });
    },

    async withdraw(eventId) {
      db.write('power', () =>
        db.run(
          "DELETE FROM webhook_deliveries WHERE event_id = ? AND state = 'waiting' AND document ->> 'attempts' = 0",
          eventId,
        ),
      );
    },

    async take({ nowMs, holdMs, limit }) {
      const due = () =>
        db.all<{ document: string }>(
          `SELECT document FROM webhook_deliveries WHERE state = 'waiting' AND due_at_ms <= ?
           ORDER BY due_at_ms LIMIT ?`,
          nowMs,
          limit,
        );
      // Looked for every second, and mostly there is nothing: nobody else's writes wait for that.
      if (due().length === 0) return [];
      return db.write('process', () =>
        due().map(({ document }) => {
          const taken = { ...(JSON.parse(document) as WebhookDelivery), dueAtMs: nowMs + holdMs };
          writeDelivery(taken);
          return taken;
        }),
      );
    },

    async settle(id, dueAtMs, patch) {
      return db.write('power', () => {
        const delivery = readDelivery(id);
        if (delivery?.dueAtMs !== dueAtMs || delivery.state !== 'waiting') return false;
        writeDelivery({ ...delivery, ...patch, id });
        return true;
      });
    },

    async again(id, nowMs) {
      return db.write('power', () => {
        const delivery = readDelivery(id);
        if (!delivery) return false;
        writeDelivery({ ...delivery, state: 'waiting', attempts: 0, dueAtMs: nowMs, proviso: null });
        return true;
      });
    },

    async deliveries({ webhookId, limit, cursor }) {
      const place = readDeliveryPlace(cursor);
      const rows = db.all<{ document: string }>(
        `SELECT document FROM webhook_deliveries WHERE webhook_id = ?
         ${place ? 'AND (created_at_ms, id) < (?, ?)' : ''} ORDER BY created_at_ms DESC, id DESC LIMIT ?`,
        webhookId,
        ...(place ? [place.createdAtMs, place.id] : []),
        limit + 1,
      );
      const items = rows.slice(0, limit).map((row) => JSON.parse(row.document) as WebhookDelivery);
      return { items, cursor: rows.length > limit ? placeOfDelivery(items.at(-1)) : null };
    },

    async forget(beforeMs) {
      return db.write('process', () =>
        db.run("DELETE FROM webhook_deliveries WHERE state <> 'waiting' AND created_at_ms < ?", beforeMs),
      );
    },
  };
}
