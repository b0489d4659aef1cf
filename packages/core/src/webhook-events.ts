import { type EventId, idOf } from './ids.ts';
import type { MediaProcessingJob } from './job.ts';
import type { Movie } from './movie.ts';
import { planDurationSec } from './plan.ts';
import type { Store } from './ports.ts';
import { type WebhookData, webhookBody } from './webhook-payloads.ts';
import { comesOutAtMs, type WebhookDelivery, type WebhookEvent } from './webhooks.ts';

/** How long what was delivered is kept; what ended longer ago is told to nobody. */
export const DELIVERIES_KEPT_MS = 30 * 24 * 3600_000;

/**
 * Writes down that the end of a job is to be told, before the end counts as carried out: whoever dies in between, the
 * next look writes the same rows.
 */
export async function announceJob(store: Store, job: MediaProcessingJob, nowMs: number): Promise<void> {
  const { finishedAtMs, movieId, fileName, error } = job;
  if (finishedAtMs === null || nowMs - finishedAtMs > DELIVERIES_KEPT_MS) return;
  if (job.status !== 'ready' && job.status !== 'failed') return;
  const type = `job.${job.status}` as const;
  const eventId = idOf<EventId>(finishedAtMs, `${type} ${job.id} ${finishedAtMs}`);
  await announce(store, { type, eventId, dueAtMs: nowMs, nowMs, proviso: null }, async () => {
    const movie = await store.movies.get(movieId);
    const facts = { jobId: job.id, movieId, title: movie?.title ?? null, fileName, finishedAt: iso(finishedAtMs) };
    return type === 'job.ready'
      ? webhookBody(type, finishedAtMs, { ...facts, durationSec: job.plan ? planDurationSec(job.plan) : null })
      : webhookBody(type, finishedAtMs, {
          ...facts,
          error: { code: error?.code ?? 'INTERNAL', message: error?.message ?? '' },
        });
  });
}

/**
 * Changes a film by compare-and-set on its version, and tells of it if it comes out by that. Nothing spans rows, so what
 * is to be told is written first, under the proviso that the change comes to be; it is looked at before it is sent.
 *
 * @returns whether the change was written
 */
export async function updateMovie(store: Store, movie: Movie, patch: Partial<Movie>, nowMs: number): Promise<boolean> {
  const fromMs = comesOutAtMs(movie, { ...movie, ...patch }, nowMs);
  if (fromMs === null) return store.movies.update(movie.id, movie.version, patch);
  // The same for whoever tries the same change again after a crash.
  const eventId = idOf<EventId>(movie.updatedAtMs, `movie.published ${movie.id} ${movie.version}`);
  const outAtMs = Math.max(fromMs, nowMs);
  const proviso = { movieId: movie.id, listedFromMs: fromMs };
  const data: WebhookData['movie.published'] = {
    movieId: movie.id,
    title: patch.title ?? movie.title,
    publishedAt: iso(outAtMs),
  };
  const isTold = await announce(
    store,
    { type: 'movie.published', eventId, dueAtMs: outAtMs, nowMs, proviso },
    async () => webhookBody('movie.published', outAtMs, data),
  );
  const isWritten = await store.movies.update(movie.id, movie.version, patch);
  if (isTold && !isWritten) await store.webhooks.withdraw(eventId);
  return isWritten;
}

/** @returns a delivery that nobody has tried yet */
export function newDelivery(
  facts: Pick<WebhookDelivery, 'eventId' | 'webhookId' | 'type' | 'body' | 'dueAtMs' | 'proviso'>,
  nowMs: number,
): WebhookDelivery {
  const id = `${facts.eventId}-${facts.webhookId}`;
  return { ...facts, id, state: 'waiting', createdAtMs: nowMs, attempts: 0, tries: [] };
}

/** @returns whether anybody is to be told */
async function announce(
  store: Store,
  event: Pick<WebhookDelivery, 'eventId' | 'dueAtMs' | 'proviso'> & { type: WebhookEvent; nowMs: number },
  makeBody: () => Promise<string>,
): Promise<boolean> {
  const { nowMs, ...facts } = event;
  const listeners = (await store.webhooks.list()).filter(
    ({ disabled, events }) => disabled === null && events.includes(event.type),
  );
  if (listeners.length === 0) return false;
  const body = await makeBody();
  await store.webhooks.announce(listeners.map(({ id }) => newDelivery({ ...facts, webhookId: id, body }, nowMs)));
  return true;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
