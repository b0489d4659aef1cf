import { newId } from '@marquee/core/ids';
import { listedFromMs } from '@marquee/core/movie';
import type { Logger, Store } from '@marquee/core/ports';
import { DELIVERIES_KEPT_MS } from '@marquee/core/webhook-events';
import { signWebhook } from '@marquee/core/webhook-secrets';
import {
  deliveryAfter,
  pauseAfterTriesMs,
  type Webhook,
  type WebhookDelivery,
  type WebhookPost,
  type WebhookTry,
  webhookAfter,
} from '@marquee/core/webhooks';
import { type Repetition, repeat } from '../runtime/repeat.ts';

const LOOK_EVERY_MS = 2000;
/** Sent at once by this process. */
const SENDERS = 16;
/** Longer than a try may take: whoever died with one in hand is waited for so long. */
const HOLD_MS = 30_000;
/** What is to be told is written before what it tells of, which is only a moment, unless the writer died. */
const UNSURE_MS = 60_000;
const LOOK_AGAIN_MS = 2000;
const FORGET_EVERY_MS = 3600_000;
const UPDATE_TRIES = 20;

/**
 * Sends what is due to those who listen, and again later what they did not take. Any number of processes may do so at
 * once. A process that dies leaves what it had in hand to the others, so that an event may come twice, under one id.
 *
 * @param parts.pauseMs pauses between tries; default: those of a day
 */
export function startDeliveries(parts: {
  store: Store;
  post: WebhookPost;
  log: Logger;
  everyMs?: number;
  holdMs?: number;
  pauseMs?: (attempts: number) => number | null;
}): Repetition {
  const { store, post, log, holdMs = HOLD_MS } = parts;
  const pauseMs = parts.pauseMs ?? ((attempts) => pauseAfterTriesMs(attempts, Math.random()));
  const stopping = new AbortController();
  const inHand = new Set<Promise<void>>();
  let forgotAtMs = 0;
  /** More may be due than there was room for. */
  let isMore = false;
  let looking: Promise<void> | null = null;

  function look(): Promise<void> {
    looking ??= round().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function round(): Promise<void> {
    if (stopping.signal.aborted) return;
    try {
      const nowMs = Date.now();
      const limit = SENDERS - inHand.size;
      const due = limit > 0 ? await store.webhooks.take({ nowMs, holdMs, limit }) : [];
      isMore = due.length === limit;
      for (const delivery of due) {
        const work = send(delivery)
          .catch((error: unknown) =>
            log.warn('webhook not settled; it is sent again', { deliveryId: delivery.id, error }),
          )
          .finally(() => {
            inHand.delete(work);
            if (isMore) void look();
          });
        inHand.add(work);
      }
      if (nowMs - forgotAtMs > FORGET_EVERY_MS) {
        await store.webhooks.forget(nowMs - DELIVERIES_KEPT_MS);
        forgotAtMs = nowMs;
      }
    } catch (error) {
      log.warn('webhooks not looked after', { error });
    }
  }

  async function send(delivery: WebhookDelivery): Promise<void> {
    const { id, dueAtMs, body } = delivery;
    const webhook = await store.webhooks.get(delivery.webhookId);
    if (!webhook || webhook.disabled) {
      await store.webhooks.settle(id, dueAtMs, { state: 'failed' });
      return;
    }
    const truth = await isSo(delivery);
    if (truth !== 'yes') {
      const later = { dueAtMs: Date.now() + LOOK_AGAIN_MS };
      await store.webhooks.settle(id, dueAtMs, truth === 'no' ? { state: 'withdrawn' } : later);
      return;
    }
    const signed = signWebhook({ id: delivery.eventId, atMs: Date.now(), body, secret: webhook.secret });
    const headers = { ...signed, 'content-type': 'application/json', 'user-agent': 'Marquee' };
    const tried = await post({ url: webhook.url, headers, body }, stopping.signal);
    if (stopping.signal.aborted) {
      // Whether it was taken is not known; whoever works on sends it again at once.
      await store.webhooks.settle(id, dueAtMs, { dueAtMs: Date.now() });
      return;
    }
    const nowMs = Date.now();
    const after = deliveryAfter(delivery, tried, pauseMs(delivery.attempts + 1), nowMs);
    await store.webhooks.settle(id, dueAtMs, after);
    if (tried.error !== null)
      log.info('webhook not taken', { deliveryId: id, host: new URL(webhook.url).host, error: tried.error });
    await noteHealth(webhook, tried, nowMs);
  }

  async function isSo({ proviso, attempts, createdAtMs }: WebhookDelivery): Promise<'yes' | 'not yet' | 'no'> {
    if (proviso === null || attempts > 0) return 'yes';
    const movie = await store.movies.get(proviso.movieId);
    if (movie && listedFromMs(movie) === proviso.listedFromMs) return 'yes';
    return Date.now() - createdAtMs < UNSURE_MS ? 'not yet' : 'no';
  }

  async function noteHealth(before: Webhook, tried: WebhookTry, nowMs: number): Promise<void> {
    let webhook: Webhook | null = before;
    for (let i = 0; i < UPDATE_TRIES && webhook && !webhook.disabled; i++) {
      const patch = webhookAfter(webhook, tried, nowMs);
      if (patch === null) return;
      if (await store.webhooks.update(webhook.id, webhook.version, patch)) {
        if (patch.disabled) await noteEnd(webhook, patch.disabled.why, nowMs);
        return;
      }
      webhook = await store.webhooks.get(webhook.id);
    }
  }

  async function noteEnd({ id, url }: Webhook, why: string, nowMs: number): Promise<void> {
    const { host } = new URL(url);
    log.warn('webhook switched off', { webhookId: id, host, why });
    const actor = { kind: 'command', id: null, name: 'Marquee', address: null } as const;
    const target = { kind: 'webhook', id, name: host } as const;
    await store.audit.record({ id: newId(nowMs), atMs: nowMs, actor, action: 'webhook.disabled', target, detail: why });
  }

  void look();
  const rest = repeat(parts.everyMs ?? LOOK_EVERY_MS, look);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([looking, rest.stop()]);
      await Promise.all(inHand);
    },
  };
}
