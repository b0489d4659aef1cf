import type { CatalogueTitle } from '@marquee/core/catalogue';
import { type Credit, type Movie, VISIBILITIES, type Visibility } from '@marquee/core/movie';

/** What the edit form holds, as people type it. */
export interface FilmValues {
  title: string;
  originalTitle: string;
  tagline: string;
  synopsis: string;
  year: string;
  /** With commas between them. */
  genres: string;
  certificate: string;
  language: string;
  /** A person a line, a comma and what they did after the name. */
  cast: string;
  crew: string;
  /** Name of the series; season and episode in figures. */
  series: string;
  season: string;
  episode: string;
  visibility: Visibility;
  /** ISO time, or empty. */
  publishAt: string;
  /** `film/603`, or empty. */
  tmdb: string;
}

/** What people change of a film by the form. */
export type FilmEdit = Pick<Movie, 'title' | 'details' | 'visibility' | 'publishAtMs' | 'tmdb'>;

/** Names of the fields, as the form and its messages have them. */
export const FIELD_NAMES: Record<keyof FilmValues, string> = {
  title: 'Title',
  originalTitle: 'Original title',
  tagline: 'Tagline',
  synopsis: 'Synopsis',
  year: 'Year',
  genres: 'Genres',
  certificate: 'Certificate',
  language: 'Language',
  cast: 'Cast',
  crew: 'Made by',
  series: 'Series',
  season: 'Season',
  episode: 'Episode',
  visibility: 'Who sees it',
  publishAt: 'Published at',
  tmdb: 'TMDB entry',
};

/** In characters. */
export const LONGEST = {
  title: 200,
  originalTitle: 200,
  tagline: 300,
  synopsis: 5000,
  certificate: 20,
  language: 35,
  series: 200,
} as const satisfies Partial<Record<keyof FilmValues, number>>;
export const MOST_GENRES = 10;
export const LONGEST_GENRE = 40;
export const MOST_PEOPLE = 60;
/** Of a name and a role with a comma and a space between them. */
export const LONGEST_NAME = 120;
/** The first films that anybody kept are of 1888. */
export const FIRST_YEAR = 1888;
export const MOST_SEASONS = 999;
export const MOST_EPISODES = 9999;
/** Films are announced this long before they come out. */
const YEARS_AHEAD = 20;

/** @returns the last year that a film may be of */
export function lastFilmYear(nowMs: number): number {
  return new Date(nowMs).getUTCFullYear() + YEARS_AHEAD;
}

/** A film as the form shows it. */
export function valuesOf(movie: FilmEdit): FilmValues {
  const { details } = movie;
  return {
    title: movie.title,
    originalTitle: details.originalTitle,
    tagline: details.tagline,
    synopsis: details.synopsis,
    year: details.year === null ? '' : String(details.year),
    genres: details.genres.join(', '),
    certificate: details.certificate ?? '',
    language: details.language ?? '',
    cast: linesOf(details.cast),
    crew: linesOf(details.crew),
    series: details.episode?.series ?? '',
    season: details.episode ? String(details.episode.season) : '',
    episode: details.episode ? String(details.episode.number) : '',
    visibility: movie.visibility,
    publishAt: movie.publishAtMs === null ? '' : new Date(movie.publishAtMs).toISOString(),
    tmdb: movie.tmdb === null ? '' : `${movie.tmdb.kind}/${movie.tmdb.tmdbId}`,
  };
}

/** Fills what is empty, and only that, with what a catalogue knows of the title. */
export function prefilled(values: FilmValues, entry: CatalogueTitle): FilmValues {
  const known: Partial<FilmValues> = {
    title: entry.title,
    originalTitle: entry.originalTitle === entry.title ? '' : entry.originalTitle,
    tagline: entry.tagline,
    synopsis: entry.overview,
    year: entry.year === null ? '' : String(entry.year),
    genres: entry.genres.slice(0, MOST_GENRES).join(', '),
    certificate: entry.certificate ?? '',
    cast: linesOf(entry.cast),
    crew: linesOf(entry.crew.map(({ name, job }) => ({ name, role: job }))),
  };
  const filled = { ...values, tmdb: `${entry.kind}/${entry.tmdbId}` };
  for (const [field, value] of Object.entries(known) as [keyof FilmValues, string][]) {
    if (filled[field].trim() === '') Object.assign(filled, { [field]: value });
  }
  return filled;
}

