import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { JobId } from '@marquee/core/ids';
import { signInToSite } from './site-session.ts';
import { Refused, through as tryThrough } from './through.ts';

const ASK_MS = 15_000;

/**
 * Uploads a film as the upload page does, by the site's addresses and parts sent to storage, and tries every step
 * again until it is through: the site, the store and storage may come and go.
 *
 * @param site its address, its set-up token, and how long to try
 * @returns the job that the film became
 * @throws Error with the last answer when it is not through in time, or at once when the site refuses it for good
 */
export async function uploadThroughSite(
  file: string,
  site: { url: string; secret: string; timeoutMs: number },
): Promise<JobId> {
  const giveUpAtMs = Date.now() + site.timeoutMs;
  const through = <T>(what: string, step: () => Promise<T>) => tryThrough(what, giveUpAtMs, step);
  const cookie = await through('signing in', () => signInToSite(site));
  const ask = <T>(path: string, body: unknown, token = ''): Promise<T> =>
    through(`POST ${path}`, async () => {
      const answer = await fetch(new URL(path, site.url), {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', 'marquee-upload': token },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ASK_MS),
      });
      const said = await answer.text();
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 409) throw new Refused(said);
      if (answer.status >= 500) throw new Error(said);
      return JSON.parse(said) as T;
    });

  const handle = await open(file);
  try {
    const { size: sizeBytes, mtimeMs: lastModifiedMs } = await handle.stat();
    const fileName = basename(file);
    const begun = await ask<{ uploadId: string; token: string; partBytes: number }>('/api/uploads', {
      fileName,
      sizeBytes,
      lastModifiedMs: Math.round(lastModifiedMs),
    });
    const path = `/api/uploads/${begun.uploadId}`;
    const count = Math.ceil(sizeBytes / begun.partBytes);
    let missing = Array.from({ length: count }, (_, i) => i + 1);
    for (;;) {
      for (const number of missing) {
        const { buffer, bytesRead } = await handle.read({
          buffer: Buffer.alloc(Math.min(begun.partBytes, sizeBytes - (number - 1) * begun.partBytes)),
          position: (number - 1) * begun.partBytes,
        });
        await through(`part ${number}`, async () => {
          const { urls } = await ask<{ urls: Record<number, string> }>(
            `${path}/parts`,
            { partNumbers: [number] },
            begun.token,
          );
          const answer = await fetch(new URL(urls[number] as string, site.url), {
            method: 'PUT',
            body: buffer.subarray(0, bytesRead),
            signal: AbortSignal.timeout(ASK_MS),
          });
          if (!answer.ok) throw new Error(`status ${answer.status}`);
        });
      }
      const end = await ask<{ jobId: JobId } | { missing: number[] }>(`${path}/complete`, {}, begun.token);
      if ('jobId' in end) return end.jobId;
      ({ missing } = end);
    }
  } finally {
    await handle.close();
  }
}
