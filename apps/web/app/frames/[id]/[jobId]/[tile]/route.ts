import type { MovieId } from '@marquee/core/ids';
import { isViewable } from '@marquee/core/movie';
import { errorResponse } from '../../../../../server/api.ts';
import { storyboardTile } from '../../../../../server/frames.ts';
import { playableJob } from '../../../../../server/titles.ts';
import { viewableMovie } from '../../../../../server/viewing.ts';

/** What a film shows at a moment: one tile of the storyboard of the version that plays, which makes it immutable. */
export async function GET(
  _request: Request,
  context: { params: Promise<{ id: string; jobId: string; tile: string }> },
): Promise<Response> {
  try {
    const { id, jobId, tile } = await context.params;
    const movie = await viewableMovie(id as MovieId);
    const job = movie && (await playableJob(movie));
    const storyboard = job?.plan?.storyboard;
    if (!movie || job?.id !== jobId || !storyboard || !/^\d{1,6}$/.test(tile) || Number(tile) >= storyboard.tileCount)
      return new Response(null, { status: 404 });
    const picture = await storyboardTile(job.outputPrefix, storyboard, Number(tile));
    // What not everybody may see is kept by nobody on the way.
    const keepers = isViewable(movie, Date.now(), { isAdmin: false }) ? 'public' : 'private';
    return new Response(new Uint8Array(picture), {
      headers: { 'Content-Type': 'image/webp', 'Cache-Control': `${keepers}, max-age=31536000, immutable` },
    });
  } catch (error) {
    return await errorResponse(error);
  }
}
