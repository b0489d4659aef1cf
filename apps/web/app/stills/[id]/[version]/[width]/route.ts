import type { MovieId } from '@marquee/core/ids';
import { errorResponse } from '../../../../../server/api.ts';
import { container } from '../../../../../server/container.ts';
import { STILL_WIDTHS_PX, scaledStill } from '../../../../../server/still.ts';

/** A film's still in one of the served widths. The version in the address makes it immutable. */
export async function GET(
  _request: Request,
  context: { params: Promise<{ id: string; width: string }> },
): Promise<Response> {
  try {
    const { id, width } = await context.params;
    const widthPx = STILL_WIDTHS_PX.find((each) => String(each) === width);
    const { engines } = await container();
    const movie = widthPx ? await engines.store.movies.get(id as MovieId) : null;
    if (!widthPx || !movie?.posterKey) return new Response(null, { status: 404 });
    const picture = await scaledStill(movie.posterKey, widthPx);
    return new Response(new Uint8Array(picture), {
      headers: { 'Content-Type': 'image/webp', 'Cache-Control': 'public, max-age=31536000, immutable' },
    });
  } catch (error) {
    return await errorResponse(error);
  }
}
