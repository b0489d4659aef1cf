import type { AccountCondition, AccountModel, AccountRow } from '@marquee/core/accounts';
import { AUDIT_ACTIONS, type AuditEntry, type AuditKind, auditKind } from '@marquee/core/audit';
import type { Page, Store } from '@marquee/core/ports';
import type { Collection, CreateIndexesOptions, Db, Filter, IndexSpecification } from 'mongodb';
import { type Guard, isDuplicate } from './mongo-errors.ts';

/** Indexes by collection. */
export type Indexes = Record<string, { key: IndexSpecification; options: CreateIndexesOptions & { name: string } }[]>;

const COLLECTIONS: Record<AccountModel, string> = {
  user: 'users',
  session: 'sessions',
  account: 'passwords',
  verification: 'links',
};

/** As in the store: a changed index gets a new name. */
export const ACCOUNT_INDEXES: Indexes = {
  users: [
    { key: { email: 1 }, options: { name: 'by-email', unique: true } },
    { key: { role: 1 }, options: { name: 'by-role' } },
    { key: { _id: -1, search: 1 }, options: { name: 'by-search' } },
  ],
  sessions: [
    { key: { token: 1 }, options: { name: 'by-token', unique: true } },
    { key: { userId: 1 }, options: { name: 'by-user' } },
    { key: { expiresAt: 1 }, options: { name: 'by-end' } },
  ],
  passwords: [{ key: { userId: 1 }, options: { name: 'by-user' } }],
  links: [
    { key: { identifier: 1 }, options: { name: 'by-identifier', unique: true } },
    { key: { value: 1 }, options: { name: 'by-value' } },
    { key: { expiresAt: 1 }, options: { name: 'by-end' } },
  ],
  audit: [
    { key: { kind: 1, _id: -1 }, options: { name: 'by-kind' } },
    { key: { 'actor.name': 1, _id: -1 }, options: { name: 'by-actor' } },
    { key: { 'actor.name': 1, kind: 1, _id: -1 }, options: { name: 'by-actor-and-kind' } },
  ],
  limits: [{ key: { endsAt: 1 }, options: { name: 'by-end', expireAfterSeconds: 0 } }],
};

/** An entry with what it is narrowed down by, which never leaves this file. */
export type AuditDocument = Omit<AuditEntry, 'id'> & { _id: string; kind?: AuditKind };

type Stored = { _id: string } & Record<string, unknown>;
interface Limit {
  _id: string;
  count: number;
  endsAt: Date;
}

/** Accounts, the audit log and limits: single documents, and nothing that needs a transaction. */
export function mongoAccounts(db: Db, guard: Guard): Pick<Store, 'accounts' | 'audit' | 'limits'> {
  return {
    accounts: accountRepository(db, guard),
    audit: auditRepository(db.collection('audit'), guard),
    limits: limitRepository(db.collection('limits'), guard),
  };
}

function accountRepository(db: Db, guard: Guard): Store['accounts'] {
  const rows = (model: AccountModel) => db.collection<Stored>(COLLECTIONS[model]);
  return {
    insert: (model, row) =>
      guard(async () => {
        const { id, ...fields } = row;
        try {
          await rows(model).insertOne({ _id: id, ...fields, ...searchText(model, row) });
          return true;
        } catch (thrown) {
          if (isDuplicate(thrown)) return false;
          throw thrown;
        }
      }),

    find: (model, where, { limit = 0, offset = 0, sortBy } = {}) =>
      guard(async () => {
        const found = rows(model).find(filterOf(where)).skip(offset).limit(limit);
        if (sortBy) found.sort({ [nameOf(sortBy.field)]: sortBy.direction === 'desc' ? -1 : 1, _id: 1 });
        return (await found.toArray()).map(restore);
      }),

    count: (model, where) => guard(() => rows(model).countDocuments(filterOf(where))),

    update: (model, where, { id: _id, ...patch }) =>
      guard(async () => {
        if (Object.keys(patch).length === 0) return rows(model).countDocuments(filterOf(where));
        if (model !== 'user' || !('name' in patch || 'email' in patch)) {
          return (await rows(model).updateMany(filterOf(where), { $set: patch })).matchedCount;
        }
        // What is searched for follows from both, so each row gets its own.
        const found = await rows(model).find(filterOf(where)).toArray();
        for (const row of found) {
          const search = searchText(model, { ...restore(row), ...patch } as AccountRow);
          await rows(model).updateOne({ _id: row._id }, { $set: { ...patch, ...search } });
        }
        return found.length;
      }),

    remove: (model, where) => guard(async () => (await rows(model).deleteMany(filterOf(where))).deletedCount),

    take: (model, where) =>
      guard(async () => {
        const taken = await rows(model).findOneAndDelete(filterOf(where));
        return taken && restore(taken as Stored);
      }),

    users: ({ search, limit, cursor }) =>
      guard(async () => {
        const filter: Filter<Stored> = {
          ...(cursor === undefined ? {} : { _id: { $lt: cursor } }),
          ...(search === undefined ? {} : { search: { $regex: escaped(search.toLowerCase()) } }),
        };
        const found = await rows('user')
          .find(filter)
          .sort({ _id: -1 })
          .limit(limit + 1)
          .toArray();
        return pageOf(found.map(restore), limit);
      }),
  };
}

