import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CATALOGUE_ROWS, type Catalogue, type Told } from '@marquee/core/catalogue';
import type { Cache, Logger } from '@marquee/core/ports';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTmdbStub, type TmdbStub } from '../../../scripts/tmdb-stub.ts';
import { createMemoryCache } from '../src/memory-cache.ts';
import { createRedisCache } from '../src/redis-cache.ts';
import { createTmdbCatalogue } from '../src/tmdb-catalogue.ts';
import { eventually, pause } from './engine.ts';
import { describeWithService } from './service.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let logged: { level: string; message: string; fields: unknown }[];
const note =
  (level: string) =>
  (message: string, fields: unknown = {}) => {
    logged.push({ level, message, fields });
  };
const log: Logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };

let stub: TmdbStub;
let cache: Cache;
let catalogue: Catalogue;
/** How many questions the stub got since the test began. */
let asked: () => number;

/** @param more what is other than for most tests, in which nothing is to be away for want of patience */
function open(more: Partial<Parameters<typeof createTmdbCatalogue>[0]> = {}): Catalogue {
  const { apiKey, url: baseUrl, imageUrl } = stub;
  return createTmdbCatalogue({ apiKey, baseUrl, imageUrl, cache, log, patienceMs: 20_000, ...more });
}

function known<T>(told: Told<T>): T {
  if (told.state !== 'known' || told.value === null) throw new Error(`expected an answer: ${JSON.stringify(told)}`);
  return told.value;
}

/** Lets time pass for lifetimes and pauses, which go by the clock that never jumps. */
function later(ms: number): void {
  vi.advanceTimersByTime(ms);
}

beforeAll(async () => {
  stub = await startTmdbStub();
});
afterAll(() => stub.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  logged = [];
  cache = createMemoryCache();
  catalogue = open();
  const before = stub.requests().length;
  asked = () => stub.requests().length - before;
});
afterEach(async () => {
  // Nothing that was said holds the key, whatever went wrong.
  expect(JSON.stringify(logged)).not.toContain(stub.apiKey);
  expect(JSON.stringify(logged)).not.toContain(stub.token);
  stub.mode('well');
  await cache.close();
  vi.useRealTimers();
});

