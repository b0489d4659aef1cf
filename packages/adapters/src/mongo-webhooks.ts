import type { Store } from '@marquee/core/ports';
import type { Webhook, WebhookDelivery } from '@marquee/core/webhooks';
import type { Db, Filter } from 'mongodb';
import { placeOfDelivery, readDeliveryPlace } from './delivery-pages.ts';
import type { Indexes } from './mongo-accounts.ts';
import { insert, restore, type Stored } from './mongo-documents.ts';
import type { Guard } from './mongo-errors.ts';

export const WEBHOOK_INDEXES: Indexes = {
  webhookDeliveries: [
    { key: { state: 1, dueAtMs: 1 }, options: { name: 'by-due' } },
    { key: { webhookId: 1, createdAtMs: -1, _id: -1 }, options: { name: 'by-webhook' } },
    { key: { eventId: 1 }, options: { name: 'by-event' } },
    { key: { createdAtMs: 1 }, options: { name: 'by-age' } },
  ],
};

/** Addresses that are told of what happens, and what they are told: single documents. */
export function mongoWebhooks(db: Db, guard: Guard): Store['webhooks'] {
  const webhooks = db.collection<Stored<Webhook>>('webhooks');
  const deliveries = db.collection<Stored<WebhookDelivery>>('webhookDeliveries');
  return {
    insert: (webhook) => insert<Webhook>(webhooks, guard, webhook),

    get: (id) =>
      guard(async () => {
        const found = await webhooks.findOne({ _id: id });
        return found && restore<Webhook>(found as Stored<Webhook>);
      }),

    list: () =>
      guard(async () => {
        const found = await webhooks.find({}).sort({ _id: 1 }).toArray();
        return found.map((each) => restore<Webhook>(each as Stored<Webhook>));
      }),

    update: (id, version, { id: _id, version: _version, ...patch }) =>
      guard(async () => {
        const change = { ...(Object.keys(patch).length > 0 ? { $set: patch } : {}), $inc: { version: 1 } };
        return (await webhooks.updateOne({ _id: id, version }, change)).matchedCount === 1;
      }),

    remove: (id) =>
      guard(async () => {
        // The address first: nothing is written for one that is gone.
        const { deletedCount } = await webhooks.deleteOne({ _id: id });
        await deliveries.deleteMany({ webhookId: id });
        return deletedCount === 1;
      }),

    async announce(rows) {
      for (const row of rows) await insert<WebhookDelivery>(deliveries, guard, row);
    },

    async withdraw(eventId) {
      await guard(() => deliveries.deleteMany({ eventId, state: 'waiting', attempts: 0 }));
    },

    take: ({ nowMs, holdMs, limit }) =>
      guard(async () => {
        const due = await deliveries
          .find({ state: 'waiting', dueAtMs: { $lte: nowMs } })
          .sort({ dueAtMs: 1 })
          .limit(limit)
          .toArray();
        const taken: WebhookDelivery[] = [];
        for (const row of due) {
          const dueAtMs = nowMs + holdMs;
          const isAsItWas = { _id: row._id, state: 'waiting', dueAtMs: row.dueAtMs } as const;
          const written = await deliveries.updateOne(isAsItWas, { $set: { dueAtMs } });
          if (written.matchedCount === 1)
            taken.push(restore<WebhookDelivery>({ ...(row as Stored<WebhookDelivery>), dueAtMs }));
        }
        return taken;
      }),

    settle: (id, dueAtMs, { id: _id, ...patch }) =>
      guard(async () => {
        const written = await deliveries.updateOne({ _id: id, state: 'waiting', dueAtMs }, { $set: patch });
        return written.matchedCount === 1;
      }),

    again: (id, nowMs) =>
      guard(async () => {
        const once = { state: 'waiting', attempts: 0, dueAtMs: nowMs, proviso: null } as const;
        return (await deliveries.updateOne({ _id: id }, { $set: once })).matchedCount === 1;
      }),

    deliveries: ({ webhookId, limit, cursor }) =>
      guard(async () => {
        const place = readDeliveryPlace(cursor);
        const beyond = place && {
          createdAtMs: { $lte: place.createdAtMs },
          $or: [{ createdAtMs: { $lt: place.createdAtMs } }, { _id: { $lt: place.id } }],
        };
        const found = await deliveries
          .find({ webhookId, ...beyond } as Filter<Stored<WebhookDelivery>>)
          .sort({ createdAtMs: -1, _id: -1 })
          .limit(limit + 1)
          .toArray();
        const items = found.slice(0, limit).map((each) => restore<WebhookDelivery>(each as Stored<WebhookDelivery>));
        return { items, cursor: found.length > limit ? placeOfDelivery(items.at(-1)) : null };
      }),

    forget: (beforeMs) =>
      guard(async () => {
        const over = { createdAtMs: { $lt: beforeMs }, state: { $ne: 'waiting' as const } };
        return (await deliveries.deleteMany(over)).deletedCount;
      }),
  };
}
