import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AccountCondition, AccountModel, AccountRow, AccountValue } from '@marquee/core/accounts';
import { type AuditEntry, auditKind } from '@marquee/core/audit';
import { MarqueeError } from '@marquee/core/errors';
import type { Page, Store } from '@marquee/core/ports';
import { createSqlite, type Sqlite } from './sqlite.ts';

/** What the log is narrowed down by; each serves pages in the order of ids. */
const AUDIT_INDEXES = `
  CREATE INDEX audit_kind ON audit (kind, id);
  CREATE INDEX audit_actor ON audit (actor, kind, id);
  CREATE INDEX audit_actor_only ON audit (actor, id);
`;

/** Rows are whole JSON documents; the indexes are on what is looked for. */
const SCHEMA = `
  CREATE TABLE account_rows (
    model TEXT NOT NULL,
    id TEXT NOT NULL,
    search TEXT,
    document TEXT NOT NULL,
    PRIMARY KEY (model, id)
  );
  CREATE UNIQUE INDEX user_email ON account_rows (document ->> 'email') WHERE model = 'user';
  CREATE INDEX user_role ON account_rows (document ->> 'role') WHERE model = 'user';
  CREATE INDEX user_search ON account_rows (id, search) WHERE model = 'user';
  CREATE UNIQUE INDEX session_token ON account_rows (document ->> 'token') WHERE model = 'session';
  CREATE INDEX session_user ON account_rows (document ->> 'userId') WHERE model = 'session';
  CREATE INDEX session_end ON account_rows (document ->> 'expiresAt') WHERE model = 'session';
  CREATE INDEX account_user ON account_rows (document ->> 'userId') WHERE model = 'account';
  CREATE UNIQUE INDEX verification_name ON account_rows (document ->> 'identifier') WHERE model = 'verification';
  CREATE INDEX verification_value ON account_rows (document ->> 'value') WHERE model = 'verification';
  CREATE INDEX verification_end ON account_rows (document ->> 'expiresAt') WHERE model = 'verification';
  CREATE TABLE audit (id TEXT PRIMARY KEY, document TEXT NOT NULL, kind TEXT, actor TEXT);
  ${AUDIT_INDEXES}
  CREATE TABLE limits (key TEXT PRIMARY KEY, count INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL);
  CREATE INDEX limits_end ON limits (ends_at_ms);
`;

