import { createHash } from 'node:crypto';
import type {
  Catalogue,
  CatalogueCard,
  CatalogueFound,
  CatalogueRow,
  CatalogueTitle,
  Person,
  PersonCard,
  Season,
  TitleKind,
  Told,
} from '@marquee/core/catalogue';
import { MarqueeError, toMarqueeError } from '@marquee/core/errors';
import type { Cache, Logger } from '@marquee/core/ports';
import type { z } from 'zod';
import {
  filmAnswer,
  mixedAnswer,
  peopleAnswer,
  personAnswer,
  seasonAnswer,
  seriesAnswer,
  titlesAnswer,
} from './tmdb-answers.ts';
import { cardOf, cardsOf, kindOf, personCardOf, type TmdbView } from './tmdb-cards.ts';
import { createTmdbClient } from './tmdb-client.ts';
import { personOf } from './tmdb-people.ts';
import { filmOf, seasonOf, seriesOf } from './tmdb-titles.ts';

/** Raised when what is kept changes its shape. */
const SHAPE = 1;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** An old answer is better than none for this long. */
const STALE_MS = 7 * DAY_MS;
/** That there is none: ids are guessed at, and some day given out. */
const NONE_MS = HOUR_MS;
const TTL_MS = { row: HOUR_MS, search: 15 * MINUTE_MS, title: DAY_MS, season: DAY_MS, person: 3 * DAY_MS };

/** In cinemas: those of one country. */
const NOW_PLAYING = '/movie/now_playing';
const ROWS: Record<CatalogueRow, { kind: TitleKind; path: string }> = {
  'popular-films': { kind: 'film', path: '/movie/popular' },
  'now-playing': { kind: 'film', path: NOW_PLAYING },
  'trending-films': { kind: 'film', path: '/trending/movie/week' },
  'popular-series': { kind: 'series', path: '/tv/popular' },
  'trending-series': { kind: 'series', path: '/trending/tv/week' },
};
const SEARCHES = { film: '/search/movie', series: '/search/tv', person: '/search/person' };
/** TMDB's own limit. */
const LAST_PAGE = 500;
const LONGEST_QUERY_CHARS = 120;
/** One request for each title: what its page shows is appended to the answer. */
const APPENDED = {
  film: 'credits,videos,images,release_dates,recommendations,similar',
  series: 'aggregate_credits,videos,images,content_ratings,external_ids,recommendations,similar',
};
const AWAY = { state: 'away' } as const;

/**
 * The world's films as The Movie Database knows them: https://developer.themoviedb.org, version 3 of its API.
 *
 * @param options.apiKey key or read access token; reaches no log
 * @param options.baseUrl the API's address, with `/3`, without a slash at its end
 * @param options.imageUrl address of pictures, without the size
 * @param options.language such as en-US; options.country: two capitals
 * @param options.patienceMs longest that a caller waits, whatever the catalogue and the cache do
 */
