import { titleFromFileName } from '../../view/format.ts';
import { partCount } from '../../view/upload-limits.ts';
import { container } from '../container.ts';
import { HttpError } from '../require-admin.ts';
import * as uploads from '../uploads.ts';
import { BEGIN_UPLOAD, DROP_UPLOAD, FINISH_UPLOAD, LIST_PARTS, SIGN_PARTS } from './operations.ts';
import { problem } from './problem.ts';
import { answerJson, apiRoute } from './route.ts';

export const beginUpload = apiRoute(BEGIN_UPLOAD, async ({ body }) => {
  const begun = await uploads.beginUpload(body);
  return answerJson({ ...begun, partCount: partCount(body.sizeBytes, begun.partBytes) }, { status: 201 });
});

export const listParts = apiRoute(LIST_PARTS, async ({ request, id }) => {
  const { parts, job } = await uploads.standingParts(await uploads.uploadOf(request, id));
  return answerJson({ parts, jobId: job });
});

export const signParts = apiRoute(SIGN_PARTS, async ({ request, id, body }) => {
  const session = await uploads.uploadOf(request, id);
  const { config } = await container();
  const signed = Object.entries(await uploads.signParts(session, body.partNumbers));
  const base = config.publicUrl ?? `${new URL(request.url).protocol}//${request.headers.get('host')}`;
  return answerJson({ urls: Object.fromEntries(signed.map(([number, url]) => [number, new URL(url, base).href])) });
});

export const finishUpload = apiRoute(FINISH_UPLOAD, async ({ request, id, body, actor }) => {
  const session = await uploads.uploadOf(request, id);
  const done = await uploads.finishUpload(session, body.title || titleFromFileName(session.fileName), actor);
  if ('missing' in done) {
    const { missing } = done;
    return problem(new HttpError(409, `The upload still lacks ${missing.length} of its parts.`), { missing });
  }
  return answerJson({ jobId: done.jobId, movieId: session.uploadId }, { status: 201 });
});

export const dropUpload = apiRoute(DROP_UPLOAD, async ({ request, id }) => {
  await uploads.dropUpload(await uploads.uploadOf(request, id));
  return new Response(null, { status: 204 });
});
