import { type EventId, idOf, type MovieId, newId, type WebhookId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { newDelivery } from '@marquee/core/webhook-events';
import type { Webhook, WebhookDelivery } from '@marquee/core/webhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';

const T0 = 1_800_000_000_000;
const HOLD_MS = 30_000;

function webhook(facts: Partial<Webhook> = {}): Webhook {
  return {
    id: newId<WebhookId>(T0),
    url: 'https://example.org/hook',
    events: ['job.ready', 'movie.published'],
    secret: 'whsec_AAAA',
    createdAtMs: T0,
    version: 0,
    failingSinceMs: null,
    lastFailureAtMs: null,
    disabled: null,
    ...facts,
  };
}

function delivery(webhookId: WebhookId, n: number, facts: Partial<WebhookDelivery> = {}): WebhookDelivery {
  const eventId = idOf<EventId>(T0, `event ${n}`);
  const type = 'job.ready' as const;
  const fresh = newDelivery({ eventId, webhookId, type, body: `{"n":${n}}`, dueAtMs: T0 + n, proviso: null }, T0 + n);
  return { ...fresh, ...facts };
}

/** Holds a store to what webhooks need of it. */
export function describeWebhooksContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`webhooks contract: ${name}`, () => {
    let engine: Engine<Store>;
    let store: Store;
    let other: Store;
    beforeEach(async () => {
      engine = await open();
      store = engine.port;
      other = await engine.another();
    });
    afterEach(async () => {
      await engine.close();
    });

    it('keeps addresses, and changes each by compare-and-set', async () => {
      const [first, second] = [webhook(), webhook({ id: newId<WebhookId>(T0 + 1) })];
      expect(await store.webhooks.insert(second)).toBe(true);
      expect(await store.webhooks.insert(first)).toBe(true);
      expect(await other.webhooks.insert({ ...first, url: 'https://other.example' })).toBe(false);
      expect(await other.webhooks.list()).toEqual([first, second]);
      const disabled = { atMs: T0, why: 'It “took” nothing.' };
      const written = await Promise.all([store, other].map((each) => each.webhooks.update(first.id, 0, { disabled })));
      expect(written.filter(Boolean)).toHaveLength(1);
      expect(await other.webhooks.get(first.id)).toEqual({ ...first, disabled, version: 1 });
      expect(await store.webhooks.update(first.id, 0, { disabled: null })).toBe(false);
      expect(await store.webhooks.update('nothing' as WebhookId, 0, {})).toBe(false);
      expect(await store.webhooks.get('nothing' as WebhookId)).toBeNull();
    });

    it('writes a delivery once, however often it is told', async () => {
      const { id } = webhook();
      const row = delivery(id, 1, { proviso: { movieId: 'm' as MovieId, listedFromMs: 0 } });
      await store.webhooks.announce([row]);
      await other.webhooks.announce([{ ...row, body: 'another' }, delivery(id, 2)]);
      const { items } = await store.webhooks.deliveries({ webhookId: id, limit: 9 });
      expect(items).toEqual([delivery(id, 2), row]);
    });

    it('gives each that is due to one taker, and again when that one is silent', async () => {
      const { id } = webhook();
      await store.webhooks.announce([1, 2, 3, 4].map((n) => delivery(id, n)));
      const take = (from: Store, nowMs: number) => from.webhooks.take({ nowMs, holdMs: HOLD_MS, limit: 2 });
      expect(await take(store, T0)).toEqual([]);
      const taken = (await Promise.all([take(store, T0 + 3), take(other, T0 + 3), take(store, T0 + 3)])).flat();
      expect(new Set(taken.map((each) => each.id)).size).toBe(taken.length);
      const rest = [...taken, ...(await take(other, T0 + 3)), ...(await take(other, T0 + 3))];
      expect(rest.map(({ body }) => body).sort()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
      expect(rest.every(({ dueAtMs }) => dueAtMs === T0 + 3 + HOLD_MS)).toBe(true);
      expect((await take(store, T0 + 4)).map(({ body }) => body)).toEqual(['{"n":4}']);
      expect(await take(store, T0 + 3 + HOLD_MS)).toHaveLength(2);
    });

    it('gives nothing to two takers, however often they ask at once', async () => {
      const { id } = webhook();
      for (let round = 0; round < 100; round++) {
        await store.webhooks.announce([1, 2, 3].map((n) => delivery(id, n, { id: `${round}-${n}` })));
        const takers = [store, other, store, other];
        const asked = takers.map(({ webhooks }) => webhooks.take({ nowMs: T0 + 3, holdMs: HOLD_MS, limit: 9 }));
        const taken = (await Promise.all(asked)).flat().map((each) => each.id);
        expect(taken.sort()).toEqual([1, 2, 3].map((n) => `${round}-${n}`));
      }
    });

    it('takes the outcome from whoever has it in hand, and from nobody else', async () => {
      const { id } = webhook();
      await store.webhooks.announce([delivery(id, 1)]);
      const [first] = await store.webhooks.take({ nowMs: T0 + 1, holdMs: HOLD_MS, limit: 9 });
      const [second] = await other.webhooks.take({ nowMs: T0 + 1 + HOLD_MS, holdMs: HOLD_MS, limit: 9 });
      const tried = { atMs: T0, status: 500, tookMs: 12, answer: 'Öops\u0000', error: 'It answered 500.' };
      const { id: row = '', dueAtMs: late = 0 } = first ?? {};
      expect(await store.webhooks.settle(row, late, { state: 'delivered' })).toBe(false);
      const again = { attempts: 1, tries: [tried], dueAtMs: T0 + 99_000 };
      expect(await other.webhooks.settle(row, second?.dueAtMs ?? 0, again)).toBe(true);
      expect(await other.webhooks.take({ nowMs: T0 + 98_999, holdMs: 1, limit: 9 })).toEqual([]);
      const [third] = await store.webhooks.take({ nowMs: T0 + 99_000, holdMs: HOLD_MS, limit: 9 });
      expect(third).toEqual({ ...delivery(id, 1), ...again, dueAtMs: T0 + 99_000 + HOLD_MS });
      expect(await store.webhooks.settle(row, third?.dueAtMs ?? 0, { state: 'delivered' })).toBe(true);
      expect(await store.webhooks.settle(row, third?.dueAtMs ?? 0, { state: 'failed' })).toBe(false);
      expect(await store.webhooks.take({ nowMs: T0 * 2, holdMs: 1, limit: 9 })).toEqual([]);
    });

    it('has one sent once more, whatever became of it', async () => {
      const { id } = webhook();
      const row = delivery(id, 1, { state: 'failed', attempts: 11 });
      await store.webhooks.announce([row]);
      expect(await other.webhooks.again(row.id, T0 + 50)).toBe(true);
      const [taken] = await store.webhooks.take({ nowMs: T0 + 50, holdMs: 1, limit: 9 });
      expect(taken).toEqual({ ...row, state: 'waiting', attempts: 0, dueAtMs: T0 + 51 });
      expect(await store.webhooks.again('nothing', T0)).toBe(false);
    });

    it('withdraws what nobody has tried to send', async () => {
      const [one, two] = [webhook(), webhook()];
      await store.webhooks.announce([delivery(one.id, 1), delivery(two.id, 1, { attempts: 1 }), delivery(one.id, 2)]);
      await other.webhooks.withdraw(idOf<EventId>(T0, 'event 1'));
      const of = async (id: WebhookId) => (await store.webhooks.deliveries({ webhookId: id, limit: 9 })).items.length;
      expect([await of(one.id), await of(two.id)]).toEqual([1, 1]);
    });

    it('lists those of one address, newest first, page by page', async () => {
      const [one, two] = [webhook(), webhook()];
      const same = { createdAtMs: T0 };
      await store.webhooks.announce([1, 2, 3, 4, 5].map((n) => delivery(one.id, n, n < 3 ? same : {})));
      await store.webhooks.announce([delivery(two.id, 6)]);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = { webhookId: one.id, limit: 2, ...(cursor ? { cursor } : {}) };
        const page = await other.webhooks.deliveries(query);
        seen.push(...page.items.map(({ body }) => body));
        cursor = page.cursor;
      }
      expect(seen.slice(0, 3)).toEqual(['{"n":5}', '{"n":4}', '{"n":3}']);
      expect(seen.slice(3).sort()).toEqual(['{"n":1}', '{"n":2}']);
      const odd = await store.webhooks.deliveries({ webhookId: one.id, limit: 1, cursor: 'nonsense' });
      expect(odd.items[0]?.body).toBe('{"n":5}');
    });

    it('forgets what is over and old, and all of an address that is removed', async () => {
      const one = webhook();
      await store.webhooks.insert(one);
      await store.webhooks.announce([
        delivery(one.id, 1, { state: 'delivered' }),
        delivery(one.id, 2),
        delivery(one.id, 3, { state: 'failed' }),
      ]);
      expect(await other.webhooks.forget(T0 + 3)).toBe(1);
      expect((await store.webhooks.deliveries({ webhookId: one.id, limit: 9 })).items).toHaveLength(2);
      expect(await other.webhooks.remove(one.id)).toBe(true);
      expect(await store.webhooks.remove(one.id)).toBe(false);
      expect((await store.webhooks.deliveries({ webhookId: one.id, limit: 9 })).items).toEqual([]);
    });
  });
}
