import type { AccountCondition } from '@marquee/core/accounts';
import type { EndedSlot, JobStatus, StoredBytes } from '@marquee/core/job';
import type { MovieState } from '@marquee/core/movie';
import type { ViewersQuality } from '@marquee/core/viewings';
import { container } from './container.ts';
import { type JobRow, listJobs } from './job-list.ts';
import { type QueueRow, queueDepths } from './queues.ts';
import { WORKER_SILENT_MS } from './titles.ts';
import { viewersQuality } from './viewers.ts';

const HOUR_MS = 3600_000;
const HOURS = 24;
const FAILURES = 5;
/** What is stored is summed up anew, behind whoever looks, when it is older than this, in milliseconds ... */
const STORED_FRESH_MS = 60_000;
/** ... and shown with its age for up to this long. */
const STORED_STALE_MS = 24 * HOUR_MS;

/** A process at work, as its presence tells. */
export interface CrewMember {
  holder: string;
  roles: string[];
  startedAtMs: number;
}

/** All that the first admin page shows. */
export interface Dashboard {
  films: Record<MovieState, number>;
  users: { total: number; admins: number };
  stored: StoredBytes & { countedAtMs: number };
  jobs: Record<JobStatus, number>;
  /** By the hour, the earliest first; the last hour is the one that runs. */
  hours: EndedSlot[];
  failures: JobRow[];
  crew: CrewMember[];
  /** Null while the queue does not answer. */
  queues: QueueRow[] | null;
  /** How films came to the screen in the last day. */
  viewers: ViewersQuality;
  readAtMs: number;
}

/** How the house stands. Every figure is a count that the store makes, so that it costs the same on each view. */
export async function dashboard(): Promise<Dashboard> {
  const { engines } = await container();
  const { store, cache } = engines;
  const readAtMs = Date.now();
  const untilMs = (Math.floor(readAtMs / HOUR_MS) + 1) * HOUR_MS;
  const admins: AccountCondition[] = [{ field: 'role', is: 'eq', value: 'admin' }];
  const [films, total, adminCount, stored, jobs, hours, failures, crew, queues, viewers] = await Promise.all([
    store.movies.counts(),
    store.accounts.count('user', []),
    store.accounts.count('user', admins),
    cache.getOrCompute('admin-stored', { ttlMs: STORED_FRESH_MS, staleMs: STORED_STALE_MS }, countStored),
    store.jobs.counts(),
    store.jobs.ended({ sinceMs: untilMs - HOURS * HOUR_MS, untilMs, everyMs: HOUR_MS }),
    listJobs({ status: 'failed' }, FAILURES),
    store.presence.list(readAtMs - WORKER_SILENT_MS),
    queueDepths(),
    viewersQuality('day'),
  ]);
  return {
    films,
    users: { total, admins: adminCount },
    stored: stored ?? (await countStored()),
    jobs,
    hours,
    failures: failures.rows,
    crew: crew.map(({ holder, roles, startedAtMs }) => ({ holder, roles, startedAtMs })),
    queues,
    viewers: viewers.sum,
    readAtMs,
  };
}

async function countStored(): Promise<Dashboard['stored']> {
  const { engines } = await container();
  return { ...(await engines.store.jobs.stored()), countedAtMs: Date.now() };
}
