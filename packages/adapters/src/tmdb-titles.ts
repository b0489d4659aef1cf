import type { CastMember, CatalogueTitle, CrewMember, Season, SeasonCard, Trailer } from '@marquee/core/catalogue';
import type {
  FilmAnswer,
  MadeAnswer,
  PictureAnswer,
  PlayedAnswer,
  SeasonAnswer,
  SeriesAnswer,
  VideoAnswer,
} from './tmdb-answers.ts';
import { cardOf, cardsOf, pictureOf, type TmdbView, yearOf } from './tmdb-cards.ts';

const CAST = 20;
const CREW = 12;
const TRAILERS = 10;
const STILLS = 20;
const SIMILAR = 20;
/** Of a series a player may have had many. */
const ROLES = 3;
/** Jobs that posters name, in their order there. */
const POSTER_JOBS = [
  'Creator',
  'Director',
  'Screenplay',
  'Writer',
  'Story',
  'Novel',
  'Original Music Composer',
  'Director of Photography',
  'Editor',
  'Production Design',
  'Costume Design',
  'Producer',
  'Executive Producer',
];
const VIDEO_TYPES = ['Trailer', 'Teaser', 'Clip', 'Featurette'];
/** In cinemas (3), in few of them (2), premieres (1), then to watch at home. */
const RELEASE_TYPES = [3, 2, 1, 4, 5, 6];

/** @returns null for what has no name to show, and what is not for everybody */
export function filmOf(view: TmdbView, answer: FilmAnswer): CatalogueTitle | null {
  const common = commonOf(view, 'film', answer);
  return (
    common && {
      ...common,
      originalTitle: answer.original_title || common.title,
      runtimeMin: answer.runtime || null,
      certificate: filmCertificate(view, answer.release_dates),
      releasedOn: answer.release_date,
      imdbId: imdbIdOf(answer.imdb_id),
      cast: castOf(view, answer.credits.cast),
      crew: crewOf(answer.credits.crew),
      seasons: [],
    }
  );
}

/** @returns null for what has no name to show, and what is not for everybody */
export function seriesOf(view: TmdbView, answer: SeriesAnswer): CatalogueTitle | null {
  const common = commonOf(view, 'series', answer);
  const creators = answer.created_by.map(({ id, name }) => ({
    id,
    name,
    job: 'Creator',
    jobs: [],
    total_episode_count: Number.MAX_SAFE_INTEGER,
  }));
  return (
    common && {
      ...common,
      originalTitle: answer.original_name || common.title,
      runtimeMin: answer.episode_run_time[0] ?? (answer.last_episode_to_air?.runtime || null),
      certificate: ofCountry(view, answer.content_ratings, (country) => country.rating),
      releasedOn: answer.first_air_date,
      imdbId: imdbIdOf(answer.external_ids.imdb_id),
      cast: castOf(view, answer.aggregate_credits.cast),
      crew: crewOf([...creators, ...answer.aggregate_credits.crew]),
      seasons: answer.seasons
        .map((season) => seasonCardOf(view, season, season.episode_count))
        .sort((a, b) => a.number - b.number),
    }
  );
}

export function seasonOf(view: TmdbView, answer: SeasonAnswer): Season {
  return {
    ...seasonCardOf(view, answer, answer.episodes.length),
    overview: answer.overview,
    episodes: answer.episodes
      .map((episode) => ({
        number: episode.episode_number,
        title: episode.name || `Episode ${episode.episode_number}`,
        overview: episode.overview,
        runtimeMin: episode.runtime || null,
        airedOn: episode.air_date,
        still: pictureOf(view, episode.still_path),
      }))
      .sort((a, b) => a.number - b.number),
  };
}

function seasonCardOf(
  view: TmdbView,
  season: Pick<SeasonAnswer, 'season_number' | 'name' | 'air_date' | 'poster_path'>,
  episodeCount: number,
): SeasonCard {
  return {
    number: season.season_number,
    title: season.name || (season.season_number === 0 ? 'Specials' : `Season ${season.season_number}`),
    year: yearOf(season.air_date),
    episodeCount,
    poster: pictureOf(view, season.poster_path),
  };
}

/** What films and series are told in the same way. */
function commonOf(view: TmdbView, kind: 'film' | 'series', answer: FilmAnswer | SeriesAnswer) {
  const card = cardOf(view, kind, answer);
  if (!card) return null;
  const similar = cardsOf(view, kind, [...answer.recommendations, ...answer.similar]);
  return {
    ...card,
    tagline: answer.tagline,
    genres: answer.genres.map((genre) => genre.name).filter((name) => name !== ''),
    trailers: trailersOf(view, answer.videos),
    stills: stillsOf(view, answer.images),
    similar: similar.filter((other) => other.tmdbId !== card.tmdbId).slice(0, SIMILAR),
  };
}

