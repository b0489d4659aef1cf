import type { MovieId } from '@marquee/core/ids';
import { played, refKey } from '@marquee/core/library';
import { z } from 'zod';
import { readJson, viewerRoute } from '../../../../server/api.ts';
import { container } from '../../../../server/container.ts';
import { HttpError } from '../../../../server/require-admin.ts';
import { viewableMovie } from '../../../../server/viewing.ts';

const LONGEST_SEC = 1_000_000;

const PLACE = z.object({
  movieId: z.string().max(40),
  positionSec: z.number().min(0).max(LONGEST_SEC),
  durationSec: z.number().positive().max(LONGEST_SEC).nullable(),
  /** By the device's clock. */
  atMs: z.number().int().positive(),
});

/** Where a viewer is in a film. The answer tells the time here, for devices whose clock is wrong. */
export const POST = viewerRoute(async (request, user) => {
  const { movieId, positionSec, durationSec, atMs } = await readJson(request, PLACE);
  const movie = await viewableMovie(movieId as MovieId);
  if (!movie) throw new HttpError(404, 'There is no such film.');
  const { engines } = await container();
  const nowMs = Date.now();
  // A device whose clock is fast must not shut out all others until then.
  const at = { positionSec, durationSec: movie.durationSec ?? durationSec, atMs: Math.min(atMs, nowMs) };
  const key = refKey({ kind: 'own', movieId: movie.id });
  const written = await engines.store.library.keep(user.id, key, played(at));
  return Response.json({ written, nowMs }, { headers: { 'Cache-Control': 'no-store' } });
});
