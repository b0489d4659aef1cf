import type { CatalogueCard, PersonCard, PictureAddress, TitleKind } from '@marquee/core/catalogue';
import type { CardAnswer, PersonCardAnswer } from './tmdb-answers.ts';

/** What answers are read with. */
export interface TmdbView {
  imageUrl: string;
  /** Such as en-US. */
  language: string;
  /** ISO 3166-1, two capitals. */
  country: string;
}

const KNOWN_FOR = 3;

/** @returns where the picture of this path is to be had in every size */
export function pictureOf(view: TmdbView, path: string | null): PictureAddress | null {
  return path && `${view.imageUrl}/{size}${path}`;
}

export function yearOf(date: string | null): number | null {
  return date === null ? null : Number(date.slice(0, 4));
}

/** @returns null for what has no name to show, and what is not for everybody */
export function cardOf(view: TmdbView, kind: TitleKind, answer: Omit<CardAnswer, 'media_type'>): CatalogueCard | null {
  const title = nameOf(kind, answer);
  if (title === '' || answer.adult) return null;
  return {
    kind,
    tmdbId: answer.id,
    title,
    year: yearOf(kind === 'film' ? answer.release_date : answer.first_air_date),
    overview: answer.overview,
    poster: pictureOf(view, answer.poster_path),
    backdrop: pictureOf(view, answer.backdrop_path),
    rating: answer.vote_count > 0 && answer.vote_average > 0 ? Math.min(answer.vote_average, 10) : null,
  };
}

/** @returns each once, in the order of the first */
export function cardsOf(view: TmdbView, kind: TitleKind, answers: CardAnswer[]): CatalogueCard[] {
  const cards = new Map<number, CatalogueCard>();
  for (const answer of answers) {
    const card = cardOf(view, kind, answer);
    if (card && !cards.has(card.tmdbId)) cards.set(card.tmdbId, card);
  }
  return [...cards.values()];
}

/** @returns null for what has no name to show, and who is not for everybody */
export function personCardOf(view: TmdbView, answer: PersonCardAnswer): PersonCard | null {
  if (answer.name === '' || answer.adult) return null;
  const known = answer.known_for.filter((title) => !title.adult);
  return {
    tmdbId: answer.id,
    name: answer.name,
    portrait: pictureOf(view, answer.profile_path),
    knownFor: known
      .map((title) => nameOf(kindOf(title.media_type) ?? 'film', title))
      .filter((name) => name !== '')
      .slice(0, KNOWN_FOR),
  };
}

export function kindOf(mediaType: string): TitleKind | null {
  if (mediaType === 'movie') return 'film';
  return mediaType === 'tv' ? 'series' : null;
}

function nameOf(kind: TitleKind, answer: Omit<CardAnswer, 'media_type'>): string {
  return kind === 'film' ? answer.title || answer.original_title : answer.name || answer.original_name;
}