describe('what the catalogue tells', () => {
  it('rows, each of its kind', async () => {
    for (const row of CATALOGUE_ROWS) {
      const cards = known(await catalogue.row(row));
      expect(cards).toHaveLength(20);
      expect(new Set(cards.map((card) => card.tmdbId)).size).toBe(20);
      for (const card of cards) {
        expect(card.kind).toBe(row.endsWith('series') ? 'series' : 'film');
        expect(card.title).not.toBe('');
        if (card.poster) expect(card.poster).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/t\/p\/\{size\}\/p[a-z0-9]+\.jpg$/);
      }
    }
    expect(asked()).toBe(CATALOGUE_ROWS.length);
    expect(stub.requests().at(-4)).toMatchObject({
      path: '/movie/now_playing',
      query: { region: 'US', language: 'en-US' },
    });
  });

  it('searches for all kinds at once or for one, page by page', async () => {
    const all = known(await catalogue.search({ text: 'tilda' }));
    expect(new Set(all.titles.map((title) => title.kind))).toEqual(new Set(['film', 'series']));
    expect(all.pages).toBeGreaterThan(1);
    const films = known(await catalogue.search({ text: 'the', kind: 'film' }));
    expect(films.titles).toHaveLength(20);
    expect(films.titles.every((title) => title.kind === 'film')).toBe(true);
    const more = known(await catalogue.search({ text: 'the', kind: 'film', page: 2 }));
    expect(more.page).toBe(2);
    expect(films.titles.map((title) => title.tmdbId)).not.toContain(more.titles[0]?.tmdbId);
    const series = known(await catalogue.search({ text: 'estavel', kind: 'series' }));
    for (const title of series.titles)
      expect(title).toMatchObject({ kind: 'series', title: expect.stringContaining('Éstavel') });
    const people = known(await catalogue.search({ text: 'ada', kind: 'person' }));
    expect(people.titles).toEqual([]);
    for (const person of people.people) expect(person.name).toMatch(/^Ada /);
    expect(people.people.some((person) => person.knownFor.length === 3)).toBe(true);
    // People stand among all kinds, after the titles.
    const last = known(await catalogue.search({ text: 'tilda', page: all.pages }));
    expect(last.people.length).toBeGreaterThan(0);
  });

  it('takes the same question in other clothes for the same, and asks none without sense', async () => {
    await catalogue.search({ text: 'Lantern  Of' });
    await catalogue.search({ text: ' lantern of ' });
    expect(asked()).toBe(1);
    const nothing = { titles: [], people: [], pages: 0 };
    expect(known(await catalogue.search({ text: '  ' }))).toMatchObject(nothing);
    expect(known(await catalogue.search({ text: 'a', page: 501 }))).toMatchObject(nothing);
    expect(known(await catalogue.search({ text: 'a', page: Number.NaN }))).toMatchObject(nothing);
    expect(await catalogue.title('film', 1.5)).toEqual({ state: 'known', value: null });
    expect(await catalogue.title('film', 2 ** 40)).toEqual({ state: 'known', value: null });
    expect(await catalogue.season(5000, -1)).toEqual({ state: 'known', value: null });
    expect(await catalogue.person(0)).toEqual({ state: 'known', value: null });
    expect(asked()).toBe(1);
    // Whatever somebody types is one word of the question, and no address of its own.
    expect(known(await catalogue.search({ text: '&api_key=x#/../../%00\u0000' }))).toMatchObject(nothing);
    expect(stub.requests().at(-1)).toMatchObject({ path: '/search/multi', key: 'query' });
  });

  it('all of a film with one request', async () => {
    const films = await Promise.all(Array.from({ length: 12 }, (_, i) => catalogue.title('film', 1000 + i)));
    expect(asked()).toBe(12);
    for (const film of films.map(known)) {
      expect(film).toMatchObject({ kind: 'film', seasons: [], imdbId: expect.stringMatching(/^tt\d+$/) });
      expect(film.cast.length).toBeGreaterThan(4);
      expect(film.cast.length).toBeLessThanOrEqual(20);
      expect(film.crew[0]?.job).toContain('Director');
      expect(film.crew.map((member) => member.job)).not.toContain('Casting');
      expect(film.genres.length).toBeGreaterThan(0);
      expect(film.runtimeMin).toBeGreaterThan(70);
      expect(film.similar).toHaveLength(20);
      expect(film.similar.map((other) => other.tmdbId)).not.toContain(film.tmdbId);
      for (const { youtubeKey } of film.trailers) expect(youtubeKey).toMatch(/^[\w-]{11}$/);
    }
    expect(films.map(known).some((film) => film.trailers.length > 0 && film.stills.length > 0)).toBe(true);
  });

  it('all of a series, its seasons and their episodes', async () => {
    const list = await Promise.all(Array.from({ length: 12 }, (_, i) => catalogue.title('series', 5000 + i)));
    for (const series of list.map(known)) {
      expect(series.kind).toBe('series');
      expect(series.seasons.length).toBeGreaterThan(0);
      expect(series.crew[0]?.job).toContain('Creator');
      expect(series.cast[0]?.role).not.toBe('');
      const [first] = series.seasons;
      const season = known(await catalogue.season(series.tmdbId, first?.number ?? 1));
      expect(season).toMatchObject({ number: first?.number, episodeCount: first?.episodeCount });
      expect(season.episodes.map((episode) => episode.number)).toEqual(season.episodes.map((_, i) => i + 1));
    }
    expect(list.map(known).some((series) => series.seasons[0]?.number === 0)).toBe(true);
    expect(list.map(known).filter((series) => (series.runtimeMin ?? 0) > 20).length).toBeGreaterThan(9);
  });

  it('people, with what they are best known for first', async () => {
    const person = known(await catalogue.person(101));
    expect(person.knownFor).toEqual(person.credits.slice(0, 3).map((credit) => credit.title));
    expect(person.credits.length).toBeGreaterThan(3);
    for (const credit of person.credits) expect(credit.role).toBeTypeOf('string');
    expect(asked()).toBe(1);
  });
});

