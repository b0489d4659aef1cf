import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SITE_DIR } from '../server/build.ts';
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
import { openSampleHouse, PART, PASSWORD, type SampleHouse, SECRET, VIEWER_EMAIL } from './sample-house.ts';

vi.setConfig({ testTimeout: 30_000 });

const EVIL = 'https://evil.example';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Words that stand in no answer to anybody: paths and lines of our sources, what we sign with, what people know. */
const NEVER = [SECRET, PASSWORD, ADMIN.password, 'node_modules/', '    at ', 'MarqueeError', tracesOf(SITE_DIR)];
/** What viewers and strangers are never told. */
const NOT_FOR_GUESTS = [
  'Sample draft',
  'Sample scheduled',
  'Sample spare',
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
  for (const word of [...NEVER, house.dataDir, ...others])
    expect(text.includes(word), `${what}: "${word}"`).toBe(false);
}

function requestOf([method, , address, , sent]: RouteRow): [string, RequestInit] {
  const bodies = { picture: new Uint8Array(picture), part: new Uint8Array(PART) };
  const { json, headers = {}, body } = sent ?? {};
  const content = json === undefined ? body && bodies[body] : JSON.stringify(json);
  return [
    house.fill(address),
    { method, headers: house.fill(headers), ...(content === undefined ? {} : { body: content }) },
  ];
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
    expect(new Set(ROUTES.map(([method, route]) => `${method} ${route}`))).toEqual(new Set(methods));
  });

  it('has a row for every server action, and for nothing else', () => {
    expect(new Set(ACTIONS.map(({ action }) => action))).toEqual(new Set(actions));
  });

  it('knows all that was built', () => {
    const built = Object.keys(JSON.parse(read('.next/server/app-paths-manifest.json'))).map((each) =>
      pathOf(`app${each.replace(/\/page$/, '/page.tsx').replace(/\/route$/, '/route.ts')}`),
    );
    const ofNext = new Set(['/_not-found', '/_global-error', '/icon.svg']);
    const known = new Set([...pages, ...ROUTES.map(([, route]) => route)]);
    expect(built.filter((each) => !ofNext.has(each) && !known.has(each))).toEqual([]);
    expect(new Set(house.actions.keys())).toEqual(new Set(actions));
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
    const [method, route, , answers] = row;
    const [path, init] = requestOf(row);
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
    await expectNoLeak(who, answer, action);
    const isRefused = answers[column] === 404 || answers[column] === '/sign-in';
    if (changesNothing || (isRefused && !endsSession)) expect(house.fingerprint()).toBe(before);
  });
});
