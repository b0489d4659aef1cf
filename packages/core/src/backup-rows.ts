import type { AccountModel, AccountRow } from './accounts.ts';
import type { ApiToken } from './api-tokens.ts';
import type { AuditEntry } from './audit.ts';
import type { JobId } from './ids.ts';
import type { MediaProcessingJob, Task } from './job.ts';
import type { LibraryEntry } from './library.ts';
import { completeMovie, type Movie } from './movie.ts';
import type { Store } from './ports.ts';
import type { HouseSettings } from './settings.ts';
import type { Viewing } from './viewings.ts';
import type { Webhook, WebhookDelivery } from './webhooks.ts';

/** A row of a store, in no engine's form: what one engine kept another can be given. */
export type BackupRow =
  | ['job', MediaProcessingJob]
  | ['tasks', Task[]]
  | ['movie', Movie]
  | ['account', AccountModel, AccountRow]
  | ['library', LibraryEntry]
  | ['token', ApiToken]
  | ['webhook', Webhook]
  | ['deliveries', WebhookDelivery[]]
  | ['settings', HouseSettings]
  | ['audit', AuditEntry]
  | ['viewing', Viewing];

const ROWS_AT_ONCE = 200;
const MODELS: AccountModel[] = ['user', 'session', 'account', 'verification'];

/**
 * Reads all that a store holds and that cannot be made anew. What is left out: who is at work, counts of what may be done
 * only so often, and the lines that films are searched by, which follow from their subtitles.
 *
 * Nothing spans rows, so a busy house has no one moment. Workers write the end of a task, then its job, then the film;
 * here they are read the other way round, so that what is read later is never behind what was read before. That is how a
 * house looks after a crash, from which orchestrators go on. Films whose job was born meanwhile come with it at the end.
 */
export async function* readRows(store: Store): AsyncGenerator<BackupRow> {
  let newest: JobId | null = null;
  for await (const job of pages((query) => store.jobs.list(query))) {
    newest ??= job.id;
    yield* jobRows(store, job);
  }
  for await (const movie of pages((query) => store.movies.list(query))) yield ['movie', movie];
  for await (const job of pages((query) => store.jobs.list(query))) {
    if (newest !== null && job.id <= newest) break;
    yield* jobRows(store, job);
    const movie = await store.movies.get(job.movieId);
    if (movie) yield ['movie', movie];
  }
  for (const model of MODELS) {
    for await (const row of accountRows(store, model)) yield ['account', model, row];
  }
  for await (const entry of pages((query) => store.library.all(query))) yield ['library', entry];
  for await (const token of pages((query) => store.apiTokens.list(query))) yield ['token', token];
  for (const webhook of await store.webhooks.list()) {
    yield ['webhook', webhook];
    const ofIt = (query: PageQuery) => store.webhooks.deliveries({ webhookId: webhook.id, ...query });
    for await (const delivery of pages(ofIt)) yield ['deliveries', [delivery]];
  }
  const settings = await store.settings.get();
  if (settings.version > 0) yield ['settings', settings.values];
  for await (const entry of pages((query) => store.audit.list(query))) yield ['audit', entry];
  for await (const viewing of pages((query) => store.viewings.all(query))) yield ['viewing', viewing];
}

/** Puts a row into a store as it was; one that stands there already is left as it is. */
export async function writeRow(store: Store, row: BackupRow): Promise<void> {
  switch (row[0]) {
    case 'job':
      await store.jobs.insert(row[1]);
      return;
    case 'tasks':
      return store.tasks.restore(row[1]);
    case 'movie':
      await store.movies.insert(completeMovie(row[1]));
      return;
    case 'account':
      await store.accounts.insert(row[1], row[2]);
      return;
    case 'library':
      return writeEntry(store, row[1]);
    case 'token':
      if ((await store.apiTokens.insert(row[1])) && row[1].lastUsedAtMs !== null)
        await store.apiTokens.markUsed(row[1].id, row[1].lastUsedAtMs);
      return;
    case 'webhook':
      await store.webhooks.insert(row[1]);
      return;
    case 'deliveries':
      return store.webhooks.announce(row[1]);
    case 'settings':
      // Refused where somebody has set something already.
      await store.settings.update(0, row[1]);
      return;
    case 'audit':
      return store.audit.record(row[1]);
    case 'viewing':
      await store.viewings.keep(row[1]);
      return;
  }
}

/** Whether a store has anything that a restored row could be confused with. */
export async function holdsNothing(store: Store): Promise<boolean> {
  const [jobs, movies, users] = await Promise.all([
    store.jobs.list({ limit: 1 }),
    store.movies.list({ limit: 1 }),
    store.accounts.count('user', []),
  ]);
  return jobs.items.length === 0 && movies.items.length === 0 && users === 0;
}

type PageQuery = { limit: number; cursor?: string };

async function* pages<T>(
  read: (query: PageQuery) => Promise<{ items: T[]; cursor: string | null }>,
): AsyncGenerator<T> {
  let query: PageQuery = { limit: ROWS_AT_ONCE };
  for (;;) {
    const { items, cursor } = await read(query);
    yield* items;
    if (cursor === null) return;
    query = { limit: ROWS_AT_ONCE, cursor };
  }
}

/** A job, then its tasks, some at once. */
async function* jobRows(store: Store, job: MediaProcessingJob): AsyncGenerator<BackupRow> {
  yield ['job', job];
  const tasks = await store.tasks.list(job.id);
  for (let at = 0; at < tasks.length; at += ROWS_AT_ONCE) yield ['tasks', tasks.slice(at, at + ROWS_AT_ONCE)];
}

async function* accountRows(store: Store, model: AccountModel): AsyncGenerator<AccountRow> {
  let last = '';
  for (;;) {
    const rows = await store.accounts.find(model, [{ field: 'id', is: 'gt', value: last }], {
      limit: ROWS_AT_ONCE,
      sortBy: { field: 'id', direction: 'asc' },
    });
    yield* rows;
    if (rows.length < ROWS_AT_ONCE) return;
    last = rows.at(-1)?.id ?? last;
  }
}

async function writeEntry(store: Store, { userId, title, positionAtMs, ...entry }: LibraryEntry): Promise<void> {
  if ((await store.library.get(userId, title)) !== null) return;
  // A position of no time is none: it would count as older than the empty row's.
  await store.library.keep(userId, title, positionAtMs > 0 ? { ...entry, positionAtMs } : entry);
}
