import type { AccountCondition, AccountModel, AccountRow } from './accounts.ts';
import type { ApiTokenRepository } from './api-tokens.ts';
import type { AuditEntry, AuditKind } from './audit.ts';
import type { JobId, MovieId } from './ids.ts';
import type { EndedSlot, JobStatus, MediaProcessingJob, StoredBytes } from './job.ts';
import type { Kin } from './kin.ts';
import type { LibraryRepository } from './library.ts';
import type { Message, MessageType } from './messages.ts';
import type { MomentRepository } from './moments.ts';
import type { Movie, MovieState, Visibility } from './movie.ts';
import type { EpisodeMovie } from './series.ts';
import type { HouseSettings, StoredSettings } from './settings.ts';
import type { TaskRepository } from './task-repository.ts';
import type { ViewingsRepository } from './viewings.ts';
import type { WebhookRepository } from './webhooks.ts';

// ---------------------------------------------------------------------------------------------- queue

/** One queue per message type; its name is the type. */
export type QueueName = MessageType;

/** What to do with a message that was handled. `retry` puts it back no sooner than `delayMs` from now. */
export type Verdict = { kind: 'ack' } | { kind: 'retry'; delayMs: number } | { kind: 'dead'; reason: string };

export interface Delivery {
  id: string;
  /** As published; not yet checked against its schema. */
  body: unknown;
  /** How many times it was handed out, this one included; at least once means that it can exceed 1. */
  deliveryCount: number;
  enqueuedAtMs: number;
  /** Aborted when the engine knows that the lock on this delivery is gone: another consumer may have it. */
  signal: AbortSignal;
}

export interface QueueStats {
  /** Deliverable now. */
  ready: number;
  /** Handed out and not settled; null when the engine cannot tell now. */
  inFlight: number | null;
  /** Waiting for their delay. */
  delayed: number;
  dead: number;
  /** Age of the oldest message that is ready, in milliseconds; 0 when there is none, null where the engine cannot tell. */
  oldestAgeMs: number | null;
}

export interface DeadLetter {
  id: string;
  body: unknown;
  reason: string;
  deliveryCount: number;
  diedAtMs: number;
}

export interface Consumer {
  /** Takes no more messages, waits for those in hand, then resolves. Idempotent. */
  drain(): Promise<void>;
}

export interface QueueFeatures {
  /** True when a lower-priority message never overtakes a waiting one of higher priority. */
  strictPriority: boolean;
  /** Largest accepted body, in bytes of JSON. */
  maxBodyBytes: number;
  /** How old the counts of `stats` may be, in milliseconds. */
  statsLagMs: number;
  /** True when `stats` knows the age of the oldest message. */
  knowsAge: boolean;
}

