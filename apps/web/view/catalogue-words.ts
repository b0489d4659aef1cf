import type { CatalogueCard, CatalogueTitle, PersonCard, PictureAddress, TitleKind } from '@marquee/core/catalogue';
import { formatSpan } from './format.ts';

const SLUG_MAX = 60;

/** Where a title's page is. The number finds it; the words are for people and may change. */
export function titlePath({ kind, tmdbId, title }: Pick<CatalogueCard, 'kind' | 'tmdbId' | 'title'>): string {
  return `/title/${kind}/${withSlug(tmdbId, title)}`;
}

export function seasonPath(series: Pick<CatalogueCard, 'tmdbId' | 'title'>, number: number): string {
  return `${titlePath({ ...series, kind: 'series' })}/season/${number}`;
}

export function personPath({ tmdbId, name }: Pick<PersonCard, 'tmdbId' | 'name'>): string {
  return `/person/${withSlug(tmdbId, name)}`;
}

function withSlug(id: number, name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, SLUG_MAX)
    .replace(/^-|-$/g, '');
  return slug === '' ? String(id) : `${id}-${encodeURIComponent(slug)}`;
}

/** @returns the number at the head of `123-some-name`, or null if it has none. */
export function idOf(segment: string): number | null {
  const digits = /^(\d{1,10})(?:-|$)/.exec(segment)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** @returns the kind that an address names, or null. */
export function kindOf(segment: string): TitleKind | null {
  return segment === 'film' || segment === 'series' ? segment : null;
}

/** An address of one of the sizes that pictures of its sort come in. */
export function pictureOf(address: PictureAddress, size: string): string {
  return address.replace('{size}', size);
}

/** What a card says below its title: `2019 · 7.8`. */
export function cardFacts({ year, rating }: Pick<CatalogueCard, 'year' | 'rating'>): string {
  return [year, rating === null ? null : formatRating(rating)].filter((fact) => fact !== null).join(' · ');
}

export function formatRating(rating: number): string {
  return rating.toFixed(1);
}

/** The facts of a title but its rating, for one line. */
export function factsOf(title: CatalogueTitle): string[] {
  const seasons = title.seasons.filter(({ number }) => number > 0).length;
  const length = title.runtimeMin === null ? null : formatSpan(title.runtimeMin * 60_000);
  return [
    title.year === null ? null : String(title.year),
    title.certificate,
    seasons > 0 ? `${seasons} ${seasons === 1 ? 'season' : 'seasons'}` : null,
    length !== null && title.kind === 'series' ? `${length} an episode` : length,
    title.genres.join(', '),
  ].filter((fact): fact is string => fact !== null && fact !== '');
}

/** An ISO date as one says it: `3 June 1994`. */
export function formatDay(isoDate: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(isoDate));
}

/** The dates of a life: `Born 3 June 1934 in Lyon. Died 4 May 2001, aged 66.` */
export function lifeOf(person: { bornOn: string | null; diedOn: string | null; birthplace: string | null }): string {
  const { bornOn, diedOn, birthplace } = person;
  const born = [bornOn && formatDay(bornOn), birthplace && `in ${birthplace}`].filter(Boolean).join(' ');
  const age = bornOn && diedOn ? `, aged ${yearsBetween(bornOn, diedOn)}` : '';
  return [born && `Born ${born}.`, diedOn && `Died ${formatDay(diedOn)}${age}.`].filter(Boolean).join(' ');
}

function yearsBetween(fromIso: string, toIso: string): number {
  const years = Number(toIso.slice(0, 4)) - Number(fromIso.slice(0, 4));
  return toIso.slice(5) < fromIso.slice(5) ? years - 1 : years;
}

/** The first sentence of a text, or as many of its words as fit; for places where one sentence has to do. */
export function firstSentence(text: string, maxLength = 170): string {
  const sentence = /^.{20,}?[.!?…](?=\s|$)/su.exec(text.trim())?.[0] ?? text.trim();
  return shorten(sentence, maxLength);
}

/** At most `maxLength` characters, cut between words. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength).replace(/[\s,;:.]+\S*$/u, '')}…`;
}

/** The first letters of the first and the last word of a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '').join('');
}
