import type { AccountRow } from '@marquee/core/accounts';
import type { AuditEntry } from '@marquee/core/audit';
import { type AuditId, newId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';

const T0 = 1_800_000_000_000;
const DAY_MS = 24 * 3600_000;

function person(name: string, atMs = T0): AccountRow {
  const now = new Date(atMs).toISOString();
  return {
    id: newId(atMs),
    name,
    email: `${name.toLowerCase().replaceAll(' ', '.')}@example.org`,
    emailVerified: true,
    image: null,
    role: 'viewer',
    disabledAtMs: null,
    createdAt: now,
    updatedAt: now,
  };
}

function session(userId: string, token: string, endsAtMs = T0 + DAY_MS): AccountRow {
  return { id: newId(T0), userId, token, expiresAt: new Date(endsAtMs).toISOString(), ipAddress: '::1' };
}

function entry(atMs: number): AuditEntry {
  return {
    id: newId<AuditId>(atMs),
    atMs,
    actor: { kind: 'user', id: 'u', name: 'Zoë', address: '::1' },
    action: 'user.role_changed',
    target: { kind: 'user', id: 'v', name: 'Ann' },
    detail: 'admin',
  };
}

/** Holds a store to what accounts, the audit log and limits need of it. */
export function describeAccountsContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`accounts contract: ${name}`, () => {
    let engine: Engine<Store>;
    let store: Store;
    let other: Store;
    beforeEach(async () => {
      engine = await open();
      store = engine.port;
      other = await engine.another();
    });
    afterEach(async () => {
      await engine.close();
    });

    it('keeps a row as it was inserted, whatever its fields hold', async () => {
      const ann = { ...person('Ann "映画" O’Neil'), email: 'ann@example.org' };
      expect(await store.accounts.insert('user', ann)).toBe(true);
      expect(await other.accounts.find('user', [{ field: 'email', is: 'eq', value: ann.email }])).toEqual([ann]);
      expect(await other.accounts.find('user', [{ field: 'id', is: 'eq', value: ann.id }])).toEqual([ann]);
      expect(await other.accounts.find('session', [{ field: 'id', is: 'eq', value: ann.id }])).toEqual([]);
    });

    it('lets one of any number have an address, an id or a token', async () => {
      const racers = Array.from({ length: 8 }, (_, i) => ({ ...person(`Racer ${i}`), email: 'same@example.org' }));
      const won = await Promise.all(racers.map((row, i) => (i % 2 ? store : other).accounts.insert('user', row)));
      expect(won.filter(Boolean)).toHaveLength(1);
      const ann = person('Ann');
      await store.accounts.insert('user', ann);
      expect(await store.accounts.insert('user', { ...ann, email: 'else@example.org' })).toBe(false);
      expect(await store.accounts.insert('session', session(ann.id, 'token'))).toBe(true);
      expect(await store.accounts.insert('session', session(ann.id, 'token'))).toBe(false);
    });

    it('finds by every comparison, in the order that is asked for', async () => {
      const ann = person('Ann');
      for (const [i, token] of ['a', 'b', 'c', 'd'].entries()) {
        await store.accounts.insert('session', session(i === 3 ? 'else' : ann.id, token, T0 + i));
      }
      const tokens = async (...where: Parameters<Store['accounts']['find']>[1]) =>
        (await other.accounts.find('session', where, { sortBy: { field: 'token', direction: 'asc' } }))
          .map(({ token }) => token)
          .join('');
      const at = (ms: number) => new Date(T0 + ms).toISOString();
      expect(await tokens({ field: 'userId', is: 'eq', value: ann.id })).toBe('abc');
      expect(await tokens({ field: 'userId', is: 'ne', value: ann.id })).toBe('d');
      expect(await tokens({ field: 'expiresAt', is: 'lt', value: at(1) })).toBe('a');
      expect(await tokens({ field: 'expiresAt', is: 'lte', value: at(1) })).toBe('ab');
      expect(await tokens({ field: 'expiresAt', is: 'gt', value: at(2) })).toBe('d');
      expect(await tokens({ field: 'expiresAt', is: 'gte', value: at(2) })).toBe('cd');
      expect(await tokens({ field: 'token', is: 'in', value: ['a', 'd', 'x'] })).toBe('ad');
      expect(await tokens({ field: 'userId', is: 'eq', value: ann.id }, { field: 'token', is: 'ne', value: 'b' })).toBe(
        'ac',
      );
      const page = { limit: 2, offset: 1, sortBy: { field: 'token', direction: 'desc' as const } };
      expect((await store.accounts.find('session', [], page)).map(({ token }) => token)).toEqual(['c', 'b']);
    });

    it('counts those that meet all conditions', async () => {
      await store.accounts.insert('user', person('Ann'));
      await store.accounts.insert('user', { ...person('Bob'), role: 'admin' });
      await store.accounts.insert('user', { ...person('Zoe'), role: 'admin', disabledAtMs: T0 });
      await store.accounts.insert('session', session('u', 'token'));
      const admins = { field: 'role', is: 'eq' as const, value: 'admin' };
      expect(await other.accounts.count('user', [])).toBe(3);
      expect(await other.accounts.count('user', [admins])).toBe(2);
      expect(await other.accounts.count('user', [admins, { field: 'disabledAtMs', is: 'eq', value: null }])).toBe(1);
      expect(await other.accounts.count('account', [])).toBe(0);
    });

    it('changes and removes what meets the conditions, and says how many', async () => {
      const [ann, bob] = [person('Ann'), person('Bob', T0 + 1)];
      for (const row of [ann, bob]) await store.accounts.insert('user', row);
      const isAnn = [{ field: 'id', is: 'eq' as const, value: ann.id }];
      expect(await store.accounts.update('user', isAnn, { role: 'admin', disabledAtMs: 5 })).toBe(1);
      expect(await other.accounts.find('user', [{ field: 'role', is: 'eq', value: 'admin' }])).toEqual([
        { ...ann, role: 'admin', disabledAtMs: 5 },
      ]);
      expect(
        await other.accounts.find('user', [
          { field: 'role', is: 'eq', value: 'admin' },
          { field: 'disabledAtMs', is: 'eq', value: null },
        ]),
      ).toEqual([]);
      expect(await store.accounts.update('user', [{ field: 'id', is: 'eq', value: 'x' }], { role: 'admin' })).toBe(0);
      for (const token of ['a', 'b']) await store.accounts.insert('session', session(ann.id, token));
      expect(await store.accounts.remove('session', [{ field: 'userId', is: 'eq', value: ann.id }])).toBe(2);
      expect(await other.accounts.remove('session', [{ field: 'userId', is: 'eq', value: ann.id }])).toBe(0);
    });

    it('hands a row to one taker alone', async () => {
      const link = { id: newId(T0), identifier: 'link', value: 'reset u', expiresAt: new Date(T0).toISOString() };
      await store.accounts.insert('verification', link);
      const where = [{ field: 'identifier', is: 'eq' as const, value: 'link' }];
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other).accounts.take('verification', where)),
      );
      expect(taken.filter((row) => row !== null)).toEqual([link]);
    });

    it('lists people newest first, page by page, and finds them by any part of name or address', async () => {
      const names = ['Ann Archer', 'Bob Bow', 'Zoë (Ünal)', 'Ann Bow'];
      for (const [i, name] of names.entries()) {
        await store.accounts.insert('user', { ...person(name, T0 + i), email: `person${i}@example.org` });
      }
      const first = await other.accounts.users({ limit: 3 });
      expect(first.items.map(({ name }) => name)).toEqual(['Ann Bow', 'Zoë (Ünal)', 'Bob Bow']);
      const rest = await other.accounts.users({ limit: 3, cursor: first.cursor as string });
      expect(rest.items.map(({ name }) => name)).toEqual(['Ann Archer']);
      expect(rest.cursor).toBeNull();
      const found = async (search: string) =>
        (await other.accounts.users({ search, limit: 9 })).items.map((row) => row.name);
      expect(await found('ANN')).toEqual(['Ann Bow', 'Ann Archer']);
      expect(await found('(ünal)')).toEqual(['Zoë (Ünal)']);
      expect(await found('son2@')).toEqual(['Zoë (Ünal)']);
      expect(await found('%')).toEqual([]);
      const bob = (await other.accounts.users({ search: 'bob', limit: 1 })).items[0] as AccountRow;
      await store.accounts.update('user', [{ field: 'id', is: 'eq', value: bob.id }], { name: 'Rob Bow' });
      expect(await found('bob')).toEqual([]);
      expect(await found('rob')).toEqual(['Rob Bow']);
    });

    it('keeps an audit log that nobody can rewrite', async () => {
      const entries = [1, 2, 3].map((i) => entry(T0 + i));
      for (const each of entries) await store.audit.record(each);
      await other.audit.record({ ...(entries[0] as AuditEntry), detail: 'something else' });
      const first = await other.audit.list({ limit: 2 });
      expect(first.items).toEqual([entries[2], entries[1]]);
      const rest = await other.audit.list({ limit: 2, cursor: first.cursor as string });
      expect(rest).toEqual({ items: [entries[0]], cursor: null });
    });

    it('narrows the audit log down by kind and by whoever did it, page by page', async () => {
      const made = [
        entry(T0),
        { ...entry(T0 + 1), action: 'job.cancelled' as const },
        { ...entry(T0 + 2), actor: { kind: 'command' as const, id: null, name: 'the command line', address: null } },
        { ...entry(T0 + 3), action: 'job.retried' as const },
      ];
      for (const each of made) await store.audit.record(each);
      const [user, cancelled, command, retried] = made;
      expect((await other.audit.list({ limit: 9, kind: 'job' })).items).toEqual([retried, cancelled]);
      expect((await other.audit.list({ limit: 9, actorName: 'the command line' })).items).toEqual([command]);
      const first = await other.audit.list({ limit: 2, actorName: 'Zoë' });
      expect(first.items).toEqual([retried, cancelled]);
      const rest = await other.audit.list({ limit: 2, actorName: 'Zoë', cursor: first.cursor as string });
      expect(rest).toEqual({ items: [user], cursor: null });
      expect((await other.audit.list({ limit: 9, kind: 'user', actorName: 'Zoë' })).items).toEqual([user]);
      expect((await other.audit.list({ limit: 9, kind: 'house' })).items).toEqual([]);
    });

    it('counts tries of all processes in a window, and begins a new one when it is over', async () => {
      const count = (nowMs: number, key = 'k') => store.limits.count(key, { windowMs: 1000, nowMs });
      const nowMs = Date.now();
      const counted = await Promise.all(
        Array.from({ length: 6 }, (_, i) => (i % 2 ? store : other).limits.count('k', { windowMs: 1000, nowMs })),
      );
      expect(counted.map((each) => each.count).sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(new Set(counted.map((each) => each.endsAtMs))).toEqual(new Set([nowMs + 1000]));
      expect((await count(nowMs, 'another')).count).toBe(1);
      expect((await count(nowMs + 999)).count).toBe(7);
      expect(await count(nowMs + 1000)).toEqual({ count: 1, endsAtMs: nowMs + 2000 });
      await other.limits.forget('k');
      expect((await count(nowMs + 1001)).count).toBe(1);
    });
  });
}
