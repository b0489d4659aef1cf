import type { Scope } from '@marquee/core/api-tokens';
import type { z } from 'zod';
import * as schemas from './schemas.ts';

/** What can be asked for in one way: read by the route that answers it, and by whoever describes it. */
export interface Operation<Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType> {
  /** Its name in the description; unique. */
  id: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with `{id}` where an id stands. */
  path: string;
  scope: Scope;
  summary: string;
  /** More about it, in whole sentences. */
  note?: string;
  query?: Q;
  body?: B;
  /** Request headers besides `Authorization`. */
  headers?: { name: string; isRequired: boolean; description: string }[];
  answer: { status: number; description: string; schema?: z.ZodType; hasEtag?: true };
  /** Statuses of refusals that not every operation has. */
  refusals?: number[];
}

function operation<Q extends z.ZodType, B extends z.ZodType>(about: Operation<Q, B>): Operation<Q, B> {
  return about;
}

const ifMatch = {
  name: 'If-Match',
  isRequired: false,
  description:
    'The `ETag` that was read: refused with 412 if the film was changed since. Without it the last one wins.',
};
const uploadToken = {
  name: 'Marquee-Upload',
  isRequired: true,
  description: '`token` of the answer with which the upload began',
};

export const LIST_MOVIES = operation({
  id: 'listMovies',
  method: 'GET',
  path: '/movies',
  scope: 'movies:read',
  summary: 'Films of the house, whoever may see them, page by page',
  query: schemas.MOVIES_QUERY,
  answer: { status: 200, description: 'One page', schema: schemas.MOVIES },
});

export const GET_MOVIE = operation({
  id: 'getMovie',
  method: 'GET',
  path: '/movies/{id}',
  scope: 'movies:read',
  summary: 'One film',
  answer: { status: 200, description: 'The film', schema: schemas.MOVIE, hasEtag: true },
  refusals: [404],
});

export const PATCH_MOVIE = operation({
  id: 'patchMovie',
  method: 'PATCH',
  path: '/movies/{id}',
  scope: 'movies:write',
  summary: 'Change details of a film, and who sees it',
  note: 'A visibility of `scheduled` needs `publishAt`; with any other it becomes null.',
  headers: [ifMatch],
  body: schemas.MOVIE_PATCH,
  answer: { status: 200, description: 'The film as it stands then', schema: schemas.MOVIE, hasEtag: true },
  refusals: [404, 412],
});

export const DELETE_MOVIE = operation({
  id: 'deleteMovie',
  method: 'DELETE',
  path: '/movies/{id}',
  scope: 'movies:write',
  summary: 'Remove a film with everything that was made of it, and its uploads',
  headers: [ifMatch],
  answer: { status: 204, description: 'It is gone' },
  refusals: [404, 412],
});

export const PUBLISH_MOVIE = operation({
  id: 'publishMovie',
  method: 'POST',
  path: '/movies/{id}/publish',
  scope: 'movies:write',
  summary: 'Let everybody find a film',
  headers: [ifMatch],
  answer: { status: 200, description: 'The film as it stands then', schema: schemas.MOVIE, hasEtag: true },
  refusals: [404, 412],
});

export const BEGIN_UPLOAD = operation({
  id: 'beginUpload',
  method: 'POST',
  path: '/uploads',
  scope: 'uploads:write',
  summary: 'Begin an upload',
  body: schemas.NEW_UPLOAD,
  answer: { status: 201, description: 'How to send it', schema: schemas.UPLOAD },
});

export const LIST_PARTS = operation({
  id: 'listParts',
  method: 'GET',
  path: '/uploads/{id}',
  scope: 'uploads:write',
  summary: 'What stands of an upload, to go on with it',
  headers: [uploadToken],
  answer: { status: 200, description: 'Its parts', schema: schemas.STANDING_PARTS },
  refusals: [410],
});

export const SIGN_PARTS = operation({
  id: 'signParts',
  method: 'POST',
  path: '/uploads/{id}/parts',
  scope: 'uploads:write',
  summary: 'Have addresses signed to which parts are sent',
  note: 'They work for six hours, without a token. Send exactly the bytes of the part, by PUT.',
  headers: [uploadToken],
  body: schemas.WANTED_PARTS,
  answer: { status: 200, description: 'An address for each part', schema: schemas.SIGNED_PARTS },
});

export const FINISH_UPLOAD = operation({
  id: 'finishUpload',
  method: 'POST',
  path: '/uploads/{id}/complete',
  scope: 'uploads:write',
  summary: 'Join the parts and have the film made',
  note: 'Asked again, after an answer that was lost, it gives the same job.',
  headers: [uploadToken],
  body: schemas.FINISH_UPLOAD,
  answer: { status: 201, description: 'The job that makes it', schema: schemas.HANDED_OVER },
  refusals: [409, 410],
});

export const DROP_UPLOAD = operation({
  id: 'dropUpload',
  method: 'DELETE',
  path: '/uploads/{id}',
  scope: 'uploads:write',
  summary: 'Throw away what was sent so far',
  headers: [uploadToken],
  answer: { status: 204, description: 'It is gone' },
  refusals: [409],
});

export const LIST_JOBS = operation({
  id: 'listJobs',
  method: 'GET',
  path: '/jobs',
  scope: 'jobs:read',
  summary: 'Jobs, newest first, page by page',
  query: schemas.JOBS_QUERY,
  answer: { status: 200, description: 'One page', schema: schemas.JOBS },
});

export const GET_JOB = operation({
  id: 'getJob',
  method: 'GET',
  path: '/jobs/{id}',
  scope: 'jobs:read',
  summary: 'One job with its tasks',
  answer: { status: 200, description: 'The job', schema: schemas.JOB_WITH_TASKS },
  refusals: [404],
});

export const RETRY_JOB = operation({
  id: 'retryJob',
  method: 'POST',
  path: '/jobs/{id}/retry',
  scope: 'jobs:write',
  summary: 'Do again what failed of a job, and only that',
  answer: { status: 202, description: 'The job as it stands then', schema: schemas.JOB },
  refusals: [404, 409],
});

export const CANCEL_JOB = operation({
  id: 'cancelJob',
  method: 'POST',
  path: '/jobs/{id}/cancel',
  scope: 'jobs:write',
  summary: 'Stop a job and remove what it made',
  answer: { status: 202, description: 'The job as it stands then', schema: schemas.JOB },
  refusals: [404, 409],
});

export const SEARCH = operation({
  id: 'search',
  method: 'GET',
  path: '/search',
  scope: 'search:read',
  summary: "Search the house and the world's films, as viewers do",
  query: schemas.SEARCH_QUERY,
  answer: { status: 200, description: 'What was found, the best first', schema: schemas.FOUND },
});

/** All of them, in the order of the description. */
export const OPERATIONS: Operation[] = [
  LIST_MOVIES,
  GET_MOVIE,
  PATCH_MOVIE,
  DELETE_MOVIE,
  PUBLISH_MOVIE,
  BEGIN_UPLOAD,
  LIST_PARTS,
  SIGN_PARTS,
  FINISH_UPLOAD,
  DROP_UPLOAD,
  LIST_JOBS,
  GET_JOB,
  RETRY_JOB,
  CANCEL_JOB,
  SEARCH,
];
