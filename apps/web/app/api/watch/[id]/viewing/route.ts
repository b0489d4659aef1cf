import type { MovieId } from '@marquee/core/ids';
import { viewingReport } from '@marquee/core/viewings';
import { errorResponse, isSameOrigin, readJson } from '../../../../../server/api.ts';
import { container } from '../../../../../server/container.ts';
import { currentUser, peerNetwork } from '../../../../../server/current-user.ts';
import { countTry } from '../../../../../server/limits.ts';
import { HttpError } from '../../../../../server/require-admin.ts';
import { viewableMovie } from '../../../../../server/viewing.ts';
import { withinBytes } from '../../../../../server/within-bytes.ts';
import { browserFamily } from '../../../../../view/device-name.ts';

/** A report is some 300 bytes. */
const MAX_BYTES = 2000;

/** How a film came to the screen of whoever may watch it; nothing that is kept says who they are. */
export async function POST(request: Request, context: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    if (!isSameOrigin(request)) throw new HttpError(403, 'This request came from another site and was refused.');
    const { engines } = await container();
    const [user, address] = await Promise.all([currentUser(), peerNetwork()]);
    const waits = [
      await countTry(engines.store, 'viewing-address', address),
      user && (await countTry(engines.store, 'viewing-account', user.id)),
    ];
    const wait = waits.find((each) => each !== null);
    if (wait) throw new HttpError(429, `That is told more often than makes sense. Wait ${wait}.`);
    const movie = await viewableMovie((await context.params).id as MovieId);
    if (!movie) throw new HttpError(404, 'There is no such film.');
    const report = await readJson(await withinBytes(request, MAX_BYTES), viewingReport);
    await engines.store.viewings.keep({
      ...report,
      movieId: movie.id,
      beganAtMs: Date.now(),
      browser: browserFamily(request.headers.get('user-agent') ?? ''),
    });
    return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return await errorResponse(error);
  }
}
