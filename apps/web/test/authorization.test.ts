import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDiskObjects } from '@marquee/adapters/disk-objects';
import type { MovieId } from '@marquee/core/ids';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SITE_DIR } from '../server/build.ts';
import { API_ROUTES, API_VISITORS, type ApiRow, type ApiVisitor, apiAnswers } from './authorization-api.ts';
import {
  ACTIONS,
  type Expected,
  PAGES,
  ROUTES,
  type RouteRow,
  VISITORS,
  type Visitor,
} from './authorization-matrix.ts';
import { ADMIN } from './first-admin.ts';
import {
  openSampleHouse,
  PART,
  PASSWORD,
  type SampleHouse,
  SECRET,
  STILL_FILES,
  STREAM_FILES,
  VIEWER_EMAIL,
} from './sample-house.ts';

vi.setConfig({ testTimeout: 30_000 });

const EVIL = 'https://evil.example';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** For addresses that are mended on the way: what counts is where they lead. */
const FOLLOW = { redirect: 'follow' } as const;
/** Words that stand in no answer to anybody: paths and lines of our sources, what we sign with, what people know. */
const NEVER = [SECRET, PASSWORD, ADMIN.password, 'node_modules/', '    at ', 'MarqueeError', tracesOf(SITE_DIR)];
/** What viewers and strangers are never told. */
const NOT_FOR_GUESTS = [
  'Sample draft',
  'Sample scheduled',
  'Sample spare',
  'Sample worked',
  'Sample words',
  'source-of-',
  'waits.mp4',
  'upload-under-way',
];

let house: SampleHouse;
let picture: Buffer;

function tracesOf(path: string): string {
  return path.split('/').slice(0, -2).join('/');
}

function read(path: string): string {
  return readFileSync(join(SITE_DIR, path), 'utf8');
}

/** The path of the site that a file below `app` answers. */
function pathOf(file: string): string {
  return `/${file.replace(/^app\//, '').replace(/(^|\/)(page\.tsx|route\.ts)$/, '')}`;
}

const pages = globSync('app/**/page.tsx', { cwd: SITE_DIR }).map(pathOf);

/** `GET /api/queues`, for every method that a route file exports, in whichever of the ways that are used for it. */
const methods = globSync('app/**/route.ts', { cwd: SITE_DIR }).flatMap((file) => {
  const names = read(file).matchAll(/^export (?:(?:const|(?:async )?function) ([A-Z]+)\b|\{([^}]*)\})/gm);
  const listed = [...names].flatMap(([, one, many]) =>
    one ? [one] : (many ?? '').split(',').map((each) => each.trim().split(' as ').at(-1) ?? ''),
  );
  return listed.map((method) => `${method} ${pathOf(file)}`);
});

/** Those of the API, which no session opens, but what it says to anybody. */
const apiMethods = methods.filter(
  (each) => each.includes(' /api/v1/') && !each.endsWith('/openapi.json') && !each.endsWith('/[...path]'),
);

const actions = globSync('{app,components,server,view}/**/*.{ts,tsx}', { cwd: SITE_DIR })
  .map(read)
  .filter((source) => /^'use server';/.test(source))
  .flatMap((source) => [...source.matchAll(/^export (?:async function|const) (\w+)/gm)].map(([, name]) => name ?? ''));

async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text();
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return Buffer.from(first?.value ?? []).toString();
}

/** Where an answer sends somebody, without the query; else its status. */
function outcomeOf(answer: Response): Expected {
  const action = answer.headers.get('x-action-redirect');
  const to = action?.split(';')[0] ?? (answer.status < 400 ? answer.headers.get('location') : null);
  if (!to) return answer.status;
  const { origin, pathname } = new URL(to, house.base);
  expect(origin).toBe(house.base);
  return pathname as Expected;
}

async function expectNoLeak(who: Visitor, answer: Response, what: string): Promise<void> {
  const text = await textOf(answer);
  const others = who === 'admin' ? [] : [...NOT_FOR_GUESTS, ADMIN.email, 'spare@example.org'];
  if (who === 'anonymous') others.push(VIEWER_EMAIL);
  // Scripts cannot read the cookie, and must not find its token in a page instead.
  others.push(...[house.cookies.admin, house.cookies.viewer].map((each) => each?.split(/[=.]/)[1] ?? ''));
  for (const word of [...NEVER, house.dataDir, ...others])
    expect(text.includes(word), `${what}: "${word}"`).toBe(false);
}

