import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createDiskObjects } from '@marquee/adapters/disk-objects';
import { createSqliteQueue } from '@marquee/adapters/sqlite-queue';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { SCOPES, type Scope } from '@marquee/core/api-tokens';
import { type EventId, type JobId, type MovieId, newId, type WebhookId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import { newMessage } from '@marquee/core/messages';
import { newMovie, type UploadedSubtitles, type Visibility } from '@marquee/core/movie';
import type { MediaPlan } from '@marquee/core/plan';
import type { Store } from '@marquee/core/ports';
import { newApiToken } from '@marquee/core/token-secrets';
import { newDelivery } from '@marquee/core/webhook-events';
import { newWebhookSecret } from '@marquee/core/webhook-secrets';
import sharp from 'sharp';
import { startTmdbStub } from '../../../scripts/tmdb-stub.ts';
import { SITE_DIR } from '../server/build.ts';
import type { Form, Visitor } from './authorization-matrix.ts';
import { ADMIN } from './first-admin.ts';
import { endSite } from './site-process.ts';

export const SECRET = 'a secret for tests only';
export const PASSWORD = 'four unrelated wooden spoons';
export const VIEWER_EMAIL = 'viewer@example.org';
const SPARE_EMAIL = 'spare@example.org';
/** Where people reach the house, as far as it knows. */
const PUBLIC_URL = 'https://marquee.example';
export const PART = Buffer.from('part');
/** What is stored of a version, beside its stills. */
export const STREAM_FILES = ['master.m3u8', 'manifest.mpd', 'video/h264-240/init.mp4', 'video/h264-240/00001.m4s'];
export const STILL_FILES = ['storyboard/000.jpg', 'storyboard.vtt', 'posters/0.jpg'];

/** Of a film of one picture, which is its storyboard too. */
const PLAN: MediaPlan = {
  fps: { num: 24, den: 1 },
  segmentFrames: 96,
  timescale: 1008,
  ticksPerFrame: 42,
  rungs: [{ name: 'h264-240', nominalPx: 240, widthPx: 426, heightPx: 240, maxrateBps: 400_000, bufsizeBits: 600_000 }],
  audio: [],
  frameCount: 1440,
  chunkCount: 1,
  storyboard: { intervalSec: 60, tileWidthPx: 320, tileHeightPx: 180, columns: 1, rows: 1, tileCount: 1 },
};

export interface ActionEntry {
  id: string;
  /** A page that has it. */
  page: string;
}

export type SampleHouse = Awaited<ReturnType<typeof openSampleHouse>>;

/**
 * A production site without workers that knows an admin, two viewers, films of every visibility, a job, an upload under
 * way and a dead letter; and how to ask it for anything as anybody.
 */
export async function openSampleHouse() {
  const dir = mkdtempSync(join(tmpdir(), 'marquee-authorization-'));
  const dataDir = join(dir, 'data');
  const tmdb = await startTmdbStub();
  const port = await freePort();
  const site = spawn(process.execPath, [join(import.meta.dirname, 'site.ts'), '--no-workers'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      MARQUEE_DATA: dataDir,
      PORT: String(port),
      PUBLIC_URL,
      MARQUEE_ADMIN_SECRET: SECRET,
      LOG_LEVEL: 'silent',
      TMDB_API_KEY: tmdb.apiKey,
      TMDB_BASE_URL: tmdb.url,
      TMDB_IMAGE_URL: tmdb.imageUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Also if the house is never opened wholly, and so never closed.
  process.once('exit', () => site.kill());
  await listening(site);
  const base = `http://127.0.0.1:${port}`;
  const store = createSqliteStore({ file: join(dataDir, 'marquee.db') });
  const samples: Record<string, string> = {
    setupToken: SECRET,
    viewerEmail: VIEWER_EMAIL,
    person: '101',
    entry: 'film/1000',
    season: 'series/5000/season/1',
    ...(await sampleFilms(store, join(dataDir, 'storage'))),
    letter: await deadLetter(join(dataDir, 'queue.db')),
  };
  const actions = actionsOfBuild();

  /** Puts samples in for words in braces. */
  const fill = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value).replace(/\{(\w+)\}/g, (_, name: string) => {
        if (samples[name] === undefined) throw new Error(`There is no sample called ${name}.`);
        return samples[name];
      }),
    );

  /** Asks as a browser of the house would, and follows nothing. */
  const ask = (path: string, init: RequestInit & { cookie?: string | undefined } = {}): Promise<Response> => {
    const { cookie, headers, ...rest } = init;
    const signal = AbortSignal.timeout(15_000);
    const all = { ...(cookie ? { cookie } : {}), origin: base, ...(headers as Record<string, string>) };
    return fetch(base + path, { redirect: 'manual', signal, ...rest, headers: all });
  };

  /** Calls a server action in the way of React's own client. */
  const act = async (name: string, args: unknown[], as: { cookie?: string | undefined; origin?: string } = {}) => {
    const entry = actions.get(name);
    if (!entry) throw new Error(`The built site has no action ${name}.`);
    const { body, type } = bodyOf(args);
    const headers: Record<string, string> = { 'next-action': entry.id, accept: 'text/x-component', ...type };
    if (as.origin) headers.origin = as.origin;
    const page = entry.page.replace(/\/\[id\]/, '/nothing');
    return ask(page, { method: 'POST', body, headers, cookie: as.cookie });
  };

  const signIn = async (email: string, password: string): Promise<string> =>
    cookieOf(await act('signInAction', [null, { form: { email, password } }]));

  const token = await act('setupTokenAction', [null, { form: { token: SECRET } }]);
  const first = await act('firstAdminAction', [null, { form: ADMIN }], { cookie: cookieOf(token) });
  const cookies: Record<Visitor, string | undefined> = {
    anonymous: undefined,
    admin: cookieOf(first),
    viewer: await invite(VIEWER_EMAIL),
  };
  await invite(SPARE_EMAIL);

  async function invite(email: string): Promise<string> {
    const told = await act('inviteAction', [null, { form: { email, role: 'viewer' } }], { cookie: cookieOf(first) });
    const link = /token=([\w-]+)/.exec(await told.text())?.[1] ?? '';
    const taken = await act('acceptInviteAction', [
      null,
      { form: { token: link, name: 'A guest', password: PASSWORD } },
    ]);
    return cookieOf(taken);
  }

  const spare = await one(store, 'user', 'email', SPARE_EMAIL);
  samples.spareUser = spare;
  samples.spareSession = await one(store, 'session', 'userId', spare);
  const admin = { cookie: cookies.admin };
  const begin = async (): Promise<{ uploadId: string; token: string }> => {
    const body = JSON.stringify({ fileName: 'upload-under-way.mp4', sizeBytes: 6_000_000, lastModifiedMs: 0 });
    return (await ask('/api/uploads', { ...admin, method: 'POST', body })).json();
  };
  const [begun, other] = [await begin(), await begin()];
  Object.assign(samples, { upload: begun.uploadId, uploadToken: begun.token });
  Object.assign(samples, { apiUpload: other.uploadId, apiUploadToken: other.token });
  const tokens = await samplePrograms(store, samples);
  const parts = await ask(`/api/uploads/${begun.uploadId}/parts`, {
    ...admin,
    method: 'POST',
    body: JSON.stringify({ partNumbers: [1] }),
    headers: { 'marquee-upload': begun.token },
  });
  samples.part = (await parts.json()).urls[1];
  [samples.storageId = ''] = String(samples.part).split('/').slice(4);
  samples.stream = (await (await ask(`/api/watch/${samples.published}`)).json()).baseUrl;
  const editPage = await (await ask(`/admin/films/${samples.spare}`, admin)).text();
  samples.spareBasis = /\\"basis\\":\\"([\w-]+)\\"/.exec(editPage)?.[1] ?? '';
  const wordsPage = await (await ask(`/admin/films/${samples.spare}/subtitles/sample`, admin)).text();
  samples.spareWords = /\\"revision\\":\\"([\w-]+)\\"/.exec(wordsPage)?.[1] ?? '';

  return {
    base,
    dataDir,
    store,
    samples,
    actions,
    cookies,
    tokens,
    fill,
    ask,
    act,
    signIn,
    /** Everything that is kept but counts of tries and uses: rows of all databases and names of all files. */
    fingerprint: () => fingerprint(dataDir),
    async close(): Promise<void> {
      await store.close();
      await tmdb.close();
      await endSite(site);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function listening(site: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    site.once('exit', (code) => reject(new Error(`The site ended with ${code} before it listened:\n${said}`)));
    // Next writes a line for each request that it refuses: hundreds here.
    site.stderr?.setEncoding('utf8').on('data', (more: string) => {
      said = (said + more).slice(-4000);
    });
    site.stdout?.setEncoding('utf8').on('data', (more: string) => {
      if (more.includes('{"url"')) resolve();
    });
  });
}

/** Films of every visibility, each with a finished version, and two more to do things to, with a job that waits. */
async function sampleFilms(store: Store, root: string): Promise<Record<string, string>> {
  const samples: Record<string, string> = {};
  const objects = createDiskObjects({ root, publicPath: '/objects', secret: 'signs nothing here' });
  const picture = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#335577' } })
    .jpeg()
    .toBuffer();
  const nowMs = Date.now();
  for (const name of ['published', 'unlisted', 'draft', 'scheduled', 'spare', 'worked'] as const) {
    const [id, jobId] = [newId<MovieId>(), newId<JobId>()];
    const visibility: Visibility = name === 'spare' || name === 'worked' ? 'draft' : name;
    const job = newJob({
      id: jobId,
      movieId: id,
      sourceKey: `uploads/${id}/source`,
      fileName: `source-of-${name}.mp4`,
      sizeBytes: PART.length,
      nowMs,
    });
    const still = `${job.outputPrefix}posters/0.jpg`;
    await store.movies.insert({
      ...newMovie({ id, title: `Sample ${name}`, nowMs }),
      visibility,
      publishAtMs: name === 'scheduled' ? nowMs + 3600_000 : null,
      readyJobId: jobId,
      durationSec: 60,
      posterKey: still,
      subtitles: name === 'spare' ? [sampleTrack(id)] : [],
    });
    await store.jobs.insert({ ...job, status: 'ready', plan: PLAN, finishedAtMs: nowMs, settledAtMs: nowMs });
    for (const file of [...STREAM_FILES, ...STILL_FILES]) {
      const body = file.endsWith('.jpg') ? picture : Buffer.from(`${name} ${file}`);
      await objects.put(`${job.outputPrefix}${file}`, body, { contentType: 'application/octet-stream' });
    }
    if (name === 'spare')
      await objects.put(sampleTrack(id).key, Buffer.from(SAMPLE_WORDS), { contentType: 'text/vtt' });
    await objects.put(job.sourceKey, PART, { contentType: 'application/octet-stream' });
    const version = still.split('/').slice(-3).join('-');
    Object.assign(samples, { [name]: id, [`${name}Version`]: jobId, [`${name}Still`]: version });
    samples[`${name}Folder`] = job.outputPrefix;
    if (name === 'draft') samples.source = job.sourceKey;
    if (name !== 'spare' && name !== 'worked') continue;
    const waiting = newJob({ ...job, id: newId<JobId>(), fileName: 'waits.mp4', nowMs });
    await store.jobs.insert(waiting);
    samples[name === 'spare' ? 'job' : 'workedJob'] = waiting.id;
  }
  await objects.close();
  return samples;
}

const SAMPLE_WORDS = 'WEBVTT\n\n00:00:00.100 --> 00:00:02.000\nSample words\n';

function sampleTrack(id: MovieId): UploadedSubtitles {
  return {
    ...{ id: 'sample', language: 'sv', title: '', forced: false, hearingImpaired: false, fileName: 'sv.srt' },
    ...{ cues: 1, key: `media/${id}/subtitles/sample.vtt`, addedAtMs: 0 },
  };
}

/** A webhook with something that it was told, and for each scope a token with it alone and one with all others. */
async function samplePrograms(store: Store, samples: Record<string, string>) {
  const nowMs = Date.now();
  const [row] = await store.accounts.find('user', [{ field: 'email', is: 'eq', value: ADMIN.email }]);
  const madeBy = { id: row?.id ?? '', name: ADMIN.email };
  const make = async (scopes: Scope[]) => {
    const made = newApiToken({ name: 'sample', scopes, madeBy, expiresAtMs: null }, nowMs);
    await store.apiTokens.insert(made.row);
    return made;
  };
  samples.spareToken = (await make([...SCOPES])).row.id;
  const webhookId = newId<WebhookId>();
  const event = { eventId: newId<EventId>(), webhookId, type: 'webhook.test', body: '{}' } as const;
  const delivery = newDelivery({ ...event, dueAtMs: nowMs, proviso: null }, nowMs);
  await store.webhooks.insert({
    ...{ id: webhookId, url: 'https://example.org/', events: ['job.ready'], secret: newWebhookSecret(), version: 0 },
    ...{ createdAtMs: nowMs, failingSinceMs: null, lastFailureAtMs: null, disabled: null },
  });
  await store.webhooks.announce([delivery]);
  Object.assign(samples, { webhook: webhookId, delivery: delivery.id });
  const all = SCOPES.map(async (scope): Promise<[Scope, { whole: string; lacking: string }]> => {
    const lacking = await make(SCOPES.filter((each) => each !== scope));
    return [scope, { whole: (await make([scope])).token, lacking: lacking.token }];
  });
  return Object.fromEntries(await Promise.all(all)) as Record<Scope, { whole: string; lacking: string }>;
}

async function deadLetter(file: string): Promise<string> {
  const queue = createSqliteQueue({ file });
  const name = 'video.transcode';
  for (let i = 0; i < 2; i++)
    await queue.publish(newMessage(name, { jobId: 'j', movieId: 'm', taskId: `j:${i}` } as never));
  const consumer = await queue.consume(name, { concurrency: 1 }, async () => ({
    kind: 'dead',
    reason: 'It is a sample.',
  }));
  while ((await queue.stats(name)).dead < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  await consumer.drain();
  const [letter] = await queue.listDead(name, 1);
  await queue.close();
  return letter?.id ?? '';
}

async function one(store: Store, model: 'user' | 'session', field: string, value: string): Promise<string> {
  const [row] = await store.accounts.find(model, [{ field, is: 'eq', value }], { limit: 1 });
  if (!row) throw new Error(`There is no ${model} whose ${field} is ${value}.`);
  return row.id;
}

/** What the build says of every action that a browser can call. */
function actionsOfBuild(): Map<string, ActionEntry> {
  const file = join(SITE_DIR, '.next', 'server', 'server-reference-manifest.json');
  const { node } = JSON.parse(readFileSync(file, 'utf8')) as {
    node: Record<string, { exportedName: string; workers: Record<string, unknown> }>;
  };
  return new Map(
    Object.entries(node).map(([id, { exportedName, workers }]) => {
      const pages = Object.keys(workers).map((worker) => worker.replace(/^app/, '').replace(/\/page$/, '') || '/');
      // The page of what is not found has a header too; whatever it answers has its status.
      return [exportedName, { id, page: pages.find((page) => !/\[|\/_/.test(page)) ?? pages[0] ?? '/' }];
    }),
  );
}

/** The arguments of an action as React sends them: JSON, or a form whose fields carry the number of their argument. */
function bodyOf(args: unknown[]): { body: string | FormData; type: Record<string, string> } {
  const body = new FormData();
  let forms = 0;
  const json = JSON.stringify(
    args.map((arg) => {
      const fields = (arg as Form | null)?.form;
      if (fields === undefined) return arg;
      forms++;
      for (const [name, value] of Object.entries(fields)) body.append(`_${forms}_${name}`, value);
      return `$K${forms}`;
    }),
  );
  if (forms === 0) return { body: json, type: { 'content-type': 'text/plain;charset=UTF-8' } };
  body.append('0', json);
  return { body, type: {} };
}

function cookieOf(answer: Response): string {
  const cookies = answer.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
  const kept = cookies.filter((each) => each !== '' && !each.endsWith('='));
  if (kept.length === 0) throw new Error(`No cookie was given, but status ${answer.status}.`);
  return kept.join('; ');
}

function fingerprint(dataDir: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(dataDir).filter((each) => each.endsWith('.db'))) {
    const database = new DatabaseSync(join(dataDir, name), { readOnly: true });
    for (const { name: table } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
      if (table === 'limits' || table === 'api_token_uses') continue;
      const rows = database.prepare(`SELECT * FROM "${table}"`);
      rows.setReadBigInts(true);
      hash.update(JSON.stringify([table, rows.all()], withBigInts));
    }
    database.close();
  }
  const files = readdirSync(join(dataDir, 'storage'), { recursive: true }).map(String);
  return hash.update(files.sort().join('\n')).digest('hex');
}

function withBigInts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
