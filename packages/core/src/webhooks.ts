import type { EventId, MovieId, WebhookId } from './ids.ts';
import { listedFromMs, type Movie } from './movie.ts';

/** What houses tell other programs of. */
export const WEBHOOK_EVENTS = ['job.ready', 'job.failed', 'movie.published'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** An address that is told of what happens, as an admin set it up. */
export interface Webhook {
  id: WebhookId;
  url: string;
  events: WebhookEvent[];
  /** Signs what is sent (`whsec_...`); it has to be known to do so, and is shown once. */
  secret: string;
  createdAtMs: number;
  /** Raised by one at every write (compare-and-set). */
  version: number;
  /** Since when nothing was taken any more; null while all is well. */
  failingSinceMs: number | null;
  lastFailureAtMs: number | null;
  /** Null while it is told of things. `why` is a sentence for the admin. */
  disabled: { atMs: number; why: string } | null;
}

/** One try at telling. */
export interface WebhookTry {
  atMs: number;
  /** Null if no answer came. */
  status: number | null;
  tookMs: number;
  /** The first kilobyte of the answer. */
  answer: string;
  /** Why it did not count as taken, in a sentence; null if it did. */
  error: string | null;
}

/** `withdrawn`: what it tells of did not come to be. */
export type DeliveryState = 'waiting' | 'delivered' | 'failed' | 'withdrawn';

/** One event on its way to one address. */
export interface WebhookDelivery {
  /** Follows from the event and the address, so that telling twice makes one row. */
  id: string;
  /** What receivers know the event by, however often it comes. */
  eventId: EventId;
  webhookId: WebhookId;
  type: WebhookEvent | 'webhook.test';
  /** As it is sent and signed. */
  body: string;
  state: DeliveryState;
  createdAtMs: number;
  /** When it is to be sent next; while somebody sends it, until when others leave it alone. */
  dueAtMs: number;
  /** Tries since it was written, or was asked for once more. */
  attempts: number;
  /** The last ones. */
  tries: WebhookTry[];
  /**
   * Written before what it tells of: it holds if the film stands in lists from that moment on. Null for what has
   * happened already.
   */
  proviso: { movieId: MovieId; listedFromMs: number } | null;
}

/** The store's part. */
export interface WebhookRepository {
  /** @returns false if one of this id stands already */
  insert(webhook: Webhook): Promise<boolean>;
  get(id: WebhookId): Promise<Webhook | null>;
  /** All of them, oldest first: a house has a handful. */
  list(): Promise<Webhook[]>;
  /** Writes `patch` if the row still has `version`, raising it by one. @returns whether it was written */
  update(id: WebhookId, version: number, patch: Partial<Webhook>): Promise<boolean>;
  /** Removes it with its deliveries. @returns false if there was none */
  remove(id: WebhookId): Promise<boolean>;
  /** Writes deliveries down; rows that stand already are left as they are. */
  announce(deliveries: WebhookDelivery[]): Promise<void>;
  /** Removes those of an event that nobody has tried to send. */
  withdraw(eventId: EventId): Promise<void>;
  /**
   * Those that are due, the longest first, each for one of any number of callers: all others leave it alone for
   * `holdMs`, after which it is due again unless `settle` said otherwise.
   */
  take(query: { nowMs: number; holdMs: number; limit: number }): Promise<WebhookDelivery[]>;
  /** Writes what became of a delivery that was taken. @returns false if it is no longer the taker's (`dueAtMs` as taken) */
  settle(id: string, dueAtMs: number, patch: Partial<WebhookDelivery>): Promise<boolean>;
  /** Has one sent once more, at once, with all its tries before it. @returns false if there is none */
  again(id: string, nowMs: number): Promise<boolean>;
  /** Of one address, newest first. A cursor that makes no sense begins at the beginning. */
  deliveries(query: {
    webhookId: WebhookId;
    limit: number;
    cursor?: string;
  }): Promise<{ items: WebhookDelivery[]; cursor: string | null }>;
  /** Removes those written before a time that nobody will send any more. @returns how many went */
  forget(beforeMs: number): Promise<number>;
}

/** Sends to an address that an admin gave. Never throws: whatever goes wrong is the outcome of the try. */
export type WebhookPost = (
  sent: { url: string; headers: Record<string, string>; body: string },
  signal: AbortSignal,
) => Promise<WebhookTry>;

/** Pauses after each failed try, in seconds: eleven tries in a day. */
const PAUSES_SEC = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 36_000];
/** Those that failed together do not come back together. */
const JITTER = 0.1;
/** An address that takes nothing for so long is told of nothing more. */
const PATIENCE_MS = 3 * 24 * 3600_000;
/** Failures further apart than this are not one failing: pauses are shorter. */
const GAP_MS = 24 * 3600_000;
const TRIES_KEPT = 12;

