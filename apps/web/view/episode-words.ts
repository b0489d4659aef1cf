import type { Episode } from '@marquee/core/movie';

/** `Season 2`; what stands outside of seasons has a name of its own. */
export function seasonName(season: number): string {
  return season === 0 ? 'Specials' : `Season ${season}`;
}

/** Where an episode stands: `Season 2, episode 5`, `Special 3`. */
export function placeWords({ season, number }: Pick<Episode, 'season' | 'number'>): string {
  return season === 0 ? `Special ${number}` : `Season ${season}, episode ${number}`;
}