const OPERATORS = { eq: 'IS', ne: 'IS NOT', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
const FIELD = /^[a-zA-Z]+$/;
/** Counts that are over and go with each new one: more than come in. */
const SWEPT = 2;

type Repositories = Pick<Store, 'accounts' | 'audit' | 'limits'>;

/** Accounts in a file of their own beside the jobs, which holds password hashes and is for its owner alone. */
export function createSqliteAccounts(options: { file: string }): Repositories & Pick<Sqlite, 'open' | 'close'> {
  const db = createSqlite({
    file: options.file,
    version: 2,
    schema: SCHEMA,
    steps: [{ from: 1, run: auditFromVersion1 }],
    downCode: 'STORE_DOWN',
    what: 'accounts database',
    isPrivate: true,
  });
  return {
    accounts: accountRepository(db),
    audit: auditRepository(db),
    limits: limitRepository(db),
    open: db.open,
    close: db.close,
  };
}

/** Version 1 could not narrow the audit log down. */
function auditFromVersion1(db: DatabaseSync): void {
  db.exec(`
    ALTER TABLE audit ADD COLUMN kind TEXT;
    ALTER TABLE audit ADD COLUMN actor TEXT;
    UPDATE audit SET actor = document ->> '$.actor.name',
      kind = substr(document ->> '$.action', 1, instr(document ->> '$.action', '.') - 1);
    ${AUDIT_INDEXES}
  `);
}

function accountRepository(db: Sqlite): Store['accounts'] {
  return {
    async insert(model, row) {
      return db.write(
        'power',
        () =>
          db.run(
            'INSERT INTO account_rows (model, id, search, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
            model,
            row.id,
            searchText(model, row),
            JSON.stringify(row),
          ) === 1,
      );
    },

    async find(model, where, { limit = -1, offset = 0, sortBy } = {}) {
      const { sql, values } = conditions(model, where);
      const order = sortBy
        ? `ORDER BY ${column(sortBy.field)} ${sortBy.direction === 'desc' ? 'DESC' : 'ASC'}, id`
        : '';
      return db
        .all<{ document: string }>(
          `SELECT document FROM account_rows WHERE ${sql} ${order} LIMIT ? OFFSET ?`,
          ...values,
          limit,
          offset,
        )
        .map(parse);
    },

    async count(model, where) {
      const { sql, values } = conditions(model, where);
      return (
        db.get<{ count: number }>(`SELECT count(*) AS count FROM account_rows WHERE ${sql}`, ...values)?.count ?? 0
      );
    },

    async update(model, where, patch) {
      const { sql, values } = conditions(model, where);
      return db.write('power', () => {
        const rows = db.all<{ document: string }>(`SELECT document FROM account_rows WHERE ${sql}`, ...values);
        for (const row of rows.map(parse)) {
          const next: AccountRow = { ...row, ...patch, id: row.id };
          db.run(
            'UPDATE account_rows SET search = ?, document = ? WHERE model = ? AND id = ?',
            searchText(model, next),
            JSON.stringify(next),
            model,
            row.id,
          );
        }
        return rows.length;
      });
    },

    async remove(model, where) {
      const { sql, values } = conditions(model, where);
      return db.write('power', () => db.run(`DELETE FROM account_rows WHERE ${sql}`, ...values));
    },

    async take(model, where) {
      const { sql, values } = conditions(model, where);
      return db.write('power', () => {
        const row = db.get<{ document: string }>(`SELECT document FROM account_rows WHERE ${sql} LIMIT 1`, ...values);
        if (!row) return null;
        const taken = parse(row);
        db.run('DELETE FROM account_rows WHERE model = ? AND id = ?', model, taken.id);
        return taken;
      });
    },

    async users({ search, limit, cursor }) {
      const wanted = [
        ...(cursor === undefined ? [] : [['id < ?', cursor] as const]),
        ...(search === undefined ? [] : [['instr(search, ?) > 0', search.toLowerCase()] as const]),
      ];
      // The index alone answers which they are; only those that are shown are read.
      const found = db.all<{ id: string }>(
        `SELECT id FROM account_rows INDEXED BY user_search
         WHERE ${["model = 'user'", ...wanted.map(([sql]) => sql)].join(' AND ')} ORDER BY id DESC LIMIT ?`,
        ...wanted.map(([, value]) => value),
        limit + 1,
      );
      const items = found.slice(0, limit).flatMap(({ id }) => {
        const row = db.get<{ document: string }>(
          "SELECT document FROM account_rows WHERE model = 'user' AND id = ?",
          id,
        );
        return row ? [parse(row)] : [];
      });
      return { items, cursor: found.length > limit ? (found[limit - 1]?.id ?? null) : null };
    },
  };
}

function auditRepository(db: Sqlite): Store['audit'] {
  return {
    async record(entry) {
      db.write('power', () =>
        db.run(
          'INSERT INTO audit (id, document, kind, actor) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
          entry.id,
          JSON.stringify(entry),
          auditKind(entry.action),
          entry.actor.name,
        ),
      );
    },

    async list({ limit, cursor, kind, actorName }): Promise<Page<AuditEntry>> {
      const wanted = [
        ...(actorName === undefined ? [] : [['actor = ?', actorName] as const]),
        ...(kind === undefined ? [] : [['kind = ?', kind] as const]),
        ...(cursor === undefined ? [] : [['id < ?', cursor] as const]),
      ];
      const where = wanted.length > 0 ? `WHERE ${wanted.map(([sql]) => sql).join(' AND ')}` : '';
      const rows = db.all<{ document: string }>(
        `SELECT document FROM audit ${where} ORDER BY id DESC LIMIT ?`,
        ...wanted.map(([, value]) => value),
        limit + 1,
      );
      const items = rows.slice(0, limit).map((row) => JSON.parse(row.document) as AuditEntry);
      return { items, cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}

function limitRepository(db: Sqlite): Store['limits'] {
  return {
    async count(key, { windowMs, nowMs }) {
      return db.write('process', () => {
        db.run(
          'DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE ends_at_ms <= ? ORDER BY ends_at_ms LIMIT ?)',
          nowMs,
          SWEPT,
        );
        const counted = db.get<{ count: number; endsAtMs: number }>(
          `INSERT INTO limits (key, count, ends_at_ms) VALUES (?, 1, ?)
           ON CONFLICT DO UPDATE SET
             count = CASE WHEN ends_at_ms <= ? THEN 1 ELSE count + 1 END,
             ends_at_ms = CASE WHEN ends_at_ms <= ? THEN excluded.ends_at_ms ELSE ends_at_ms END
           RETURNING count, ends_at_ms AS endsAtMs`,
          key,
          nowMs + windowMs,
          nowMs,
          nowMs,
        );
        return { count: counted?.count ?? 1, endsAtMs: counted?.endsAtMs ?? nowMs + windowMs };
      });
    },

    async forget(key) {
      db.write('process', () => db.run('DELETE FROM limits WHERE key = ?', key));
    },
  };
}

/** The model stands in the text itself: only so can SQLite see that a partial index covers it. */
function conditions(model: AccountModel, where: AccountCondition[]): { sql: string; values: SQLInputValue[] } {
  const parts = [`model = '${model}'`];
  const values: SQLInputValue[] = [];
  for (const { field, is, value } of where) {
    if (is === 'in') {
      const list = Array.isArray(value) ? value : [value];
      parts.push(`${column(field)} IN (${list.map(() => '?').join(', ')})`);
      values.push(...list.map(bound));
    } else {
      parts.push(`${column(field)} ${OPERATORS[is]} ?`);
      values.push(bound(value as AccountValue));
    }
  }
  return { sql: parts.join(' AND '), values };
}

function column(field: string): string {
  if (!FIELD.test(field)) throw new MarqueeError('INTERNAL', `There is no field ${JSON.stringify(field)} of accounts.`);
  return field === 'id' ? 'id' : `document ->> '${field}'`;
}

function bound(value: AccountValue): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

function searchText(model: AccountModel, row: AccountRow): string | null {
  return model === 'user' ? `${row.name} ${row.email}`.toLowerCase() : null;
}

function parse(row: { document: string }): AccountRow {
  return JSON.parse(row.document) as AccountRow;
}
