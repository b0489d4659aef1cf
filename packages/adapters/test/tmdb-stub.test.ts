import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTmdbStub, type TmdbStub } from '../../../scripts/tmdb-stub.ts';

/** TMDB's own description of its API, where it lies beside the project. */
const DESCRIPTION = fileURLToPath(new URL('../../../../shared/tmdb/tmdb-api.json', import.meta.url));

type Json = Record<string, unknown>;

let stub: TmdbStub;
beforeAll(async () => {
  stub = await startTmdbStub();
});
afterAll(() => stub.close());

async function ask(
  path: string,
  key = `api_key=${stub.apiKey}`,
): Promise<{ status: number; answer: Json; headers: Headers }> {
  const response = await fetch(`${stub.url}${path}${path.includes('?') ? '&' : '?'}${key}`);
  return { status: response.status, answer: (await response.json()) as Json, headers: response.headers };
}

describe('the stub of TMDB', () => {
  it('refuses in the words of TMDB', async () => {
    expect(await ask('/movie/popular', 'api_key=wrong')).toMatchObject({
      status: 401,
      answer: { success: false, status_code: 7, status_message: expect.stringContaining('Invalid API key') },
    });
    expect(await ask('/movie/999999')).toMatchObject({ status: 404, answer: { success: false, status_code: 34 } });
    expect(await ask('/tv/5000/season/99')).toMatchObject({ status: 404, answer: { status_code: 34 } });
    expect(await ask('/no/such/address')).toMatchObject({ status: 404, answer: { status_code: 34 } });
    for (const page of ['0', '501', 'x']) {
      expect(await ask(`/movie/popular?page=${page}`)).toMatchObject({ status: 400, answer: { status_code: 22 } });
    }
    stub.mode('limited', { retryAfterSec: 7 });
    const limited = await ask('/movie/popular');
    expect(limited).toMatchObject({ status: 429, answer: { status_code: 25 } });
    expect(limited.headers.get('Retry-After')).toBe('7');
    stub.mode('down');
    expect(await ask('/movie/popular')).toMatchObject({ status: 503, answer: { status_code: 9 } });
    stub.mode('slow', { slowMs: 120 });
    const startedMs = performance.now();
    expect(await ask('/movie/popular')).toMatchObject({ status: 200 });
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    stub.mode('well');
  });

  it('pages through its lists, finds words by their beginnings, and is the same every time', async () => {
    const pages = await Promise.all([1, 2, 3].map((page) => ask(`/movie/popular?page=${page}`)));
    const ids = pages.flatMap(({ answer }) => (answer.results as { id: number }[]).map((film) => film.id));
    expect(new Set(ids).size).toBe(60);
    expect((await ask('/movie/popular?page=400')).answer.results).toEqual([]);
    const { answer } = await ask('/search/movie?query=ESTA');
    for (const { title } of answer.results as { title: string }[]) expect(title).toContain('Éstavel');
    expect(answer.total_results).toBeGreaterThan(1);
    const other = await startTmdbStub();
    const again = await fetch(`${other.url}/movie/popular`, { headers: { Authorization: `Bearer ${other.token}` } });
    expect(await again.json()).toEqual(pages[0]?.answer);
    await other.close();
  });

  it('draws real pictures in the sizes that are asked for', async () => {
    const sizes = {
      'w342/p1.jpg': [342, 513],
      'w1280/b1.jpg': [1280, 720],
      'h632/f1.jpg': [421, 632],
      'w300/s1.jpg': [300, 169],
    };
    for (const [name, size] of Object.entries(sizes)) {
      const response = await fetch(`${stub.imageUrl}/${name}`);
      expect(response.headers.get('Content-Type')).toBe('image/png');
      const picture = Buffer.from(await response.arrayBuffer());
      expect(picture.subarray(1, 4).toString()).toBe('PNG');
      expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual(size);
    }
    for (const name of ['w342/q1.jpg', 'h99999/p1.jpg', 'w342/p1.gif']) {
      expect((await fetch(`${stub.imageUrl}/${name}`)).status).toBe(404);
    }
  });
});

/** What TMDB gives as null, though its description, which was made from examples, knows none. */
const NULLS = new Set(
  `air_date backdrop_path belongs_to_collection birthday deathday facebook_id homepage last_air_date logo_path
  next_episode_to_air place_of_birth poster_path profile_path runtime still_path wikidata_id`.split(/\s+/),
);
/** What TMDB gives and its description does not know, for the same reason: its example was of another kind. */
const UNKNOWN = {
  '/3/tv/popular': ['adult'],
  '/3/search/multi': [
    'first_air_date',
    'gender',
    'known_for',
    'known_for_department',
    'origin_country',
    'profile_path',
  ],
  '/3/search/person': ['first_air_date', 'name', 'origin_country', 'original_name'],
  '/3/person/{person_id}/combined_credits': [
    'episode_count',
    'first_air_date',
    'name',
    'origin_country',
    'original_name',
  ],
  '/3/tv/{series_id}': ['episode_type'],
};

