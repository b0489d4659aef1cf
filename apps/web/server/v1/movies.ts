import type { AuditActor } from '@marquee/core/audit';
import type { MovieId } from '@marquee/core/ids';
import { type Movie, movieState } from '@marquee/core/movie';
import { shownSkips } from '@marquee/core/skips';
import type { z } from 'zod';
import { valuesOf } from '../../view/film-values.ts';
import { container } from '../container.ts';
import { writeDownEdit } from '../film-audit.ts';
import { changeMovie } from '../film-edit.ts';
import { writeDown } from '../people.ts';
import { HttpError } from '../require-admin.ts';
import { compareAgain } from '../skips-desk.ts';
import { DELETE_MOVIE, GET_MOVIE, LIST_MOVIES, PATCH_MOVIE, PUBLISH_MOVIE } from './operations.ts';
import { answerJson, apiRoute } from './route.ts';
import type { MOVIE, MOVIE_PATCH } from './schemas.ts';
import { isoTime } from './times.ts';

export const listMovies = apiRoute(LIST_MOVIES, async ({ query: { cursor, visibility, state, ...query } }) => {
  const { engines } = await container();
  const page = await engines.store.movies.list({
    ...query,
    ...(cursor === undefined ? {} : { cursor }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(state === undefined ? {} : { state }),
  });
  return answerJson({ items: page.items.map(movieOf), cursor: page.cursor });
});

export const getMovie = apiRoute(GET_MOVIE, async ({ id }) => answerMovie(await read(id)));

export const patchMovie = apiRoute(PATCH_MOVIE, async ({ request, id, body, actor }) =>
  answerMovie(await change(request, id, actor, (movie) => patchOf(movie, body))),
);

export const publishMovie = apiRoute(PUBLISH_MOVIE, async ({ request, id, actor }) =>
  answerMovie(await change(request, id, actor, () => ({ visibility: 'published', publishAtMs: null }))),
);

export const deleteMovie = apiRoute(DELETE_MOVIE, async ({ request, id, actor }) => {
  const { commands, engines } = await container();
  const movie = await read(id);
  expectMatch(request, movie);
  await commands.removeMovie(movie.id);
  const target = { kind: 'movie', id: movie.id, name: movie.title } as const;
  await writeDown(engines.store, actor, 'film.deleted', target);
  return new Response(null, { status: 204 });
});

async function read(id: string): Promise<Movie> {
  const { engines } = await container();
  const movie = await engines.store.movies.get(id as MovieId);
  if (!movie) throw new HttpError(404, 'There is no film of this id.');
  return movie;
}

async function change(
  request: Request,
  id: string,
  actor: AuditActor,
  decide: (movie: Movie) => Partial<Movie>,
): Promise<Movie> {
  const { engines } = await container();
  const now = await read(id);
  let [before, episode] = [valuesOf(now), now.details.episode];
  const changed = await changeMovie(id as MovieId, (movie) => {
    expectMatch(request, movie);
    before = valuesOf(movie);
    episode = movie.details.episode;
    return decide(movie);
  });
  await writeDownEdit(engines.store, actor, changed, before);
  await compareAgain(changed, episode);
  return changed;
}

/** @throws HttpError 412 if the request names other states of the film than this one */
function expectMatch(request: Request, movie: Movie): void {
  const wanted = request.headers.get('if-match');
  if (wanted === null || wanted.trim() === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim());
  if (!tags.includes(etagOf(movie))) throw new HttpError(412, 'The film was changed since you read it. Read it again.');
}

function patchOf(movie: Movie, patch: z.output<typeof MOVIE_PATCH>): Partial<Movie> {
  const { title, visibility = movie.visibility, publishAt, tmdb, genres, ...details } = patch;
  const named = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
  return {
    title: title ?? movie.title,
    details: { ...movie.details, ...named, genres: genres ? [...new Set(genres)] : movie.details.genres },
    tmdb: tmdb === undefined ? movie.tmdb : tmdb,
    visibility,
    publishAtMs: publishTime(movie, visibility, publishAt),
  };
}

function publishTime(movie: Movie, visibility: Movie['visibility'], asked: string | null | undefined): number | null {
  if (visibility !== 'scheduled') {
    if (typeof asked === 'string') throw new HttpError(400, 'publishAt is for a film whose visibility is scheduled.');
    return null;
  }
  const atMs = asked === undefined ? movie.publishAtMs : asked === null ? null : Date.parse(asked);
  if (atMs === null) throw new HttpError(400, 'A film whose visibility is scheduled needs publishAt.');
  return atMs;
}

function answerMovie(movie: Movie): Response {
  return answerJson(movieOf(movie), { headers: { ETag: etagOf(movie) } });
}

function etagOf({ version }: Movie): string {
  return `"${version}"`;
}

function movieOf(movie: Movie): z.output<typeof MOVIE> {
  const { id, title, details, tmdb, visibility, publishAtMs, durationSec, version } = movie;
  return {
    id,
    title,
    ...details,
    tmdb,
    visibility,
    publishAt: isoTime(publishAtMs),
    state: movieState(movie),
    durationSec,
    skips: shownSkips(movie.ownSkips, movie.foundSkips, { jobId: movie.readyJobId ?? '', durationSec }),
    version,
    createdAt: isoTime(movie.createdAtMs),
    updatedAt: isoTime(movie.updatedAtMs),
  };
}
