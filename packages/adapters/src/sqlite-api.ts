import type { ApiToken } from '@marquee/core/api-tokens';
import type { Store } from '@marquee/core/ports';
import { createSqlite, type Sqlite } from './sqlite.ts';
import { parse } from './sqlite-documents.ts';
import { WEBHOOKS_SCHEMA, webhookRepository } from './sqlite-webhooks.ts';

/** When a token was used stands beside it: it is written all the time, and may be lost with the power. */
const TOKENS_SCHEMA = `
  CREATE TABLE api_tokens (id TEXT PRIMARY KEY, document TEXT NOT NULL);
  CREATE TABLE api_token_uses (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL);
`;

/** What programs come in by and are told of, in a file of its own for its owner alone. */
export function createSqliteApi(options: {
  file: string;
}): Pick<Store, 'apiTokens' | 'webhooks'> & Pick<Sqlite, 'open' | 'close'> {
  const db = createSqlite({
    file: options.file,
    version: 1,
    schema: `${TOKENS_SCHEMA}${WEBHOOKS_SCHEMA}`,
    downCode: 'STORE_DOWN',
    what: 'API database',
    isPrivate: true,
  });
  return { apiTokens: tokenRepository(db), webhooks: webhookRepository(db), open: db.open, close: db.close };
}

type Row = { document: string; usedAtMs: number | null };
const SELECT = `SELECT document, at_ms AS usedAtMs FROM api_tokens LEFT JOIN api_token_uses USING (id)`;

function tokenRepository(db: Sqlite): Store['apiTokens'] {
  return {
    async insert(token) {
      const sql = 'INSERT INTO api_tokens (id, document) VALUES (?, ?) ON CONFLICT DO NOTHING';
      return db.write('power', () => db.run(sql, token.id, JSON.stringify(token)) === 1);
    },

    async get(id) {
      const row = db.get<Row>(`${SELECT} WHERE id = ?`, id);
      return row ? tokenOf(row) : null;
    },

    async list({ limit, cursor }) {
      const rows = db.all<Row>(
        `${SELECT} ${cursor === undefined ? '' : 'WHERE id < ?'} ORDER BY id DESC LIMIT ?`,
        ...(cursor === undefined ? [] : [cursor]),
        limit + 1,
      );
      const items = rows.slice(0, limit).map(tokenOf);
      return { items, cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },

    async revoke(id, nowMs) {
      return db.write('power', () => {
        const token = parse<ApiToken>(db.get('SELECT document FROM api_tokens WHERE id = ?', id));
        if (!token || token.revokedAtMs !== null) return false;
        const revoked: ApiToken = { ...token, revokedAtMs: nowMs };
        return db.run('UPDATE api_tokens SET document = ? WHERE id = ?', JSON.stringify(revoked), id) === 1;
      });
    },

    async markUsed(id, nowMs) {
      db.write('process', () =>
        db.run(
          `INSERT INTO api_token_uses (id, at_ms) SELECT id, ? FROM api_tokens WHERE id = ?
           ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)`,
          nowMs,
          id,
        ),
      );
    },
  };
}

function tokenOf(row: Row): ApiToken {
  return { ...(JSON.parse(row.document) as ApiToken), lastUsedAtMs: row.usedAtMs };
}
