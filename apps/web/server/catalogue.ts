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
import { headers } from 'next/headers';
import { cache } from 'react';
import { AWAY_HEADER } from './catalogue-away.ts';
import { container } from './container.ts';

/** Cards of one row on the first page. */
const ROW_CARDS = 20;

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

async function isAwayHere(): Promise<boolean> {
  return (await headers()).has(AWAY_HEADER);
}
