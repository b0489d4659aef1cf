import { container } from '../../../server/container.ts';

/** How long a check may take before it counts as failed, in milliseconds. */
const CHECK_MS = 2000;

/** Whether the site can do its work: 200 or 503, with each engine's state. */
export async function GET(): Promise<Response> {
  const checks = await runChecks();
  const ok = Object.values(checks).every((state) => state === 'ok');
  return Response.json(
    { status: ok ? 'ok' : 'failing', checks },
    { status: ok ? 200 : 503, headers: { 'Cache-Control': 'no-store' } },
  );
}

async function runChecks(): Promise<Record<string, 'ok' | 'failing'>> {
  let engines: Awaited<ReturnType<typeof container>>['engines'];
  try {
    ({ engines } = await container());
  } catch {
    return { configuration: 'failing' };
  }
  const [store, queue, objects] = await Promise.all([
    check(engines.store.movies.list({ limit: 1 })),
    check(engines.queue.stats('video.uploaded')),
    check(engines.objects.head('uploads/health-check')),
  ]);
  return { store, queue, objects };
}

async function check(work: Promise<unknown>): Promise<'ok' | 'failing'> {
  const late = new Promise<'failing'>((resolve) => setTimeout(resolve, CHECK_MS, 'failing').unref());
  return Promise.race([
    work.then(
      () => 'ok' as const,
      () => 'failing' as const,
    ),
    late,
  ]);
}
