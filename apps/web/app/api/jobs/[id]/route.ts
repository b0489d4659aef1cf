import type { JobId } from '@marquee/core/ids';
import { adminRoute } from '../../../../server/api.ts';
import { jobSnapshot } from '../../../../server/jobs.ts';
import { HttpError } from '../../../../server/require-admin.ts';

/** How a job stands, for pages whose event stream does not come through. */
export const GET = adminRoute(async (_request, id) => {
  const snapshot = await jobSnapshot(id as JobId);
  if (!snapshot) throw new HttpError(404, 'There is no job of this id.');
  return Response.json(snapshot, { headers: { 'Cache-Control': 'no-store' } });
});