describe('what is kept', () => {
  it('answers for its time without asking, then serves the old answer while it asks again', async () => {
    const first = await catalogue.title('film', 1000);
    later(DAY_MS - 1000);
    expect(await catalogue.title('film', 1000)).toEqual(first);
    expect(asked()).toBe(1);
    later(2000);
    expect(await catalogue.title('film', 1000)).toEqual(first);
    await eventually(() => asked() === 2);
    await catalogue.row('popular-films');
    later(HOUR_MS + 1000);
    await catalogue.row('popular-films');
    await eventually(() => asked() === 4);
  });

  it('asks once for all who ask at the same moment', async () => {
    const told = await Promise.all(Array.from({ length: 30 }, () => catalogue.title('series', 5001)));
    expect(new Set(told.map((one) => known(one).title)).size).toBe(1);
    expect(asked()).toBe(1);
  });

  it('remembers for an hour that there is none', async () => {
    for (const ask of [
      () => catalogue.title('film', 999_999),
      () => catalogue.title('series', 1000),
      () => catalogue.season(5001, 99),
      () => catalogue.person(999_999),
    ]) {
      const before = asked();
      for (let i = 0; i < 3; i++) expect(await ask()).toEqual({ state: 'known', value: null });
      expect(asked() - before).toBe(1);
    }
    later(HOUR_MS + 1000);
    await catalogue.person(999_999);
    await eventually(() => asked() === 5);
    expect(logged).toEqual([]);
  });

  it.each(['slow', 'limited', 'down', 'refusing'] as const)('is served for a week while TMDB is %s', async (mode) => {
    catalogue = open({ patienceMs: 150 });
    await eventually(async () => (await catalogue.title('film', 1001)).state === 'known');
    await eventually(async () => (await catalogue.row('now-playing')).state === 'known');
    stub.mode(mode, { slowMs: 2500 });
    const startedMs = Date.now();
    for (let day = 0; day < 6; day++) {
      later(DAY_MS);
      expect(known(await catalogue.title('film', 1001)).tmdbId).toBe(1001);
      expect(known(await catalogue.row('now-playing'))).toHaveLength(20);
      // What nobody asked before is not to be had.
      expect(await catalogue.title('film', 1100 + day)).toEqual({ state: 'away' });
    }
    expect(Date.now() - startedMs).toBeLessThan(2400);
    stub.mode('well');
    later(HOUR_MS);
    await eventually(async () => (await catalogue.title('film', 1109)).state === 'known');
  });

  it('is not mixed up with what another place, or another language, said', async () => {
    const german = open({ language: 'de', country: 'DE' });
    expect(known(await catalogue.title('film', 1002)).certificate).not.toBe('12');
    expect(known(await german.title('film', 1002)).certificate).toBe('12');
    expect(stub.requests().at(-1)?.query).toMatchObject({ language: 'de', include_image_language: 'de,en,null' });
  });
});

