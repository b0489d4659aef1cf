import { idOf, kindOf } from '../view/catalogue-words.ts';
import { container } from './container.ts';

/** Set by the proxy on requests for which the catalogue has just failed to answer, so that nobody waits twice. */
export const AWAY_HEADER = 'x-marquee-catalogue-away';

/**
 * Whether the page at `path` is one of the catalogue's and cannot be told now. Such a page is answered with status 503,
 * so that nobody who indexes it takes the excuse for its content.
 */
export async function isCataloguePageAway(path: string): Promise<boolean> {
  const [, part = '', ...rest] = path.split('/');
  if (part !== 'title' && part !== 'person') return false;
  const { catalogue } = await container();
  const kind = part === 'title' ? kindOf(rest[0] ?? '') : null;
  const id = idOf((part === 'title' ? rest[1] : rest[0]) ?? '');
  if (catalogue === null || id === null) return false;
  if (part === 'person') return (await catalogue.person(id)).state === 'away';
  if (kind === null) return false;
  const seasonNumber = rest[2] === 'season' ? idOf(rest[3] ?? '') : null;
  const told = await Promise.all([
    catalogue.title(kind, id),
    seasonNumber === null ? null : catalogue.season(id, seasonNumber),
  ]);
  return told.some((each) => each?.state === 'away');
}
