import { batched } from '@marquee/core/batches';
import { MarqueeError } from '@marquee/core/errors';
import type { JobId } from '@marquee/core/ids';
import type { JobStatus, MediaProcessingJob } from '@marquee/core/job';
import type { Logger, Page, Store } from '@marquee/core/ports';
import { type Collection, type Db, type Filter, MongoClient } from 'mongodb';
import { ACCOUNT_INDEXES, type AuditDocument, bringAuditUp, type Indexes, mongoAccounts } from './mongo-accounts.ts';
import { mongoApiTokens } from './mongo-api-tokens.ts';
import { insert, restore, type Stored } from './mongo-documents.ts';
import { createGuard, type Guard, readingAddress } from './mongo-errors.ts';
import { JOB_FIGURE_INDEXES, jobFigures } from './mongo-job-figures.ts';
import { LIBRARY_INDEXES, type LibraryDocument, mongoLibrary } from './mongo-library.ts';
import {
  LINE_INDEXES,
  LINE_TRACK_INDEXES,
  type LineDocument,
  type LineTrackDocument,
  mongoMoments,
} from './mongo-moments.ts';
import { bringMoviesUp, listedMovies, MOVIE_INDEXES, type MovieDocument, movieRepository } from './mongo-movies.ts';
import { MONGO_SCHEMA, noteSchema, refuseNewer, type SchemaDocument } from './mongo-schema.ts';
import { mongoSettings, type SettingsDocument } from './mongo-settings.ts';
import { freeStuckCalls } from './mongo-stuck-calls.ts';
import { type TaskDocument, taskRepository } from './mongo-tasks.ts';
import { mongoViewings, VIEWING_INDEXES, type ViewingDocument } from './mongo-viewings.ts';
import { mongoWebhooks, WEBHOOK_INDEXES } from './mongo-webhooks.ts';

/** A call that finds no server, or hears nothing from it, gives up after these; the driver tries once more. */
const SELECTION_MS = 2500;
const SOCKET_MS = 10_000;
/** `setup` builds indexes and goes over whole collections: what takes long on a large one is no silence. */
const NO_LIMIT_MS = 0;
const POOL_SIZE = 20;

/** Of earlier versions: they go where they still stand. */
const FORMER_INDEXES: Record<string, string[]> = { tasks: ['by-job'] };
/** Calls that go to the server together, at most. */
const BATCH = 200;

interface Presence {
  _id: string;
  roles: string[];
  startedAtMs: number;
  seenAtMs: number;
}

/** Names are part of the contract with what was set up before: a changed index gets a new one. */
const INDEXES: Indexes = {
  MediaProcessingJob: [
    { key: { settledAtMs: 1, _id: 1 }, options: { name: 'unsettled' } },
    { key: { settledAtMs: 1, published: 1, _id: 1 }, options: { name: 'unpublished' } },
    { key: { status: 1, _id: -1 }, options: { name: 'by-status' } },
    { key: { movieId: 1, _id: -1 }, options: { name: 'by-movie' } },
    ...JOB_FIGURE_INDEXES,
  ],
  // Not by status too: that changes four times in a task's life, and each change would be one of the index.
  tasks: [{ key: { jobId: 1 }, options: { name: 'of-job' } }],
  movies: MOVIE_INDEXES,
  presence: [{ key: { seenAtMs: 1 }, options: { name: 'by-time' } }],
  ...ACCOUNT_INDEXES,
  library: LIBRARY_INDEXES,
  ...WEBHOOK_INDEXES,
  viewings: VIEWING_INDEXES,
  lines: LINE_INDEXES,
  lineTracks: LINE_TRACK_INDEXES,
};

/**
 * The store in MongoDB 5 or newer, or a service that speaks its protocol: single-document updates and nothing else,
 * acknowledged by a majority and read from the primary, so that what was written is seen.
 */