function castOf(view: TmdbView, played: PlayedAnswer[]): CastMember[] {
  const members = new Map<number, CastMember>();
  for (const { id, name, profile_path, character, roles } of played.toSorted((a, b) => a.order - b.order)) {
    const named = [character, ...roles.slice(0, ROLES).map((role) => role.character)].filter((role) => role !== '');
    const known = members.get(id);
    if (known) known.role = [known.role, ...named].filter((role) => role !== '').join(', ');
    else if (name !== '' && members.size < CAST) {
      members.set(id, { personId: id, name, role: named.join(', '), portrait: pictureOf(view, profile_path) });
    }
  }
  return [...members.values()];
}

function crewOf(made: MadeAnswer[]): CrewMember[] {
  const people = new Map<number, { personId: number; name: string; jobs: Set<string>; episodes: number }>();
  for (const { id, name, job, jobs, total_episode_count } of made) {
    if (name === '') continue;
    const person = people.get(id) ?? { personId: id, name, jobs: new Set(), episodes: 0 };
    for (const each of [job, ...jobs.map((one) => one.job)]) if (POSTER_JOBS.includes(each)) person.jobs.add(each);
    person.episodes = Math.max(person.episodes, total_episode_count);
    if (person.jobs.size > 0) people.set(id, person);
  }
  return (
    [...people.values()]
      .map(({ jobs, ...person }) => ({ ...person, jobs: [...jobs].sort(byRankIn(POSTER_JOBS)) }))
      // Of a series those who made most of it; of a film, which counts no episodes, by the job.
      .sort((a, b) => b.episodes - a.episodes || byRankIn(POSTER_JOBS)(a.jobs[0] ?? '', b.jobs[0] ?? ''))
      .slice(0, CREW)
      .map(({ personId, name, jobs }) => ({ personId, name, job: jobs.join(', ') }))
  );
}

function trailersOf(view: TmdbView, videos: VideoAnswer[]): Trailer[] {
  const spoken = view.language.slice(0, 2);
  return videos
    .filter((video) => VIDEO_TYPES.includes(video.type))
    .sort(
      (a, b) =>
        byRankIn(VIDEO_TYPES)(a.type, b.type) ||
        Number(b.iso_639_1 === spoken) - Number(a.iso_639_1 === spoken) ||
        Number(b.official) - Number(a.official) ||
        b.published_at.localeCompare(a.published_at),
    )
    .slice(0, TRAILERS)
    .map(({ key, name, type }) => ({ youtubeKey: key, name: name || type }));
}

/** Those without writing on them first, then as people voted. */
function stillsOf(view: TmdbView, pictures: PictureAnswer[]) {
  return pictures
    .toSorted(
      (a, b) =>
        Number(a.iso_639_1 !== '') - Number(b.iso_639_1 !== '') ||
        b.vote_average - a.vote_average ||
        b.vote_count - a.vote_count,
    )
    .flatMap((picture) => pictureOf(view, picture.file_path) ?? [])
    .slice(0, STILLS);
}

function filmCertificate(view: TmdbView, countries: FilmAnswer['release_dates']): string | null {
  return ofCountry(view, countries, ({ release_dates }) => {
    const given = release_dates.filter((release) => release.certification !== '');
    return given.sort((a, b) => byRankIn(RELEASE_TYPES)(a.type, b.type))[0]?.certification ?? '';
  });
}

/** @returns what the view's country says, else the US, else null */
function ofCountry<T extends { iso_3166_1: string }>(
  view: TmdbView,
  countries: T[],
  read: (country: T) => string,
): string | null {
  for (const code of [view.country, 'US']) {
    const country = countries.find((each) => each.iso_3166_1 === code);
    const said = country ? read(country) : '';
    if (said !== '') return said;
  }
  return null;
}

function imdbIdOf(text: string): string | null {
  return /^tt\d{5,12}$/.test(text) ? text : null;
}

/** Orders by place in a list; what is not in it comes last. */
function byRankIn<T>(order: readonly T[]): (a: T, b: T) => number {
  const rank = (one: T) => (order.includes(one) ? order.indexOf(one) : order.length);
  return (a, b) => rank(a) - rank(b);
}
