import { Dice } from './dice.ts';
import { type Human, type Part, round, type Title, type World } from './world.ts';

/**
 * The invented world in the shapes of TMDB's API, as its description has them
 * (https://developer.themoviedb.org/openapi/tmdb-api.json), with the nulls and empty texts that it has in truth.
 */

export type Answer = Record<string, unknown>;

const PER_PAGE = 20;
const LAST_PAGE = 500;

/** @returns null for a page that TMDB would not give */
export function page(number: string | undefined, results: Answer[]): Answer | null {
  const wanted = Number(number ?? 1);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > LAST_PAGE) return null;
  return {
    page: wanted,
    results: results.slice((wanted - 1) * PER_PAGE, wanted * PER_PAGE),
    total_pages: Math.ceil(results.length / PER_PAGE),
    total_results: results.length,
  };
}

export function titleCard(title: Title): Answer {
  const common = {
    adult: false,
    backdrop_path: title.backdrop,
    genre_ids: title.genres.map((genre) => genre.id),
    id: title.id,
    original_language: 'en',
    overview: title.overview,
    popularity: title.popularity,
    poster_path: title.poster,
    vote_average: title.votes.average,
    vote_count: title.votes.count,
  };
  return title.kind === 'movie'
    ? { ...common, title: title.name, original_title: title.name, release_date: title.date, video: false }
    : { ...common, name: title.name, original_name: title.name, first_air_date: title.date, origin_country: ['US'] };
}

export const withType = (title: Title): Answer => ({ ...titleCard(title), media_type: title.kind });

export function personCard(world: World, human: Human): Answer {
  const known = world.titles.filter(({ cast, crew }) => [...cast, ...crew].some((part) => part.human === human));
  return { ...figure(human), known_for: byPopularity(known).slice(0, 3).map(withType) };
}

/** Everything of a title, with what was asked to be appended. */
export function titleDetails(world: World, title: Title, append: string[]): Answer {
  const { genre_ids: _, ...card } = titleCard(title);
  const appended = append.flatMap((name) => {
    const make = APPENDED[name];
    return make ? [[name, make(world, title)] as const] : [];
  });
  const common = {
    ...card,
    genres: title.genres,
    homepage: '',
    production_companies: [{ id: 1, logo_path: null, name: 'Lantern Yard', origin_country: 'US' }],
    production_countries: [{ iso_3166_1: 'US', name: 'United States of America' }],
    spoken_languages: [{ english_name: 'English', iso_639_1: 'en', name: 'English' }],
    tagline: title.tagline,
    ...Object.fromEntries(appended),
  };
  if (title.kind === 'movie') {
    return {
      ...common,
      belongs_to_collection: null,
      budget: 0,
      imdb_id: imdbId(title),
      origin_country: ['US'],
      revenue: 0,
      runtime: title.minutes,
      status: 'Released',
    };
  }
  const creator = title.crew[0]?.human;
  return {
    ...common,
    created_by: creator
      ? [{ id: creator.id, credit_id: `c${title.id}`, name: creator.name, gender: 0, profile_path: creator.profile }]
      : [],
    // As it is with most series: the length stands with the last episode alone.
    episode_run_time: title.id % 2 ? [title.minutes] : [],
    in_production: false,
    languages: ['en'],
    last_air_date: title.seasons.at(-1)?.date || null,
    last_episode_to_air: { ...episode(title, 1, 1), show_id: title.id },
    next_episode_to_air: null,
    networks: [],
    number_of_episodes: title.seasons.reduce((sum, season) => sum + season.episodes, 0),
    number_of_seasons: title.seasons.filter((season) => season.number > 0).length,
    seasons: title.seasons.map((season) => ({
      air_date: season.date || null,
      episode_count: season.episodes,
      id: title.id * 100 + season.number,
      name: seasonName(season.number),
      overview: '',
      poster_path: season.number % 3 ? title.poster : null,
      season_number: season.number,
      vote_average: title.votes.average,
    })),
    status: 'Ended',
    type: 'Scripted',
  };
}

