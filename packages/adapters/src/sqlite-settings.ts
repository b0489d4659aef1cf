import type { Store } from '@marquee/core/ports';
import { completeSettings } from '@marquee/core/settings';
import type { Sqlite } from './sqlite.ts';

/** One row, once somebody has changed a setting. */
export const SETTINGS_SCHEMA = `
  CREATE TABLE settings (id TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL);
`;

const ID = 'house';

/** What admins change while the house runs, in SQLite. */
export function settingsRepository(db: Sqlite): Store['settings'] {
  const read = () => {
    const row = db.get<{ version: number; document: string }>(
      'SELECT version, document FROM settings WHERE id = ?',
      ID,
    );
    return { version: row?.version ?? 0, stored: row ? (JSON.parse(row.document) as Record<string, unknown>) : {} };
  };
  return {
    async get() {
      const { version, stored } = read();
      return { version, values: completeSettings(stored) };
    },

    async update(version, patch) {
      return db.write('power', () => {
        const now = read();
        if (now.version !== version) return false;
        db.run(
          'INSERT OR REPLACE INTO settings (id, version, document) VALUES (?, ?, ?)',
          ID,
          version + 1,
          JSON.stringify({ ...now.stored, ...patch }),
        );
        return true;
      });
    },
  };
}
