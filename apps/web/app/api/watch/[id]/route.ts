import type { MovieId } from '@marquee/core/ids';
import { errorResponse } from '../../../../server/api.ts';
import { HttpError } from '../../../../server/require-admin.ts';
import { streamFacts } from '../../../../server/titles.ts';

/** How to play a title now: asked again when an address is about to expire, or to learn that the film is complete. */
export async function GET(_request: Request, context: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const facts = await streamFacts((await context.params).id as MovieId);
    if (!facts) throw new HttpError(404, 'This film cannot be watched yet.');
    return Response.json(facts, { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return await errorResponse(error);
  }
}
