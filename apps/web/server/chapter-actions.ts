'use server';

import { readChapters } from '@marquee/core/chapters';
import { isMarqueeError } from '@marquee/core/errors';
import type { MovieId } from '@marquee/core/ids';
import { z } from 'zod';
import { publishChapters } from './analysis-facts.ts';
import { filmTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { changeMovie } from './film-edit.ts';
import { requireAdmin } from './require-admin.ts';

/** Two hundred long titles, and some room. */
const written = z.string().max(60_000).nullable();

/**
 * Stores chapters as somebody wrote them; an empty text turns them off, null leaves them to the film's file and to Marquee
 * again.
 *
 * @returns why not, in a sentence, or null
 */
export async function saveChaptersAction(id: string, text: string | null): Promise<string | null> {
  await requireAdmin(`/admin/films/${encodeURIComponent(id)}`);
  const typed = written.safeParse(text);
  if (!typed.success) return 'These are too many words for chapters.';
  const { engines, log } = await container();
  try {
    const movie = await engines.store.movies.get(id as MovieId);
    const read = typed.data === null ? null : readChapters(typed.data, movie?.durationSec ?? null);
    if (typeof read === 'string') return read;
    const changed = await changeMovie(id as MovieId, () => ({ ownChapters: read }));
    const detail = read === null ? 'left to Marquee' : read.length === 0 ? 'turned off' : `${read.length} chapters`;
    await audit('film.chapters_changed', await filmTarget(engines.store, id as MovieId), detail);
    // Our own player has them from the film; without this others show what was there before.
    await publishChapters(changed);
    return null;
  } catch (thrown) {
    if (isMarqueeError(thrown)) return thrown.message;
    log.error('chapters could not be changed', { movieId: id, err: thrown });
    return 'Something failed on the server. The log says what.';
  }
}
