import type { JobId } from '@marquee/core/ids';
import { adminRoute } from '../../../../../server/api.ts';
import { jobEvents } from '../../../../../server/jobs.ts';

export const GET = adminRoute(
  async (request, id) =>
    new Response(await jobEvents(id as JobId, request.signal), {
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        // No transform: compression would hold events back.
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
      },
    }),
);
