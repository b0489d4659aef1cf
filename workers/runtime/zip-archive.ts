import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { unzipSync } from 'fflate';

/** Above what a slow line needs. */
const FETCH_MS = 10 * 60_000;

/**
 * Asks a repository of packages.
 *
 * @param what.name   of what is fetched, for people
 * @param what.remedy sentence that names what can be configured
 * @throws MarqueeError MODELS_DOWN if it does not give it
 */
export async function askRepository(
  url: string,
  what: { name: string; remedy: string; accept?: string; signal: AbortSignal },
): Promise<{ bytes: Uint8Array; url: string; contentType: string }> {
  const { name, remedy, accept = '*/*', signal } = what;
  try {
    const answer = await fetch(url, {
      headers: { accept },
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]),
    });
    if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { bytes, url: answer.url || url, contentType: answer.headers.get('content-type') ?? '' };
  } catch (cause) {
    signal.throwIfAborted();
    const { message, cause: below } = cause as Error & { cause?: { code?: string } };
    throw new MarqueeError(
      'MODELS_DOWN',
      `The model in ${name} is not on this machine and could not be fetched from ${new URL(url).host}: ${below?.code ?? message}. ${remedy}`,
      { cause },
    );
  }
}

/**
 * Takes files out of an archive, without running anything of it.
 *
 * @returns where they are now, in the same order, below `folder`; what the archive does not hold is not there
 */
export async function unpackZip(bytes: Uint8Array, paths: readonly string[], folder: string): Promise<string[]> {
  for (const [path, content] of Object.entries(unzip(bytes, new Set(paths)))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return paths.map((path) => join(folder, path));
}

/** What is no archive holds nothing. */
function unzip(bytes: Uint8Array, wanted: ReadonlySet<string>): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => wanted.has(name) });
  } catch {
    return {};
  }
}
