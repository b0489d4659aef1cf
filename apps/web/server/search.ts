import type { CatalogueFound, TitleKind } from '@marquee/core/catalogue';
import { container } from './container.ts';
import { type FoundMoment, foundMoments } from './moments.ts';
import { searchTitles, type Title } from './titles.ts';

/** A question longer than this is nobody's, in characters. */
export const LONGEST_QUESTION = 100;
/** The catalogue is asked from this many characters on: one letter means anything. */
const FEWEST_LETTERS = 2;
const OWN_SHOWN = 12;
const MOMENTS_SHOWN = 12;

export type SearchKind = TitleKind | 'person';

export interface SearchAnswer {
  /** Of this house; they come before all others. */
  own: Title[];
  found: CatalogueFound;
  /** `none`: there is no catalogue, or it was not asked. */
  catalogue: 'known' | 'away' | 'none';
}

const NOTHING: CatalogueFound = { titles: [], people: [], page: 1, pages: 1 };

/** @returns the kind that a filter names, or undefined for all. */
export function searchKind(text: string | null | undefined): SearchKind | undefined {
  return text === 'film' || text === 'series' || text === 'person' ? text : undefined;
}

/** What is said in films of the house; on the first page, where films are among what is looked for. */
export async function searchSaid(query: { text: string; kind?: SearchKind; page?: number }): Promise<FoundMoment[]> {
  const { text, kind, page = 1 } = query;
  if (text.length < FEWEST_LETTERS || page > 1 || kind === 'person' || kind === 'series') return [];
  return foundMoments(text, MOMENTS_SHOWN);
}

/** Asks the house and the catalogue at once. Own titles come on the first page, unless people are looked for. */
export async function search(query: { text: string; kind?: SearchKind; page?: number }): Promise<SearchAnswer> {
  const [own, told] = await Promise.all([ownTitles(query), catalogueTitles(query)]);
  return { own, ...told };
}

async function ownTitles(query: { text: string; kind?: SearchKind; page?: number }): Promise<Title[]> {
  const { text, kind, page = 1 } = query;
  if (text === '' || page > 1 || kind === 'person' || kind === 'series') return [];
  return searchTitles(text, OWN_SHOWN);
}

async function catalogueTitles(query: {
  text: string;
  kind?: SearchKind;
  page?: number;
}): Promise<Pick<SearchAnswer, 'found' | 'catalogue'>> {
  const { catalogue } = await container();
  if (catalogue === null || query.text.length < FEWEST_LETTERS) return { found: NOTHING, catalogue: 'none' };
  const told = await catalogue.search(query);
  if (told.state === 'away') return { found: NOTHING, catalogue: 'away' };
  return { found: told.value ?? NOTHING, catalogue: 'known' };
}
