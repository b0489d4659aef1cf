import { STATUS_CODES } from 'node:http';
import { readError } from '../api.ts';
import { HttpError } from '../require-admin.ts';

/** Codes of what is said by its status; whatever else fails has a code of its own. */
const CODES: Record<number, string> = {
  400: 'MESSAGE_INVALID',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  412: 'PRECONDITION_FAILED',
  413: 'TOO_LARGE',
  429: 'RATE_LIMITED',
};

/** What failed, as a problem document (RFC 9457). Faults of ours are logged and not shown. */
export async function problem(thrown: unknown, more: Record<string, unknown> = {}): Promise<Response> {
  const { status, code = CODES[status] ?? 'MESSAGE_INVALID', message } = await readError(thrown);
  const document = { type: 'about:blank', title: STATUS_CODES[status], status, code, detail: message, ...more };
  return new Response(JSON.stringify(document), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(thrown instanceof HttpError ? thrown.headers : {}),
    },
  });
}
