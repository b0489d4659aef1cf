import { ERROR_CODES } from '@marquee/core/errors';
import { JOB_STATUSES } from '@marquee/core/job';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import { MOVIE_STATES, VISIBILITIES } from '@marquee/core/movie';
import { SKIP_KINDS } from '@marquee/core/skips';
import { WEBHOOK_DATA } from '@marquee/core/webhook-payloads';
import type { WebhookEvent } from '@marquee/core/webhooks';
import { z } from 'zod';
import {
  canonicalLanguage,
  FIRST_YEAR,
  LONGEST,
  LONGEST_GENRE,
  LONGEST_NAME,
  lastFilmYear,
  MOST_EPISODES,
  MOST_GENRES,
  MOST_PEOPLE,
  MOST_SEASONS,
} from '../../view/film-values.ts';

/** Schemas that stand in the description under a name. */
export const NAMED = z.registry<{ id: string }>();

function named<T extends z.ZodType>(id: string, schema: T): T {
  NAMED.add(schema, { id });
  return schema;
}

const time = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601, in UTC where Marquee writes it' });
const count = z.int().nonnegative();

export const PROBLEM = named(
  'Problem',
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      code: z.string().describe('What a program may act on: `NOT_FOUND`, `STORE_DOWN`; see docs/api.md'),
      detail: z.string().describe('A sentence for a person'),
      missing: z.array(z.int()).optional().describe('Numbers of the parts that an upload still lacks'),
    })
    .describe('What went wrong (RFC 9457)'),
);

// ------------------------------------------------------------------------------------------------- lists

const limit = z.coerce.number().int().min(1).max(100).default(50).describe('How many at most');
const cursor = z.string().max(1000).optional().describe('`cursor` of the page before; nothing for the first page');
const nextCursor = z.string().nullable().describe('Pass it back for the next page; null at the end');

// ------------------------------------------------------------------------------------------------ movies

const visibility = z.enum(VISIBILITIES as [string, ...string[]] as ['draft', 'unlisted', 'published', 'scheduled']);
const movieState = z
  .enum(MOVIE_STATES as ['ready', 'making', 'unseen'])
  .describe('`ready`: all of it can be watched; `making`: its opening and what has come since; `unseen`: nothing yet');

/** The edit form has a person a line, with a comma after the name. */
const credit = named(
  'Credit',
  z
    .strictObject({
      name: z
        .string()
        .trim()
        .min(1)
        .regex(/^[^,\n\r]*$/),
      role: z
        .string()
        .trim()
        .regex(/^[^\n\r]*$/),
    })
    .refine(({ name, role }) => name.length + role.length + 2 <= LONGEST_NAME, {
      error: `name and role have ${LONGEST_NAME - 2} characters together at most`,
    }),
);
const credits = z.array(credit).max(MOST_PEOPLE);

const details = {
  title: z.string().trim().min(1).max(LONGEST.title),
  originalTitle: z.string().trim().max(LONGEST.originalTitle),
  tagline: z.string().trim().max(LONGEST.tagline),
  synopsis: z.string().trim().max(LONGEST.synopsis),
  year: z
    .int()
    .min(FIRST_YEAR)
    .refine((year) => year <= lastFilmYear(Date.now()), { error: 'it is too far ahead' })
    .nullable(),
  genres: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(LONGEST_GENRE)
        .regex(/^[^,\n\r]*$/),
    )
    .max(MOST_GENRES),
  certificate: z.string().trim().min(1).max(LONGEST.certificate).nullable().describe('`PG-13`, `12`'),
  language: z
    .string()
    .trim()
    .max(LONGEST.language)
    .refine((tag) => canonicalLanguage(tag) !== undefined, { error: 'it is no tag of a language' })
    .overwrite((tag) => canonicalLanguage(tag) ?? tag)
    .nullable()
    .describe('What is mostly spoken, as a tag of BCP 47'),
  cast: credits,
  crew: credits,
  episode: z
    .strictObject({
      series: z.string().trim().min(1).max(LONGEST.series),
      season: z.int().min(0).max(MOST_SEASONS).describe('0 for specials'),
      number: z.int().min(0).max(MOST_EPISODES),
    })
    .nullable()
    .describe('Where the film stands in a series of the house'),
  tmdb: z
    .strictObject({ kind: z.enum(['film', 'series']), tmdbId: z.int().positive() })
    .nullable()
    .describe("Its entry in the world's catalogue"),
  visibility,
  publishAt: time.nullable().describe('When a scheduled film is published; null for any other'),
};

