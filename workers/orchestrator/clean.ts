import { MarqueeError } from '@marquee/core/errors';
import type { JobId, MovieId } from '@marquee/core/ids';
import type { MediaProcessingJob } from '@marquee/core/job';
import type { Logger, ObjectFacts, Objects, Store } from '@marquee/core/ports';
import { fateOf, keysOfMovie, ORPHANED_AFTER_MS } from '@marquee/core/retention';
import { type Repetition, repeat } from '../runtime/repeat.ts';

/** One process of all cleans so often; each asks more often than that whether it is due. */
const CLEAN_EVERY_MS = 24 * 3600_000;
const ASK_EVERY_MS = 10 * 60_000;
const JOBS_AT_ONCE = 200;
const NOTHING = { pictureBytes: 0, soundBytes: 0, stillBytes: 0 };

/** A folder that goes. `abandoned`: an upload of which no job was made. */
export interface CleanedFolder {
  why: 'replaced' | 'orphaned' | 'abandoned';
  folder: string;
  objects: number;
  bytes: number;
}

/** Objects of one folder, as they were listed. */
interface Folder {
  path: string;
  /** `media`, a film's id, a version's id. */
  parts: string[];
  objects: number;
  bytes: number;
  newestAtMs: number;
}

interface CleanPorts {
  store: Store;
  objects: Objects;
}

/** What is to be cleaned, and how. */
interface CleanOptions {
  /** How long a replaced version stays; null for ever. */
  oldVersionsMs: number | null;
  nowMs: number;
  /** Removes nothing, and tells what would go. */
  isTrial: boolean;
  /** Whether so much may go that the store could be the wrong one. */
  isSure?: boolean;
}

/**
 * Removes what nobody needs any more: versions of films long after a newer one took their place, objects that no job and
 * no film speaks of, uploads of which nothing was made. Any number may do so at once, and each may die at any point: what
 * is to go is decided anew from what stands. Sources of films stay as long as the film.
 *
 * @throws MarqueeError CONFIG_INVALID if the store knows fewer folders than it does not know: it may be another house's
 */
export async function* cleanHouse(ports: CleanPorts, options: CleanOptions): AsyncGenerator<CleanedFolder> {
  const { store, objects } = ports;
  const strays: CleanedFolder[] = [];
  let known = 0;
  for await (const folder of foldersOf(objects, 'media/', 3)) {
    const { fate, isKnown, job } = await fateOfMedia(store, folder, options);
    if (isKnown) known++;
    if (fate === 'kept') continue;
    if (!isKnown) strays.push(told(fate, folder));
    else if (options.isTrial || fate !== 'replaced' || (await markRemoved(store, job, options.nowMs))) {
      const gone = await removeFolder(ports, folder, options.isTrial);
      if (gone.objects > 0) yield told(fate, gone);
    }
  }
  // An upload is there before its job: one that was old before its job came is not left for days by whoever sends it.
  const used = await uploadsInUse(store);
  for await (const folder of foldersOf(objects, 'uploads/', 2)) {
    if (used.has(folder.path)) known++;
    else if (isStale(folder, options.nowMs)) strays.push(told('abandoned', folder));
  }
  if (strays.length > known && !options.isTrial && !options.isSure) {
    throw new MarqueeError(
      'CONFIG_INVALID',
      `The store knows ${known} folders of this storage, and ${strays.length} that it does not know would go. Is it the right store? If so, run "marquee clean --all" once.`,
    );
  }
  for (const stray of strays) {
    if (!options.isTrial) await objects.deleteFolder(stray.folder);
    yield stray;
  }
}

/** Cleans now and then, in one process of all orchestrators. */
export function startCleaning(parts: CleanPorts & { log: Logger; oldVersionsMs: number | null }): Repetition {
  const { store, log, oldVersionsMs } = parts;
  let isStopping = false;
  const rounds = repeat(ASK_EVERY_MS, async () => {
    try {
      const { count } = await store.limits.count('clean', { windowMs: CLEAN_EVERY_MS, nowMs: Date.now() });
      if (count > 1) return;
      for await (const gone of cleanHouse(parts, { oldVersionsMs, nowMs: Date.now(), isTrial: false })) {
        log.info('removed what nobody needs', { ...gone });
        if (isStopping) return;
      }
    } catch (error) {
      log.warn('not cleaned', { error });
    }
  });
  return {
    stop() {
      isStopping = true;
      return rounds.stop();
    },
  };
}

