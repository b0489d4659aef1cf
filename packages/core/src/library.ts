import type { TitleKind } from './catalogue.ts';
import type { MovieId } from './ids.ts';

/** What somebody keeps something about: a film of the house, or a title of the catalogue. */
export type TitleRef = { kind: 'own'; movieId: MovieId } | { kind: TitleKind; tmdbId: number };

/** A catalogue's title as it was when somebody kept it, so that their shelves stand while the catalogue is away. */
export interface KeptCard {
  title: string;
  year: number | null;
  /** Address with `{size}`, as the catalogue has it; so is the poster's. */
  backdrop: string | null;
  poster: string | null;
}

/** What one viewer keeps of one title. Times are milliseconds since 1970; null where it is not so. */
export interface LibraryEntry {
  userId: string;
  /** As `refKey` writes it. */
  title: string;
  /** Where it goes on, in seconds; 0 for its beginning. */
  positionSec: number;
  durationSec: number | null;
  /** When that was; 0 if it was never played. An older position never takes the place of a newer one. */
  positionAtMs: number;
  /** Since when it stands among what is being watched. */
  continueAtMs: number | null;
  favouriteAtMs: number | null;
  watchedAtMs: number | null;
  /** 1 to 5. */
  rating: number | null;
  ratedAtMs: number | null;
  /** Of a catalogue's title; null for a film of the house, whose own row is there. */
  card: KeptCard | null;
}

export type LibraryPatch = Partial<Omit<LibraryEntry, 'userId' | 'title'>>;

/** What a viewer's titles are listed by, the last first. */
export const SHELVES = ['continue', 'favourites', 'watched', 'rated'] as const;
export type Shelf = (typeof SHELVES)[number];

/** The time that puts a title on a shelf. */
export const SHELF_TIMES = {
  continue: 'continueAtMs',
  favourites: 'favouriteAtMs',
  watched: 'watchedAtMs',
  rated: 'ratedAtMs',
} as const satisfies Record<Shelf, keyof LibraryEntry>;

/** The store's part: one row for each viewer and title. */
export interface LibraryRepository {
  get(userId: string, title: string): Promise<LibraryEntry | null>;
  /**
   * Writes `patch`, making the row if there is none. A patch with a `positionAtMs` is written only if that is later
   * than the row's (`isNewer`), in one step: of two devices the later one wins, whichever comes first.
   *
   * @returns whether it was written
   */
  keep(userId: string, title: string, patch: LibraryPatch): Promise<boolean>;
  /** What stands on a shelf, the last first, page by page. A cursor that makes no sense begins at the beginning. */
  list(
    userId: string,
    shelf: Shelf,
    query: { limit: number; cursor?: string },
  ): Promise<{ items: LibraryEntry[]; cursor: string | null }>;
  /** What all viewers keep, in an order that holds, for a backup. */
  all(query: { limit: number; cursor?: string }): Promise<{ items: LibraryEntry[]; cursor: string | null }>;
  /** Removes all that a viewer kept. @returns how many rows went */
  forget(userId: string): Promise<number>;
}

export const MAX_RATING = 5;

/** From here on a film is being watched: after a minute, or a share of a short one. */
const BEGUN_SEC = 60;
const BEGUN_SHARE = 0.02;
/** From here on it was watched: near the end, or in the credits, which take no more than a tenth of a short film. */
const WATCHED_SHARE = 0.95;
const CREDITS_SEC = 120;
const CREDITS_SHARE = 0.1;

const REF = /^(?:own:([0-9a-z]{1,40})|(film|series):([1-9]\d{0,9}))$/;

/** One text for each title, for stores and addresses. */
export function refKey(ref: TitleRef): string {
  return ref.kind === 'own' ? `own:${ref.movieId}` : `${ref.kind}:${ref.tmdbId}`;
}

