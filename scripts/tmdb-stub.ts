import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type Answer,
  byPopularity,
  page,
  personCard,
  personDetails,
  seasonDetails,
  titleCard,
  titleDetails,
  withType,
} from './tmdb-stub/answers.ts';
import { drawPicture } from './tmdb-stub/pictures.ts';
import { inventWorld, type Title } from './tmdb-stub/world.ts';

const USAGE = `npm run tmdb-stub [-- --port 4600]

Serves a catalogue of invented films, series and people in the shapes of TMDB's API, on this machine alone, for work on
the site without a key. Prints the variables that lead Marquee to it, and serves until Ctrl-C.`;

/** `limited`: 429; `down`: 503; `refusing`: 401, as if the key were wrong; `slow`: right, but late. */
export type StubMode = 'well' | 'slow' | 'limited' | 'down' | 'refusing';

export interface StubRequest {
  path: string;
  query: Record<string, string>;
  /** How the key came. */
  key: 'query' | 'bearer' | 'none';
}

export interface TmdbStub {
  /** For TMDB_BASE_URL. */
  url: string;
  /** For TMDB_IMAGE_URL. */
  imageUrl: string;
  apiKey: string;
  /** As a read access token, which the stub takes too. */
  token: string;
  /** How the API answers from now on; pictures always come. Default of `slowMs`: 3000, of `retryAfterSec`: 1. */
  mode(next: StubMode, options?: { slowMs?: number; retryAfterSec?: number }): void;
  /** What the API was asked so far. */
  requests(): StubRequest[];
  close(): Promise<void>;
}

const API_KEY = '0123456789abcdef0123456789abcdef';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJzdHViIn0.c3R1Yi1zaWduYXR1cmU';

/** TMDB's own words: https://developer.themoviedb.org/docs/errors. */
const REFUSALS = {
  key: [401, 7, 'Invalid API key: You must be granted a valid key.'],
  none: [404, 34, 'The resource you requested could not be found.'],
  page: [400, 22, 'Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.'],
  appended: [400, 27, 'Too many append to response objects: The maximum number of remote calls is 20.'],
  limit: [429, 25, 'Your request count (41) is over the allowed limit of (40).'],
  down: [503, 9, 'Service offline: This service is temporarily offline, try again later.'],
} as const;
type Refusal = keyof typeof REFUSALS;