/** The description of an answer, which says of every property that it is not to be of another type, or unknown. */
function strict(schema: Json, name = ''): Json {
  const made: Json = { ...schema };
  delete made.example;
  delete made.examples;
  delete made.default;
  // Votes happen to be whole in some examples.
  if (name === 'vote_average') made.type = 'number';
  if (typeof made.type === 'string' && NULLS.has(name)) made.type = [made.type, 'null'];
  if (schema.items) made.items = strict(schema.items as Json, name);
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>);
  if (properties.length > 0) {
    made.properties = Object.fromEntries(properties.map(([key, value]) => [key, strict(value, key)]));
    made.additionalProperties = false;
  }
  return made;
}

const ASKED: { path: string; described: string }[] = [
  { path: '/movie/popular', described: '/3/movie/popular' },
  { path: '/movie/now_playing', described: '/3/movie/now_playing' },
  { path: '/trending/movie/week', described: '/3/trending/movie/{time_window}' },
  { path: '/tv/popular', described: '/3/tv/popular' },
  { path: '/trending/tv/week', described: '/3/trending/tv/{time_window}' },
  { path: '/search/movie?query=the', described: '/3/search/movie' },
  { path: '/search/tv?query=the', described: '/3/search/tv' },
  { path: '/search/person?query=a', described: '/3/search/person' },
  ...upTo(6, (i) => ({ path: `/search/multi?query=ti&page=${i + 1}`, described: '/3/search/multi' })),
  ...upTo(30, (i) => ({ path: `/movie/${1000 + i}`, described: '/3/movie/{movie_id}' })),
  ...upTo(30, (i) => ({ path: `/tv/${5000 + i}`, described: '/3/tv/{series_id}' })),
  ...upTo(30, (i) => ({ path: `/person/${100 + i}`, described: '/3/person/{person_id}' })),
  ...upTo(10, (i) => ({ path: `/tv/${5000 + i}/season/1`, described: '/3/tv/{series_id}/season/{season_number}' })),
];
const APPENDED: Record<string, string[]> = {
  movie: ['credits', 'videos', 'images', 'release_dates', 'recommendations', 'similar'],
  tv: ['aggregate_credits', 'videos', 'images', 'content_ratings', 'external_ids', 'recommendations', 'similar'],
  person: ['combined_credits'],
};

const isThere = existsSync(DESCRIPTION);
// It is no server that a run could have started: where everything else is required, it may still be missing.
if (isThere || process.env.REQUIRE_SERVICES !== '1') {
  describe.skipIf(!isThere)('the stub against the description of TMDB (../shared/tmdb/tmdb-api.json)', () => {
    it('gives what each address is described to give, and nothing else', async () => {
      const { paths } = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as { paths: Record<string, Json> };
      const ajv = new Ajv2020({ allErrors: true, strict: false });
      const faults = new Set<string>();
      const unknown: Record<string, Set<string>> = {};
      const check = (described: string, answer: unknown) => {
        // biome-ignore lint/suspicious/noExplicitAny: OpenAPI, as deep as it is.
        const schema = (paths[described] as any).get.responses['200'].content['application/json'].schema as Json;
        ajv.validate(strict(schema), answer);
        for (const { keyword, params, instancePath, message } of ajv.errors ?? []) {
          if (keyword === 'additionalProperties') {
            unknown[described] ??= new Set();
            unknown[described].add(params.additionalProperty);
          } else faults.add(`${described}${instancePath.replace(/\/\d+/g, '/n')}: ${message}`);
        }
      };
      for (const { path, described } of ASKED) {
        const kind = path.split('/')[1] ?? '';
        const names = /^\/\w+\/\d+$/.test(path) ? (APPENDED[kind] ?? []) : [];
        const { status, answer } = await ask(names.length > 0 ? `${path}?append_to_response=${names}` : path);
        expect(status).toBe(200);
        for (const name of names) {
          expect(answer).toHaveProperty(name);
          check(`${described}/${name}`, answer[name]);
          delete answer[name];
        }
        check(described, answer);
      }
      expect([...faults]).toEqual([]);
      const sorted = Object.entries(unknown).map(([described, names]) => [described, [...names].sort()]);
      expect(Object.fromEntries(sorted)).toEqual(UNKNOWN);
    });
  });
}

function upTo<T>(howMany: number, make: (i: number) => T): T[] {
  return Array.from({ length: howMany }, (_, i) => make(i));
}