/** The house's own storage, which signs with the house's own key. */
async function diskObjects() {
  const secret = readFileSync(join(house.dataDir, 'secret'), 'utf8').trim();
  return createDiskObjects({ root: join(house.dataDir, 'storage'), publicPath: '/objects', secret });
}

function requestOf(method: string, address: string, sent: RouteRow[4]): [string, RequestInit] {
  const bodies = {
    picture: new Uint8Array(picture),
    part: new Uint8Array(PART),
    subtitles: new TextEncoder().encode('1\n00:00:00,100 --> 00:00:02,000\nHello\n'),
  };
  const { json, headers = {}, body } = sent ?? {};
  const content = json === undefined ? body && bodies[body] : JSON.stringify(house.fill(json));
  return [
    house.fill(address),
    { method, headers: house.fill(headers), ...(content === undefined ? {} : { body: content }) },
  ];
}

/** A request to the API by whoever asks: with the cookie of a session, or with a token. */
function apiRequestOf(who: ApiVisitor, row: ApiRow): [string, RequestInit & { cookie?: string | undefined }] {
  const [method, , address, scope, , sent] = row;
  const [path, init] = requestOf(method, address, sent);
  if (who === 'anonymous' || who === 'viewer' || who === 'admin')
    return [path, { ...init, cookie: house.cookies[who] }];
  const token = house.tokens[scope][who === 'a token with it' ? 'whole' : 'lacking'];
  return [path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } as Record<string, string> }];
}

beforeAll(async () => {
  picture = await sharp({ create: { width: 200, height: 300, channels: 3, background: '#aa3344' } })
    .png()
    .toBuffer();
  house = await openSampleHouse();
}, 240_000);

afterAll(() => house?.close(), 30_000);

describe('the matrix', () => {
  it('has a row for every page, and for nothing else', () => {
    expect(new Set(PAGES.map(([page]) => page))).toEqual(new Set(pages));
  });

  it('has a row for every method of every route, and for nothing else', () => {
    const others = methods.filter((each) => !apiMethods.includes(each));
    expect(new Set(ROUTES.map(([method, route]) => `${method} ${route}`))).toEqual(new Set(others));
  });

  it('has a row for every method of every route of the API, and for nothing else', () => {
    expect(new Set(API_ROUTES.map(([method, route]) => `${method} ${route}`))).toEqual(new Set(apiMethods));
  });

  it('has a row for every server action, and for nothing else', () => {
    expect(new Set(ACTIONS.map(({ action }) => action))).toEqual(new Set(actions));
  });

  it('knows all that was built', () => {
    const built = Object.keys(JSON.parse(read('.next/server/app-paths-manifest.json'))).map((each) =>
      pathOf(`app${each.replace(/\/page$/, '/page.tsx').replace(/\/route$/, '/route.ts')}`),
    );
    const ofNext = new Set(['/_not-found', '/_global-error', '/icon.svg']);
    const known = new Set([...pages, ...[...ROUTES, ...API_ROUTES].map(([, route]) => route)]);
    expect(built.filter((each) => !ofNext.has(each) && !known.has(each))).toEqual([]);
    expect(new Set(house.actions.keys())).toEqual(new Set(actions));
  });
});

