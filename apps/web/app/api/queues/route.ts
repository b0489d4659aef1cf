import { adminRoute } from '../../../server/api.ts';
import { queuesSnapshot } from '../../../server/queues.ts';

/** How the queues stand. `seen` is the version of the letters that the page has. */
export const GET = adminRoute(async (request) => {
  const seen = new URL(request.url).searchParams.get('seen') ?? undefined;
  return Response.json(await queuesSnapshot(seen), { headers: { 'Cache-Control': 'no-store' } });
});
