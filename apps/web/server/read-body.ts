import { HttpError } from './require-admin.ts';

/**
 * Reads what a request carries, and stops as soon as it is too much, whatever it said of its length.
 *
 * @throws HttpError 413 with `sentence`
 */
export async function readBody(request: Request, maxBytes: number, sentence: string): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new HttpError(413, sentence);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > maxBytes) throw new HttpError(413, sentence);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
