import type { TitleKind } from './catalogue.ts';
import type { OwnChapter } from './chapters.ts';
import type { JobId, MovieId } from './ids.ts';
import type { GeneratedPicture, PictureUse } from './picture-maker.ts';
import type { FoundSkips, Skip } from './skips.ts';

/**
 * Who finds a film. `draft`: admins alone. `unlisted`: whoever has its address. `published`: everybody, in lists and by
 * search. `scheduled`: as a draft until `publishAtMs`, as published from then on.
 */
export type Visibility = 'draft' | 'unlisted' | 'published' | 'scheduled';

export const VISIBILITIES: Visibility[] = ['draft', 'unlisted', 'published', 'scheduled'];

/** How much of a film there is: all of it, its opening and what has come since, or nothing. */
export type MovieState = 'ready' | 'making' | 'unseen';

export const MOVIE_STATES: MovieState[] = ['ready', 'making', 'unseen'];

/** Somebody of the film; `role` is whom they play or what they did, and may be empty. */
export interface Credit {
  name: string;
  role: string;
}

/** Of which series of the house a film is, and where in it. */
export interface Episode {
  series: string;
  /** From 1; 0 for what stands outside of seasons. */
  season: number;
  number: number;
}

/** What people write about a film. Empty texts and lists, and null, where they have not. */
export interface MovieDetails {
  originalTitle: string;
  tagline: string;
  synopsis: string;
  year: number | null;
  genres: string[];
  /** `PG-13`, `12`. */
  certificate: string | null;
  /** What is mostly spoken, as a tag of BCP 47. */
  language: string | null;
  cast: Credit[];
  crew: Credit[];
  /** Null for a film that is of no series. */
  episode: Episode | null;
}

/** What an edited track was made from, which is back as soon as the edit is taken back. */
export type EditedFrom =
  /**
   * A track of the film itself: each version makes it, and keeps it back. Its stream stands for it, for names may be given
   * anew; a translation has none, and is known by its language.
   */
  | { kind: 'own'; streamIndex: number; language: string; translated?: true }
  /** What was uploaded, under its own key. */
  | { kind: 'upload'; key: string; cues: number };

/** Subtitles that somebody gave a film: they are the film's, whichever version of it plays. */
export interface UploadedSubtitles {
  id: string;
  /** BCP 47 language, `und` where nobody said. */
  language: string;
  title: string;
  forced: boolean;
  hearingImpaired: boolean;
  /** What the file was called that they came in. */
  fileName: string;
  cues: number;
  /** Object key of the clean WebVTT; never written again: each edit has a new one. */
  key: string;
  addedAtMs: number;
  /** Absent for what nobody edited here. */
  editedFrom?: EditedFrom;
}

/** A title of the house. */
export interface Movie {
  id: MovieId;
  title: string;
  details: MovieDetails;
  /** Its entry in the world's catalogue, if somebody linked it. */
  tmdb: { kind: TitleKind; tmdbId: number } | null;
  visibility: Visibility;
  /** When a scheduled film is published; null for any other. */
  publishAtMs: number | null;
  /** Raised by one at every write (compare-and-set). */
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** The finished, checked version that plays; set by one write, and never unset by a re-process. */
  readyJobId: JobId | null;
  /** A version still being made whose opening can be watched; only used while there is no finished one. */
  openingJobId: JobId | null;
  durationSec: number | null;
  /** Object key of the still that the last version's worker chose. */
  posterKey: string | null;
  /** The same, chosen by a person: no version that is made later changes it. */
  chosenBackdropKey: string | null;
  /** An upright picture chosen by a person; there is none unless somebody does. */
  chosenPosterKey: string | null;
  /** What a service made when somebody asked for a picture: one at most for each use, chosen or not. */
  generatedPictures: Partial<Record<PictureUse, GeneratedPicture>>;
  /** In the order in which they were uploaded. */
  subtitles: UploadedSubtitles[];
  /** Chapters that somebody wrote, for any version of the film; empty for none at all, null where nobody did. */
  ownChapters: OwnChapter[] | null;
  /** Openings and credits that somebody told, for any version; empty for none at all, null where nobody did. */
  ownSkips: Skip[] | null;
  /** The same as they were found, by the version's own analysis or that of another episode; null before. */
  foundSkips: FoundSkips | null;
}