export const MOVIE = named(
  'Movie',
  z.object({
    id: z.string(),
    ...details,
    state: movieState,
    durationSec: z.number().nullable(),
    skips: z
      .array(
        z.object({ kind: z.enum(SKIP_KINDS), startSec: z.number().nonnegative(), endSec: z.number().nonnegative() }),
      )
      .describe('Opening titles and end credits, told by a person or found, in the order of time'),
    version: count.describe('Raised at each change, by people and by work; the `ETag` is made of it'),
    createdAt: time,
    updatedAt: time,
  }),
);
export const MOVIES = named('Movies', z.object({ items: z.array(MOVIE), cursor: nextCursor }));
export const MOVIE_PATCH = named(
  'MoviePatch',
  z.strictObject(details).partial().describe('What is named is changed, all else stays'),
);
export const MOVIES_QUERY = z.object({
  limit,
  cursor,
  sort: z.enum(['newest', 'title', 'updated']).default('newest'),
  visibility: visibility.optional(),
  state: movieState.optional(),
});

// ----------------------------------------------------------------------------------------------- uploads

export const NEW_UPLOAD = named(
  'NewUpload',
  z.strictObject({ fileName: z.string().trim().min(1).max(255), sizeBytes: count }),
);
export const UPLOAD = named(
  'Upload',
  z.object({
    uploadId: z.string(),
    token: z.string().describe('Shown in the header `Marquee-Upload` from now on'),
    partBytes: z.int().positive().describe('Size of every part but the last'),
    partCount: z.int().positive(),
  }),
);
export const STANDING_PARTS = named(
  'StandingParts',
  z.object({
    parts: z.array(z.int().positive()).describe('Numbers of the parts that storage has whole, from 1'),
    jobId: z.string().nullable().describe('Set when the film was handed over already'),
  }),
);
export const WANTED_PARTS = named(
  'WantedParts',
  z.strictObject({ partNumbers: z.array(z.int().positive()).min(1).max(100) }),
);
export const SIGNED_PARTS = named(
  'SignedParts',
  z.object({
    urls: z.record(z.string(), z.url()).describe('For each number the address to which its bytes are sent by PUT'),
  }),
);
export const FINISH_UPLOAD = named(
  'FinishUpload',
  z.strictObject({
    title: z.string().trim().max(LONGEST.title).default('').describe('Default: made of the file name'),
  }),
);
export const HANDED_OVER = named('HandedOver', z.object({ jobId: z.string(), movieId: z.string() }));

// -------------------------------------------------------------------------------------------------- jobs

const jobStatus = z.enum(JOB_STATUSES as ['pending', 'processing', 'ready', 'failed', 'cancelled']);
const code = z.enum(ERROR_CODES as [string, ...string[]]);
const failure = z.object({ code, message: z.string() });