/** Starts a server that speaks TMDB's protocol, version 3, on 127.0.0.1. Default port: a free one. */
export async function startTmdbStub(options: { port?: number } = {}): Promise<TmdbStub> {
  const answerTo = makeAnswers();
  const asked: StubRequest[] = [];
  let mode: StubMode = 'well';
  let slowMs = 3000;
  let retryAfterSec = 1;

  async function api(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const { api_key: key, ...query } = Object.fromEntries(url.searchParams);
    const isBearer = request.headers.authorization === `Bearer ${TOKEN}`;
    asked.push({
      path: url.pathname.slice('/3'.length),
      query,
      key: isBearer ? 'bearer' : key === undefined ? 'none' : 'query',
    });
    if (mode === 'slow') await sleep(slowMs, undefined, { ref: false });
    if (mode === 'limited') {
      response.setHeader('Retry-After', retryAfterSec);
      return refuse(response, 'limit');
    }
    if (mode === 'down') return refuse(response, 'down');
    if (mode === 'refusing' || !(isBearer || key === API_KEY)) return refuse(response, 'key');
    const answer = answerTo(url.pathname.slice('/3'.length), query);
    if (typeof answer === 'string') return refuse(response, answer);
    send(response, 200, answer);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, size, name] = /^\/t\/p\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
    if (size && name) {
      const picture = drawPicture(size, name);
      if (!picture) return void response.writeHead(404).end();
      return void response
        .writeHead(200, { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=31536000' })
        .end(picture);
    }
    if (!url.pathname.startsWith('/3/')) return refuse(response, 'none');
    api(request, url, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/3`,
    imageUrl: `${origin}/t/p`,
    apiKey: API_KEY,
    token: TOKEN,
    mode(next, more = {}) {
      mode = next;
      slowMs = more.slowMs ?? 3000;
      retryAfterSec = more.retryAfterSec ?? 1;
    },
    requests: () => [...asked],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Lays the invented world out under TMDB's addresses. */
function makeAnswers(): (path: string, query: Record<string, string>) => Answer | Refusal {
  const world = inventWorld();
  const popular = byPopularity(world.titles);
  const people = byPopularity(world.people);
  const of = (kind: string) => popular.filter((title) => title.kind === kind);
  const byDate = (titles: Title[]) => titles.toSorted((a, b) => b.date.localeCompare(a.date));
  // What is talked about is not quite what is popular.
  const byTalk = (titles: Title[]) => titles.toSorted((a, b) => (b.popularity % 50) - (a.popularity % 50));
  const lists: Record<string, (query: Record<string, string>) => Answer[]> = {
    '/movie/popular': () => of('movie').map(titleCard),
    '/movie/now_playing': () => byDate(of('movie')).slice(0, 60).map(titleCard),
    '/trending/movie/week': () => byTalk(of('movie')).map(withType),
    '/tv/popular': () => of('tv').map(titleCard),
    '/trending/tv/week': () => byTalk(of('tv')).map(withType),
    '/search/movie': ({ query = '' }) => matching(query, of('movie')).map(titleCard),
    '/search/tv': ({ query = '' }) => matching(query, of('tv')).map(titleCard),
    '/search/person': ({ query = '' }) => matching(query, people).map((human) => personCard(world, human)),
    '/search/multi': ({ query = '' }) => [
      ...matching(query, popular).map(withType),
      ...matching(query, people).map((human) => ({ ...personCard(world, human), media_type: 'person' })),
    ],
  };

  return (path, query) => {
    const list = lists[path];
    if (list) {
      const answer = page(query.page, list(query));
      if (!answer) return 'page';
      return path === '/movie/now_playing'
        ? { dates: { minimum: '2026-01-01', maximum: '2026-12-31' }, ...answer }
        : answer;
    }
    const [, kind, id, season] = /^\/(movie|tv|person)\/(\d+)(?:\/season\/(\d+))?$/.exec(path) ?? [];
    const append = query.append_to_response?.split(',') ?? [];
    if (append.length > 20) return 'appended';
    if (kind === 'person') {
      const human = world.people.find((one) => one.id === Number(id));
      return human ? personDetails(world, human, append) : 'none';
    }
    const title = world.titles.find((one) => one.kind === kind && one.id === Number(id));
    if (!title) return 'none';
    if (season !== undefined) return seasonDetails(title, Number(season)) ?? 'none';
    return titleDetails(world, title, append);
  };
}

/** Every word asked for begins a word of the name, whatever its accents. */
function matching<T extends { name: string }>(query: string, list: T[]): T[] {
  const words = plainWords(query);
  if (words.length === 0) return [];
  return list.filter(({ name }) => {
    const named = plainWords(name);
    return words.every((word) => named.some((other) => other.startsWith(word)));
  });
}

function plainWords(text: string): string[] {
  return (
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function refuse(response: ServerResponse, why: Refusal): void {
  const [status, status_code, status_message] = REFUSALS[why];
  send(response, status, { success: false, status_code, status_message });
}

function send(response: ServerResponse, status: number, answer: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json;charset=utf-8' }).end(JSON.stringify(answer));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4600' }, help: { type: 'boolean' } } });
  if (values.help) process.stdout.write(`${USAGE}\n`);
  else {
    const stub = await startTmdbStub({ port: Number(values.port) });
    process.stdout.write(
      `export TMDB_API_KEY=${stub.apiKey} TMDB_BASE_URL=${stub.url} TMDB_IMAGE_URL=${stub.imageUrl}\n`,
    );
    process.stderr.write('Ctrl-C stops it.\n');
  }
}