describe('another site', () => {
  const safe = ['GET', 'HEAD', 'OPTIONS'];
  // Where there is nothing for anybody, nothing can be had.
  const unsafe = ROUTES.filter(([method, route]) => !safe.includes(method) && route !== '/api/v1/[...path]');

  it.each(unsafe)('cannot have an admin send %s %s at %s', async (...row) => {
    const [method, , address, , sent] = row;
    const [path, init] = requestOf(method, address, sent);
    const before = house.fingerprint();
    for (const sign of [{ origin: EVIL }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      const headers = { ...(init.headers as Record<string, string>), ...sign };
      const answer = await house.ask(path, { ...init, headers, cookie: house.cookies.admin });
      expect(answer.status).toBe(403);
    }
    expect(house.fingerprint()).toBe(before);
  });

  it.each(API_ROUTES)('cannot have an admin send %s %s at %s', async (...row) => {
    const [path, init] = apiRequestOf('admin', row);
    const before = house.fingerprint();
    const headers = { ...(init.headers as Record<string, string>), origin: EVIL, 'sec-fetch-site': 'cross-site' };
    expect((await house.ask(path, { ...init, headers })).status).toBe(401);
    expect(house.fingerprint()).toBe(before);
  });

  it.each(ACTIONS)('cannot have an admin call $action', async ({ action, args }) => {
    const before = house.fingerprint();
    const answer = await house.act(action, house.fill(args), { cookie: house.cookies.admin, origin: EVIL });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await expectNoLeak('admin', answer, action);
    expect(house.fingerprint()).toBe(before);
  });
});

// Before the pages and actions: some of those write the audit log after they have answered.
describe.each(API_VISITORS)('the API and %s', (who) => {
  const column = API_VISITORS.indexOf(who);

  it.each(API_ROUTES)('sends %s %s at %s, which needs %s', async (...row) => {
    const [path, init] = apiRequestOf(who, row);
    const before = house.fingerprint();
    const answer = await house.ask(path, init);
    expect(answer.status).toBe(apiAnswers(row[4])[column]);
    if (answer.status !== 204) expect(answer.headers.get('cache-control')).toBe('no-store');
    if (answer.status >= 400) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.headers.has('www-authenticate')).toBe(
        answer.status === 401 || (answer.status === 403 && column === 3),
      );
      expect(house.fingerprint()).toBe(before);
    }
    await expectNoLeak(who === 'a token with it' ? 'admin' : 'anonymous', answer, path);
  });
});

describe.each(VISITORS)('%s', (who) => {
  const column = VISITORS.indexOf(who);

  it.each(PAGES)('opens the page %s at %s', async (page, address, answers) => {
    const answer = await house.ask(house.fill(address), { cookie: house.cookies[who] });
    expect(outcomeOf(answer)).toBe(answers[column]);
    expect(answer.headers.get('cache-control'), page).toMatch(/no-store/);
    expect(answer.headers.get('content-security-policy')).toMatch(/'nonce-/);
    await expectNoLeak(who, answer, address);
  });

  it.each(ROUTES)('sends %s %s at %s', async (...row) => {
    const [method, route, address, answers, sent] = row;
    const [path, init] = requestOf(method, address, sent);
    const before = house.fingerprint();
    const answer = await house.ask(path, { ...init, cookie: house.cookies[who] });
    expect(outcomeOf(answer)).toBe(answers[column]);
    if (method === 'GET' && answer.status >= 400 && !route.startsWith('/objects')) {
      expect(answer.headers.get('cache-control') ?? '').not.toMatch(/public/);
    }
    if (route.startsWith('/api/') && method === 'GET')
      expect(answer.headers.get('cache-control')).toMatch(/no-store|no-cache/);
    await expectNoLeak(who, answer, path);
    if (answer.status >= 400) expect(house.fingerprint()).toBe(before);
  });

  it.each(ACTIONS)('calls $action', async ({ action, args, answers, endsSession, changesNothing }) => {
    const accounts = {
      anonymous: null,
      viewer: [VIEWER_EMAIL, PASSWORD],
      admin: [ADMIN.email, ADMIN.password],
    } as const;
    const account = endsSession ? accounts[who] : null;
    const cookie = account ? await house.signIn(account[0], account[1]) : house.cookies[who];
    const before = house.fingerprint();
    const answer = await house.act(action, house.fill(args), { cookie });
    expect(outcomeOf(answer)).toBe(answers[column]);
    if (account) house.cookies[who] = await house.signIn(account[0], account[1]);
    await expectNoLeak(who, answer, action);
    const isRefused = answers[column] === 404 || answers[column] === '/sign-in';
    if (changesNothing || (isRefused && !endsSession)) expect(house.fingerprint()).toBe(before);
  });
});

describe('whatever is sent', () => {
  it('is refused where a route has no such method', async () => {
    const known = new Set(
      methods.flatMap((each) => (each.startsWith('GET ') ? [each, each.replace('GET', 'HEAD')] : [each])),
    );
    const all = [
      ...ROUTES.map(([, route, address, , sent]) => ({ route, address, sent })),
      ...API_ROUTES.map(([, route, address, , , sent]) => ({ route, address, sent })),
    ];
    for (const { route, address, sent } of new Map(all.map((row) => [row.route, row])).values()) {
      for (const method of METHODS.filter((each) => !known.has(`${each} ${route}`))) {
        const headers = house.fill(sent?.headers ?? {});
        const answer = await house.ask(house.fill(address), { method, headers, cookie: house.cookies.admin });
        expect(answer.status, `${method} ${route}`).toBe(405);
      }
    }
  });

  it('as an id makes no error that tells of the inside', async () => {
    const ids = ['%00', '..%2F..%2F..%2Fetc%2Fpasswd', '%27%22%3Cscript%3E', 'a'.repeat(3000), '%F0%9F%8E%AC', '$ne'];
    const read = [...ROUTES, ...API_ROUTES].filter(([method]) => method === 'GET').map(([, route]) => route);
    const scopeOf = (path: string) =>
      API_ROUTES.find(([method, route]) => method === 'GET' && route === path)?.[3] ?? 'movies:read';
    const asked = [...new Set([...pages, ...read])];
    for (const path of asked.filter((each) => each.includes('['))) {
      for (const id of ids) {
        const answer = await house.ask(path.replace(/\[[^\]]+\]/g, id), {
          cookie: house.cookies.admin,
          headers: { authorization: `Bearer ${house.tokens[scopeOf(path)].whole}` },
        });
        expect(answer.status, `${path} with ${id.slice(0, 40)}`).toBeLessThan(500);
        await expectNoLeak('admin', answer, path);
      }
    }
  });

  it.each(['//evil.example', EVIL, '/\\evil.example', '/..//evil.example', '/.//evil.example', 'javascript:alert(1)'])(
    'as a way back leads to no other site: %s',
    async (next) => {
      const page = await house.ask(`/sign-in?next=${encodeURIComponent(next)}`, { cookie: house.cookies.viewer });
      expect(page.headers.get('location')).toBe('/');
      const form = { email: VIEWER_EMAIL, password: PASSWORD, next };
      const action = await house.act('signInAction', [null, { form }]);
      expect(action.headers.get('x-action-redirect')?.split(';')[0]).toBe('/');
    },
  );
});