describe('a catalogue in trouble', () => {
  it('costs nobody more than their patience, and what was asked is there next time', async () => {
    catalogue = open({ patienceMs: 100 });
    stub.mode('slow', { slowMs: 2500 });
    const startedMs = Date.now();
    expect(await catalogue.title('film', 1003)).toEqual({ state: 'away' });
    expect(await catalogue.title('film', 1003)).toEqual({ state: 'away' });
    expect(Date.now() - startedMs).toBeLessThan(2000);
    await eventually(async () => (await catalogue.title('film', 1003)).state === 'known');
    expect(asked()).toBe(1);
    expect(logged).toEqual([]);
  });

  it('that limits requests is left alone for as long as it says', async () => {
    stub.mode('limited', { retryAfterSec: 40 });
    expect(await catalogue.row('popular-films')).toEqual({ state: 'away' });
    stub.mode('well');
    later(39_000);
    for (const row of CATALOGUE_ROWS) expect(await catalogue.row(row)).toEqual({ state: 'away' });
    expect(await catalogue.search({ text: 'lantern' })).toEqual({ state: 'away' });
    expect(asked()).toBe(1);
    later(2000);
    expect((await catalogue.row('popular-films')).state).toBe('known');
    expect(logged).toEqual([
      { level: 'warn', message: 'catalogue limits requests; pausing', fields: { pauseMs: 40_000 } },
      { level: 'info', message: 'catalogue is back', fields: {} },
    ]);
  });

  it('that is down is asked again after pauses that grow to half a minute, and says so once', async () => {
    stub.mode('down');
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      // Those that ask together fail together, and count once.
      await Promise.all([1, 2, 3].map((n) => catalogue.title('film', 1200 + 10 * i + n)));
      const before = asked();
      let waitedMs = 0;
      while (asked() === before) {
        later(500);
        waitedMs += 500;
        await catalogue.title('film', 1300 + i);
      }
      pauses.push(waitedMs);
    }
    // Asking failed each time, so each pause was followed by the next.
    expect(pauses.at(-1)).toBe(30_000);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(logged).toEqual([
      { level: 'warn', message: 'catalogue is away; doing with what is kept', fields: { why: 503 } },
    ]);
    stub.mode('well');
    later(31_000);
    expect((await catalogue.title('film', 1000)).state).toBe('known');
    expect(logged.at(-1)).toMatchObject({ level: 'info', message: 'catalogue is back' });
  });

  it('that refuses the key says once which variable to correct, and is tried once a minute', async () => {
    catalogue = open({ apiKey: 'ffffffffffffffffffffffffffffffff' });
    for (let minute = 0; minute < 3; minute++) {
      for (let i = 0; i < 5; i++) expect(await catalogue.title('film', 1000 + i)).toEqual({ state: 'away' });
      later(61_000);
    }
    expect(asked()).toBe(3);
    expect(logged).toEqual([{ level: 'error', message: expect.stringContaining('TMDB_API_KEY'), fields: {} }]);
    expect(JSON.stringify(logged)).not.toContain('ffffffff');
  });

  it('takes a read access token in a header, where no address shows it', async () => {
    catalogue = open({ apiKey: stub.token });
    expect((await catalogue.row('popular-films')).state).toBe('known');
    expect(stub.requests().at(-1)).toMatchObject({ key: 'bearer' });
    expect(stub.requests().at(-1)?.query).not.toHaveProperty('api_key');
  });

  it('that does not answer in time, or at all, is away', async () => {
    catalogue = open({ timeoutMs: 100 });
    stub.mode('slow', { slowMs: 1000 });
    expect(await catalogue.title('film', 1004)).toEqual({ state: 'away' });
    expect(logged).toEqual([expect.objectContaining({ level: 'warn', fields: { why: 'TimeoutError' } })]);
    logged = [];
    const nobody = open({ baseUrl: 'http://127.0.0.1:9/3' });
    expect(await nobody.title('film', 1004)).toEqual({ state: 'away' });
    const nonsense = open({ baseUrl: 'http://[' });
    expect(await nonsense.title('film', 1004)).toEqual({ state: 'away' });
    expect(logged.map((line) => line.level)).toEqual(['warn', 'warn']);
  });
});

