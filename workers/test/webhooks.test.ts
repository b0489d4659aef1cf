import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFaults } from '@marquee/adapters/faults';
import { createWebhookPost } from '@marquee/adapters/webhook-http';
import { MarqueeError } from '@marquee/core/errors';
import { type EventId, type JobId, type MovieId, newId, type WebhookId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import { type Movie, newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { newDelivery, updateMovie } from '@marquee/core/webhook-events';
import { newWebhookSecret } from '@marquee/core/webhook-secrets';
import type { Webhook, WebhookDelivery, WebhookEvent } from '@marquee/core/webhooks';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDeliveries } from '../orchestrator/deliver.ts';
import { settle } from '../orchestrator/settle.ts';
import type { Repetition } from '../runtime/repeat.ts';
import { type House, openHouse, QUIET, settled, startCrew, submitToy, until } from './house.ts';
import { toyHandlers } from './toy-film.ts';

const DAY_MS = 24 * 3600_000;
const ALL: WebhookEvent[] = ['job.ready', 'job.failed', 'movie.published'];
const post = createWebhookPost({ allowsPrivate: true });

/** A program that listens. */
interface Receiver {
  url: string;
  heard: { headers: IncomingHttpHeaders; body: string }[];
  /** What it answers to each, in order; 204 to all that follow, nothing at all for null. */
  answers: (number | null)[];
  onHeard?: () => void;
}

let house: House;
let store: Store;
let loops: Repetition[];
let servers: Server[];

beforeEach(async () => {
  house = await openHouse();
  store = house.engines.store;
  [loops, servers] = [[], []];
});

afterEach(async () => {
  for (const loop of loops) await loop.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await house.close();
});

async function receiver(answers: Receiver['answers'] = []): Promise<Receiver> {
  const made: Receiver = { url: '', heard: [], answers };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    made.heard.push({ headers: request.headers, body });
    made.onHeard?.();
    const answer = made.answers.length > 0 ? made.answers.shift() : 204;
    if (answer) response.writeHead(answer).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return made;
}

async function listener(url: string, facts: Partial<Webhook> = {}): Promise<Webhook> {
  const webhook: Webhook = {
    id: newId<WebhookId>(),
    url,
    events: ALL,
    secret: newWebhookSecret(),
    createdAtMs: Date.now(),
    version: 0,
    failingSinceMs: null,
    lastFailureAtMs: null,
    disabled: null,
    ...facts,
  };
  await store.webhooks.insert(webhook);
  return webhook;
}

function deliver(facts: Partial<Parameters<typeof startDeliveries>[0]> = {}): Repetition {
  const loop = startDeliveries({ store, post, log: QUIET, everyMs: 20, pauseMs: () => 30, ...facts });
  loops.push(loop);
  return loop;
}

async function rowsOf(webhook: Webhook): Promise<WebhookDelivery[]> {
  return (await store.webhooks.deliveries({ webhookId: webhook.id, limit: 50 })).items;
}

function ended(webhook: Webhook): Promise<WebhookDelivery> {
  return until('the delivery to end', async () => (await rowsOf(webhook)).find(({ state }) => state !== 'waiting'));
}

async function film(facts: Partial<Movie> = {}): Promise<Movie> {
  const movie = {
    ...newMovie({ id: newId<MovieId>(), title: 'Night Ferry', nowMs: Date.now() }),
    visibility: 'draft' as const,
    readyJobId: 'j' as JobId,
    ...facts,
  };
  await store.movies.insert(movie);
  return movie;
}

/** Tells one listener of nothing in particular. */
async function announce(webhook: Webhook, facts: Partial<WebhookDelivery> = {}): Promise<WebhookDelivery> {
  const nowMs = Date.now();
  const event = { eventId: newId<EventId>(), webhookId: webhook.id, type: 'webhook.test', body: '{}' } as const;
  const delivery = { ...newDelivery({ ...event, dueAtMs: nowMs, proviso: null }, nowMs), ...facts };
  await store.webhooks.announce([delivery]);
  return delivery;
}

describe('what happens in a house', () => {
  it('is told to whoever listens, signed as Standard Webhooks has it', async () => {
    const [all, deaf] = [await receiver(), await receiver()];
    const webhook = await listener(all.url);
    const failuresAlone = await listener(deaf.url, { events: ['job.failed'] });
    const crew = await startCrew(house, toyHandlers());
    deliver();
    try {
      const { jobId, movieId } = await submitToy(house);
      await settled(house, jobId);
      await until('both to be told', async () => all.heard.length === 2);
      const told = all.heard.map(({ headers, body }) =>
        new Verifier(webhook.secret).verify(body, headers as Record<string, string>),
      ) as { type: string; data: Record<string, unknown> }[];
      expect(new Set(told.map(({ type }) => type))).toEqual(new Set(['movie.published', 'job.ready']));
      const ready = told.find(({ type }) => type === 'job.ready');
      expect(ready?.data).toMatchObject({ jobId, movieId, title: 'Toy', fileName: 'toy.mp4' });
      expect(told.find(({ type }) => type === 'movie.published')?.data).toMatchObject({ movieId, title: 'Toy' });
      const [first] = all.heard;
      const signature = `v1,${'A'.repeat(43)}=`;
      const forged = { ...(first?.headers as Record<string, string>), 'webhook-signature': signature };
      expect(() => new Verifier(webhook.secret).verify(first?.body ?? '', forged)).toThrow();
      expect(first?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Marquee' });
      expect(await rowsOf(failuresAlone)).toEqual([]);
      await until('all to be noted', async () => (await rowsOf(webhook)).every(({ state }) => state === 'delivered'));
      expect((await rowsOf(webhook)).map(({ tries }) => tries.map(({ status }) => status))).toEqual([[204], [204]]);
    } finally {
      await crew.stop();
    }
  });

  it('is told when a film fails, and why', async () => {
    const ears = await receiver();
    const webhook = await listener(ears.url);
    const before = () => Promise.reject(new MarqueeError('INPUT_UNREADABLE', 'It is no film.'));
    const crew = await startCrew(house, toyHandlers({ before }));
    deliver();
    try {
      const { jobId } = await submitToy(house);
      await settled(house, jobId);
      await ended(webhook);
      const told = JSON.parse(ears.heard[0]?.body ?? '');
      expect(told).toMatchObject({
        type: 'job.failed',
        data: { jobId, error: { code: 'INPUT_UNREADABLE', message: 'It is no film.' } },
      });
      expect(ears.heard).toHaveLength(1);
    } finally {
      await crew.stop();
    }
  });

  it('is written down once, however often its end is carried out', async () => {
    const webhook = await listener('https://example.org');
    const movie = await film({ visibility: 'published', readyJobId: null });
    const facts = { id: newId<JobId>(), movieId: movie.id, sourceKey: 's', fileName: 'f', sizeBytes: 1, nowMs: 1 };
    const job = { ...newJob(facts), status: 'ready' as const, finishedAtMs: Date.now() };
    await store.jobs.insert(job);
    const dies = { method: 'jobs.update', call: 1, error: 'STORE_DOWN' as const };
    const ports = { store: withFaults(store, [dies]), objects: house.engines.objects, log: QUIET };
    await expect(settle(ports, job, [])).rejects.toThrow();
    const before = await rowsOf(webhook);
    expect(before.map(({ type }) => type).sort()).toEqual(['job.ready', 'movie.published']);
    await settle(ports, job, []);
    await settle(ports, job, []);
    expect(await rowsOf(webhook)).toEqual(before);
    expect((await store.jobs.get(job.id))?.settledAtMs).not.toBeNull();
  });
});

describe('a delivery', () => {
  it('comes again under the same id until it is taken', async () => {
    const ears = await receiver([500, 302, 200]);
    const webhook = await listener(ears.url);
    const { eventId } = await announce(webhook);
    deliver();
    const row = await ended(webhook);
    expect(ears.heard.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId, eventId]);
    expect(row).toMatchObject({ state: 'delivered', attempts: 3 });
    expect(row.tries.map(({ error }) => error)).toEqual([
      'It answered 500.',
      'It answered 302, and redirects are not followed.',
      null,
    ]);
    await until('the listener to be well', async () => (await store.webhooks.get(webhook.id))?.failingSinceMs === null);
    await store.webhooks.again(row.id, Date.now());
    await until('it to come once more', async () => ears.heard.length === 4);
    expect(ears.heard[3]?.headers['webhook-id']).toBe(eventId);
  });

  it('is given up when its day is over', async () => {
    const ears = await receiver([500, 500, 500]);
    const webhook = await listener(ears.url);
    await announce(webhook);
    deliver({ pauseMs: (attempts) => (attempts < 3 ? 10 : null) });
    expect(await ended(webhook)).toMatchObject({ state: 'failed', attempts: 3 });
    expect(ears.heard).toHaveLength(3);
  });

  it('outlives the death of whoever sends it', async () => {
    const ears = await receiver([null]);
    const webhook = await listener(ears.url);
    const { eventId } = await announce(webhook);
    const args = [join(import.meta.dirname, 'webhook-child.ts'), join(house.config.dataDir, 'marquee.db'), '1500'];
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const killed = once(child, 'exit');
    ears.onHeard = () => child.kill('SIGKILL');
    await killed;
    expect(await rowsOf(webhook)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    deliver();
    await ended(webhook);
    expect(ears.heard.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId]);
  });

  it('is sent by one of many, and handed on by one that stops', async () => {
    const slow = await receiver([null]);
    const ears = await receiver();
    const [silent, webhook] = [await listener(slow.url), await listener(ears.url)];
    for (let i = 0; i < 20; i++) await announce(webhook);
    const first = deliver();
    deliver();
    deliver();
    await until('all to be taken', async () => (await rowsOf(webhook)).every(({ state }) => state === 'delivered'));
    expect(ears.heard).toHaveLength(20);
    for (const loop of loops.splice(0)) await loop.stop();
    await announce(silent);
    loops = [first];
    const stopping = deliver();
    await until('it to be heard', async () => slow.heard.length === 1);
    const startedAtMs = Date.now();
    await stopping.stop();
    expect(Date.now() - startedAtMs).toBeLessThan(2000);
    deliver();
    expect(await ended(silent)).toMatchObject({ state: 'delivered', attempts: 1 });
  });
});

describe('a listener', () => {
  it('that takes nothing for days is switched off, and the house told why', async () => {
    const ears = await receiver([500]);
    const nowMs = Date.now();
    const failing = { failingSinceMs: nowMs - 3 * DAY_MS - 1000, lastFailureAtMs: nowMs - 3600_000 };
    const webhook = await listener(ears.url, failing);
    await announce(webhook);
    await announce(webhook, { dueAtMs: nowMs + 300 });
    deliver();
    const off = await until('it to be off', async () => (await store.webhooks.get(webhook.id))?.disabled);
    expect(off.why).toBe('It took nothing for 3 days. The last: It answered 500.');
    const noted = await until('it to be noted', async () => (await store.audit.list({ limit: 1 })).items[0]);
    expect(noted).toMatchObject({ action: 'webhook.disabled', detail: off.why, target: { id: webhook.id } });
    await until('the rest to end', async () => (await rowsOf(webhook)).some(({ state }) => state === 'failed'));
    expect(ears.heard).toHaveLength(1);
    expect((await house.engines.store.webhooks.list())[0]?.disabled).toEqual(off);
  });
});

describe('a film that comes out', () => {
  const publish = { visibility: 'published' as const, publishAtMs: null };

  it('is told of once it is out, and not if it never was', async () => {
    const ears = await receiver();
    const webhook = await listener(ears.url);
    const movie = await film();
    const nowMs = Date.now();
    expect(await updateMovie(store, { ...movie, version: 7 }, publish, nowMs)).toBe(false);
    expect(await rowsOf(webhook)).toEqual([]);
    // Written by one who died before the film was changed: once a moment ago, once long ago.
    const proviso = { movieId: movie.id, listedFromMs: 0 };
    await announce(webhook, { proviso, createdAtMs: nowMs - 61_000 });
    deliver();
    expect((await ended(webhook)).state).toBe('withdrawn');
    const recent = await announce(webhook, { proviso });
    await sleep(150);
    expect(ears.heard).toEqual([]);
    expect(await store.movies.update(movie.id, movie.version, publish)).toBe(true);
    await until('it to be told', async () => ears.heard.length === 1);
    expect(ears.heard[0]?.headers['webhook-id']).toBe(recent.eventId);
  });

  it('at a time is told of then, at the last time that was set', async () => {
    const ears = await receiver();
    const webhook = await listener(ears.url);
    const movie = await film();
    const nowMs = Date.now();
    const at = (publishAtMs: number) => ({ visibility: 'scheduled' as const, publishAtMs });
    expect(await updateMovie(store, movie, at(nowMs + 400), nowMs)).toBe(true);
    const later = (await store.movies.get(movie.id)) as Movie;
    expect(await updateMovie(store, later, { ...at(nowMs + 1200), updatedAtMs: nowMs }, nowMs)).toBe(true);
    deliver();
    // However slow the machine: the first thing that is told is of the last time that was set, and not before it.
    await until('it to be told', async () => ears.heard.length === 1);
    expect(Date.now()).toBeGreaterThanOrEqual(nowMs + 1200);
    expect(JSON.parse(ears.heard[0]?.body ?? '').data.publishedAt).toBe(new Date(nowMs + 1200).toISOString());
    // Heard before it is noted.
    const delivered = async () => (await rowsOf(webhook)).filter(({ state }) => state === 'delivered').length;
    await until('it to be noted', async () => (await delivered()) === 1);
  });
});
