import type { CatalogueFound, TitleKind } from '@marquee/core/catalogue';
import type { MovieId } from '@marquee/core/ids';
import { MAX_MOMENTS, type MomentFilter, mainLanguage } from '@marquee/core/moments';
import { container } from './container.ts';
import { type FoundMoment, foundMoments } from './moments.ts';
import { searchTitles, type Title } from './titles.ts';

/** A question longer than this is nobody's, in characters. */
export const LONGEST_QUESTION = 100;
/** The catalogue is asked from this many characters on: one letter means anything. */
const FEWEST_LETTERS = 2;
const OWN_SHOWN = 12;
const MOMENTS_SHOWN = 12;

/** `said`: lines of films alone. */
export type SearchKind = TitleKind | 'person' | 'said';

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
  return text === 'film' || text === 'series' || text === 'person' || text === 'said' ? text : undefined;
}

/** Lines of films, and what they can be narrowed down to. */
export interface SaidAnswer {
  moments: FoundMoment[];
  /** Films and languages of lines that were found before they were narrowed down; asked for with `kind: said` alone. */
  films: { id: MovieId; title: string }[];
  languages: string[];
}

/** What is said in films of the house; on the first page, where films are among what is looked for. */
export async function searchSaid(
  query: { text: string; kind?: SearchKind; page?: number } & MomentFilter,
): Promise<SaidAnswer> {
  const { text, kind, page = 1, ...filter } = query;
  const isSought = kind === 'said' || (page === 1 && (kind === undefined || kind === 'film'));
  if (text.length < FEWEST_LETTERS || !isSought) return { moments: [], films: [], languages: [] };
  if (kind !== 'said')
    return { moments: await foundMoments({ text, limit: MOMENTS_SHOWN, ...filter }), films: [], languages: [] };
  const all = await foundMoments({ text, limit: MAX_MOMENTS });
  const films = new Map(all.map(({ title: { id, title } }) => [id, { id, title }]));
  return {
    moments: Object.keys(filter).length === 0 ? all : await foundMoments({ text, limit: MAX_MOMENTS, ...filter }),
    films: [...films.values()],
    languages: [
      ...new Set(all.filter(({ kind }) => kind === 'said').map(({ language }) => mainLanguage(language))),
    ].sort(),
  };
}

/** Asks the house and the catalogue at once. Own titles come on the first page, unless people are looked for. */
export async function search(query: { text: string; kind?: SearchKind; page?: number }): Promise<SearchAnswer> {
  const [own, told] = await Promise.all([ownTitles(query), catalogueTitles(query)]);
  return { own, ...told };
}

async function ownTitles(query: { text: string; kind?: SearchKind; page?: number }): Promise<Title[]> {
  const { text, kind, page = 1 } = query;
  if (text === '' || page > 1 || (kind !== undefined && kind !== 'film')) return [];
  return searchTitles(text, OWN_SHOWN);
}

async function catalogueTitles(query: {
  text: string;
  kind?: SearchKind;
  page?: number;
}): Promise<Pick<SearchAnswer, 'found' | 'catalogue'>> {
  const { catalogue } = await container();
  const { kind, ...rest } = query;
  if (catalogue === null || kind === 'said' || query.text.length < FEWEST_LETTERS)
    return { found: NOTHING, catalogue: 'none' };
  const told = await catalogue.search({ ...rest, ...(kind && { kind }) });
  if (told.state === 'away') return { found: NOTHING, catalogue: 'away' };
  return { found: told.value ?? NOTHING, catalogue: 'known' };
}
