import { HttpError } from './require-admin.ts';

/**
 * Reads a body that anybody may send, and no more of it than makes sense.
 *
 * @returns the request with the body that was read
 * @throws HttpError 413 if it is larger
 */
export async function withinBytes(request: Request, maxBytes: number): Promise<Request> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of request.body ?? []) {
    sizeBytes += part.byteLength;
    if (sizeBytes > maxBytes) throw new HttpError(413, `The request is larger than ${maxBytes} bytes.`);
    parts.push(part);
  }
  return new Request(request.url, { method: request.method, headers: request.headers, body: Buffer.concat(parts) });
}
