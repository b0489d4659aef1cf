import type { MovieId } from '@marquee/core/ids';
import { adminRoute } from '../../../../../server/api.ts';
import { saveTrack, takeEditBack } from '../../../../../server/subtitle-edit.ts';
import { removeSubtitles, takeSubtitles } from '../../../../../server/subtitles.ts';

/** Takes a subtitle file as the body: `?language=en&title=&name=en.srt&forced=1&hearingImpaired=1&replace=ID`. */
export const POST = adminRoute(async (request, id) =>
  Response.json(await takeSubtitles(id as MovieId, request), { status: 201 }),
);

/** Stores an edited track, `?track=NAME`; status 409 with what stands now if that is not what was edited. */
export const PUT = adminRoute(async (request, id) => {
  const { isClash, ...track } = await saveTrack(id as MovieId, queryOf(request, 'track'), request);
  return Response.json(track, { status: isClash ? 409 : 200 });
});

/** Removes what was uploaded, `?track=ID`, or an edit alone, `?edit=NAME`. */
export const DELETE = adminRoute(async (request, id) => {
  const edit = queryOf(request, 'edit');
  if (edit === '') await removeSubtitles(id as MovieId, queryOf(request, 'track'));
  else await takeEditBack(id as MovieId, edit);
  return Response.json({});
});

function queryOf(request: Request, name: string): string {
  return new URL(request.url).searchParams.get(name) ?? '';
}
