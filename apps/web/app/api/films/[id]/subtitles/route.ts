import type { MovieId } from '@marquee/core/ids';
import { adminRoute } from '../../../../../server/api.ts';
import { removeSubtitles, takeSubtitles } from '../../../../../server/subtitles.ts';

/** Takes a subtitle file as the body: `?language=en&title=&name=en.srt&forced=1&hearingImpaired=1&replace=ID`. */
export const POST = adminRoute(async (request, id) =>
  Response.json(await takeSubtitles(id as MovieId, request), { status: 201 }),
);

/** Removes what was uploaded: `?track=ID`. */
export const DELETE = adminRoute(async (request, id) => {
  await removeSubtitles(id as MovieId, new URL(request.url).searchParams.get('track') ?? '');
  return Response.json({});
});
