import { z } from 'zod';
import { adminRoute, readJson } from '../../../../../server/api.ts';
import { currentActor } from '../../../../../server/current-user.ts';
import { finishUpload, uploadOf } from '../../../../../server/uploads.ts';
import { titleFromFileName } from '../../../../../view/format.ts';

const wanted = z.object({ title: z.string().trim().max(200).default('') });

export const POST = adminRoute(async (request, id) => {
  const session = await uploadOf(request, id);
  const { title } = await readJson(request, wanted);
  const done = await finishUpload(session, title || titleFromFileName(session.fileName), await currentActor());
  return Response.json(done, { status: 'missing' in done ? 409 : 201 });
});
