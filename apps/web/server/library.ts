import type { User } from '@marquee/core/accounts';
import {
  type KeptCard,
  type LibraryEntry,
  type Place,
  readRef,
  refKey,
  type Shelf,
  type TitleRef,
} from '@marquee/core/library';
import { container } from './container.ts';
import { currentUser } from './current-user.ts';
import { type Title, titleOf } from './titles.ts';
import { viewableMovie } from './viewing.ts';

const SHELF_PAGE = 24;
/** Films to go on with on the first page; the rest stand on their shelf. */
const CONTINUE_SHOWN = 12;

/** What whoever asks has kept of a title. */
export interface Kept {
  viewerId: string;
  isFavourite: boolean;
  isWatched: boolean;
  rating: number | null;
  /** Where they were last, on any device; null if they never played it. */
  place: Place | null;
}

/** Something on a shelf. One of `own` and `card` is there. */
export interface ShelfItem {
  entry: LibraryEntry;
  own: Title | null;
  card: KeptCard | null;
}

export interface ShelfPage {
  items: ShelfItem[];
  cursor: string | null;
}

/** @returns null for somebody who is not signed in */
export async function keptOf(ref: TitleRef): Promise<Kept | null> {
  const user = await currentUser();
  if (!user) return null;
  const { engines } = await container();
  const entry = await engines.store.library.get(user.id, refKey(ref));
  return {
    viewerId: user.id,
    isFavourite: entry?.favouriteAtMs != null,
    isWatched: entry?.watchedAtMs != null,
    rating: entry?.rating ?? null,
    place: entry && entry.positionAtMs > 0 ? { positionSec: entry.positionSec, atMs: entry.positionAtMs } : null,
  };
}

/** What whoever asks has begun and not ended, the last first; empty for somebody who is not signed in. */
export async function continueWatching(): Promise<ShelfPage> {
  const user = await currentUser();
  return user ? shelfOf(user, 'continue', undefined, CONTINUE_SHOWN) : { items: [], cursor: null };
}

/** A page of somebody's shelf, without what is gone or not for them any more. */
export async function shelfOf(
  user: User,
  shelf: Shelf,
  cursor: string | undefined,
  limit = SHELF_PAGE,
): Promise<ShelfPage> {
  const { engines } = await container();
  const query = cursor === undefined ? { limit } : { limit, cursor };
  const page = await engines.store.library.list(user.id, shelf, query);
  const items = await Promise.all(page.items.map(itemOf));
  return { items: items.filter((item) => item !== null), cursor: page.cursor };
}

async function itemOf(entry: LibraryEntry): Promise<ShelfItem | null> {
  const ref = readRef(entry.title);
  if (ref?.kind !== 'own') return entry.card && { entry, own: null, card: entry.card };
  const movie = await viewableMovie(ref.movieId);
  return movie && { entry, own: await titleOf(movie), card: null };
}
