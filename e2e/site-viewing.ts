import { randomUUID } from 'node:crypto';
import type { MovieId } from '@marquee/core/ids';
import { signInToSite } from './site-session.ts';
import { through } from './through.ts';

const ASK_MS = 15_000;

/**
 * Tells the site of one viewing with a stall, as the player does, and tries again while the site is away.
 *
 * @param site its address, its set-up token, and how long to try
 * @throws Error with the last answer when it is not through in time
 */
export async function viewThroughSite(
  movieId: MovieId,
  site: { url: string; secret: string; timeoutMs: number },
): Promise<void> {
  const report = {
    session: randomUUID().replaceAll('-', ''),
    report: 1,
    startupMs: 400,
    stalls: 1,
    stalledMs: 300,
    watchedSec: 5,
    rungSec: { '720': 5 },
    error: null,
    engine: 'hls.js',
  };
  await through('telling of a viewing', Date.now() + site.timeoutMs, async () => {
    const answer = await fetch(new URL(`/api/watch/${movieId}/viewing`, site.url), {
      method: 'POST',
      headers: { cookie: await signInToSite(site), 'content-type': 'application/json' },
      body: JSON.stringify(report),
      signal: AbortSignal.timeout(ASK_MS),
    });
    if (answer.status !== 204) throw new Error(`status ${answer.status}: ${await answer.text()}`);
  });
}
