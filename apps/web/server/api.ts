import type { User } from '@marquee/core/accounts';
import { type ErrorCode, isMarqueeError, outcomeOf, toMarqueeError } from '@marquee/core/errors';
import type { z } from 'zod';
import { container } from './container.ts';
import { currentUser } from './current-user.ts';
import { HttpError } from './require-admin.ts';

/** A route without parameters is given none at all. */
type Context = { params: Promise<{ id?: string } | undefined> };
type Handler = (request: Request, id: string) => Promise<Response>;

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Wraps an API route for admins: checks the session and, for methods that change something, that the request
 * comes from our own pages. What is thrown becomes a status and a sentence.
 */
export function adminRoute(handler: Handler): (request: Request, context: Context) => Promise<Response> {
  return viewerRoute(async (request, user, id) => {
    if (user.role !== 'admin') throw new HttpError(403, 'Only admins may do this.');
    return handler(request, id);
  });
}

/** The same for whoever is signed in. */
export function viewerRoute(
  handler: (request: Request, user: User, id: string) => Promise<Response>,
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    try {
      const user = await currentUser();
      if (!user) throw new HttpError(401, 'You are signed out. Sign in and try again.');
      if (!SAFE_METHODS.has(request.method) && !isSameOrigin(request)) {
        throw new HttpError(403, 'This request came from another site and was refused.');
      }
      return await handler(request, user, (await context.params)?.id ?? '');
    } catch (error) {
      return await errorResponse(error);
    }
  };
}

/** Turns what was thrown into an answer; faults of ours are logged and not shown. */
export async function errorResponse(thrown: unknown): Promise<Response> {
  const { status, ...error } = await readError(thrown);
  return refusal(status, error, thrown instanceof HttpError ? thrown.headers : {});
}

/** What somebody is told of what was thrown. `code` is missing where the status says it all. */
export async function readError(thrown: unknown): Promise<{ status: number; code?: ErrorCode; message: string }> {
  if (thrown instanceof HttpError) return { status: thrown.status, message: thrown.message };
  const error = toMarqueeError(thrown);
  const { code, message } = error;
  const outcome = outcomeOf(code);
  if (outcome === 'unknown' || !isMarqueeError(thrown)) {
    const { log } = await container();
    log.error('a request failed', { err: error.cause ?? error });
    return { status: 500, code, message: 'Something failed on the server. The log says what.' };
  }
  return { status: code === 'OBJECT_MISSING' ? 404 : outcome === 'transient' ? 503 : 400, code, message };
}

function refusal(status: number, error: { code?: string; message: string }, headers = {}): Response {
  return Response.json({ error }, { status, headers: { 'Cache-Control': 'no-store', ...headers } });
}

/**
 * Fetch metadata where the browser sends it, else the Origin header against the host that was asked.
 * A client that is no browser sends neither and carries no cookie of ours by accident.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  try {
    return new URL(origin).host === request.headers.get('host');
  } catch {
    return false;
  }
}

/** Reads a JSON body. @throws HttpError 400 naming the field that is wrong */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    throw new HttpError(400, 'The request is not JSON.');
  }
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new HttpError(400, `${issue?.path.join('.') || 'The request'} is not accepted (${issue?.message}).`);
}
