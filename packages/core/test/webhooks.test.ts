import { describe, expect, it } from 'vitest';
import { type JobId, type MovieId, newId, type WebhookId } from '../src/ids.ts';
import { type Movie, newMovie } from '../src/movie.ts';
import {
  comesOutAtMs,
  pauseAfterTriesMs,
  refusesWebhookUrl,
  type Webhook,
  type WebhookTry,
  webhookAfter,
} from '../src/webhooks.ts';

const NOON_MS = Date.parse('2026-03-01T12:00:00Z');
const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

describe('pauses', () => {
  it('grow, and end within a day', () => {
    for (const random of [0, 1]) {
      const pauses: number[] = [];
      for (let n = 1; ; n++) {
        const pauseMs = pauseAfterTriesMs(n, random);
        if (pauseMs === null) break;
        pauses.push(pauseMs);
      }
      expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
      const sum = pauses.reduce((all, each) => all + each, 0);
      expect(sum).toBeGreaterThan(0.9 * DAY_MS);
      expect(sum).toBeLessThan(1.1 * DAY_MS);
    }
  });
});

describe('an address', () => {
  const fresh: Webhook = {
    id: 'w' as WebhookId,
    url: 'https://example.org',
    events: [],
    secret: '',
    createdAtMs: 0,
    version: 0,
    failingSinceMs: null,
    lastFailureAtMs: null,
    disabled: null,
  };
  const tried = (error: string | null, status: number | null = 500): WebhookTry => ({
    atMs: 0,
    status,
    tookMs: 1,
    answer: '',
    error,
  });

  it('is told of nothing more after days of failures without a break', () => {
    let webhook = fresh;
    const fail = (atMs: number) => {
      webhook = { ...webhook, ...webhookAfter(webhook, tried('It answered 500.'), atMs) };
    };
    for (let hours = 0; hours < 72; hours += 10) fail(NOON_MS + hours * HOUR_MS);
    expect(webhook).toMatchObject({ failingSinceMs: NOON_MS, disabled: null });
    fail(NOON_MS + 73 * HOUR_MS);
    expect(webhook.disabled?.why).toBe('It took nothing for 3 days. The last: It answered 500.');
  });

  it('is forgiven once it takes something, and for failures that are far apart', () => {
    const failing = { ...fresh, failingSinceMs: NOON_MS, lastFailureAtMs: NOON_MS };
    expect(webhookAfter(failing, tried(null), NOON_MS)).toEqual({ failingSinceMs: null, lastFailureAtMs: null });
    expect(webhookAfter(fresh, tried(null), NOON_MS)).toBeNull();
    const later = NOON_MS + 5 * DAY_MS;
    expect(webhookAfter(failing, tried('x'), later)).toEqual({ failingSinceMs: later, lastFailureAtMs: later });
  });

  it('that says it is gone is believed', () => {
    expect(webhookAfter(fresh, tried('It answered 410.', 410), NOON_MS)?.disabled?.why).toContain('410');
  });

  it('has to be whole, secret and without a password', () => {
    expect(refusesWebhookUrl('https://example.org/x?y=1', false)).toBeNull();
    for (const text of ['', 'example.org', 'http://example.org', 'http://localhost:1', 'https://a:b@example.org'])
      expect(refusesWebhookUrl(text, false), text).not.toBeNull();
    for (const text of ['http://localhost:1', 'http://127.0.0.1/x', 'http://[::1]:3'])
      expect(refusesWebhookUrl(text, true), text).toBeNull();
    for (const text of ['http://example.org', 'http://10.0.0.1', 'http://localhost.example.org'])
      expect(refusesWebhookUrl(text, true), text).not.toBeNull();
  });
});

describe('a film', () => {
  const draft: Movie = {
    ...newMovie({ id: newId<MovieId>(1), title: 'x', nowMs: 1 }),
    visibility: 'draft',
    readyJobId: 'j' as JobId,
  };
  const published: Movie = { ...draft, visibility: 'published' };
  const scheduled = (publishAtMs: number): Movie => ({ ...draft, visibility: 'scheduled', publishAtMs });

  it('comes out when everybody finds it from then on', () => {
    expect(comesOutAtMs(draft, published, NOON_MS)).toBe(0);
    expect(comesOutAtMs({ ...published, readyJobId: null }, published, NOON_MS)).toBe(0);
    expect(comesOutAtMs(draft, scheduled(NOON_MS + 5), NOON_MS)).toBe(NOON_MS + 5);
    expect(comesOutAtMs(scheduled(NOON_MS + 5), scheduled(NOON_MS + 9), NOON_MS)).toBe(NOON_MS + 9);
    expect(comesOutAtMs(scheduled(NOON_MS + 5), published, NOON_MS)).toBe(0);
  });

  it('does not when it was out, or nobody finds it', () => {
    expect(comesOutAtMs(published, { ...published, title: 'y' }, NOON_MS)).toBeNull();
    expect(comesOutAtMs(scheduled(NOON_MS - 5), published, NOON_MS)).toBeNull();
    expect(comesOutAtMs(published, draft, NOON_MS)).toBeNull();
    expect(comesOutAtMs(draft, { ...draft, visibility: 'unlisted' }, NOON_MS)).toBeNull();
    expect(comesOutAtMs(draft, { ...published, readyJobId: null }, NOON_MS)).toBeNull();
    expect(comesOutAtMs(scheduled(NOON_MS + 5), { ...scheduled(NOON_MS + 5), title: 'y' }, NOON_MS)).toBeNull();
  });
});