export const NO_DETAILS: MovieDetails = {
  originalTitle: '',
  tagline: '',
  synopsis: '',
  year: null,
  genres: [],
  certificate: null,
  language: null,
  cast: [],
  crew: [],
  episode: null,
};

/** A film of which nothing is known but its name. It is published unless said otherwise: who uploads wants it watched. */
export function newMovie(facts: { id: MovieId; title: string; nowMs: number; visibility?: Visibility }): Movie {
  return completeMovie({
    id: facts.id,
    title: facts.title,
    version: 0,
    createdAtMs: facts.nowMs,
    updatedAtMs: facts.nowMs,
    readyJobId: null,
    openingJobId: null,
    durationSec: null,
    posterKey: null,
    visibility: facts.visibility ?? 'published',
  });
}

/** What earlier versions of Marquee stored of a film. */
type EarlierMovie = Pick<
  Movie,
  | 'id'
  | 'title'
  | 'version'
  | 'createdAtMs'
  | 'updatedAtMs'
  | 'readyJobId'
  | 'openingJobId'
  | 'durationSec'
  | 'posterKey'
>;

/** Reads a stored film of any version: what it lacks is empty, and it is published. */
export function completeMovie(stored: EarlierMovie & Partial<Movie>): Movie {
  return {
    tmdb: null,
    visibility: 'published',
    publishAtMs: null,
    chosenBackdropKey: null,
    chosenPosterKey: null,
    generatedPictures: {},
    subtitles: [],
    ownChapters: null,
    ownSkips: null,
    foundSkips: null,
    ...stored,
    details: { ...NO_DETAILS, ...stored.details },
  };
}

/** @returns the job whose stream a viewer gets, or null while nothing can be watched. */
export function playableJobId(movie: Movie): JobId | null {
  return movie.readyJobId ?? movie.openingJobId;
}

/** How much of a film can be watched. */
export function movieState(movie: Movie): MovieState {
  if (movie.readyJobId !== null) return 'ready';
  return movie.openingJobId === null ? 'unseen' : 'making';
}

/** @returns the object key of the wide picture that stands for the film, or null while there is none. */
export function stillKey(movie: Movie): string | null {
  return movie.chosenBackdropKey ?? movie.posterKey;
}

/** @returns from when on the film stands in lists, in milliseconds since 1970; null for never, as it is now. */
export function listedFromMs(movie: Movie): number | null {
  if (playableJobId(movie) === null) return null;
  if (movie.visibility === 'published') return 0;
  return movie.visibility === 'scheduled' ? movie.publishAtMs : null;
}

/** Whether everybody finds the film in lists and by search: nobody is shown what cannot be watched. */
export function isListed(movie: Movie, nowMs: number): boolean {
  const fromMs = listedFromMs(movie);
  return fromMs !== null && fromMs <= nowMs;
}

/** Whether somebody who has the film's address may see it; to everybody else it does not exist. */
export function isViewable(movie: Movie, nowMs: number, viewer: { isAdmin: boolean }): boolean {
  if (viewer.isAdmin || movie.visibility === 'published' || movie.visibility === 'unlisted') return true;
  return movie.visibility === 'scheduled' && movie.publishAtMs !== null && movie.publishAtMs <= nowMs;
}

/** @returns what people made of a track of the film itself, which is shown in its place; undefined where nobody edited it */
export function editOf(
  subtitles: readonly UploadedSubtitles[],
  own: { streamIndex: number; language: string; translated?: true | undefined },
): UploadedSubtitles | undefined {
  return subtitles.find(
    ({ editedFrom }) =>
      editedFrom?.kind === 'own' &&
      editedFrom.streamIndex === own.streamIndex &&
      editedFrom.language === own.language &&
      editedFrom.translated === own.translated,
  );
}

/** Whether people made it of what a machine had translated: then it says nothing that the film's other tracks do not. */
export function isOfTranslation({ editedFrom }: UploadedSubtitles): boolean {
  return editedFrom?.kind === 'own' && editedFrom.translated === true;
}