/** `isKnown`: a row of the store speaks of it. */
async function fateOfMedia(store: Store, folder: Folder, options: CleanOptions) {
  const [, movieId, jobId] = folder.parts as [string, MovieId, JobId];
  const { newestAtMs } = folder;
  const movie = await store.movies.get(movieId);
  if (jobId.length !== movieId.length) {
    // Pictures and subtitles that people gave a film: they stay as long as the film.
    const isOrphaned = movie === null && isStale(folder, options.nowMs) && (await areAllCancelled(store, movieId));
    return { fate: isOrphaned ? ('orphaned' as const) : ('kept' as const), isKnown: movie !== null, job: null };
  }
  const job = await store.jobs.get(jobId);
  const playing = movie?.readyJobId ? await store.jobs.get(movie.readyJobId) : null;
  return { fate: fateOf({ ...options, jobId, job, movie, playing, newestAtMs }), isKnown: job !== null, job };
}

function isStale({ newestAtMs }: Folder, nowMs: number): boolean {
  return newestAtMs + ORPHANED_AFTER_MS <= nowMs;
}

/** From here on nothing of it is made again. @returns false if somebody has begun to do so */
async function markRemoved(store: Store, job: MediaProcessingJob | null, nowMs: number): Promise<boolean> {
  if (job === null) return false;
  if (job.mediaRemovedAtMs != null) return true;
  return store.jobs.update(job.id, job.version, { mediaRemovedAtMs: nowMs, published: NOTHING });
}

/** Removes all of a version but what its film shows. @returns what goes */
async function removeFolder({ store, objects }: CleanPorts, folder: Folder, isTrial: boolean): Promise<Folder> {
  const movie = await store.movies.get(folder.parts[1] as MovieId);
  const shown = [...(movie ? keysOfMovie(movie) : [])].filter((key) => key.startsWith(folder.path));
  if (shown.length === 0) {
    if (!isTrial) await objects.deleteFolder(folder.path);
    return folder;
  }
  const gone: Folder = { ...folder, objects: 0, bytes: 0 };
  for await (const facts of objects.list(folder.path)) {
    if (shown.includes(facts.key)) continue;
    if (!isTrial) await objects.delete(facts.key);
    addTo(gone, facts);
  }
  return gone;
}

/** Whether nothing will come of any job of a film that is not there. */
async function areAllCancelled(store: Store, movieId: MovieId): Promise<boolean> {
  const { items, cursor } = await store.jobs.list({ movieId, limit: JOBS_AT_ONCE });
  return cursor === null && items.every(({ status }) => status === 'cancelled');
}

/** Folders of uploads that a job may still need: that is all but cancelled ones, which remove theirs. */
async function uploadsInUse(store: Store): Promise<Set<string>> {
  const used = new Set<string>();
  let query: { limit: number; cursor?: string } = { limit: JOBS_AT_ONCE };
  for (;;) {
    const { items, cursor } = await store.jobs.list(query);
    for (const { status, sourceKey } of items) {
      if (status !== 'cancelled') used.add(sourceKey.slice(0, sourceKey.lastIndexOf('/') + 1));
    }
    if (cursor === null) return used;
    query = { limit: JOBS_AT_ONCE, cursor };
  }
}

/** Folders of so many parts below a prefix, with what stands in each; keys come in order, so one is whole when another begins. */
async function* foldersOf(objects: Objects, prefix: string, depth: number): AsyncGenerator<Folder> {
  let folder = null as Folder | null;
  for await (const facts of objects.list(prefix)) {
    const parts = facts.key.split('/').slice(0, depth);
    const path = `${parts.join('/')}/`;
    // What stands above the folders is not ours.
    if (!facts.key.startsWith(path)) continue;
    if (folder?.path !== path) {
      if (folder) yield folder;
      folder = { path, parts, objects: 0, bytes: 0, newestAtMs: 0 };
    }
    addTo(folder, facts);
  }
  if (folder) yield folder;
}

function addTo(folder: Folder, { sizeBytes, updatedAtMs }: ObjectFacts): void {
  folder.objects++;
  folder.bytes += sizeBytes;
  folder.newestAtMs = Math.max(folder.newestAtMs, updatedAtMs);
}

function told(why: CleanedFolder['why'], { path, objects, bytes }: Folder): CleanedFolder {
  return { why, folder: path, objects, bytes };
}