/** @returns how long to wait after so many tries, in milliseconds; null to give up */
export function pauseAfterTriesMs(attempts: number, random: number): number | null {
  const pauseSec = PAUSES_SEC[attempts - 1];
  return pauseSec === undefined ? null : Math.round(pauseSec * 1000 * (1 + JITTER * random));
}

/** @returns what a try changes of a delivery */
export function deliveryAfter(
  delivery: WebhookDelivery,
  tried: WebhookTry,
  pauseMs: number | null,
  nowMs: number,
): Partial<WebhookDelivery> {
  const tries = [...delivery.tries, tried].slice(-TRIES_KEPT);
  const attempts = delivery.attempts + 1;
  if (tried.error === null) return { state: 'delivered', attempts, tries };
  if (pauseMs === null) return { state: 'failed', attempts, tries };
  return { attempts, tries, dueAtMs: nowMs + pauseMs };
}

/** @returns what a try changes of the address; null for nothing */
export function webhookAfter(webhook: Webhook, tried: WebhookTry, nowMs: number): Partial<Webhook> | null {
  if (tried.error === null) {
    return webhook.failingSinceMs === null ? null : { failingSinceMs: null, lastFailureAtMs: null };
  }
  const goesOn = webhook.failingSinceMs !== null && nowMs - (webhook.lastFailureAtMs ?? 0) < GAP_MS;
  const failingSinceMs = goesOn ? (webhook.failingSinceMs as number) : nowMs;
  const failing = { failingSinceMs, lastFailureAtMs: nowMs };
  if (tried.status === 410) {
    return { ...failing, disabled: { atMs: nowMs, why: 'It answered 410: whoever listened there is gone for good.' } };
  }
  if (nowMs - failingSinceMs < PATIENCE_MS) return failing;
  const days = Math.floor((nowMs - failingSinceMs) / (24 * 3600_000));
  return { ...failing, disabled: { atMs: nowMs, why: `It took nothing for ${days} days. The last: ${tried.error}` } };
}

/**
 * Whether a film comes out by a change: from then on everybody finds it, or will at a time that was not set before.
 *
 * @returns that time (0 for at once) as the film then has it; null if nothing comes out by it
 */
export function comesOutAtMs(before: Movie, after: Movie, nowMs: number): number | null {
  const [wasMs, isMs] = [listedFromMs(before), listedFromMs(after)];
  if (isMs === null || isMs === wasMs) return null;
  return wasMs !== null && wasMs <= nowMs ? null : isMs;
}

/** @returns why an address cannot be told of things, in a sentence; null if it may be tried */
export function refusesWebhookUrl(text: string, allowsPrivate: boolean): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'That is not a whole address, such as https://example.org/hooks/films.';
  }
  if (url.username !== '' || url.password !== '') return 'Leave the name and the password out of the address.';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:' && allowsPrivate && isLoopbackName(url.hostname)) return null;
  return 'The address has to begin with https://.';
}

/** Whether a host of an address names this machine itself. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