export function createMongoStore(options: { url: string; database: string; log: Logger }): Store {
  const client = connect(options.url, SOCKET_MS);
  const stopFreeing = freeStuckCalls(client);
  // The driver makes a client that is closed anew when it is used; ours stays closed.
  let isClosed = false;
  const guard = createGuard(hostOf(options.url), () => isClosed);
  const db = client.db(options.database);
  const schema = db.collection<SchemaDocument>('schema');
  /** Once all indexes were found, they stay: health asks every few seconds, in each process of a fleet. */
  let wasComplete = false;
  return {
    jobs: jobRepository(db.collection('MediaProcessingJob'), guard),
    tasks: taskRepository(db.collection<TaskDocument>('tasks'), guard),
    movies: movieRepository(db.collection<MovieDocument>('movies'), guard),
    presence: presenceRepository(db.collection('presence'), guard),
    settings: mongoSettings(db.collection<SettingsDocument>('settings'), guard),
    ...mongoAccounts(db, guard),
    library: mongoLibrary(db.collection<LibraryDocument>('library'), guard),
    apiTokens: mongoApiTokens(db.collection('apiTokens'), guard),
    webhooks: mongoWebhooks(db, guard),
    viewings: mongoViewings(db.collection<ViewingDocument>('viewings'), guard),
    moments: mongoMoments(
      db.collection<LineDocument>('lines'),
      db.collection<LineTrackDocument>('lineTracks'),
      guard,
      listedMovies(db.collection<MovieDocument>('movies'), guard),
    ),

    async setup() {
      await refuseNewer(schema, guard);
      const patient = connect(options.url, NO_LIMIT_MS);
      const stopFreeingIt = freeStuckCalls(patient);
      try {
        await setUp(patient.db(options.database), guard);
      } finally {
        await patient.close();
        stopFreeingIt();
      }
      await noteSchema(schema, guard);
    },

    async check() {
      const version = await refuseNewer(schema, guard);
      for (const [name, indexes] of wasComplete ? [] : Object.entries(INDEXES)) {
        const standing = await guard(() =>
          db
            .collection(name)
            .listIndexes()
            .toArray()
            // A collection that does not exist has none.
            .catch((error: { code?: number }) => {
              if (error.code === 26) return [];
              throw error;
            }),
        );
        const names = standing.map((index) => index.name);
        if (indexes.every((index) => names.includes(index.options.name))) continue;
        throw new MarqueeError(
          'CONFIG_INVALID',
          `The collection ${name} of the database ${options.database} lacks its indexes. Run \`marquee setup\`, or correct the database in MONGODB_URL.`,
        );
      }
      wasComplete = true;
      if (version >= MONGO_SCHEMA.version) return;
      throw new MarqueeError(
        'CONFIG_INVALID',
        `The database ${options.database} was set up by an earlier version of Marquee (schema ${version}, this one needs ${MONGO_SCHEMA.version}). Run \`marquee setup\`.`,
      );
    },

    async close() {
      isClosed = true;
      await client.close();
      stopFreeing();
    },
  };
}

/** Makes the indexes that are missing, and what earlier versions wrote as this one reads it. */
async function setUp(db: Db, guard: Guard): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES)) {
    for (const { key, options: how } of indexes) await guard(() => db.collection(name).createIndex(key, how));
  }
  await bringAuditUp(db.collection<AuditDocument>('audit'), guard);
  await bringMoviesUp(db.collection<MovieDocument>('movies'), guard);
  for (const [name, former] of Object.entries(FORMER_INDEXES)) {
    const standing = await guard(() => db.collection(name).listIndexes().toArray());
    for (const index of former) {
      if (standing.some((each) => each.name === index)) await guard(() => db.collection(name).dropIndex(index));
    }
  }
}

/**
 * @param socketMs how long a server may be silent while it is asked; 0 for any time
 * @throws MarqueeError CONFIG_INVALID if the address makes no sense
 */
function connect(url: string, socketMs: number): MongoClient {
  const options = {
    appName: 'marquee',
    maxPoolSize: POOL_SIZE,
    serverSelectionTimeoutMS: SELECTION_MS,
    connectTimeoutMS: SELECTION_MS,
    waitQueueTimeoutMS: SELECTION_MS * 2,
    socketTimeoutMS: socketMs,
    ignoreUndefined: true,
    writeConcern: { w: 'majority' },
    readPreference: 'primary',
  } as const;
  return readingAddress(() => new MongoClient(url, options));
}

