import { MarqueeError } from '@marquee/core/errors';
import type { JobId, MovieId } from '@marquee/core/ids';
import { isOver, type MediaProcessingJob } from '@marquee/core/job';
import type { Store } from '@marquee/core/ports';
import { type CommandPorts, change, nudge, submitUpload } from './commands.ts';

/** Tries against other writers of the same film. */
const UPDATE_TRIES = 20;
const JOBS_READ_AT_ONCE = 100;

/**
 * Makes a new version of a film from the file of its last one; what plays today plays until then.
 *
 * @throws MarqueeError MESSAGE_INVALID if a version is being made already or there never was one, OBJECT_MISSING if the
 *         file is gone
 */
export async function remakeMovie(ports: CommandPorts, movieId: MovieId): Promise<{ jobId: JobId }> {
  const movie = await ports.store.movies.get(movieId);
  const last = (await ports.store.jobs.list({ movieId, limit: 1 })).items[0];
  if (!movie || !last) throw refused('There is no such film, or it was never uploaded whole.', movieId);
  if (!isOver(last.status)) throw refused('A version of this film is being made already.', movieId);
  const { fileName, sourceKey, sizeBytes } = last;
  return submitUpload(ports, { title: movie.title, fileName, sourceKey, sizeBytes, nowMs: Date.now(), movieId });
}

/**
 * Removes a film with everything that was made of it, its uploads and its pictures. It can be called again after
 * whatever broke it off: the film's row goes last. Parts that still run stop within two seconds; what they wrote until
 * then goes when their cancelled jobs are settled.
 */
export async function removeMovie(ports: CommandPorts, movieId: MovieId): Promise<void> {
  const { store, queue, objects, log } = ports;
  await hide(store, movieId);
  const sources = new Set<string>();
  for await (const job of jobsOf(store, movieId)) {
    sources.add(job.sourceKey);
    const cancelled = await change(store, job.id, (now) =>
      now.status === 'cancelled'
        ? null
        : { status: 'cancelled', finishedAtMs: Date.now(), settledAtMs: null, published: null },
    );
    await nudge(queue, cancelled).catch((error) => log.warn('cancel not announced', { jobId: job.id, error }));
  }
  // Lines of films that are not there are shown to nobody.
  await store.moments
    .remove(movieId)
    .catch((error: unknown) => log.warn('what is said stays in the index', { movieId, error }));
  await objects.deleteFolder(`media/${movieId}/`);
  for (const source of sources) {
    const keys: string[] = [];
    for await (const { key } of objects.list(source)) {
      // The upload, and the copy of it that can be sought in.
      if (key === source || key.startsWith(`${source}.`)) keys.push(key);
    }
    for (const key of keys) await objects.delete(key);
  }
  await store.movies.delete(movieId);
}

/** Nobody is to open what is being removed. */
async function hide(store: Store, movieId: MovieId): Promise<void> {
  for (let i = 0; i < UPDATE_TRIES; i++) {
    const movie = await store.movies.get(movieId);
    if (!movie || movie.visibility === 'draft') return;
    const patch = { visibility: 'draft', publishAtMs: null, updatedAtMs: Date.now() } as const;
    if (await store.movies.update(movieId, movie.version, patch)) return;
  }
  throw new MarqueeError('STORE_DOWN', 'The film is being changed by others all the time. Try again.', {
    context: { movieId },
  });
}

async function* jobsOf(store: Store, movieId: MovieId): AsyncGenerator<MediaProcessingJob> {
  let cursor: string | null = null;
  do {
    const more: { cursor?: string } = cursor === null ? {} : { cursor };
    const page: Awaited<ReturnType<Store['jobs']['list']>> = await store.jobs.list({
      movieId,
      limit: JOBS_READ_AT_ONCE,
      ...more,
    });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}

function refused(sentence: string, movieId: MovieId): MarqueeError {
  return new MarqueeError('MESSAGE_INVALID', sentence, { context: { movieId } });
}
