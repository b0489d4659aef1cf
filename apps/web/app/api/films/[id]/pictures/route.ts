import type { MovieId } from '@marquee/core/ids';
import { adminRoute } from '../../../../../server/api.ts';
import { takePicture } from '../../../../../server/pictures.ts';
import { HttpError } from '../../../../../server/require-admin.ts';

/** Takes a poster or a backdrop as the body of the request: `?as=poster`. */
export const POST = adminRoute(async (request, id) => {
  const use = new URL(request.url).searchParams.get('as');
  if (use !== 'poster' && use !== 'backdrop') throw new HttpError(400, 'Say what the picture is: poster or backdrop.');
  await takePicture(id as MovieId, use, request);
  return Response.json({});
});
