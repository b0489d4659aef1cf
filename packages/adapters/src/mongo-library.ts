import {
  type LibraryEntry,
  newEntry,
  readShelfCursor,
  SHELF_TIMES,
  SHELVES,
  type Shelf,
  shelfCursor,
} from '@marquee/core/library';
import type { Store } from '@marquee/core/ports';
import type { Collection, Filter } from 'mongodb';
import type { Indexes } from './mongo-accounts.ts';
import { type Guard, isDuplicate } from './mongo-errors.ts';

/** An entry; its id is made of the viewer's and the title's, so that there is one. */
export type LibraryDocument = LibraryEntry & { _id: string };

/** One for each shelf, in its order. It begins with the viewer, so that any of them finds all that they kept. */
export const LIBRARY_INDEXES: Indexes[string] = SHELVES.map((shelf) => ({
  key: { userId: 1, [SHELF_TIMES[shelf]]: -1, title: -1 },
  options: { name: `by-${shelf}` },
}));

/** What viewers keep: single documents, changed by conditions on themselves. */
export function mongoLibrary(entries: Collection<LibraryDocument>, guard: Guard): Store['library'] {
  return {
    get: (userId, title) =>
      guard(async () => {
        const found = await entries.findOne({ _id: idOf(userId, title) });
        return found && restore(found);
      }),

    async keep(userId, title, patch) {
      const _id = idOf(userId, title);
      const older = patch.positionAtMs === undefined ? {} : { positionAtMs: { $lt: patch.positionAtMs } };
      const update = async () =>
        (await guard(() => entries.updateOne({ _id, ...older }, { $set: patch }))).matchedCount === 1;
      if (await update()) return true;
      const isMade = await guard(async () => {
        try {
          await entries.insertOne({ _id, ...newEntry(userId, title), ...patch });
          return true;
        } catch (thrown) {
          if (isDuplicate(thrown)) return false;
          throw thrown;
        }
      });
      // There is one: it is newer, or another process has only just made it.
      return isMade || update();
    },

    list: (userId, shelf, { limit, cursor }) =>
      guard(async () => {
        const time = SHELF_TIMES[shelf];
        const found = await entries
          .find({ userId, [time]: { $gt: 0 }, ...beyond(cursor, shelf) } as Filter<LibraryDocument>)
          .sort({ [time]: -1, title: -1 })
          .limit(limit + 1)
          .toArray();
        const items = found.slice(0, limit).map(restore);
        const last = items.at(-1);
        return { items, cursor: found.length > limit && last ? shelfCursor(last, shelf) : null };
      }),

    all: ({ limit, cursor }) =>
      guard(async () => {
        const found = await entries
          .find(cursor === undefined ? {} : { _id: { $gt: cursor } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray();
        return { items: found.map(restore), cursor: found.length < limit ? null : (found.at(-1)?._id ?? null) };
      }),

    forget: (userId) => guard(async () => (await entries.deleteMany({ userId })).deletedCount),
  };
}

/** The range that the index begins at, and in it what stood on the page before. */
function beyond(cursor: string | undefined, shelf: Shelf) {
  const place = readShelfCursor(cursor);
  if (place === null) return {};
  const time = SHELF_TIMES[shelf];
  return {
    [time]: { $gt: 0, $lte: place.atMs },
    $or: [{ [time]: { $lt: place.atMs } }, { title: { $lt: place.title } }],
  };
}

function idOf(userId: string, title: string): string {
  return `${userId} ${title}`;
}

function restore({ _id, ...entry }: LibraryDocument): LibraryEntry {
  return entry;
}