describe('what is stored', () => {
  const hidden = ['draft', 'scheduled', 'spare'];
  /** All of a stream under the address that somebody has of another. */
  const under = (address: string, folder: string) => {
    const token = address.split('/').slice(0, 4).join('/');
    return [...STREAM_FILES, ...STILL_FILES].map((file) => `${token}/${folder}${file}`);
  };

  it('opens to its own address, for a quarter of an hour, and is kept by the asking browser alone', async () => {
    const { stream = '' } = house.samples;
    const expiresSec = Number(/\/s\/(\d+)\./.exec(stream)?.[1]);
    expect(expiresSec - Date.now() / 1000).toBeGreaterThan(600);
    expect(expiresSec - Date.now() / 1000).toBeLessThan(901);
    for (const file of [...STREAM_FILES, ...STILL_FILES]) {
      const answer = await house.ask(stream + file);
      expect(answer.status, file).toBe(200);
      expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=31536000, immutable$/);
    }
  });

  it('of a film that is not out opens to the admin who asked, and to nobody who is sent the address', async () => {
    const { cookie } = { cookie: house.cookies.admin };
    const { baseUrl } = await (await house.ask(`/api/watch/${house.samples.draft}`, { cookie })).json();
    const statuses = [cookie, undefined, house.cookies.viewer].map(async (each) => {
      const answers = [...STREAM_FILES, ...STILL_FILES].map((file) => house.ask(baseUrl + file, { cookie: each }));
      return [...new Set((await Promise.all(answers)).map(({ status }) => status))];
    });
    expect(await Promise.all(statuses)).toEqual([[200], [403], [403]]);
  });

  it('of another film is not opened by an address, nor anything beside it', async () => {
    const { stream = '', published = '' } = house.samples;
    const others = [...hidden, 'unlisted'].flatMap((name) => under(stream, house.samples[`${name}Folder`] ?? ''));
    const ways = ['../../', '%2e%2e/%2e%2e/', '..%2f..%2f', '%2e%2e%2f%2e%2e%2f', '....//'];
    const beside = ways.map((way) => `${stream}${way}${house.samples.draftFolder?.replace('media/', '')}master.m3u8`);
    for (const path of [...others, ...beside, `${stream}../`, stream.replace(published, house.samples.draft ?? '')]) {
      expect((await house.ask(path, FOLLOW)).status, path).toBeGreaterThanOrEqual(400);
    }
  });

  it('of a film that is not out is at no address that a stranger can think of', async () => {
    for (const name of hidden) {
      const [id, folder, still] = ['', 'Folder', 'Still'].map((part) => house.samples[name + part] ?? '');
      const files = [...STREAM_FILES, ...STILL_FILES].map((file) => `${folder}${file}`);
      const paths = [
        ...files.flatMap((file) => [`/${file}`, `/objects/${file}`, `/storage/objects/${file}`, `/objects//${file}`]),
        `/_next/image?url=${encodeURIComponent(`/stills/${id}/${still}/160`)}&w=640&q=75`,
        `/_next/image?url=${encodeURIComponent(`/objects/${folder}posters/0.jpg`)}&w=640&q=75`,
        ...[160, 480, 960, 1600].map((width) => `/stills/${id}/${still}/${width}`),
        `/frames/${id}/${house.samples[`${name}Version`]}/0`,
        `/api/watch/${id}`,
        `/film/${id}`,
        `/watch/${id}`,
      ];
      for (const cookie of [undefined, house.cookies.viewer]) {
        for (const path of paths) expect((await house.ask(path, { ...FOLLOW, cookie })).status, path).toBe(404);
      }
    }
  });

  it('as an upload is given to nobody, not even under a signature of ours', async () => {
    const objects = await diskObjects();
    for (const key of [house.samples.source ?? '', 'uploads/', `uploads/${house.samples.upload}/source`]) {
      const signed = await objects.signRead(key, { expiresSec: 60, folder: key.endsWith('/') });
      const paths = [
        signed,
        `${signed}${house.samples.draft}/source`,
        `/${key}`,
        `/objects/${key}`,
        `/storage/objects/${key}`,
      ];
      for (const path of paths) {
        const answer = await house.ask(path, { ...FOLLOW, cookie: house.cookies.admin });
        expect(answer.status, path).toBeGreaterThanOrEqual(400);
      }
    }
    const part = await house.ask(house.samples.part ?? '', { cookie: house.cookies.admin });
    expect(part.status).toBe(405);
  });

  it('is told to nobody any more once its film is a draft, but to whoever had an address, for its last minutes', async () => {
    const id = house.samples.unlisted as MovieId;
    const { baseUrl } = await (await house.ask(`/api/watch/${id}`)).json();
    const movie = await house.store.movies.get(id);
    await house.store.movies.update(id, movie?.version ?? 0, { visibility: 'draft' });
    expect((await house.ask(`/api/watch/${id}`)).status).toBe(404);
    expect((await house.ask(`${baseUrl}master.m3u8`)).status).toBe(200);
    const objects = await diskObjects();
    const over = await objects.signRead(house.samples.unlistedFolder ?? '', { expiresSec: -1, folder: true });
    expect((await house.ask(`${over}master.m3u8`)).status).toBe(403);
  });

  it('may be kept by all if it is a still of a published film, and by one browser if not', async () => {
    const cached = async (name: string) => {
      const path = house.fill(`/stills/{${name}}/{${name}Still}/160`);
      return (await house.ask(path, { cookie: house.cookies.admin })).headers.get('cache-control');
    };
    expect(await cached('published')).toMatch(/^public, .*immutable/);
    expect(await cached('scheduled')).toMatch(/^private, /);
  });
});

it('says on every answer that the house is https alone, and no frame, no guess at types', async () => {
  for (const path of [
    '/',
    '/sign-in',
    '/nothing',
    '/api/health',
    '/api/jobs/x',
    '/objects/x',
    '/icon.svg',
    '/stills/x/y/160',
  ]) {
    const { headers } = await house.ask(path);
    expect(headers.get('strict-transport-security'), path).toBe('max-age=31536000');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    if (!path.startsWith('/objects')) expect(headers.get('x-frame-options'), path).toBe('DENY');
    expect(headers.get('x-powered-by'), path).toBeNull();
  }
});