/** @returns what such a text names, or null if it names nothing */
export function readRef(text: string): TitleRef | null {
  const [, movieId, kind, tmdbId] = REF.exec(text) ?? [];
  if (movieId !== undefined) return { kind: 'own', movieId: movieId as MovieId };
  return kind === undefined ? null : { kind: kind as TitleKind, tmdbId: Number(tmdbId) };
}

/** What nobody has kept anything about yet. */
export function newEntry(userId: string, title: string): LibraryEntry {
  return {
    userId,
    title,
    positionSec: 0,
    durationSec: null,
    positionAtMs: 0,
    continueAtMs: null,
    favouriteAtMs: null,
    watchedAtMs: null,
    rating: null,
    ratedAtMs: null,
    card: null,
  };
}

/**
 * How much of a film somebody has seen who is at `positionSec`. `glanced`: so little that they need not go on there.
 * A film of which no length is known is never `watched`.
 */
export function progressAt(positionSec: number, durationSec: number | null): 'glanced' | 'begun' | 'watched' {
  if (durationSec !== null && durationSec > 0) {
    const creditsSec = Math.min(CREDITS_SEC, durationSec * CREDITS_SHARE);
    if (positionSec >= Math.min(durationSec * WATCHED_SHARE, durationSec - creditsSec)) return 'watched';
    if (positionSec >= Math.min(BEGUN_SEC, durationSec * BEGUN_SHARE)) return 'begun';
    return 'glanced';
  }
  return positionSec >= BEGUN_SEC ? 'begun' : 'glanced';
}

/** What changes when a film is at a position. A watched one begins anew the next time. */
export function played(at: { positionSec: number; durationSec: number | null; atMs: number }): LibraryPatch {
  const { positionSec, durationSec, atMs } = at;
  const progress = progressAt(positionSec, durationSec);
  return {
    positionSec: progress === 'begun' ? positionSec : 0,
    durationSec,
    positionAtMs: atMs,
    continueAtMs: progress === 'begun' ? atMs : null,
    ...(progress === 'watched' ? { watchedAtMs: atMs } : {}),
  };
}

/** What changes when somebody says that they have watched it, or not; positions from before count no more. */
export function markedWatched(isWatched: boolean, nowMs: number): LibraryPatch {
  return { ...setAside(nowMs), watchedAtMs: isWatched ? nowMs : null };
}

/** What changes when somebody does not want to go on with a film. */
export function setAside(nowMs: number): LibraryPatch {
  return { positionSec: 0, positionAtMs: nowMs, continueAtMs: null };
}

/** @param rating 1 to 5, or null to take it back */
export function rated(rating: number | null, nowMs: number): LibraryPatch {
  return { rating, ratedAtMs: rating === null ? null : nowMs };
}

/** Where somebody was, and when, in milliseconds since 1970. */
export interface Place {
  positionSec: number;
  atMs: number;
}

/** Where to go on: by the last word of this device and of all others. @returns seconds, 0 for the beginning */
export function resumeSec(here: Place | null, elsewhere: Place | null): number {
  if (here === null || elsewhere === null) return (here ?? elsewhere)?.positionSec ?? 0;
  return here.atMs > elsewhere.atMs ? here.positionSec : elsewhere.positionSec;
}

/** Whether a patch may be written over an entry; the rule that stores keep by their conditions. */
export function isNewer(patch: LibraryPatch, entry: Pick<LibraryEntry, 'positionAtMs'>): boolean {
  return patch.positionAtMs === undefined || patch.positionAtMs > entry.positionAtMs;
}

/** Where a page of a shelf ended. */
export function shelfCursor(entry: LibraryEntry, shelf: Shelf): string {
  return `${entry[SHELF_TIMES[shelf]]}.${entry.title}`;
}

/** @returns null for a cursor that makes no sense: such an address begins at the beginning */
export function readShelfCursor(cursor: string | undefined): { atMs: number; title: string } | null {
  const [, atMs, title] = /^(\d{1,16})\.([\w:]{1,60})$/.exec(cursor ?? '') ?? [];
  return title === undefined ? null : { atMs: Number(atMs), title };
}
