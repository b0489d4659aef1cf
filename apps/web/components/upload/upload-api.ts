/** A refusal by the server or the line, with what to do about it. */
export class UploadError extends Error {
  /** `again` after a pause, `renew` with a new address, `end` for good. */
  readonly next: 'again' | 'renew' | 'end';

  constructor(sentence: string, next: 'again' | 'renew' | 'end') {
    super(sentence);
    this.next = next;
  }
}

export interface Begun {
  uploadId: string;
  token: string;
  partBytes: number;
}

/** Begins an upload. */
export async function beginUpload(file: File, title: string): Promise<Begun> {
  const body = { fileName: file.name, sizeBytes: file.size, lastModifiedMs: file.lastModified, title };
  return (await ask('/api/uploads', { method: 'POST', body: JSON.stringify(body) })).json();
}

/** Parts that stand whole on the server, and the job if the film was handed over already. */
export async function standingParts(id: string, token: string): Promise<{ parts: number[]; job: string | null }> {
  return (await ask(`/api/uploads/${id}`, { token })).json();
}

/** Addresses to send parts to, by part number. */
export async function signParts(id: string, token: string, partNumbers: number[]): Promise<Record<number, string>> {
  const request = { method: 'POST', token, body: JSON.stringify({ partNumbers }) };
  return ((await (await ask(`/api/uploads/${id}/parts`, request)).json()) as { urls: Record<number, string> }).urls;
}

/** Hands the film over. @returns the job, or the parts that the server misses */
export async function completeUpload(
  id: string,
  token: string,
  title: string,
): Promise<{ jobId: string } | { missing: number[] }> {
  const answer = await ask(
    `/api/uploads/${id}/complete`,
    { method: 'POST', token, body: JSON.stringify({ title }) },
    [409],
  );
  return answer.json();
}

/** Throws away what was sent. */
export async function dropUpload(id: string, token: string): Promise<void> {
  await ask(`/api/uploads/${id}`, { method: 'DELETE', token }, [404, 409, 410]);
}

/**
 * Sends one part's bytes. XMLHttpRequest, because fetch cannot tell how far it is.
 *
 * @param onSent bytes of this part that have left so far
 */
export function sendPart(
  url: string,
  bytes: Blob,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    request.open('PUT', url);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onloadend = () => {
      signal.removeEventListener('abort', abort);
      if (request.status >= 200 && request.status < 300) return resolve();
      if (signal.aborted) return reject(signal.reason);
      // A file that changed or was removed on disk ends a request just as a lost line does.
      reject(
        request.status === 403
          ? new UploadError('The address of this part has expired.', 'renew')
          : new UploadError(sentenceOf(request), request.status === 400 || request.status === 404 ? 'end' : 'again'),
      );
    };
    request.send(bytes);
  });
}

async function ask(
  url: string,
  request: { method?: string; token?: string; body?: string },
  accepted: number[] = [],
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (request.token) headers['marquee-upload'] = request.token;
  if (request.body) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    const { method = 'GET', body } = request;
    answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  } catch {
    throw new UploadError('The site does not answer.', 'again');
  }
  if (answer.ok || accepted.includes(answer.status)) return answer;
  const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
  const sentence = said?.error?.message ?? `The site answered with status ${answer.status}.`;
  throw new UploadError(sentence, answer.status >= 500 || answer.status === 429 ? 'again' : 'end');
}

function sentenceOf(request: XMLHttpRequest): string {
  if (request.status === 0) return 'The line was lost.';
  try {
    const said = JSON.parse(request.responseText) as { error?: { message?: string } };
    if (said.error?.message) return said.error.message;
  } catch {
    // Not ours: a proxy's own page.
  }
  // What S3 says in XML is for programs.
  return /^[^<].{0,198}$/s.test(request.responseText)
    ? request.responseText
    : `The site answered with status ${request.status}.`;
}
