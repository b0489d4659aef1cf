import { engineHealth, type Health } from '../../../server/health.ts';

/** Whether the site can do its work: 200 or 503, with each engine's state. */
export async function GET(): Promise<Response> {
  const checks: Record<string, Health> = await engineHealth().catch(() => ({ configuration: 'failing' as const }));
  const ok = Object.values(checks).every((state) => state === 'ok');
  return Response.json(
    { status: ok ? 'ok' : 'failing', checks },
    { status: ok ? 200 : 503, headers: { 'Cache-Control': 'no-store' } },
  );
}
