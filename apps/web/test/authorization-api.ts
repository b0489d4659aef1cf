import type { Scope } from '@marquee/core/api-tokens';
import type { Sent } from './authorization-matrix.ts';

/**
 * Who may ask the API what: every method of every route below `/api/v1` has at least one row, beside those of
 * `authorization-matrix.ts`. Whoever shows no token is refused with 401, a session or not; one without the scope with
 * 403; a row says what the scope is and what is answered with it alone.
 */
export const API_VISITORS = ['anonymous', 'viewer', 'admin', 'a token without the scope', 'a token with it'] as const;
export type ApiVisitor = (typeof API_VISITORS)[number];

export type ApiRow = [method: string, route: string, address: string, scope: Scope, answer: number, sent?: Sent];

const UPLOAD: Sent = { headers: { 'marquee-upload': '{apiUploadToken}' } };

/** @returns what each visitor is answered, in their order */
export function apiAnswers(answer: number): number[] {
  return [401, 401, 401, 403, answer];
}

/** In this order: what is sent last takes the samples away. */
export const API_ROUTES: ApiRow[] = [
  ['GET', '/api/v1/movies', '/api/v1/movies', 'movies:read', 200],
  ['GET', '/api/v1/movies/[id]', '/api/v1/movies/{worked}', 'movies:read', 200],
  ['GET', '/api/v1/movies/[id]', '/api/v1/movies/nothing', 'movies:read', 404],
  ['PATCH', '/api/v1/movies/[id]', '/api/v1/movies/{worked}', 'movies:write', 200, { json: { tagline: 'Changed' } }],
  ['POST', '/api/v1/movies/[id]/publish', '/api/v1/movies/{worked}/publish', 'movies:write', 200],
  [
    'DELETE',
    '/api/v1/movies/[id]',
    '/api/v1/movies/{worked}',
    'movies:write',
    412,
    { headers: { 'if-match': '"no such version"' } },
  ],
  ['GET', '/api/v1/search', '/api/v1/search?q=sample', 'search:read', 200],
  ['GET', '/api/v1/jobs', '/api/v1/jobs', 'jobs:read', 200],
  ['GET', '/api/v1/jobs/[id]', '/api/v1/jobs/{workedJob}', 'jobs:read', 200],
  ['POST', '/api/v1/jobs/[id]/cancel', '/api/v1/jobs/{workedJob}/cancel', 'jobs:write', 202],
  ['POST', '/api/v1/jobs/[id]/retry', '/api/v1/jobs/{workedJob}/retry', 'jobs:write', 409],
  ['POST', '/api/v1/uploads', '/api/v1/uploads', 'uploads:write', 201, { json: { fileName: 'new.mp4', sizeBytes: 9 } }],
  ['GET', '/api/v1/uploads/[id]', '/api/v1/uploads/{apiUpload}', 'uploads:write', 200, UPLOAD],
  ['GET', '/api/v1/uploads/[id]', '/api/v1/uploads/{apiUpload}', 'uploads:write', 403],
  [
    'POST',
    '/api/v1/uploads/[id]/parts',
    '/api/v1/uploads/{apiUpload}/parts',
    'uploads:write',
    200,
    { ...UPLOAD, json: { partNumbers: [1] } },
  ],
  [
    'POST',
    '/api/v1/uploads/[id]/complete',
    '/api/v1/uploads/{apiUpload}/complete',
    'uploads:write',
    409,
    { ...UPLOAD, json: {} },
  ],
  ['DELETE', '/api/v1/uploads/[id]', '/api/v1/uploads/{apiUpload}', 'uploads:write', 204, UPLOAD],
  ['DELETE', '/api/v1/movies/[id]', '/api/v1/movies/{worked}', 'movies:write', 204],
];
