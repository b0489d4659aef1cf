import { adminRoute } from '../../../../server/api.ts';
import { dropUpload, standingParts, uploadOf } from '../../../../server/uploads.ts';

export const GET = adminRoute(async (request, id) =>
  Response.json(await standingParts(await uploadOf(request, id)), { headers: { 'Cache-Control': 'no-store' } }),
);

export const DELETE = adminRoute(async (request, id) => {
  await dropUpload(await uploadOf(request, id));
  return new Response(null, { status: 204 });
});