/** Gives entries of an earlier version the kind that they are narrowed down by. Safe to run again. */
export async function bringAuditUp(audit: Collection<AuditDocument>, guard: Guard): Promise<void> {
  for (const action of AUDIT_ACTIONS) {
    await guard(() => audit.updateMany({ action, kind: { $exists: false } }, { $set: { kind: auditKind(action) } }));
  }
}

function auditRepository(audit: Collection<AuditDocument>, guard: Guard): Store['audit'] {
  return {
    async record({ id, ...entry }) {
      const row = { ...entry, kind: auditKind(entry.action) };
      await guard(() => audit.updateOne({ _id: id }, { $setOnInsert: row }, { upsert: true }));
    },
    list: ({ limit, cursor, kind, actorName }) =>
      guard(async () => {
        const found = await audit
          .find({
            ...(actorName === undefined ? {} : { 'actor.name': actorName }),
            ...(kind === undefined ? {} : { kind }),
            ...(cursor === undefined ? {} : { _id: { $lt: cursor } }),
          })
          .sort({ _id: -1 })
          .limit(limit + 1)
          .toArray();
        return pageOf(
          found.map(({ _id, kind: _kind, ...entry }) => ({ id: _id, ...entry }) as AuditEntry),
          limit,
        );
      }),
  };
}

function limitRepository(limits: Collection<Limit>, guard: Guard): Store['limits'] {
  return {
    async count(key, { windowMs, nowMs }) {
      const now = new Date(nowMs);
      for (;;) {
        const before = await guard(() =>
          limits.findOneAndUpdate(
            { _id: key, endsAt: { $gt: now } },
            { $inc: { count: 1 } },
            // What stood before is a copy for sure, also in stand-ins that hand out what they keep.
            { returnDocument: 'before' },
          ),
        );
        if (before) return { count: before.count + 1, endsAtMs: before.endsAt.getTime() };
        const endsAt = new Date(nowMs + windowMs);
        const begun = await guard(async () => {
          try {
            const filter = { _id: key, endsAt: { $lte: now } };
            await limits.updateOne(filter, { $set: { count: 1, endsAt } }, { upsert: true });
            return true;
          } catch (thrown) {
            // Another process began the window between the two.
            if (isDuplicate(thrown)) return false;
            throw thrown;
          }
        });
        if (begun) return { count: 1, endsAtMs: endsAt.getTime() };
      }
    },
    async forget(key) {
      await guard(() => limits.deleteOne({ _id: key }));
    },
  };
}

function filterOf(where: AccountCondition[]): Filter<Stored> {
  const parts = where.map(({ field, is, value }) => ({ [nameOf(field)]: { [`$${is}`]: value } }));
  return (parts.length === 0 ? {} : { $and: parts }) as Filter<Stored>;
}

function nameOf(field: string): string {
  return field === 'id' ? '_id' : field;
}

function searchText(model: AccountModel, row: AccountRow): { search?: string } {
  return model === 'user' ? { search: `${row.name} ${row.email}`.toLowerCase() } : {};
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function restore({ _id, search: _search, ...row }: Stored): AccountRow {
  return { id: _id, ...row } as AccountRow;
}

function pageOf<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  return { items, cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
}
