import { HttpError } from './require-admin.ts';

/**
 * Reads a body that anybody may send, and no more of it than makes sense.
 *
 * @returns the request with the body that was read
 * @throws HttpError 413 if it is larger, 400 if it breaks off: pages that are left take their last word with them
 */
export async function withinBytes(request: Request, maxBytes: number): Promise<Request> {
  const body = await read(request, maxBytes).catch((thrown: unknown) => {
    throw thrown instanceof HttpError ? thrown : new HttpError(400, 'The request broke off.');
  });
  return new Request(request.url, { method: request.method, headers: request.headers, body });
}

async function read(request: Request, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of request.body ?? []) {
    sizeBytes += part.byteLength;
    if (sizeBytes > maxBytes) throw new HttpError(413, `The request is larger than ${maxBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
