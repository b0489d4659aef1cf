import { z } from 'zod';
import type { WebhookEvent } from './webhooks.ts';

const time = z.iso.datetime();
const job = {
  jobId: z.string(),
  movieId: z.string(),
  title: z.string().nullable().describe('Of the film; null if it is gone'),
  fileName: z.string(),
  finishedAt: time,
};

/** What is told of each event: enough to act on, and ids to ask the API for the rest. */
export const WEBHOOK_DATA = {
  'job.ready': z.object({ ...job, durationSec: z.number().nullable() }),
  'job.failed': z.object({ ...job, error: z.object({ code: z.string(), message: z.string() }) }),
  'movie.published': z.object({
    movieId: z.string(),
    title: z.string(),
    publishedAt: time.describe('From when on everybody finds it'),
  }),
} as const satisfies Record<WebhookEvent, z.ZodType>;
export type WebhookData = { [E in WebhookEvent]: z.infer<(typeof WEBHOOK_DATA)[E]> };

/** The body of what is sent. */
export function webhookBody<E extends WebhookEvent>(type: E, atMs: number, data: WebhookData[E]): string {
  return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data });
}
