/** The world's films, as the site shows them; where they come from is the adapter's business. */

export type TitleKind = 'film' | 'series';

/**
 * Address of a picture with `{size}` where its width goes: `https://image.tmdb.org/t/p/{size}/abc.jpg`. Posters come in
 * w92, w154, w185, w342, w500, w780 and original, backdrops in w300, w780, w1280 and original, people in w45, w185,
 * h632 and original.
 */
export type PictureAddress = string;

/** A title as rows and lists show it. */
export interface CatalogueCard {
  kind: TitleKind;
  /** Unique within its kind. */
  tmdbId: number;
  title: string;
  /** Of the first showing; null while unknown. */
  year: number | null;
  overview: string;
  poster: PictureAddress | null;
  backdrop: PictureAddress | null;
  /** Mean of the votes in `(0, 10]`; null while there are none. */
  rating: number | null;
}

export interface PersonCard {
  tmdbId: number;
  name: string;
  portrait: PictureAddress | null;
  /** What most people know them for, in a few titles; may be empty. */
  knownFor: string[];
}

export interface CastMember {
  personId: number;
  name: string;
  /** Whom they play; may be empty. */
  role: string;
  portrait: PictureAddress | null;
}

export interface CrewMember {
  personId: number;
  name: string;
  /** `Director`, `Screenplay`; several of one person are joined by commas. */
  job: string;
}

/** A clip at YouTube, the one site whose player may be embedded. */
export interface Trailer {
  youtubeKey: string;
  name: string;
}

export interface SeasonCard {
  /** 0 for specials. */
  number: number;
  title: string;
  year: number | null;
  episodeCount: number;
  poster: PictureAddress | null;
}

export interface Episode {
  number: number;
  title: string;
  overview: string;
  runtimeMin: number | null;
  /** ISO date; null while unknown. */
  airedOn: string | null;
  still: PictureAddress | null;
}

export interface Season extends SeasonCard {
  overview: string;
  episodes: Episode[];
}

/** Everything a title's page shows. */
export interface CatalogueTitle extends CatalogueCard {
  originalTitle: string;
  tagline: string;
  genres: string[];
  /** Of an episode, for a series. */
  runtimeMin: number | null;
  /** `PG-13`, `12`: of the country asked for, else of the US; null where there is none. */
  certificate: string | null;
  /** ISO date. */
  releasedOn: string | null;
  imdbId: string | null;
  /** In order of billing, twenty at most. */
  cast: CastMember[];
  /** Those whom posters name, twelve at most. */
  crew: CrewMember[];
  /** Of series; films have none. */
  seasons: SeasonCard[];
  /** Best first, ten at most. */
  trailers: Trailer[];
  /** Twenty at most, as `similar`. */
  stills: PictureAddress[];
  similar: CatalogueCard[];
}

export interface Person extends PersonCard {
  biography: string;
  /** ISO dates. */
  bornOn: string | null;
  diedOn: string | null;
  birthplace: string | null;
  /** Best known first, a hundred at most; `role` is whom they played or what they did. */
  credits: (CatalogueCard & { role: string })[];
}

export const CATALOGUE_ROWS = [
  'popular-films',
  'now-playing',
  'trending-films',
  'popular-series',
  'trending-series',
] as const;
export type CatalogueRow = (typeof CATALOGUE_ROWS)[number];

export interface CatalogueFound {
  titles: CatalogueCard[];
  people: PersonCard[];
  /** From 1. */
  page: number;
  pages: number;
}

/**
 * What a question got: the answer (null: there is none of this id), perhaps an old one, or that the catalogue could
 * not say in time. Pages are made without it then.
 */
export type Told<T> = { state: 'known'; value: T | null } | { state: 'away' };

/**
 * A catalogue of the world's films. Answers come from the cache where they can; a catalogue that is slow, limited or
 * away costs a page no more than `patienceMs`, while what was asked goes on in the background and is there next time.
 * Never throws for what the catalogue does.
 */
export interface Catalogue {
  row(name: CatalogueRow): Promise<Told<CatalogueCard[]>>;
  /** @param query.kind narrows it down; default: all kinds, people too */
  search(query: { text: string; kind?: TitleKind | 'person'; page?: number }): Promise<Told<CatalogueFound>>;
  title(kind: TitleKind, tmdbId: number): Promise<Told<CatalogueTitle>>;
  season(seriesId: number, number: number): Promise<Told<Season>>;
  person(tmdbId: number): Promise<Told<Person>>;
}
