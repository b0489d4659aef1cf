import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { unzipSync } from 'fflate';

/** Above what a slow line needs. */
const FETCH_MS = 10 * 60_000;

/**
 * Takes files out of an archive of a Maven repository, without running anything of it.
 *
 * @param archive path within the repository
 * @param paths   files within the archive
 * @returns where they are now, in the same order, below `folder`; what the archive does not hold is not there
 * @throws MarqueeError MODELS_DOWN if the repository does not give the archive
 */
export async function unpackFromMaven(
  mavenUrl: string,
  archive: string,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const bytes = await fetchWhole(`${mavenUrl.replace(/\/$/, '')}/${archive}`, signal);
  const files = unzip(bytes, new Set(paths));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return paths.map((path) => join(folder, path));
}

async function fetchWhole(url: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]) });
    if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (cause) {
    signal.throwIfAborted();
    const { message, cause: below } = cause as Error & { cause?: { code?: string } };
    throw new MarqueeError(
      'MODELS_DOWN',
      `The model in ${url.slice(url.lastIndexOf('/') + 1)} is not on this machine and could not be fetched from ${new URL(url).host}: ${below?.code ?? message}. MAVEN_URL names another repository.`,
      { cause },
    );
  }
}

/** What is no archive holds nothing. */
function unzip(bytes: Uint8Array, wanted: ReadonlySet<string>): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => wanted.has(name) });
  } catch {
    return {};
  }
}