/** At-least-once delivery. All methods throw BROKER_DOWN when the engine cannot be reached. */
export interface Queue {
  readonly features: QueueFeatures;
  /** Creates what is missing and brings up to date what stands. Safe to run again, and beside running workers. */
  setup(): Promise<void>;
  /**
   * Makes sure before work begins that the engine can be reached and that what `setup` makes is there.
   *
   * @throws MarqueeError CONFIG_INVALID if it is not, or the credentials are refused, saying what to do
   */
  check(): Promise<void>;
  /**
   * Resolves when the broker has durably accepted the message.
   *
   * @param options.delayMs  not delivered sooner than this from now; default 0
   * @param options.priority higher is delivered first among the waiting, 0 to 9; default 0
   * @throws MarqueeError MESSAGE_INVALID if the body is larger than the engine takes
   */
  publish(message: Message, options?: { delayMs?: number; priority?: number }): Promise<void>;
  /**
   * Hands messages to `handle`, at most `concurrency` at once, renewing the lock of each for as long as its
   * handler runs. A handler that throws counts as `retry` at once; a message handed out more than
   * `maxDeliveries` times goes to the dead letters.
   */
  consume(
    queue: QueueName,
    options: { concurrency: number; visibilityMs?: number; maxDeliveries?: number },
    handle: (delivery: Delivery) => Promise<Verdict>,
  ): Promise<Consumer>;
  stats(queue: QueueName): Promise<QueueStats>;
  /**
   * Whether nothing waits, is delayed or in hand; dead letters do not count. As old as `stats`, and cheaper, above all
   * while there is something.
   *
   * @returns false too where that cannot be told
   */
  isEmpty(queue: QueueName): Promise<boolean>;
  listDead(queue: QueueName, limit: number): Promise<DeadLetter[]>;
  /** Sends dead letters back to their queue with a delivery count of 0. @returns how many were moved. */
  redriveDead(queue: QueueName, ids: string[]): Promise<number>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------- store

export interface Page<T> {
  items: T[];
  /** Pass it back for the next page; null at the end. */
  cursor: string | null;
}

export type MovieSort = 'newest' | 'title' | 'updated';

/** Single rows change atomically; nothing spans rows. All methods throw STORE_DOWN when it cannot be reached. */
export interface Store {
  jobs: {
    /** @returns false if a job of this id stands already, which is left as it is. */
    insert(job: MediaProcessingJob): Promise<boolean>;
    get(id: JobId): Promise<MediaProcessingJob | null>;
    /** Status alone: asked twice a second by every running task. */
    status(id: JobId): Promise<JobStatus | null>;
    /** Writes `patch` if the row still has `version`, raising it by one. @returns whether it was written. */
    update(id: JobId, version: number, patch: Partial<MediaProcessingJob>): Promise<boolean>;
    /** Newest first; with `movieIds` those of any of these films. */
    list(query: {
      status?: JobStatus;
      movieId?: MovieId;
      movieIds?: MovieId[];
      limit: number;
      cursor?: string;
    }): Promise<Page<MediaProcessingJob>>;
    /** How many there are of each status. */
    counts(): Promise<Record<JobStatus, number>>;
    /**
     * What ended in `[sinceMs, untilMs)`, by stretches of `everyMs`, the earliest first; those in which nothing did are
     * there too.
     */
    ended(query: { sinceMs: number; untilMs: number; everyMs: number }): Promise<EndedSlot[]>;
    /** What is kept for jobs, summed up from what they say of themselves: storage is not looked at. */
    stored(): Promise<StoredBytes>;
    /**
     * Ids of jobs that an orchestrator has to look after: those not settled yet. Oldest first, but those that have
     * published their film and are only being analysed come last: where nobody does that, there may be any number.
     */
    active(limit: number): Promise<JobId[]>;
  };
  tasks: TaskRepository;
  movies: {
    insert(movie: Movie): Promise<boolean>;
    get(id: MovieId): Promise<Movie | null>;
    update(id: MovieId, version: number, patch: Partial<Movie>): Promise<boolean>;
    /** @returns false if there was none. Its jobs and objects are the caller's business. */
    delete(id: MovieId): Promise<boolean>;
    /**
     * Pages of films in one order; a page costs the same wherever it begins.
     *
     * @param query.sort       default `newest`; `title` as `titleKey` has it, `updated` the last changed first
     * @param query.listedAtMs only what stands in lists then (`isListed`)
     * @param query.cursor     of a page in the same order; one that makes no sense begins at the beginning
     */
    list(query: {
      limit: number;
      cursor?: string;
      sort?: MovieSort;
      visibility?: Visibility;
      state?: MovieState;
      listedAtMs?: number;
    }): Promise<Page<Movie>>;
    /** How many there are of each state. */
    counts(): Promise<Record<MovieState, number>>;
    /**
     * Films by their titles, the best first (`rankTitles`), in spite of typos, accents, the order of words, and a last
     * word that is still being typed. Every engine finds the same.
     *
     * @param query.listedAtMs only what stands in lists then; all films without it
     */
    search(query: { text: string; limit: number; listedAtMs?: number }): Promise<Movie[]>;
    /** Films that share people or genres with one (`findKin`), the nearest first, each with what it shares. */
    kin(movie: Movie, query: { limit: number; listedAtMs?: number }): Promise<Kin[]>;
    /** All episodes of the series that a film is of, in their order (`findEpisodes`). */
    episodes(movie: Movie, query: { listedAtMs?: number }): Promise<EpisodeMovie[]>;
  };
  /** Who is at work, for operators and for a command that has to know whether anyone will take its job. */
  presence: {
    beat(process: { holder: string; roles: string[]; startedAtMs: number; seenAtMs: number }): Promise<void>;
    leave(holder: string): Promise<void>;
    /** Those seen at or after `sinceMs`. */
    list(sinceMs: number): Promise<{ holder: string; roles: string[]; startedAtMs: number; seenAtMs: number }[]>;
  };
  /** People, sessions, passwords and links. Rows of a model have ids of their own; e-mail addresses and tokens are unique. */
  accounts: {
    /** @returns false if a row of this id, address or token stands already, which is left as it is. */
    insert(model: AccountModel, row: AccountRow): Promise<boolean>;
    /** Those that meet all conditions, in the order of a field or in any. */
    find(
      model: AccountModel,
      where: AccountCondition[],
      options?: { limit?: number; offset?: number; sortBy?: { field: string; direction: 'asc' | 'desc' } },
    ): Promise<AccountRow[]>;
    /** How many meet all conditions. */
    count(model: AccountModel, where: AccountCondition[]): Promise<number>;
    /** Writes `patch` into all that meet the conditions. @returns how many there were */
    update(model: AccountModel, where: AccountCondition[], patch: Record<string, AccountRow[string]>): Promise<number>;
    /** @returns how many went */
    remove(model: AccountModel, where: AccountCondition[]): Promise<number>;
    /** Removes one that meets the conditions, for one caller of any number at once. @returns it, or null */
    take(model: AccountModel, where: AccountCondition[]): Promise<AccountRow | null>;
    /** People, newest first; with `search` those whose name or address holds it, in any case. */
    users(query: { search?: string; limit: number; cursor?: string }): Promise<Page<AccountRow>>;
  };
  library: LibraryRepository;
  apiTokens: ApiTokenRepository;
  webhooks: WebhookRepository;
  viewings: ViewingsRepository;
  moments: MomentRepository;
  /** Who did what: written once, never changed. */
  audit: {
    record(entry: AuditEntry): Promise<void>;
    /** Newest first; with `actorName` what somebody of this name did, as they were called then. */
    list(query: { limit: number; cursor?: string; kind?: AuditKind; actorName?: string }): Promise<Page<AuditEntry>>;
  };
  /** What admins change while the house runs. */
  settings: {
    get(): Promise<StoredSettings>;
    /** Writes `patch` if the settings still have `version`, raising it by one. @returns whether it was written. */
    update(version: number, patch: Partial<HouseSettings>): Promise<boolean>;
  };
  /** Counts of what may be done only so often, for all processes together. */
  limits: {
    /**
     * Counts one more try of `key` in a window that begins with its first.
     *
     * @returns the count with this one, and when the window ends
     */
    count(key: string, options: { windowMs: number; nowMs: number }): Promise<{ count: number; endsAtMs: number }>;
    /** Forgets what was counted. */
    forget(key: string): Promise<void>;
  };
  /** Creates what is missing (collections, indexes, tables) and brings up to date what stands. Safe to run again. */
  setup(): Promise<void>;
  /** As for a queue. @throws MarqueeError CONFIG_INVALID, saying what to do */
  check(): Promise<void>;
  close(): Promise<void>;
}

// -------------------------------------------------------------------------------------------- objects

export interface ObjectFacts {
  key: string;
  sizeBytes: number;
  etag: string;
  contentType: string;
  updatedAtMs: number;
  /** As it was stored with; not all engines tell it in lists. */
  cacheControl?: string;
}

export interface PutOptions {
  contentType: string;
  /** Default: immutable for a year. */
  cacheControl?: string;
  /** Refuse to replace: resolves to null if an object of this key stands. */
  ifAbsent?: boolean;
  signal?: AbortSignal;
}

export interface UploadedPart {
  partNumber: number;
  sizeBytes: number;
  etag: string;
}

/** What a media tool is told to open, and the protocols it may use for it. */
export interface ToolInput {
  url: string;
  protocols: string[];
}

export interface ObjectsFeatures {
  /** True when one signature can cover every key under a folder. */
  signedFolders: boolean;
  /** Smallest part but the last, in bytes. */
  minPartBytes: number;
}

/**
 * Keys are relative paths of visible ASCII without `.` or `..` segments; others are refused with
 * MESSAGE_INVALID. A reader sees an object whole or not at all. All methods throw OBJECTS_DOWN when storage
 * cannot be reached and DISK_FULL when it is full.
 */
export interface Objects {
  readonly features: ObjectsFeatures;
  /** Creates what is missing (folders, a bucket's rules) and brings up to date what stands. Safe to run again. */
  setup(): Promise<void>;
  /** As for a queue. @throws MarqueeError CONFIG_INVALID, saying what to do */
  check(): Promise<void>;
  /** Stores bytes, a stream or a local file. @returns null only if `ifAbsent` was set and the key is taken. */
  put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array> | { file: string },
    options: PutOptions,
  ): Promise<ObjectFacts | null>;
  /**
   * Reads bytes `[range.start, range.end)`, or all.
   *
   * @throws MarqueeError OBJECT_MISSING, or MESSAGE_INVALID if the range starts at or after the end
   */
  get(
    key: string,
    range?: { start: number; end?: number },
  ): Promise<{ facts: ObjectFacts; body: AsyncIterable<Uint8Array> }>;
  head(key: string): Promise<ObjectFacts | null>;
  /** Every object whose key starts with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<ObjectFacts>;
  /** Removing what is not there is no error. */
  delete(key: string): Promise<void>;
  /** Removes everything under `prefix`, which must end in a slash. @returns how many objects went. */
  deleteFolder(prefix: string): Promise<number>;
  /** Starts a multipart upload. @returns the engine's upload id. */
  createMultipart(key: string, options: { contentType: string }): Promise<string>;
  /** A URL to which anyone may PUT this part's bytes until it expires; the answer carries an `ETag`. */
  signPart(key: string, uploadId: string, partNumber: number, expiresSec: number): Promise<string>;
  /** The same for a caller that has the bytes here. */
  putPart(key: string, uploadId: string, partNumber: number, body: Uint8Array): Promise<UploadedPart>;
  listParts(key: string, uploadId: string): Promise<UploadedPart[]>;
  /** @throws MarqueeError INPUT_UNREADABLE if parts are missing or an etag is not the stored part's */
  completeMultipart(key: string, uploadId: string, parts: { partNumber: number; etag: string }[]): Promise<ObjectFacts>;
  abortMultipart(key: string, uploadId: string): Promise<void>;
  /** A URL to read one object, or with `folder` everything whose key starts with `key` (where the engine can). */
  signRead(key: string, options: { expiresSec: number; folder?: boolean }): Promise<string>;
  /** How ffmpeg reads the object in place. */
  toolInput(key: string): Promise<ToolInput>;
  /** Lets connections go. Idempotent. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------- cache

export interface CacheOptions {
  /** Fresh for this long. */
  ttlMs: number;
  /** After that, the old value is served while one caller computes anew, for this long. Default 0. */
  staleMs?: number;
  /** How long "there is none" (`undefined`) is remembered. Default: `ttlMs`. */
  negativeTtlMs?: number;
}

export interface Cache {
  /** One computation at a time per key; a cache that is away computes every time and never throws for it. */
  getOrCompute<T>(key: string, options: CacheOptions, compute: () => Promise<T | undefined>): Promise<T | undefined>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

// ----------------------------------------------------------------------------------------------- mail

export interface Mail {
  /** Resolves when a server has taken the letter. @throws MarqueeError MAIL_DOWN if none does */
  send(letter: { to: string; subject: string; text: string }): Promise<void>;
}

// ------------------------------------------------------------------------------------------------ log

/** Structured log: a short constant message and fields. Fields never hold secrets. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