export function createTmdbCatalogue(options: {
  apiKey: string;
  baseUrl: string;
  imageUrl: string;
  language?: string;
  country?: string;
  cache: Cache;
  log: Logger;
  patienceMs?: number;
  timeoutMs?: number;
}): Catalogue {
  const { cache, log, imageUrl, language = 'en-US', country = 'US', patienceMs = 200 } = options;
  const client = createTmdbClient(options);
  const view: TmdbView = { imageUrl, language, country };
  const spoken = language.slice(0, 2);
  // Pictures without writing have no language; few titles have everything in every language.
  const languages = [...new Set([spoken, 'en', 'null'])].join(',');
  // Processes that ask another place, or in another language, share no answers.
  const place = createHash('sha256')
    .update(JSON.stringify([options.baseUrl, view]))
    .digest('hex')
    .slice(0, 12);

  /** Answers from the cache, or asks; in time. */
  async function tell<T>(
    what: keyof typeof TTL_MS,
    key: string,
    compute: () => Promise<T | undefined>,
  ): Promise<Told<T>> {
    const ages = { ttlMs: TTL_MS[what], staleMs: STALE_MS, negativeTtlMs: NONE_MS };
    const told = cache.getOrCompute(`tmdb:${SHAPE}:${place}:${what}:${key}`, ages, compute).then(
      (value): Told<T> => ({ state: 'known', value: value ?? null }),
      (thrown: unknown): Told<T> => {
        const error = toMarqueeError(thrown);
        // That the catalogue is away is said by whoever asks it; the rest is a fault of ours.
        if (error.code === 'INTERNAL') log.error('the catalogue could not be read', { what, key, error });
        return AWAY;
      },
    );
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<Told<T>>((resolve) => {
      timer = setTimeout(resolve, patienceMs, AWAY);
    });
    return Promise.race([told, enough]).finally(() => clearTimeout(timer));
  }

  /** @throws MarqueeError CATALOGUE_DOWN for what is no answer to this question */
  function understand<T extends z.ZodType>(schema: T, path: string, answer: unknown): z.infer<T> {
    const read = schema.safeParse(answer);
    if (read.success) return read.data;
    log.warn('catalogue answers without sense', { path });
    throw new MarqueeError('CATALOGUE_DOWN', 'TMDB answers something else than it was asked.');
  }

  /** One thing by its id. @returns undefined if there is none */
  async function one<T extends z.ZodType, R>(
    schema: T,
    path: string,
    query: Record<string, string>,
    read: (view: TmdbView, answer: z.infer<T>) => R | null,
  ): Promise<R | undefined> {
    const answer = await client.get(path, { language, ...query });
    return answer === undefined ? undefined : (read(view, understand(schema, path, answer)) ?? undefined);
  }

  async function titles(kind: TitleKind, path: string): Promise<CatalogueCard[]> {
    const answer = await client.get(
      path,
      { language, page: '1', ...(path === NOW_PLAYING && { region: country }) },
      'always',
    );
    return cardsOf(view, kind, understand(titlesAnswer, path, answer).results);
  }

  async function found(text: string, kind: TitleKind | 'person' | undefined, page: number): Promise<CatalogueFound> {
    const path = kind ? SEARCHES[kind] : '/search/multi';
    const answer = await client.get(path, { query: text, language, include_adult: 'false', page: `${page}` }, 'always');
    const schema = kind ? (kind === 'person' ? peopleAnswer : titlesAnswer) : mixedAnswer;
    const { results, total_pages } = understand(schema, path, answer === undefined ? { results: [] } : answer);
    const cards: CatalogueCard[] = [];
    const people: PersonCard[] = [];
    for (const each of results) {
      if ('known_for' in each) {
        const person = personCardOf(view, each);
        if (person) people.push(person);
      } else {
        const itsKind = kind === 'film' || kind === 'series' ? kind : kindOf(each.media_type);
        const card = itsKind && cardOf(view, itsKind, each);
        if (card) cards.push(card);
      }
    }
    return { titles: cards, people, page, pages: Math.min(total_pages, LAST_PAGE) };
  }

  return {
    row(name) {
      const { kind, path } = ROWS[name];
      return tell<CatalogueCard[]>('row', name, () => titles(kind, path));
    },

    async search({ text, kind, page = 1 }) {
      const words = text.normalize('NFC').trim().toLowerCase().split(/\s+/).join(' ').slice(0, LONGEST_QUERY_CHARS);
      if (words === '' || !isId(page) || page > LAST_PAGE) {
        return { state: 'known', value: { titles: [], people: [], page, pages: 0 } };
      }
      return tell<CatalogueFound>('search', `${kind ?? 'all'}:${page}:${words}`, () => found(words, kind, page));
    },

    async title(kind, tmdbId) {
      if (!isId(tmdbId)) return { state: 'known', value: null };
      const query = {
        append_to_response: APPENDED[kind],
        include_image_language: languages,
        include_video_language: languages,
      };
      return tell<CatalogueTitle>('title', `${kind}:${tmdbId}`, () =>
        kind === 'film'
          ? one(filmAnswer, `/movie/${tmdbId}`, query, filmOf)
          : one(seriesAnswer, `/tv/${tmdbId}`, query, seriesOf),
      );
    },

    async season(seriesId, number) {
      if (!isId(seriesId) || (number !== 0 && !isId(number))) return { state: 'known', value: null };
      return tell<Season>('season', `${seriesId}:${number}`, () =>
        one(seasonAnswer, `/tv/${seriesId}/season/${number}`, {}, seasonOf),
      );
    },

    async person(tmdbId) {
      if (!isId(tmdbId)) return { state: 'known', value: null };
      return tell<Person>('person', `${tmdbId}`, () =>
        one(personAnswer, `/person/${tmdbId}`, { append_to_response: 'combined_credits' }, personOf),
      );
    },
  };
}

/** TMDB's ids fit in 31 bits; for anything else there is nothing to ask. */
function isId(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 2 ** 31;
}