function jobRepository(jobs: Collection<Stored<MediaProcessingJob>>, guard: Guard): Store['jobs'] {
  // Every task that runs asks for its job's status, and every one that ended for the job.
  const getTogether = batched<JobId, MediaProcessingJob | null>(async (ids) => {
    const found = await guard(() => jobs.find({ _id: { $in: [...new Set(ids)] } }).toArray());
    const byId = new Map(found.map((job) => [job._id, job]));
    return ids.map((id) => {
      const job = byId.get(id);
      return job ? restore<MediaProcessingJob>(job) : null;
    });
  }, BATCH);
  const statusTogether = batched<JobId, JobStatus | null>(async (ids) => {
    const only = { projection: { status: 1 } };
    const found = await guard(() => jobs.find({ _id: { $in: [...new Set(ids)] } }, only).toArray());
    const byId = new Map(found.map((job) => [job._id, job.status]));
    return ids.map((id) => byId.get(id) ?? null);
  }, BATCH);
  return {
    ...jobFigures(jobs, guard),
    insert: (job) => insert(jobs, guard, job),
    get: getTogether,
    status: statusTogether,
    update: (id, version, patch) => update(jobs, guard, id, version, patch),
    async list({ status, movieId, movieIds, limit, cursor }) {
      const filter: Filter<Stored<MediaProcessingJob>> = {
        ...(status === undefined ? {} : { status }),
        ...(movieId === undefined ? {} : { movieId }),
        ...(movieIds === undefined ? {} : { movieId: { $in: movieIds } }),
        ...(cursor === undefined ? {} : { _id: { $lt: cursor as MediaProcessingJob['id'] } }),
      };
      return page<MediaProcessingJob>(jobs, guard, filter, limit);
    },
    async active(limit) {
      const idsOf = async (filter: Filter<Stored<MediaProcessingJob>>) => {
        const query = jobs.find({ settledAtMs: null, ...filter }, { projection: { _id: 1 } });
        const found = await guard(() => query.sort({ _id: 1 }).limit(limit).toArray());
        return found.map((job) => job._id);
      };
      const first = await idsOf({ published: null });
      if (first.length === limit) return first;
      // The oldest of all, of which some are known: those that are only being analysed could not be asked for in order.
      return [...new Set([...first, ...(await idsOf({}))])].slice(0, limit);
    },
  };
}

function presenceRepository(presence: Collection<Presence>, guard: Guard): Store['presence'] {
  return {
    async beat({ holder, ...facts }) {
      await guard(() => presence.updateOne({ _id: holder }, { $set: facts }, { upsert: true }));
    },
    async leave(holder) {
      await guard(() => presence.deleteOne({ _id: holder }));
    },
    async list(sinceMs) {
      const found = await guard(() =>
        presence
          .find({ seenAtMs: { $gte: sinceMs } })
          .sort({ _id: 1 })
          .toArray(),
      );
      return found.map(({ _id, roles, startedAtMs, seenAtMs }) => ({ holder: _id, roles, startedAtMs, seenAtMs }));
    },
  };
}

/** Compare-and-set by version. @returns whether it was written */
async function update<T extends { id: string; version: number }>(
  collection: Collection<Stored<T>>,
  guard: Guard,
  id: T['id'],
  version: number,
  { id: _id, version: _version, ...patch }: Partial<T>,
): Promise<boolean> {
  const change = { ...(Object.keys(patch).length > 0 ? { $set: patch } : {}), $inc: { version: 1 } };
  const written = await guard(() => collection.updateOne({ _id: id, version } as never, change as never));
  return written.matchedCount === 1;
}

async function page<T extends { id: string }>(
  collection: Collection<Stored<T>>,
  guard: Guard,
  filter: Filter<Stored<T>>,
  limit: number,
): Promise<Page<T>> {
  const found = await guard(() =>
    collection
      .find(filter)
      .sort({ _id: -1 })
      .limit(limit + 1)
      .toArray(),
  );
  const items = found.slice(0, limit).map((document) => restore<T>(document as unknown as Stored<T>));
  return { items, cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** The hosts that an address names, without its credentials. */
function hostOf(url: string): string {
  return /^[^/]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[1] ?? 'its host';
}
