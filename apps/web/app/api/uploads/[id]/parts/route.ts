import { z } from 'zod';
import { adminRoute, readJson } from '../../../../../server/api.ts';
import { signParts, uploadOf } from '../../../../../server/uploads.ts';

const wanted = z.object({ partNumbers: z.array(z.int().positive()).min(1).max(100) });

export const POST = adminRoute(async (request, id) => {
  const session = await uploadOf(request, id);
  const { partNumbers } = await readJson(request, wanted);
  return Response.json({ urls: await signParts(session, partNumbers) });
});
