import type { AuditActor, AuditEntry } from '@marquee/core/audit';
import { MarqueeError } from '@marquee/core/errors';
import { type EventId, newId, type WebhookId } from '@marquee/core/ids';
import type { Page, Store } from '@marquee/core/ports';
import { newDelivery } from '@marquee/core/webhook-events';
import { newWebhookSecret } from '@marquee/core/webhook-secrets';
import { refusesWebhookUrl, type Webhook, type WebhookDelivery, type WebhookEvent } from '@marquee/core/webhooks';
import { container } from './container.ts';
import { writeDown } from './people.ts';

/** Each event is written down for each of them. */
const MOST_WEBHOOKS = 20;
const LONGEST_URL = 2000;
const DELIVERIES_PER_PAGE = 50;
const UPDATE_TRIES = 20;

/** A webhook as pages show it. */
export type WebhookView = Omit<Webhook, 'secret' | 'version'>;
/** A delivery as pages show it. */
export type DeliveryView = Pick<
  WebhookDelivery,
  'id' | 'type' | 'state' | 'createdAtMs' | 'dueAtMs' | 'tries' | 'body'
>;

export async function listWebhooks(): Promise<WebhookView[]> {
  const { engines } = await container();
  return (await engines.store.webhooks.list()).map(viewOf);
}

export async function getWebhook(id: string): Promise<WebhookView | null> {
  const { engines } = await container();
  const webhook = await engines.store.webhooks.get(id as WebhookId);
  return webhook && viewOf(webhook);
}

/** What one webhook was told, newest first. */
export async function listDeliveries(id: WebhookId, after: string | undefined): Promise<Page<DeliveryView>> {
  const { engines } = await container();
  const query = { webhookId: id, limit: DELIVERIES_PER_PAGE, ...(after === undefined ? {} : { cursor: after }) };
  const { items, cursor } = await engines.store.webhooks.deliveries(query);
  return {
    items: items.map(({ id, type, state, createdAtMs, dueAtMs, tries, body }) => ({
      ...{ id, type, state, createdAtMs, dueAtMs, tries, body },
    })),
    cursor,
  };
}

/**
 * Makes a webhook. @returns the only copy of its secret that is shown
 *
 * @throws MarqueeError MESSAGE_INVALID if the address cannot be one, or there are too many
 */
export async function makeWebhook(
  store: Store,
  wanted: { url: string; events: WebhookEvent[]; allowsPrivate: boolean },
  actor: AuditActor,
): Promise<string> {
  const { url, events } = wanted;
  const refused =
    url.length > LONGEST_URL
      ? `An address may have ${LONGEST_URL} characters.`
      : refusesWebhookUrl(url, wanted.allowsPrivate);
  if (refused) throw new MarqueeError('MESSAGE_INVALID', refused);
  if ((await store.webhooks.list()).length >= MOST_WEBHOOKS)
    throw new MarqueeError('MESSAGE_INVALID', `There are ${MOST_WEBHOOKS} webhooks already. Remove one first.`);
  const nowMs = Date.now();
  const webhook: Webhook = {
    id: newId<WebhookId>(nowMs),
    url,
    events,
    secret: newWebhookSecret(),
    createdAtMs: nowMs,
    version: 0,
    failingSinceMs: null,
    lastFailureAtMs: null,
    disabled: null,
  };
  await store.webhooks.insert(webhook);
  await writeDown(store, actor, 'webhook.made', targetOf(webhook), events.join(' '));
  return webhook.secret;
}

/** Switches a webhook on, with all its failures forgotten, or off. */
export async function switchWebhook(store: Store, id: WebhookId, isOn: boolean, actor: AuditActor): Promise<void> {
  const disabled = isOn ? null : { atMs: Date.now(), why: `${actor.name} switched it off.` };
  for (let i = 0; i < UPDATE_TRIES; i++) {
    const webhook = await read(store, id);
    if ((webhook.disabled === null) === isOn) return;
    const patch = { disabled, failingSinceMs: null, lastFailureAtMs: null };
    if (!(await store.webhooks.update(id, webhook.version, patch))) continue;
    return writeDown(store, actor, isOn ? 'webhook.enabled' : 'webhook.disabled', targetOf(webhook));
  }
}

/** Removes a webhook, and all that it was told. */
export async function removeWebhook(store: Store, id: WebhookId, actor: AuditActor): Promise<void> {
  const webhook = await read(store, id);
  if (await store.webhooks.remove(id)) await writeDown(store, actor, 'webhook.removed', targetOf(webhook));
}

/** Has a webhook told of nothing in particular. */
export async function testWebhook(store: Store, id: WebhookId): Promise<void> {
  const webhook = await read(store, id);
  if (webhook.disabled) throw new MarqueeError('MESSAGE_INVALID', 'It is switched off. Switch it on first.');
  const nowMs = Date.now();
  const type = 'webhook.test' as const;
  const body = JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data: {} });
  const facts = { eventId: newId<EventId>(nowMs), webhookId: id, type, body, dueAtMs: nowMs, proviso: null };
  await store.webhooks.announce([newDelivery(facts, nowMs)]);
}

async function read(store: Store, id: WebhookId): Promise<Webhook> {
  const webhook = await store.webhooks.get(id);
  if (!webhook) throw new MarqueeError('MESSAGE_INVALID', 'There is no such webhook any more.');
  return webhook;
}

/** What an address holds behind its host may be a secret. */
function targetOf({ id, url }: Webhook): AuditEntry['target'] {
  return { kind: 'webhook', id, name: new URL(url).host };
}

function viewOf({ secret: _secret, version: _version, ...view }: Webhook): WebhookView {
  return view;
}