/** Reads the form. @returns what is to be stored, or a sentence for each field that cannot be */
export function readValues(
  values: FilmValues,
  nowMs: number,
): { edit: FilmEdit } | { errors: Partial<Record<keyof FilmValues, string>> } {
  const errors: Partial<Record<keyof FilmValues, string>> = {};
  const text = (field: keyof FilmValues) => values[field].trim();
  for (const [field, most] of Object.entries(LONGEST) as [keyof FilmValues, number][]) {
    if (text(field).length > most) errors[field] = `At most ${most} characters, please.`;
  }
  if (text('title') === '') errors.title = 'A film needs a title.';

  const year = text('year') === '' ? null : Number(text('year'));
  const lastYear = lastFilmYear(nowMs);
  if (year !== null && !(Number.isInteger(year) && year >= FIRST_YEAR && year <= lastYear))
    errors.year = `A year between ${FIRST_YEAR} and ${lastYear}, or nothing.`;

  const genres = [
    ...new Set(
      text('genres')
        .split(',')
        .map((genre) => genre.trim())
        .filter(Boolean),
    ),
  ];
  if (genres.length > MOST_GENRES || genres.some((genre) => genre.length > LONGEST_GENRE))
    errors.genres = `At most ${MOST_GENRES} genres of ${LONGEST_GENRE} characters, with commas between them.`;

  const language = text('language') === '' ? null : canonicalLanguage(text('language'));
  if (language === undefined) errors.language = 'A language tag such as “fr” or “pt-BR”, or nothing.';

  const cast = creditsOf(values.cast);
  const crew = creditsOf(values.crew);
  if (!cast) errors.cast = `At most ${MOST_PEOPLE} people, each in a line of ${LONGEST_NAME} characters.`;
  if (!crew) errors.crew = `At most ${MOST_PEOPLE} people, each in a line of ${LONGEST_NAME} characters.`;

  const place = { season: numberOf(text('season'), MOST_SEASONS), number: numberOf(text('episode'), MOST_EPISODES) };
  if (text('series') === '') {
    if (text('season') + text('episode') !== '') errors.series = 'Name the series, or leave all three empty.';
  } else {
    if (place.season === null) errors.season = `A number up to ${MOST_SEASONS}; 0 for a special.`;
    if (place.number === null) errors.episode = `A number up to ${MOST_EPISODES}.`;
  }

  if (!VISIBILITIES.includes(values.visibility)) errors.visibility = 'Choose who sees the film.';
  const publishAtMs = values.visibility === 'scheduled' ? Date.parse(values.publishAt) : null;
  if (publishAtMs !== null && !Number.isFinite(publishAtMs)) errors.publishAt = 'Say when it is to be published.';

  const tmdb = tmdbOf(text('tmdb'));
  if (tmdb === undefined) errors.tmdb = 'This is no entry of TMDB.';
  if (Object.keys(errors).length > 0) return { errors };
  const details = {
    originalTitle: text('originalTitle'),
    tagline: text('tagline'),
    synopsis: text('synopsis'),
    year,
    genres,
    certificate: text('certificate') || null,
    language: language ?? null,
    cast: cast ?? [],
    crew: crew ?? [],
    episode:
      text('series') === '' ? null : { series: text('series'), season: place.season ?? 0, number: place.number ?? 0 },
  };
  return { edit: { title: text('title'), details, visibility: values.visibility, publishAtMs, tmdb: tmdb ?? null } };
}

/** @returns null for what is no whole number from 0 to `most` */
function numberOf(text: string, most: number): number | null {
  return /^\d{1,4}$/.test(text) && Number(text) <= most ? Number(text) : null;
}

function linesOf(credits: Credit[]): string {
  return credits.map(({ name, role }) => (role === '' ? name : `${name}, ${role}`)).join('\n');
}

function creditsOf(text: string): Credit[] | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length > MOST_PEOPLE || lines.some((line) => line.length > LONGEST_NAME)) return null;
  return lines.map((line) => {
    const comma = line.indexOf(',');
    if (comma < 0) return { name: line, role: '' };
    return { name: line.slice(0, comma).trim(), role: line.slice(comma + 1).trim() };
  });
}

/** @returns a language's tag as BCP 47 writes it; undefined if it is none */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function tmdbOf(text: string): Movie['tmdb'] | undefined {
  if (text === '') return null;
  const [, kind, id] = /^(film|series)\/([1-9]\d{0,9})$/.exec(text) ?? [];
  return kind === undefined ? undefined : { kind: kind as 'film' | 'series', tmdbId: Number(id) };
}
