import {
  CATALOGUE_ROWS,
  type CatalogueCard,
  type CatalogueRow,
  type CatalogueTitle,
  type Person,
  type Season,
  type TitleKind,
  type Told,
} from '@marquee/core/catalogue';
import type { MovieId } from '@marquee/core/ids';
import { playableJobId } from '@marquee/core/movie';
import { headers } from 'next/headers';
import { cache } from 'react';
import { AWAY_HEADER } from './catalogue-away.ts';
import { container } from './container.ts';

/** Cards of one row on the first page. */
const ROW_CARDS = 20;
/** Own films of a name that are looked at for one that is linked to a title. */
const NAMESAKES = 10;

/** No key, so no such page. */
const NONE = { state: 'known', value: null } as const;

/** The rows that are known now, in the order of the port. */
export async function catalogueRows(): Promise<{ name: CatalogueRow; cards: CatalogueCard[] }[]> {
  const { catalogue } = await container();
  if (catalogue === null) return [];
  const told = await Promise.all(CATALOGUE_ROWS.map((name) => catalogue.row(name)));
  return CATALOGUE_ROWS.flatMap((name, i) => {
    const row = told[i];
    const cards = row?.state === 'known' ? (row.value ?? []) : [];
    return cards.length === 0 ? [] : [{ name, cards: cards.slice(0, ROW_CARDS) }];
  });
}

/** Once for a page and its metadata. */
export const readTitle = cache(
  async (kind: TitleKind, id: number): Promise<Told<CatalogueTitle>> =>
    (await isAwayHere()) ? { state: 'away' } : ((await container()).catalogue?.title(kind, id) ?? NONE),
);

export const readSeason = cache(
  async (seriesId: number, number: number): Promise<Told<Season>> =>
    (await isAwayHere()) ? { state: 'away' } : ((await container()).catalogue?.season(seriesId, number) ?? NONE),
);

export const readPerson = cache(
  async (id: number): Promise<Told<Person>> =>
    (await isAwayHere()) ? { state: 'away' } : ((await container()).catalogue?.person(id) ?? NONE),
);

/**
 * The house's own film of this title, if one is linked to it and can be watched. Found by its name: a film is named
 * after the entry that it is linked to, or nearly so.
 */
export async function ownFilmOf({ kind, tmdbId, title }: CatalogueTitle): Promise<MovieId | null> {
  const { engines } = await container();
  const named = await engines.store.movies.search({ text: title, limit: NAMESAKES, listedAtMs: Date.now() });
  const own = named.find(({ tmdb }) => tmdb?.kind === kind && tmdb.tmdbId === tmdbId);
  return own && playableJobId(own) !== null ? own.id : null;
}

async function isAwayHere(): Promise<boolean> {
  return (await headers()).has(AWAY_HEADER);
}
