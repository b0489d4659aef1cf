import { container } from './container.ts';

/** How long a check may take before it counts as failed, in milliseconds. */
const CHECK_MS = 2000;

export type Health = 'ok' | 'failing';

/** Whether each engine that work needs answers now; the cache is not among them. */
export async function engineHealth(): Promise<Record<'store' | 'queue' | 'objects', Health>> {
  const { engines } = await container();
  const [store, queue, objects] = await Promise.all([
    check(engines.store.movies.list({ limit: 1 })),
    check(engines.queue.stats('video.uploaded')),
    check(engines.objects.head('uploads/health-check')),
  ]);
  return { store, queue, objects };
}

async function check(work: Promise<unknown>): Promise<Health> {
  const late = new Promise<Health>((resolve) => setTimeout(resolve, CHECK_MS, 'failing').unref());
  return Promise.race([
    work.then(
      () => 'ok' as const,
      () => 'failing' as const,
    ),
    late,
  ]);
}
