import type { AuditActor } from '@marquee/core/audit';
import type { Movie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { FIELD_NAMES, type FilmValues, valuesOf } from '../view/film-values.ts';
import { VISIBILITY_NAMES } from '../view/visibility.ts';
import { writeDown } from './people.ts';

/** Two entries where both what is said of a film and who sees it were changed; none where nothing was. */
export async function writeDownEdit(store: Store, actor: AuditActor, movie: Movie, before: FilmValues): Promise<void> {
  const target = { kind: 'movie' as const, id: movie.id, name: movie.title };
  const now = valuesOf(movie);
  const changed = (Object.keys(FIELD_NAMES) as (keyof FilmValues)[]).filter((name) => now[name] !== before[name]);
  const details = changed.filter((name) => name !== 'visibility' && name !== 'publishAt');
  if (details.length > 0) {
    const names = details.map((name) => FIELD_NAMES[name].toLowerCase()).join(', ');
    await writeDown(store, actor, 'film.details_changed', target, names);
  }
  if (details.length === changed.length) return;
  if (movie.visibility === 'published') return writeDown(store, actor, 'film.published', target);
  const time = movie.publishAtMs === null ? '' : ` for ${new Date(movie.publishAtMs).toISOString()}`;
  const detail = `${VISIBILITY_NAMES[movie.visibility].toLowerCase()}${time}`;
  await writeDown(store, actor, 'film.visibility_changed', target, detail);
}
