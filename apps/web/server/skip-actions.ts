'use server';

import { isMarqueeError } from '@marquee/core/errors';
import type { MovieId } from '@marquee/core/ids';
import { readSkips } from '@marquee/core/skips';
import { z } from 'zod';
import { filmTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { changeMovie } from './film-edit.ts';
import { requireAdmin } from './require-admin.ts';

const clock = z.string().max(20);
const stretch = z.object({ from: clock, to: clock });
const typedSkips = z.object({ intro: stretch, credits: stretch }).nullable();

/**
 * Stores openings and credits as somebody told them; with nothing typed there are none, null leaves them to Marquee again.
 *
 * @returns why not, in a sentence, or null
 */
export async function saveSkipsAction(id: string, typed: z.input<typeof typedSkips>): Promise<string | null> {
  await requireAdmin(`/admin/films/${encodeURIComponent(id)}`);
  const read = typedSkips.safeParse(typed);
  if (!read.success) return 'The form was not understood. Load it anew.';
  const { engines, log } = await container();
  try {
    const movie = await engines.store.movies.get(id as MovieId);
    const skips = read.data === null ? null : readSkips(read.data, movie?.durationSec ?? null);
    if (typeof skips === 'string') return skips;
    await changeMovie(id as MovieId, () => ({ ownSkips: skips }));
    const told = skips?.map(({ kind }) => (kind === 'intro' ? 'opening' : kind)).join(' and ');
    const detail = skips === null ? 'left to Marquee' : told || 'turned off';
    await audit('film.skips_changed', await filmTarget(engines.store, id as MovieId), detail);
    return null;
  } catch (thrown) {
    if (isMarqueeError(thrown)) return thrown.message;
    log.error('openings and credits could not be changed', { movieId: id, err: thrown });
    return 'Something failed on the server. The log says what.';
  }
}