export const JOB = named(
  'Job',
  z.object({
    id: z.string(),
    movieId: z.string(),
    status: jobStatus,
    fileName: z.string(),
    sizeBytes: count,
    durationSec: z.number().nullable().describe('Length of the film, once known'),
    rungs: z.array(z.string()).describe('Qualities of the picture, such as `1080p`, once planned'),
    notes: z.array(z.string()).describe('What is odd about the file'),
    error: failure.extend({ taskId: z.string().nullable() }).nullable(),
    createdAt: time,
    updatedAt: time,
    playableAt: time.nullable(),
    finishedAt: time.nullable(),
  }),
);
export const JOBS = named('Jobs', z.object({ items: z.array(JOB), cursor: nextCursor }));
const task = named(
  'Task',
  z.object({
    id: z.string(),
    type: z.enum(MESSAGE_TYPES.filter((type) => type !== 'video.uploaded' && type !== 'task.finished')),
    piece: z.string().describe('Which piece of its type: `head`, `00012`, `en-0:003`'),
    status: z.enum(['waiting', 'ready', 'running', 'done', 'failed', 'cancelled']),
    attempts: count.describe('Failures that counted'),
    progress: z.number().min(0).max(1),
    error: failure.nullable(),
    runs: z.array(
      z.object({
        worker: z.string(),
        startedAt: time,
        endedAt: time.nullable(),
        outcome: z.string().nullable().describe('`done`, an error code, or null while it runs'),
      }),
    ),
  }),
);
export const JOB_WITH_TASKS = named(
  'JobWithTasks',
  JOB.extend({ share: z.number().min(0).max(1).describe('How much of the work is done'), tasks: z.array(task) }),
);
export const JOBS_QUERY = z.object({
  limit,
  cursor,
  status: jobStatus.optional(),
  movieId: z.string().max(64).optional(),
});

// ------------------------------------------------------------------------------------------------ search

export const SEARCH_QUERY = z.object({
  q: z.string().trim().min(1).max(100).describe('What is looked for'),
  kind: z.enum(['film', 'series', 'person', 'said']).optional().describe('`said`: lines and sights of films alone'),
  movieId: z.string().max(64).optional().describe('Narrows lines down to one film'),
  language: z.string().max(35).optional().describe('Narrows lines down to one language; `en` finds `en-GB`'),
  page: z.coerce.number().int().min(1).max(500).default(1),
});
export const FOUND = named(
  'Found',
  z.object({
    movies: z
      .array(MOVIE.pick({ id: true, title: true, year: true, durationSec: true, state: true }))
      .describe('Films of the house that everybody finds'),
    moments: z
      .array(
        z.object({
          movieId: z.string(),
          title: z.string().describe('Of the film'),
          kind: z
            .enum(['said', 'letters', 'seen'])
            .describe('`letters` stand in the picture, `seen` are words for what it shows'),
          startSec: z.number().nonnegative(),
          language: z.string().describe('BCP 47; `und` where nobody knows'),
          text: z.string().describe('The line, or the words'),
          matches: z
            .array(z.tuple([z.int().nonnegative(), z.int().positive()]))
            .describe(
              'Where words of the question stand in it, as `[start, end)` in UTF-16 units; none where it says the like in other words',
            ),
        }),
      )
      .describe('Lines of films and what they show, the best first: 12 at most, with `kind=said` 50'),
    catalogue: z
      .enum(['known', 'away', 'none'])
      .describe("Whether the world's catalogue answered; `none`: there is none, or it was not asked"),
    titles: z.array(
      z.object({
        kind: z.enum(['film', 'series']),
        tmdbId: z.int(),
        title: z.string(),
        year: z.int().nullable(),
        overview: z.string(),
        rating: z.number().nullable(),
      }),
    ),
    people: z.array(z.object({ tmdbId: z.int(), name: z.string(), knownFor: z.array(z.string()) })),
    page: z.int(),
    pages: z.int(),
  }),
);

// ---------------------------------------------------------------------------------------------- webhooks

const event = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), timestamp: time, data });

/** What webhooks are told, by event, with when. */
export const EVENTS = {
  'job.ready': {
    summary: 'A film has been made and checked',
    schema: named('JobReady', event('job.ready', WEBHOOK_DATA['job.ready'])),
  },
  'job.failed': {
    summary: 'Making a film has failed',
    schema: named('JobFailed', event('job.failed', WEBHOOK_DATA['job.failed'])),
  },
  'movie.published': {
    summary: 'A film came out: it can be watched, and everybody finds it from then on',
    schema: named('MoviePublished', event('movie.published', WEBHOOK_DATA['movie.published'])),
  },
} as const satisfies Record<WebhookEvent, { summary: string; schema: z.ZodType }>;