describe('odd answers', () => {
  let server: Server;
  let answer: RequestListener;
  let odd: Catalogue;
  const json =
    (value: unknown): RequestListener =>
    (_, response) =>
      response.end(JSON.stringify(value));
  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    odd = open({ baseUrl: addressOf(server), imageUrl: 'https://pictures.example' });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const addressOf = (one: Server) => `http://127.0.0.1:${(one.address() as AddressInfo).port}/3`;

  it.each<[string, RequestListener]>([
    ['a page of HTML', (_, response) => response.end('<h1>Welcome to the airport</h1>')],
    ['nothing', (_, response) => response.end()],
    ['half an answer', (_, response) => response.end('{"id": 7, "ti')],
    ['a broken line', (_, response) => response.destroy()],
    ['a list', json([])],
    ['null', json(null)],
    ['an empty object', json({})],
    ['ids that are none', json({ id: '7', results: 'none', season_number: -1 })],
    ['a status of no meaning', (_, response) => response.writeHead(418).end()],
    ['a redirect', (_, response) => response.writeHead(302, { Location: `${stub.url}/movie/1000` }).end()],
  ])('%s is no answer, and is not kept as one', async (_, how) => {
    answer = how;
    for (const ask of [
      () => odd.row('popular-films'),
      () => odd.search({ text: 'x' }),
      () => odd.title('film', 7),
      () => odd.title('series', 7),
      () => odd.season(7, 1),
      () => odd.person(7),
    ]) {
      expect(await ask()).toEqual({ state: 'away' });
      later(60_000);
    }
    expect(asked()).toBe(0);
    answer = json({ results: [] });
    expect(await odd.row('popular-films')).toEqual({ state: 'known', value: [] });
  });

  it('rows and searches that are not found mean that this is not TMDB', async () => {
    answer = (_, response) => response.writeHead(404).end('not here');
    expect(await odd.row('popular-films')).toEqual({ state: 'away' });
    expect(logged).toEqual([expect.objectContaining({ level: 'warn', fields: { why: 404 } })]);
  });

  it('a question that TMDB does not take stops no others', async () => {
    answer = (_, response) => response.writeHead(422).end('{"status_code":5}');
    expect(known(await odd.search({ text: 'x' })).titles).toEqual([]);
    answer = json({ id: 7, title: 'Seven' });
    expect(known(await odd.title('film', 7)).title).toBe('Seven');
  });

  it('an answer without an end is broken off', async () => {
    let sentBytes = 0;
    answer = (_, response) => {
      const block = Buffer.alloc(256 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && response.write(block)) sentBytes += block.length;
        sentBytes += block.length;
      };
      response.on('drain', more);
      more();
    };
    expect(await odd.title('film', 7)).toEqual({ state: 'away' });
    await pause(100);
    expect(sentBytes).toBeLessThan(64 * 1024 ** 2);
  });

  it('asks no more than twenty things at once', async () => {
    let now = 0;
    let most = 0;
    answer = (request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now -= 1;
        json({ id: 7, title: 'Seven' })(request, response);
      }, 20);
    };
    const told = await Promise.all(Array.from({ length: 100 }, (_, i) => odd.title('film', i + 1)));
    expect(told.every((one) => one.state === 'known')).toBe(true);
    expect(most).toBe(20);
    // Where far more wait than are answered, the rest is told at once that there is no answer.
    const flood = await Promise.all(Array.from({ length: 500 }, (_, i) => odd.title('film', i + 1000)));
    expect(flood.filter((one) => one.state === 'away')).toHaveLength(80);
  });

  it('nulls, empty texts and hostile names become what pages can show', async () => {
    answer = json({
      id: 7,
      adult: false,
      title: null,
      original_title: '  Seven  ',
      overview: null,
      tagline: 5,
      release_date: '',
      vote_average: 0,
      vote_count: 0,
      runtime: null,
      imdb_id: 'javascript:alert(1)',
      poster_path: '/../../etc/passwd',
      backdrop_path: '/a.jpg?x=https://evil.example/',
      genres: [null, { id: 1 }, { id: 2, name: 'Drama' }],
      credits: {
        cast: [
          null,
          { id: 1, name: '', order: 0 },
          { id: 2, name: 'Second', character: null, order: 4 },
          { id: 3, name: 'First', order: 1, character: 'Herself' },
          { id: 3, name: 'First', order: 9, character: 'Her mother' },
        ],
        crew: [
          { id: 4, name: 'Maker', job: 'Writer' },
          { id: 4, name: 'Maker', job: 'Director' },
          { id: 5, name: 'Boom', job: 'Boom Operator' },
        ],
      },
      videos: {
        results: [
          { key: 'aaaaaaaaaaa', site: 'YouTube', type: 'Teaser', name: 'T', official: true },
          { key: 'bbbbbbbbbbb', site: 'YouTube', type: 'Trailer', name: '', official: false, iso_639_1: 'en' },
          { key: 'ccccccccccc', site: 'YouTube', type: 'Trailer', name: 'Best', official: true, iso_639_1: 'en' },
          { key: '"><script>', site: 'YouTube', type: 'Trailer', name: 'X' },
          { key: 'ddddddddddd', site: 'Vimeo', type: 'Trailer', name: 'X' },
          { key: 'eeeeeeeeeee', site: 'YouTube', type: 'Bloopers', name: 'X' },
        ],
      },
      images: {
        backdrops: [
          { file_path: '/with-words.jpg', iso_639_1: 'en', vote_average: 9 },
          { file_path: '/plain.jpg', iso_639_1: null, vote_average: 1 },
          { file_path: null },
        ],
      },
      release_dates: {
        results: [
          { iso_3166_1: 'GB', release_dates: [{ certification: '12A', type: 3 }] },
          {
            iso_3166_1: 'US',
            release_dates: [
              { certification: '', type: 1 },
              { certification: 'NR', type: 6 },
              { certification: 'PG-13', type: 3 },
            ],
          },
        ],
      },
      similar: {
        results: [
          { id: 8, title: 'Eight' },
          { id: 8, title: 'Eight' },
          { id: 7, title: 'Seven' },
          { id: 9, title: 'Not for all', adult: true },
        ],
      },
    });
    expect(known(await odd.title('film', 7))).toEqual({
      kind: 'film',
      tmdbId: 7,
      title: 'Seven',
      originalTitle: 'Seven',
      year: null,
      overview: '',
      tagline: '',
      poster: null,
      backdrop: null,
      rating: null,
      genres: ['Drama'],
      runtimeMin: null,
      certificate: 'PG-13',
      releasedOn: null,
      imdbId: null,
      cast: [
        { personId: 3, name: 'First', role: 'Herself, Her mother', portrait: null },
        { personId: 2, name: 'Second', role: '', portrait: null },
      ],
      crew: [{ personId: 4, name: 'Maker', job: 'Director, Writer' }],
      seasons: [],
      trailers: [
        { youtubeKey: 'ccccccccccc', name: 'Best' },
        { youtubeKey: 'bbbbbbbbbbb', name: 'Trailer' },
        { youtubeKey: 'aaaaaaaaaaa', name: 'T' },
      ],
      stills: ['https://pictures.example/{size}/plain.jpg', 'https://pictures.example/{size}/with-words.jpg'],
      similar: [expect.objectContaining({ tmdbId: 8 })],
    });
    const british = open({ baseUrl: addressOf(server), country: 'GB' });
    expect(known(await british.title('film', 7)).certificate).toBe('12A');
    // What is not for everybody, or has no name, is not there.
    answer = json({ id: 8, title: 'Not for all', adult: true });
    expect(await odd.title('film', 8)).toEqual({ state: 'known', value: null });
    answer = json({ id: 9, name: '', created_by: null });
    expect(await odd.title('series', 9)).toEqual({ state: 'known', value: null });
  });

  it('people are known for their parts, not for where they sat as themselves', async () => {
    const base = { media_type: 'movie', vote_count: 1000 };
    answer = json({
      id: 7,
      name: 'Player',
      known_for_department: 'Acting',
      birthday: '1960-02-31',
      deathday: null,
      place_of_birth: null,
      combined_credits: {
        cast: [
          { ...base, id: 1, title: 'Small part', character: 'Guard', order: 40, vote_count: 3000 },
          { ...base, id: 2, title: 'Great part', character: 'Queen', order: 0 },
          {
            ...base,
            id: 3,
            media_type: 'tv',
            name: 'Talk',
            character: 'Self - Guest',
            vote_count: 9000,
            genre_ids: [10767],
          },
          {
            ...base,
            id: 4,
            media_type: 'tv',
            name: 'One episode',
            character: 'Nurse',
            episode_count: 1,
            vote_count: 2000,
          },
          { ...base, id: 5, media_type: 'collection', title: 'No title' },
        ],
        crew: [
          { ...base, id: 2, title: 'Great part', job: 'Producer', department: 'Production' },
          { ...base, id: 6, title: 'Produced', job: 'Producer', department: 'Production', vote_count: 900 },
        ],
      },
    });
    const person = known(await odd.person(7));
    expect(person.credits.map((credit) => `${credit.title}: ${credit.role}`)).toEqual([
      'Great part: Queen, Producer',
      'Small part: Guard',
      'Produced: Producer',
      'One episode: Nurse',
      'Talk: Self - Guest',
    ]);
    expect(person).toMatchObject({
      bornOn: null,
      diedOn: null,
      birthplace: null,
      knownFor: ['Great part', 'Small part', 'Produced'],
    });
  });
});

describeWithService('REDIS_URL', (url) => {
  it('shares what TMDB said among processes, and does without Redis when it is away', async () => {
    vi.useRealTimers();
    const prefix = `test-tmdb-${process.pid}-${Date.now()}`;
    const caches = [1, 2].map(() => createRedisCache({ url, prefix, log }));
    const [one, two] = caches.map((each) => open({ cache: each }));
    const told = await Promise.all([one, two, one, two].map((each) => each?.title('film', 1005)));
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await two?.person(999_999)).toEqual({ state: 'known', value: null });
    expect(await one?.person(999_999)).toEqual({ state: 'known', value: null });
    expect(asked()).toBe(2);
    await Promise.all(caches.map((each) => each.close()));

    const nowhere = createRedisCache({ url: 'redis://127.0.0.1:9', prefix, log });
    expect(known(await open({ cache: nowhere, patienceMs: 5000 }).title('film', 1006)).tmdbId).toBe(1006);
    await nowhere.close();
  });
});
