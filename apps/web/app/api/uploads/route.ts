import { adminRoute, readJson } from '../../../server/api.ts';
import { beginUpload, newUpload } from '../../../server/uploads.ts';

export const POST = adminRoute(async (request) =>
  Response.json(await beginUpload(await readJson(request, newUpload)), { status: 201 }),
);
