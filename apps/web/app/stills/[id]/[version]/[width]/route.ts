import type { MovieId } from '@marquee/core/ids';
import { isViewable, type Movie, stillKey } from '@marquee/core/movie';
import { errorResponse } from '../../../../../server/api.ts';
import { pictureVersion, STILL_WIDTHS_PX, scaledStill } from '../../../../../server/still.ts';
import { viewableMovie } from '../../../../../server/viewing.ts';

/** A film's still or poster in one of the served widths. The version in the address makes it immutable. */
export async function GET(
  _request: Request,
  context: { params: Promise<{ id: string; version: string; width: string }> },
): Promise<Response> {
  try {
    const { id, version, width } = await context.params;
    const widthPx = STILL_WIDTHS_PX.find((each) => String(each) === width);
    const movie = widthPx ? await viewableMovie(id as MovieId) : null;
    const key = movie && pictureOf(movie, version);
    if (!widthPx || !key) return new Response(null, { status: 404 });
    const picture = await scaledStill(key, widthPx);
    // What not everybody may see is kept by nobody on the way.
    const keepers = isViewable(movie, Date.now(), { isAdmin: false }) ? 'public' : 'private';
    return new Response(new Uint8Array(picture), {
      headers: { 'Content-Type': 'image/webp', 'Cache-Control': `${keepers}, max-age=31536000, immutable` },
    });
  } catch (error) {
    return await errorResponse(error);
  }
}

/** An address of a picture that was replaced gets the still of today. */
function pictureOf(movie: Movie, version: string): string | null {
  const poster = movie.chosenPosterKey;
  return poster !== null && pictureVersion(poster) === version ? poster : stillKey(movie);
}
