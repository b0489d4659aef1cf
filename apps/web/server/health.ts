import { container } from './container.ts';

/** How long a check may take before it counts as failed, in milliseconds. */
const CHECK_MS = 2000;
/** Anybody may ask, however often; the engines are asked no more often than this, in milliseconds. */
const KEPT_MS = 1000;

export type Health = 'ok' | 'failing';

type EngineHealth = Record<'store' | 'queue' | 'objects', Health>;

let last: { atMs: number; health: Promise<EngineHealth> } | null = null;

/** Whether each engine that work needs answers now, or did a second ago; the cache is not among them. */
export function engineHealth(): Promise<EngineHealth> {
  const nowMs = performance.now();
  if (last === null || nowMs - last.atMs > KEPT_MS) last = { atMs: nowMs, health: look() };
  return last.health;
}

async function look(): Promise<EngineHealth> {
  const { engines } = await container();
  const [store, queue, objects] = await Promise.all([
    check(engines.store.movies.list({ limit: 1 })),
    check(engines.queue.check()),
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
