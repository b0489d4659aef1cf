import type { AuditActor } from '@marquee/core/audit';
import type { z } from 'zod';
import { peerAddress } from '../current-user.ts';
import { HttpError } from '../require-admin.ts';
import { bearerOf } from './bearer.ts';
import type { Operation } from './operations.ts';
import { problem } from './problem.ts';

/** Larger bodies are nobody's: a film with all that can be written about it has some 30 kB. */
const LONGEST_BODY_BYTES = 256 * 1024;
const LONGEST_ID = 64;

/** What a program asks for, checked. */
export interface Asked<Q, B> {
  request: Request;
  /** Of the address; empty where there is none. */
  id: string;
  query: Q;
  body: B;
  /** The token, for the audit log. */
  actor: AuditActor;
}

type Context = { params: Promise<{ id?: string } | undefined> };

/**
 * Makes the route of an operation: who asks, whether the token may, and what is sent are looked at before `handle` is
 * asked; what is thrown becomes a problem document.
 */
export function apiRoute<Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<Q, B>,
  handle: (asked: Asked<z.output<Q>, z.output<B>>) => Promise<Response>,
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    try {
      const token = await bearerOf(request, operation.scope);
      const id = (await context.params)?.id ?? '';
      if (id.length > LONGEST_ID) throw new HttpError(404, 'There is nothing of this id.');
      const searched = Object.fromEntries(new URL(request.url).searchParams);
      const query = operation.query ? read(operation.query, searched) : (undefined as z.output<Q>);
      const body = operation.body ? read(operation.body, await readBody(request)) : (undefined as z.output<B>);
      const name = `token “${token.name}”`;
      const actor: AuditActor = { kind: 'token', id: token.id, name, address: await peerAddress() };
      return await handle({ request, id, query, body, actor });
    } catch (thrown) {
      return await problem(thrown);
    }
  };
}

/** An answer that nobody keeps. */
export function answerJson(value: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response {
  return Response.json(value, { ...init, headers: { 'Cache-Control': 'no-store', ...init.headers } });
}

/** @throws HttpError 400 naming the field that is wrong */
function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new HttpError(400, `${issue?.path.join('.') || 'The request'} is not accepted (${issue?.message}).`);
}

async function readBody(request: Request): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > LONGEST_BODY_BYTES) throw new HttpError(413, 'The request is too large.');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new HttpError(400, 'The request is not JSON.');
  }
}
