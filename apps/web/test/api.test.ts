import { type ChildProcess, execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { SCOPES, type Scope } from '@marquee/core/api-tokens';
import { type EventId, type JobId, type MovieId, newId, type WebhookId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import { newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { newApiToken } from '@marquee/core/token-secrets';
import { newDelivery } from '@marquee/core/webhook-events';
import { newWebhookSecret } from '@marquee/core/webhook-secrets';
import { type DeliveryState, WEBHOOK_EVENTS, type WebhookTry } from '@marquee/core/webhooks';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import * as schemas from '../server/v1/schemas.ts';
import { faultsOf } from './faults.ts';
import { ADMIN, setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

const SECRET = 'a secret for tests only';
const DAY_MS = 24 * 3600_000;

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let store: Store;
/** The admin's browser, with everything wrong that its pages said. */
let staff: { context: BrowserContext; page: Page; faults: string[] };
let admin: { id: string; name: string };
/** May do everything. */
let whole: string;

function startSite(): Promise<string> {
  site = spawnSite(join(dir, 'data'), { MARQUEE_ADMIN_SECRET: SECRET, WEBHOOK_PRIVATE: 'true' });
  return addressOf(site);
}

async function newPage(options: { width?: number; theme?: string } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    reducedMotion: 'reduce',
    ...(staff ? { storageState: await staff.context.storageState() } : {}),
  });
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

/** A token of the admin's, which no page made. */
async function tokenFor(scopes: readonly Scope[], facts: { expiresAtMs?: number; madeBy?: typeof admin } = {}) {
  const wanted = { name: 'test', scopes: [...scopes], madeBy: facts.madeBy ?? admin };
  const { token, row } = newApiToken({ ...wanted, expiresAtMs: facts.expiresAtMs ?? null }, Date.now());
  await store.apiTokens.insert(row);
  return { token, id: row.id };
}

interface Wanted {
  method?: string;
  json?: unknown;
  headers?: Record<string, string>;
  token?: string | null;
}

async function ask(path: string, { method = 'GET', json, headers = {}, token = whole }: Wanted = {}) {
  return fetch(`${base}/api/v1${path}`, {
    method,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    redirect: 'manual',
  });
}

/** Asks, and holds the answer to its schema. */
async function told<T extends z.ZodType>(schema: T, path: string, wanted: Wanted = {}): Promise<z.output<T>> {
  const answer = await ask(path, wanted);
  const body = await answer.json();
  expect(answer.ok, JSON.stringify(body)).toBe(true);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return schema.parse(body);
}

async function refusal(answer: Response): Promise<z.output<typeof schemas.PROBLEM>> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = schemas.PROBLEM.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return problem;
}

async function film(title: string, facts: Partial<Parameters<Store['movies']['insert']>[0]> = {}): Promise<MovieId> {
  const id = newId<MovieId>();
  const movie = newMovie({ id, title, nowMs: Date.now() });
  await store.movies.insert({ ...movie, readyJobId: 'none' as JobId, durationSec: 60, ...facts });
  return id;
}

/** One that failed for a while, with what it was told. */
async function sampleWebhook(): Promise<string> {
  const nowMs = Date.now();
  const id = newId<WebhookId>();
  const url = `https://hooks.example.org/${'long-'.repeat(12)}way/films`;
  const failing = { failingSinceMs: nowMs - DAY_MS, lastFailureAtMs: nowMs };
  const facts = { id, url, events: [...WEBHOOK_EVENTS], secret: newWebhookSecret(), createdAtMs: nowMs, version: 0 };
  await store.webhooks.insert({ ...facts, ...failing, disabled: null });
  const refused = { atMs: nowMs, status: 500, tookMs: 12, answer: 'Broken.', error: 'It answered 500.' };
  const taken = { ...refused, status: 200, answer: '', error: null };
  const told = (n: number, tries: WebhookTry[], state: DeliveryState) => {
    const event = {
      eventId: newId<EventId>(),
      webhookId: id,
      type: 'job.ready',
      body: '{"type":"job.ready"}',
    } as const;
    return { ...newDelivery({ ...event, dueAtMs: nowMs + DAY_MS, proviso: null }, nowMs - n), state, tries };
  };
  await store.webhooks.announce([
    told(1, [refused], 'waiting'),
    told(2, [refused, taken], 'delivered'),
    told(3, [refused, refused], 'failed'),
    told(4, [], 'withdrawn'),
  ]);
  return id;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-api-'));
  base = await startSite();
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  staff = await newPage();
  await setUpHouse(staff.page, base, SECRET);
  const [row] = await store.accounts.find('user', [{ field: 'email', is: 'eq', value: ADMIN.email }]);
  admin = { id: row?.id ?? '', name: ADMIN.email };
  whole = (await tokenFor(SCOPES)).token;
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('tokens', () => {
  it('are made on a page, shown once, used, and ended at once', async () => {
    const { page, faults } = await newPage();
    await page.goto(`${base}/admin/users`);
    await page.getByRole('link', { name: 'API tokens' }).click();
    await page.getByText('There are no tokens').or(page.getByText('test').first()).first().waitFor();
    await page.getByLabel('What it is for').fill('Nightly import');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('Choose at least one thing').waitFor();
    expect(await page.getByLabel('What it is for').inputValue()).toBe('Nightly import');
    await page.getByLabel('movies:read').check();
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('it is shown this once').waitFor();
    const token = await page.getByLabel('The token', { exact: true }).inputValue();
    expect(token).toMatch(/^mq_[0-9a-z]{26}[\w-]{43}$/);
    const row = page.getByRole('row').filter({ hasText: 'Nightly import' });
    expect(await row.textContent()).toContain('never');
    expect((await ask('/movies', { token })).status).toBe(200);
    await page.reload();
    expect(await page.content()).not.toContain(token);
    expect(await row.textContent()).not.toContain('never');
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('it opens nothing from now on').waitFor();
    const answer = await ask('/movies', { token });
    expect(answer.status).toBe(401);
    expect((await refusal(answer)).detail).toBe('This token was revoked.');
    const { items } = await store.audit.list({ limit: 20 });
    const said = items
      .filter(({ action }) => action.startsWith('token.'))
      .map(({ action, target }) => [action, target?.name]);
    expect(said).toEqual([
      ['token.revoked', 'Nightly import'],
      ['token.made', 'Nightly import'],
    ]);
    for (const file of ['api.db', 'api.db-wal', 'accounts.db', 'accounts.db-wal'])
      expect(readFileSync(join(dir, 'data', file)).includes(token.slice(29)), file).toBe(false);
    expect(faults).toEqual([]);
  });

  it('are the one way in: neither cookies nor the address are looked at', async () => {
    const cookies = (await staff.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    for (const answer of [
      await ask('/movies', { token: null }),
      await ask('/movies', { token: null, headers: { cookie: cookies } }),
      await ask(`/movies?access_token=${whole}&token=${whole}`, { token: null }),
      await ask('/movies', { token: null, headers: { authorization: `Basic ${btoa(`x:${whole}`)}` } }),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Marquee"');
      expect(await refusal(answer)).toMatchObject({ code: 'UNAUTHORIZED', title: 'Unauthorized', type: 'about:blank' });
    }
  });

  it('that are wrong, expired, or of somebody who no longer runs the house open nothing', async () => {
    const expired = await tokenFor(SCOPES, { expiresAtMs: Date.now() - 1 });
    const orphan = await tokenFor(SCOPES, { madeBy: { id: 'nobody', name: 'gone@example.org' } });
    const other = `${whole.slice(0, 29)}${expired.token.slice(29)}`;
    const sentences = new Map([
      [expired.token, 'This token has expired.'],
      [orphan.token, 'Whoever made this token does not run the house any more. Have another one made.'],
      [other, 'This is no token of this house.'],
      ['mq_short', 'This is no token of this house.'],
      [`mq_${'0'.repeat(26)}${'A'.repeat(43)}`, 'This is no token of this house.'],
    ]);
    for (const [token, sentence] of sentences) {
      const answer = await ask('/movies', { token });
      expect(answer.status, token).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
      expect((await refusal(answer)).detail).toBe(sentence);
    }
    const fresh = await tokenFor(SCOPES, { expiresAtMs: Date.now() + DAY_MS });
    expect((await ask('/movies', { token: fresh.token })).status).toBe(200);
  });

  it('that lack a scope are told which', async () => {
    const { token } = await tokenFor(['movies:read']);
    const answer = await ask('/jobs', { token });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="jobs:read"');
    expect((await refusal(answer)).detail).toBe('This token lacks the scope jobs:read.');
  });

  it('that ask too often are told when to come back, and no other is', async () => {
    const { token } = await tokenFor(['movies:read']);
    const busy = await tokenFor(['movies:read']);
    const statuses = new Set<number>();
    for (let i = 0; i < 30; i++) {
      const answers = await Promise.all(
        Array.from({ length: 21 }, () => ask('/movies?limit=1', { token: busy.token })),
      );
      for (const answer of answers) statuses.add(answer.status);
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    }
    expect(statuses).toEqual(new Set([200, 429]));
    const answer = await ask('/movies', { token: busy.token });
    const waitSec = Number(answer.headers.get('retry-after'));
    expect(waitSec).toBeGreaterThan(0);
    expect(waitSec).toBeLessThanOrEqual(60);
    expect(await refusal(answer)).toMatchObject({
      code: 'RATE_LIMITED',
      detail: `This token asks too often. Try again in ${waitSec} s.`,
    });
    expect((await ask('/movies', { token })).status).toBe(200);
  });
});

describe('films', () => {
  it('come page by page, in an order, and those alone that are asked for', async () => {
    for (let i = 0; i < 5; i++) await film(`Paged ${i}`, { visibility: 'unlisted' });
    const titles: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: z.output<typeof schemas.MOVIES> = await told(
        schemas.MOVIES,
        `/movies?limit=2&sort=title&visibility=unlisted${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      titles.push(...page.items.map(({ title }) => title));
      cursor = page.cursor;
    }
    expect(titles).toEqual(['Paged 0', 'Paged 1', 'Paged 2', 'Paged 3', 'Paged 4']);
    expect((await told(schemas.MOVIES, '/movies?visibility=scheduled')).items).toEqual([]);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'sort=best', 'visibility=secret']) {
      const answer = await ask(`/movies?${query}`);
      expect(answer.status, query).toBe(400);
      expect((await refusal(answer)).detail).toMatch(/^(limit|sort|visibility) is not accepted/);
    }
  });

  it('are changed where something is named, by whoever read them last', async () => {
    const id = await film('Before', { visibility: 'draft' });
    const read = await ask(`/movies/${id}`);
    const etag = read.headers.get('etag') ?? '';
    const json = {
      title: ' After ',
      year: 1999,
      genres: ['Noir', 'Noir'],
      language: 'PT-br',
      cast: [{ name: 'A', role: 'B' }],
      episode: { series: 'A Series', season: 1, number: 2 },
    };
    const patched = await ask(`/movies/${id}`, { method: 'PATCH', json, headers: { 'if-match': etag } });
    const movie = schemas.MOVIE.parse(await patched.json());
    expect(movie).toMatchObject({
      title: 'After',
      year: 1999,
      genres: ['Noir'],
      language: 'pt-BR',
      episode: json.episode,
      visibility: 'draft',
    });
    expect(patched.headers.get('etag')).toBe(`"${movie.version}"`);
    expect(await told(schemas.MOVIE, `/movies/${id}`)).toEqual(movie);
    for (const [method, path, body] of [
      ['PATCH', '', { year: 2000 }],
      ['POST', '/publish', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      const late = await ask(`/movies/${id}${path}`, { method, json: body, headers: { 'if-match': etag } });
      expect(late.status).toBe(412);
      expect((await refusal(late)).code).toBe('PRECONDITION_FAILED');
    }
    const now = { 'if-match': `"0", ${patched.headers.get('etag')}` };
    const gone = await told(schemas.MOVIE, `/movies/${id}`, { method: 'PATCH', json: { year: null }, headers: now });
    expect(gone).toMatchObject({ year: null, title: 'After', version: movie.version + 1 });
  });

  it('refuse what makes no sense, and name the field', async () => {
    const id = await film('Fussy');
    const cases: [unknown, RegExp][] = [
      [{ title: '  ' }, /^title /],
      [{ year: 1700 }, /^year /],
      [{ year: 3000 }, /^year .*too far ahead/],
      [{ language: 'not a tag' }, /^language /],
      [{ genres: ['a, b'] }, /^genres\.0 /],
      [{ cast: [{ name: 'x'.repeat(119), role: '' }] }, /^cast\.0 /],
      [{ cast: [{ name: 'A', role: '', age: 3 }] }, /^cast\.0 /],
      [{ version: 3 }, /version/],
      [{ visibility: 'scheduled' }, /needs publishAt/],
      [{ publishAt: '2030-01-01T00:00:00Z' }, /^publishAt is for/],
      ['text', /^The request/],
    ];
    for (const [json, sentence] of cases) {
      const answer = await ask(`/movies/${id}`, { method: 'PATCH', json });
      expect(answer.status, JSON.stringify(json)).toBe(400);
      expect((await refusal(answer)).detail).toMatch(sentence);
    }
    expect((await ask(`/movies/${id}`, { method: 'PATCH', json: { synopsis: 'x'.repeat(300_000) } })).status).toBe(413);
    for (const other of ['nothing', 'x'.repeat(3000), '%00', '..%2F..']) {
      const answer = await ask(`/movies/${other}`);
      expect(answer.status, other).toBe(404);
    }
  });

  it('are scheduled, published and removed', async () => {
    const id = await film('Shown', { visibility: 'draft' });
    const stranger = async () => (await fetch(`${base}/film/${id}`)).status;
    expect(await stranger()).toBe(404);
    const publishAt = '2040-01-01T12:00:00+02:00';
    const json = { visibility: 'scheduled', publishAt };
    const scheduled = await told(schemas.MOVIE, `/movies/${id}`, { method: 'PATCH', json });
    expect(scheduled.publishAt).toBe('2040-01-01T10:00:00.000Z');
    const published = await told(schemas.MOVIE, `/movies/${id}/publish`, { method: 'POST' });
    expect(published).toMatchObject({ visibility: 'published', publishAt: null });
    expect(await stranger()).toBe(200);
    expect((await ask(`/movies/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`/movies/${id}`, { method: 'DELETE' })).status).toBe(404);
    const { items } = await store.audit.list({ limit: 3 });
    const said = items.map(({ action, actor, target }) => [action, actor.name, target?.id]);
    expect(said).toEqual([
      ['film.deleted', 'token “test”', id],
      ['film.published', 'token “test”', id],
      ['film.visibility_changed', 'token “test”', id],
    ]);
  });

  it('are found as viewers find them', async () => {
    await film('Wandering Lighthouse');
    await film('Wandering Draft', { visibility: 'draft' });
    const found = await told(schemas.FOUND, '/search?q=wanderign');
    expect(found.movies.map(({ title }) => title)).toEqual(['Wandering Lighthouse']);
    expect(found.catalogue).toBe('none');
    expect((await ask('/search')).status).toBe(400);
  });

  it('are found by what is said in them', async () => {
    const [id, draft] = [await film('Two Lamps'), await film('Two Drafts', { visibility: 'draft' })];
    for (const movieId of [id, draft]) {
      const lines = [{ startMs: 1500, endMs: 3000, text: 'Light the lantern, will you?' }];
      await store.moments.put({ movieId, trackId: 'a', language: 'en-GB' }, lines);
    }
    const { moments } = await told(schemas.FOUND, '/search?q=lantern+light&kind=said&language=en');
    expect(moments).toEqual([
      {
        movieId: id,
        title: 'Two Lamps',
        kind: 'said',
        startSec: 1.5,
        language: 'en-GB',
        text: 'Light the lantern, will you?',
        matches: [
          [0, 5],
          [10, 17],
        ],
      },
    ]);
    expect((await told(schemas.FOUND, `/search?q=lantern&movieId=${draft}`)).moments).toEqual([]);
  });
});

describe('uploads and jobs', () => {
  it('make a film of what is sent, part by part', async () => {
    const file = join(dir, 'ferry.mp4');
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=4'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, '-c:v', 'libx264', '-preset', 'ultrafast', file]);
    const bytes = readFileSync(file);
    const json = { fileName: 'night_ferry.mp4', sizeBytes: bytes.length };
    const upload = await told(schemas.UPLOAD, '/uploads', { method: 'POST', json });
    expect(upload.partCount).toBe(1);
    const headers = { 'marquee-upload': upload.token };
    const path = `/uploads/${upload.uploadId}`;
    const early = await ask(`${path}/complete`, { method: 'POST', json: {}, headers });
    expect(early.status).toBe(409);
    expect(await refusal(early)).toMatchObject({ code: 'CONFLICT', missing: [1] });
    const wanted = { method: 'POST', json: { partNumbers: [1] }, headers };
    const { urls } = await told(schemas.SIGNED_PARTS, `${path}/parts`, wanted);
    expect((await fetch(urls[1] ?? '', { method: 'PUT', body: new Uint8Array(bytes) })).status).toBe(200);
    expect(await told(schemas.STANDING_PARTS, path, { headers })).toEqual({ parts: [1], jobId: null });
    const complete = { method: 'POST', json: {}, headers };
    const done = await told(schemas.HANDED_OVER, `${path}/complete`, complete);
    expect(await told(schemas.HANDED_OVER, `${path}/complete`, complete)).toEqual(done);
    expect((await ask(path, { method: 'DELETE', headers })).status).toBe(409);
    expect((await told(schemas.MOVIE, `/movies/${done.movieId}`)).title).toBe('Night ferry');

    await vi.waitFor(async () => expect((await store.jobs.get(done.jobId as JobId))?.status).toBe('ready'), 50_000);
    const job = await told(schemas.JOB_WITH_TASKS, `/jobs/${done.jobId}`);
    expect(job).toMatchObject({ status: 'ready', share: 1, error: null, rungs: [expect.stringMatching(/^\d+p$/)] });
    expect(job.tasks.length).toBeGreaterThan(3);
    const again = await ask(`/jobs/${done.jobId}/retry`, { method: 'POST' });
    expect(again.status).toBe(409);
    expect((await refusal(again)).detail).toContain('The job is ready');
  });

  it('are thrown away, and the token of one is none for another', async () => {
    const begin = () =>
      told(schemas.UPLOAD, '/uploads', { method: 'POST', json: { fileName: 'x.mp4', sizeBytes: 9_000_000 } });
    const [one, two] = [await begin(), await begin()];
    expect(one.partCount).toBe(2);
    const headers = { 'marquee-upload': one.token };
    expect((await ask(`/uploads/${two.uploadId}`, { headers })).status).toBe(403);
    expect((await ask(`/uploads/${one.uploadId}`)).status).toBe(403);
    expect((await ask(`/uploads/${one.uploadId}`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await ask(`/uploads/${one.uploadId}`, { headers })).status).toBe(410);
    const empty = await ask('/uploads', { method: 'POST', json: { fileName: 'x.mp4', sizeBytes: 0 } });
    expect((await refusal(empty)).detail).toContain('is empty');
  });

  it('are listed by their state, retried and cancelled', async () => {
    const movieId = await film('Worked on');
    const facts = { movieId, sourceKey: 'uploads/none/source', fileName: 'x.mp4', sizeBytes: 1, nowMs: Date.now() };
    const failed = newJob({ ...facts, id: newId<JobId>() });
    const error = { code: 'INPUT_UNREADABLE' as const, message: 'It is no film.', taskId: null };
    await store.jobs.insert({ ...failed, status: 'failed', error, finishedAtMs: 1, settledAtMs: 1 });
    const page = await told(schemas.JOBS, `/jobs?status=failed&movieId=${movieId}`);
    expect(page.items).toMatchObject([{ id: failed.id, error }]);
    expect((await told(schemas.JOBS, `/jobs?status=cancelled&movieId=${movieId}`)).items).toEqual([]);
    const first = await told(schemas.JOBS, '/jobs?limit=1');
    expect(first.items).toHaveLength(1);
    const second = await told(schemas.JOBS, `/jobs?limit=1&cursor=${first.cursor}`);
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
    const gone = await ask(`/jobs/${failed.id}/retry`, { method: 'POST' });
    expect(gone.status).toBe(404);
    expect((await refusal(gone)).code).toBe('OBJECT_MISSING');
    const over = await ask(`/jobs/${failed.id}/cancel`, { method: 'POST' });
    expect((await refusal(over)).detail).toContain('nothing to cancel');
    expect((await ask('/jobs/nothing/cancel', { method: 'POST' })).status).toBe(404);
    // Settled, so that no orchestrator looks at it meanwhile.
    const waits = { ...newJob({ ...facts, id: newId<JobId>() }), settledAtMs: 1 };
    await store.jobs.insert(waits);
    const cancelled = await told(schemas.JOB, `/jobs/${waits.id}/cancel`, { method: 'POST' });
    expect(cancelled.status).toBe('cancelled');
  });
});

describe('webhooks', () => {
  const heard: { id: string; type: string; body: string }[] = [];
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part;
      heard.push({ id: String(request.headers['webhook-id']), type: JSON.parse(body).type, body });
      response.end('<b>thanks</b>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/films`;
  });
  afterAll(() => {
    server.close();
  });

  it('are made on a page, tried, told of what happens, told again, and removed', async () => {
    const { page, faults } = await newPage();
    await page.goto(`${base}/admin/users`);
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByText('There are no webhooks').waitFor();
    await page.getByLabel('Address').fill('http://example.org/');
    await page.getByLabel('movie.published').check();
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    await page.getByText('The address has to begin with https://.').waitFor();
    await page.getByLabel('Address').fill(url);
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    await page.getByText('It is shown this once').waitFor();
    const secret = await page.getByLabel('The secret', { exact: true }).inputValue();
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    await page.getByRole('button', { name: `Test: ${url}` }).click();
    await vi.waitFor(() => expect(heard.map(({ type }) => type)).toEqual(['webhook.test']), 10_000);
    await page.getByRole('link', { name: url }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'webhook.test' });
    await row.getByText('Taken').waitFor();
    await row
      .getByText(/200 in \d+ ms/)
      .first()
      .click();
    await row.getByText('<b>thanks</b>').waitFor();
    expect(await page.content()).not.toContain(secret);

    const id = await film('Comes out', { visibility: 'draft' });
    await told(schemas.MOVIE, `/movies/${id}/publish`, { method: 'POST' });
    await vi.waitFor(() => expect(heard.at(-1)?.type).toBe('movie.published'), 10_000);
    expect(JSON.parse(heard.at(-1)?.body ?? '').data).toMatchObject({ movieId: id, title: 'Comes out' });
    const out = page.getByRole('listitem').filter({ hasText: 'movie.published' });
    await out.getByText('Taken').waitFor();
    await out.getByRole('button', { name: /^Send again/ }).click();
    await vi.waitFor(() => expect(heard).toHaveLength(3), 10_000);
    expect(heard[2]).toEqual(heard[1]);

    await page.getByRole('link', { name: 'All webhooks' }).click();
    await page.getByRole('button', { name: `Switch off: ${url}` }).click();
    await page.getByText('usher@example.org switched it off.').waitFor();
    await page.getByRole('button', { name: `Switch on: ${url}` }).click();
    await page.getByText('It is told of things again.').waitFor();
    await page.getByRole('button', { name: `Switch off: ${url}` }).click();
    await page.getByRole('button', { name: `Remove: ${url}` }).click();
    await page.getByText('There are no webhooks').waitFor();
    const { items } = await store.audit.list({ limit: 30 });
    const said = items.filter(({ action }) => action.startsWith('webhook.')).map(({ action }) => action.slice(8));
    expect(said).toEqual(['removed', 'disabled', 'enabled', 'disabled', 'made']);
    expect(JSON.stringify(items)).not.toContain('/hooks/films');
    expect(faults).toEqual([]);
  });
});

describe('its pages', () => {
  it('have examples that work', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8');
    const examples = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, example]) => example ?? '');
    const file = join(dir, 'example.mp4');
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=1'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, '-c:v', 'libx264', '-preset', 'ultrafast', file]);
    const movieId = await film('Documented');
    const known: Record<string, string> = { MARQUEE: base, TOKEN: whole, FILM: file, MOVIE: movieId };
    for (const example of examples) {
      if (example.includes('/cancel')) {
        const facts = { movieId, sourceKey: 'uploads/none/source', fileName: 'x.mp4', sizeBytes: 1, nowMs: Date.now() };
        known.JOB = newId<JobId>();
        await store.jobs.insert({ ...newJob({ ...facts, id: known.JOB as JobId }), settledAtMs: 1 });
      }
      const options = { env: { ...process.env, ...known } };
      const { stdout } = await promisify(execFile)('bash', ['-euc', example], options);
      const etag = /^etag: (.*?)\r?$/im.exec(stdout)?.[1];
      if (etag) known.ETAG = etag;
      if (!stdout.startsWith('{')) continue;
      const { uploadId, token, urls, jobId } = JSON.parse(stdout);
      if (uploadId) Object.assign(known, { UPLOAD: uploadId, UPLOAD_TOKEN: token });
      if (urls) known.PART = urls[1];
      if (jobId) known.JOB = jobId;
    }
    expect(examples.length).toBeGreaterThan(10);
  });

  it('are accessible at every size, in both themes', async () => {
    const webhookId = await sampleWebhook();
    for (const theme of ['evening', 'matinee']) {
      for (const width of [390, 1440]) {
        const { context, page, faults } = await newPage({ width, theme });
        for (const path of ['/admin/tokens', '/admin/webhooks', `/admin/webhooks/${webhookId}`]) {
          await page.goto(base + path);
          expect(await seriousFaults(page), path).toEqual([]);
          const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflowPx, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
          const shots = process.env.SCREENSHOTS;
          const name = path.replace(webhookId, 'one').split('/').slice(1).join('-');
          if (shots) await page.screenshot({ path: join(shots, `${name}-${theme}-${width}.png`), fullPage: true });
        }
        expect(faults).toEqual([]);
        await context.close();
      }
    }
  });
});

it('describes itself to anybody', async () => {
  const answer = await fetch(`${base}/api/v1/openapi.json`);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(await answer.text()).toBe(readFileSync(join(import.meta.dirname, '../../../docs/api/openapi.json'), 'utf8'));
});

it('says in its own words that it has no such address', async () => {
  const answer = await ask('/film');
  expect(answer.status).toBe(404);
  expect((await refusal(answer)).detail).toMatch(/^The API has no such address/);
});
