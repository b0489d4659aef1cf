import { z } from 'zod';

/**
 * TMDB's answers, as far as they are used. Whatever can be missing, null, empty or of another type becomes null, '',
 * 0 or an empty list; an entry of a list without what makes it one is left out.
 */

const id = z.number().int().positive();
const text = z.string().trim().catch('');
const count = z.number().nonnegative().catch(0);
const date = z.iso.date().nullable().catch(null);
const isAdult = z.boolean().catch(false);
/** Goes into addresses: nothing but a file's name. */
const path = z
  .string()
  .regex(/^\/[\w-]+\.(?:jpe?g|png|webp)$/i)
  .nullable()
  .catch(null);

/** @returns the entries that make sense */
function sensible<T extends z.ZodType>(entry: T) {
  return (entries: unknown[]): z.infer<T>[] =>
    entries.flatMap((one) => {
      const read = entry.safeParse(one);
      return read.success ? [read.data] : [];
    });
}

const listOf = <T extends z.ZodType>(entry: T) => z.array(z.unknown()).catch([]).transform(sensible(entry));

/** A list under a name of its own: `{"results": [...]}`. */
const results = <T extends z.ZodType>(entry: T) =>
  z
    .object({ results: listOf(entry) })
    .catch({ results: [] })
    .transform((answer) => answer.results);

const cardShape = {
  id,
  adult: isAdult,
  /** Of films. */
  title: text,
  original_title: text,
  release_date: date,
  /** Of series. */
  name: text,
  original_name: text,
  first_air_date: date,
  overview: text,
  poster_path: path,
  backdrop_path: path,
  vote_average: count,
  vote_count: count,
  genre_ids: listOf(z.number()),
};
const card = z.object({ ...cardShape, media_type: text });
export type CardAnswer = z.infer<typeof card>;

const personCard = z.object({
  id,
  adult: isAdult,
  name: text,
  profile_path: path,
  known_for: listOf(card),
});
export type PersonCardAnswer = z.infer<typeof personCard>;

/** One page of a list. One without results is no answer, and is not kept as an empty one. */
const pageOf = <T extends z.ZodType>(entry: T) =>
  z.object({ total_pages: count, results: z.array(z.unknown()).transform(sensible(entry)) });

export const titlesAnswer = pageOf(card);
export const peopleAnswer = pageOf(personCard);
/** What a search of everything finds. */
export const mixedAnswer = pageOf(z.union([personCard.extend({ media_type: z.literal('person') }), card]));

const played = z.object({
  id,
  name: text,
  profile_path: path,
  order: z.number().catch(Number.MAX_SAFE_INTEGER),
  /** In a film. */
  character: text,
  /** In a series, over all its seasons. */
  roles: listOf(z.object({ character: text })),
});
export type PlayedAnswer = z.infer<typeof played>;

const made = z.object({
  id,
  name: text,
  /** At a film; one entry for each job. */
  job: text,
  /** At a series. */
  jobs: listOf(z.object({ job: text })),
  total_episode_count: count,
});
export type MadeAnswer = z.infer<typeof made>;

const credits = z.object({ cast: listOf(played), crew: listOf(made) }).catch({ cast: [], crew: [] });

const video = z.object({
  key: z.string().regex(/^[\w-]{11}$/),
  site: z.literal('YouTube'),
  name: text,
  type: text,
  official: z.boolean().catch(false),
  iso_639_1: text,
  published_at: text,
});
export type VideoAnswer = z.infer<typeof video>;

const picture = z.object({ file_path: path, iso_639_1: text, vote_average: count, vote_count: count });
export type PictureAnswer = z.infer<typeof picture>;

const titleShape = {
  ...cardShape,
  tagline: text,
  genres: listOf(z.object({ name: text })),
  videos: results(video),
  images: z
    .object({ backdrops: listOf(picture) })
    .catch({ backdrops: [] })
    .transform((images) => images.backdrops),
  recommendations: results(card),
  similar: results(card),
};

export const filmAnswer = z.object({
  ...titleShape,
  runtime: count,
  imdb_id: text,
  credits,
  release_dates: results(
    z.object({
      iso_3166_1: z.string(),
      release_dates: listOf(z.object({ certification: text, type: count })),
    }),
  ),
});
export type FilmAnswer = z.infer<typeof filmAnswer>;

export const seriesAnswer = z.object({
  ...titleShape,
  episode_run_time: listOf(z.number().positive()),
  last_episode_to_air: z.object({ runtime: count }).nullable().catch(null),
  created_by: listOf(z.object({ id, name: text })),
  aggregate_credits: credits,
  content_ratings: results(z.object({ iso_3166_1: z.string(), rating: text })),
  external_ids: z.object({ imdb_id: text }).catch({ imdb_id: '' }),
  seasons: listOf(
    z.object({
      season_number: z.number().int().nonnegative(),
      name: text,
      air_date: date,
      episode_count: count,
      poster_path: path,
    }),
  ),
});
export type SeriesAnswer = z.infer<typeof seriesAnswer>;

export const seasonAnswer = z.object({
  season_number: z.number().int().nonnegative(),
  name: text,
  overview: text,
  air_date: date,
  poster_path: path,
  episodes: listOf(
    z.object({
      episode_number: z.number().int().nonnegative(),
      name: text,
      overview: text,
      runtime: count,
      air_date: date,
      still_path: path,
    }),
  ),
});
export type SeasonAnswer = z.infer<typeof seasonAnswer>;

const credit = z.object({
  ...cardShape,
  media_type: text,
  character: text,
  job: text,
  department: text,
  /** Place in the billing of a film. */
  order: z.number().nonnegative().nullable().catch(null),
  /** Of a series. */
  episode_count: count,
});
export type CreditAnswer = z.infer<typeof credit>;

export const personAnswer = z.object({
  id,
  adult: isAdult,
  name: text,
  profile_path: path,
  biography: text,
  birthday: date,
  deathday: date,
  place_of_birth: text,
  known_for_department: text,
  combined_credits: z.object({ cast: listOf(credit), crew: listOf(credit) }).catch({ cast: [], crew: [] }),
});
export type PersonAnswer = z.infer<typeof personAnswer>;