/** What `append_to_response` may name, each in the shape of the address of that name. */
const APPENDED: Record<string, (world: World, title: Title) => Answer> = {
  credits: (_, { cast, crew }) => ({
    cast: cast.map((part, order) => ({
      ...figure(part.human),
      cast_id: order,
      character: part.as,
      credit_id: `c${order}`,
      order,
    })),
    crew: crew.map((part, i) => ({
      ...figure(part.human),
      credit_id: `w${i}`,
      department: part.department,
      job: part.as,
    })),
  }),
  aggregate_credits: (_, { cast, crew }) => ({
    cast: cast.map((part, order) => ({
      ...figure(part.human),
      roles: [{ credit_id: `c${order}`, character: part.as, episode_count: part.episodes }],
      total_episode_count: part.episodes,
      order,
    })),
    crew: crew.map((part, i) => ({
      ...figure(part.human),
      jobs: [{ credit_id: `w${i}`, job: part.as, episode_count: part.episodes }],
      department: part.department,
      total_episode_count: part.episodes,
    })),
  }),
  videos: (_, title) => {
    const dice = new Dice(`videos ${title.kind} ${title.id}`);
    return {
      results: ['Trailer', 'Teaser', 'Behind the Scenes'].slice(0, dice.between(0, 3)).map((type) => ({
        iso_639_1: 'en',
        iso_3166_1: 'US',
        name: `${title.name}: ${type}`,
        key: dice.code(11),
        site: 'YouTube',
        size: 1080,
        type,
        official: dice.once(2),
        published_at: `${title.date || '2020-01-01'}T12:00:00.000Z`,
        id: dice.code(24),
      })),
    };
  },
  images: (_, title) => {
    const dice = new Dice(`images ${title.kind} ${title.id}`);
    const backdrops = Array.from({ length: dice.between(0, 12) }, (_none, i) => ({
      aspect_ratio: 1.778,
      height: 1080,
      iso_639_1: i % 4 ? null : 'en',
      file_path: `/b${dice.code(12)}.jpg`,
      vote_average: round(dice.share() * 6),
      vote_count: dice.between(0, 30),
      width: 1920,
    }));
    return { backdrops, logos: [], posters: [] };
  },
  release_dates: (_, title) => ({
    results: [
      release('DE', '12', 3),
      ...(title.certificate === '' ? [release('US', '', 3)] : [release('US', title.certificate, 3)]),
    ],
  }),
  content_ratings: (_, title) => ({
    results: [
      { descriptors: [], iso_3166_1: 'DE', rating: '12' },
      { descriptors: [], iso_3166_1: 'US', rating: title.certificate },
    ],
  }),
  external_ids: (_, title) => ({ imdb_id: imdbId(title), tvdb_id: title.id, wikidata_id: null, facebook_id: null }),
  recommendations: (world, title) =>
    page(
      '1',
      alike(world, title)
        .filter((other) => other.id % 2 === 0)
        .map(withType),
    ) ?? {},
  similar: (world, title) => page('1', alike(world, title).map(titleCard)) ?? {},
};

export function seasonDetails(title: Title, number: number): Answer | null {
  const season = title.seasons.find((one) => one.number === number);
  if (!season) return null;
  return {
    _id: new Dice(`season ${title.id} ${number}`).code(24),
    air_date: season.date || null,
    episodes: Array.from({ length: season.episodes }, (_, i) => ({
      ...episode(title, number, i + 1),
      show_id: title.id,
      crew: [],
      guest_stars: [],
    })),
    name: seasonName(number),
    networks: [],
    overview: number === 1 ? title.overview : '',
    id: title.id * 100 + number,
    poster_path: title.poster,
    season_number: number,
    vote_average: title.votes.average,
  };
}

export function personDetails(world: World, human: Human, append: string[]): Answer {
  const { original_name: _, ...details } = figure(human);
  const born = human.birthplace ? `Born in ${human.birthplace}, ` : '';
  return {
    ...details,
    also_known_as: [],
    biography: human.id % 9 ? `${born}${human.name} came to film by way of the theatre.` : '',
    birthday: human.birthday,
    deathday: human.deathday,
    homepage: null,
    imdb_id: `nm${7_000_000 + human.id}`,
    place_of_birth: human.birthplace,
    ...(append.includes('combined_credits') && { combined_credits: combinedCredits(world, human) }),
  };
}

function combinedCredits(world: World, human: Human): Answer {
  const of = (parts: 'cast' | 'crew', more: (part: Part, place: number) => Answer) =>
    world.titles.flatMap((title) => {
      const place = title[parts].findIndex((part) => part.human === human);
      const part = title[parts][place];
      const episodes = title.kind === 'tv' ? { episode_count: part?.episodes } : {};
      return part ? [{ ...withType(title), ...episodes, credit_id: `c${title.id}`, ...more(part, place) }] : [];
    });
  return {
    cast: of('cast', (part, order) => ({ character: part.as, order })),
    crew: of('crew', (part) => ({ department: part.department, job: part.as })),
  };
}

export function byPopularity<T extends { popularity: number }>(list: T[]): T[] {
  return list.toSorted((a, b) => b.popularity - a.popularity);
}

function figure(human: Human): Answer {
  return {
    adult: false,
    gender: human.id % 4,
    id: human.id,
    known_for_department: human.department,
    name: human.name,
    original_name: human.name,
    popularity: human.popularity,
    profile_path: human.profile,
  };
}

function episode(title: Title, season: number, number: number): Answer {
  const dice = new Dice(`episode ${title.id} ${season} ${number}`);
  return {
    air_date: title.date || null,
    episode_number: number,
    episode_type: 'standard',
    id: title.id * 10_000 + season * 100 + number,
    name: `${dice.pick(['The Letter', 'Low Water', 'A Guest', 'Second Thoughts', 'What Was Left'])} ${number}`,
    overview: dice.once(4) ? '' : title.overview,
    production_code: '',
    runtime: dice.once(9) ? null : title.minutes,
    season_number: season,
    still_path: dice.once(5) ? null : `/s${dice.code(12)}.jpg`,
    vote_average: title.votes.average,
    vote_count: 3,
  };
}

function alike(world: World, title: Title): Title[] {
  const others = world.titles.filter((other) => other.kind === title.kind && other !== title);
  return byPopularity(others.filter((other) => other.genres.some((genre) => title.genres.includes(genre))));
}

function release(country: string, certification: string, type: number): Answer {
  const release_date = '2020-01-01T00:00:00.000Z';
  return {
    iso_3166_1: country,
    release_dates: [{ certification, descriptors: [], iso_639_1: '', note: '', release_date, type }],
  };
}

function imdbId(title: Title): string {
  return `tt${90_000_000 + title.id}`;
}

function seasonName(number: number): string {
  return number === 0 ? 'Specials' : `Season ${number}`;
}
