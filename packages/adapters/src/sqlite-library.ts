import { isNewer, type LibraryEntry, newEntry, readShelfCursor, type Shelf, shelfCursor } from '@marquee/core/library';
import type { Store } from '@marquee/core/ports';
import { createSqlite, type Sqlite } from './sqlite.ts';
import { parse } from './sqlite-documents.ts';

/** Entries are whole JSON documents; each shelf is an index of its own, which holds what stands on it and nothing else. */
const SCHEMA = `
  CREATE TABLE library (
    user_id TEXT NOT NULL,
    title TEXT NOT NULL,
    continue_at_ms INTEGER,
    favourite_at_ms INTEGER,
    watched_at_ms INTEGER,
    rated_at_ms INTEGER,
    document TEXT NOT NULL,
    PRIMARY KEY (user_id, title)
  );
  CREATE INDEX library_continue ON library (user_id, continue_at_ms, title) WHERE continue_at_ms IS NOT NULL;
  CREATE INDEX library_favourites ON library (user_id, favourite_at_ms, title) WHERE favourite_at_ms IS NOT NULL;
  CREATE INDEX library_watched ON library (user_id, watched_at_ms, title) WHERE watched_at_ms IS NOT NULL;
  CREATE INDEX library_rated ON library (user_id, rated_at_ms, title) WHERE rated_at_ms IS NOT NULL;
`;

const COLUMNS: Record<Shelf, string> = {
  continue: 'continue_at_ms',
  favourites: 'favourite_at_ms',
  watched: 'watched_at_ms',
  rated: 'rated_at_ms',
};

/** What viewers keep, in a file of its own: it is written every few seconds while films play, and nobody else's business. */
export function createSqliteLibrary(options: {
  file: string;
}): Pick<Store, 'library'> & Pick<Sqlite, 'open' | 'close'> {
  const db = createSqlite({
    file: options.file,
    version: 1,
    schema: SCHEMA,
    downCode: 'STORE_DOWN',
    what: 'library database',
    isPrivate: true,
  });
  return { library: libraryRepository(db), open: db.open, close: db.close };
}

function libraryRepository(db: Sqlite): Store['library'] {
  const read = (userId: string, title: string) =>
    parse<LibraryEntry>(db.get('SELECT document FROM library WHERE user_id = ? AND title = ?', userId, title));
  return {
    async get(userId, title) {
      return read(userId, title);
    },

    async keep(userId, title, patch) {
      // A position is written again in ten seconds; what somebody chose has to outlive a power cut.
      return db.write(patch.continueAtMs == null ? 'power' : 'process', () => {
        const entry = read(userId, title) ?? newEntry(userId, title);
        if (!isNewer(patch, entry)) return false;
        const next: LibraryEntry = { ...entry, ...patch };
        db.run(
          `INSERT OR REPLACE INTO library
             (user_id, title, continue_at_ms, favourite_at_ms, watched_at_ms, rated_at_ms, document)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          userId,
          title,
          next.continueAtMs,
          next.favouriteAtMs,
          next.watchedAtMs,
          next.ratedAtMs,
          JSON.stringify(next),
        );
        return true;
      });
    },

    async list(userId, shelf, { limit, cursor }) {
      const column = COLUMNS[shelf];
      const place = readShelfCursor(cursor);
      const rows = db.all<{ document: string }>(
        `SELECT document FROM library
         WHERE user_id = ? AND ${column} IS NOT NULL ${place ? `AND (${column}, title) < (?, ?)` : ''}
         ORDER BY ${column} DESC, title DESC LIMIT ?`,
        userId,
        ...(place ? [place.atMs, place.title] : []),
        limit + 1,
      );
      const items = rows.slice(0, limit).map((row) => JSON.parse(row.document) as LibraryEntry);
      const last = items.at(-1);
      return { items, cursor: rows.length > limit && last ? shelfCursor(last, shelf) : null };
    },

    async all({ limit, cursor }) {
      const rows = db.all<{ rowid: number; document: string }>(
        'SELECT rowid, document FROM library WHERE rowid > ? ORDER BY rowid LIMIT ?',
        Number(cursor ?? 0),
        limit,
      );
      const items = rows.map((row) => JSON.parse(row.document) as LibraryEntry);
      return { items, cursor: rows.length < limit ? null : String(rows.at(-1)?.rowid) };
    },

    async forget(userId) {
      return db.write('power', () => db.run('DELETE FROM library WHERE user_id = ?', userId));
    },
  };
}
