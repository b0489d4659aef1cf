import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { linkIdentifier, newLink, readLink, type User } from '@marquee/core/accounts';
import { AUDIT_ACTIONS } from '@marquee/core/audit';
import type { AuditId } from '@marquee/core/ids';
import type { Logger, Store } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuth } from '../../server/auth.ts';
import { countTry, forgetTries, network } from '../../server/limits.ts';
import { refusesPassword, setPassword } from '../../server/passwords.ts';
import {
  COMMAND_LINE,
  changeRole,
  countAdmins,
  createUser,
  disableUser,
  enableUser,
  makeLink,
  readEmail,
  userByEmail,
  userById,
} from '../../server/people.ts';
import { auditWords } from '../../view/audit-words.ts';
import { deviceName } from '../../view/device-name.ts';
import { ownPath } from '../../view/own-path.ts';

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const PASSWORD = 'four unrelated wooden spoons';
const NOON_MS = Date.parse('2026-03-01T12:00:00Z');

/** Opens an empty store; closing it leaves nothing. */
type Open = () => Promise<{ store: Store; close(): Promise<void> }>;

const openSqlite: Open = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-accounts-'));
  const store = createSqliteStore({ file: join(folder, 'marquee.db') });
  await store.setup();
  return {
    store,
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
};

const mongoUrl = process.env.MONGODB_URL;
const openMongo: Open = async () => {
  const { createMongoStore } = await import('@marquee/adapters/mongo-store');
  const store = createMongoStore({ url: mongoUrl as string, database: `test-${randomUUID()}`, log: QUIET });
  await store.setup();
  return { store, close: () => store.close() };
};

function describeAccounts(name: string, open: Open): void {
  describe(`accounts on ${name}`, () => {
    let opened: Awaited<ReturnType<Open>>;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const auth = () => createAuth({ store, secret: 'a secret for tests only', publicUrl: null, log: QUIET });
    const person = async (email: string, role: User['role'] = 'viewer') =>
      (await createUser(store, { email, name: 'Ann', role })) as User;
    const signIn = async (email: string, password: string) => {
      const { headers } = await auth().api.signInEmail({
        body: { email, password },
        headers: new Headers({ 'x-marquee-peer': '203.0.113.9', 'user-agent': 'Firefox/140' }),
        returnHeaders: true,
      });
      return new Headers({ cookie: headers.get('set-cookie')?.split(';')[0] ?? '' });
    };

    it('signs in with the right password alone, and knows the session until it ends', async () => {
      const ann = await person('ann@example.org');
      await setPassword(auth(), ann, PASSWORD);
      await expect(signIn(ann.email, 'wrong wrong wrong')).rejects.toMatchObject({ statusCode: 401 });
      await expect(signIn('bob@example.org', PASSWORD)).rejects.toMatchObject({ statusCode: 401 });
      const headers = await signIn(ann.email, PASSWORD);
      const session = await auth().api.getSession({ headers });
      expect(session?.user).toMatchObject({ id: ann.id, role: 'viewer' });
      expect(session?.session).toMatchObject({ ipAddress: '203.0.113.9', userAgent: 'Firefox/140' });
      expect(await auth().api.getSession({ headers: new Headers({ cookie: `${headers.get('cookie')}x` }) })).toBeNull();
      await store.accounts.remove('session', [{ field: 'userId', is: 'eq', value: ann.id }]);
      expect(await auth().api.getSession({ headers })).toBeNull();
    });

    it('changes a password, and keeps the one session alone that changed it', async () => {
      const ann = await person('ann@example.org');
      await setPassword(auth(), ann, PASSWORD);
      const [here, there] = [await signIn(ann.email, PASSWORD), await signIn(ann.email, PASSWORD)];
      const change = (currentPassword: string) =>
        auth().api.changePassword({
          body: { currentPassword, newPassword: `${PASSWORD}!`, revokeOtherSessions: true },
          headers: here,
        });
      await expect(change('not this one')).rejects.toMatchObject({ statusCode: 400 });
      await change(PASSWORD);
      expect(await auth().api.getSession({ headers: there })).toBeNull();
      await expect(signIn(ann.email, PASSWORD)).rejects.toMatchObject({ statusCode: 401 });
      await signIn(ann.email, `${PASSWORD}!`);
    });

    it('lets nobody into an account that was shut, and whoever was in is out', async () => {
      const [ann, bob] = [await person('ann@example.org'), await person('bob@example.org', 'admin')];
      await setPassword(auth(), ann, PASSWORD);
      const headers = await signIn(ann.email, PASSWORD);
      const path = await makeLink(store, { kind: 'reset', userId: ann.id });
      await disableUser(store, COMMAND_LINE, ann);
      expect(await auth().api.getSession({ headers })).toBeNull();
      await expect(signIn(ann.email, PASSWORD)).rejects.toMatchObject({ statusCode: 401 });
      const token = path.split('token=')[1] as string;
      const where = [{ field: 'identifier', is: 'eq' as const, value: linkIdentifier(token) }];
      expect(await store.accounts.find('verification', where)).toEqual([]);
      await enableUser(store, COMMAND_LINE, (await userById(store, ann.id)) as User);
      await signIn(ann.email, PASSWORD);
      const self = { kind: 'user' as const, id: bob.id, name: bob.email, address: null };
      await expect(disableUser(store, self, bob)).rejects.toThrow('your own account');
    });

    it('leaves the house somebody to run it', async () => {
      const ann = await person('ann@example.org', 'admin');
      await expect(changeRole(store, COMMAND_LINE, ann, 'viewer')).rejects.toThrow('only admin');
      await expect(disableUser(store, COMMAND_LINE, ann)).rejects.toThrow('only admin');
      const bob = await person('bob@example.org');
      await changeRole(store, COMMAND_LINE, bob, 'admin');
      expect(await countAdmins(store)).toBe(2);
      await changeRole(store, COMMAND_LINE, ann, 'viewer');
      expect((await userByEmail(store, 'ann@example.org'))?.role).toBe('viewer');
      const { items } = await store.audit.list({ limit: 9 });
      expect(items.map(({ action, target, detail }) => [action, target?.name, detail])).toEqual([
        ['user.role_changed', 'ann@example.org', 'viewer'],
        ['user.role_changed', 'bob@example.org', 'admin'],
      ]);
    });

    it('holds back whoever tries too often, and nobody else', async () => {
      const tries = async (subject: string) => countTry(store, 'sign-in-account', subject);
      for (let i = 0; i < 10; i++) expect(await tries('ann@example.org')).toBeNull();
      expect(await tries('ann@example.org')).toMatch(/min$/);
      expect(await tries('bob@example.org')).toBeNull();
      await forgetTries(store, 'sign-in-account', 'ann@example.org');
      expect(await tries('ann@example.org')).toBeNull();
    });
  });
}

describeAccounts('SQLite', openSqlite);
if (mongoUrl) describeAccounts('MongoDB', openMongo);

describe('links', () => {
  it('say what they are for until they are over, and stand in the store without their token', () => {
    for (const use of [
      { kind: 'reset', userId: 'u1' },
      { kind: 'invite', role: 'admin', email: 'ann@example.org' },
    ] as const) {
      const { token, row } = newLink(use, 'id', NOON_MS);
      expect(JSON.stringify(row)).not.toContain(token);
      expect(row.identifier).toBe(linkIdentifier(token));
      expect(readLink(row, NOON_MS)).toEqual(use);
      expect(readLink(row, NOON_MS + 7 * 24 * 3600_000)).toBeNull();
    }
    const { row } = newLink({ kind: 'reset', userId: 'u1' }, 'id', NOON_MS);
    expect(readLink(row, NOON_MS + 3600_000)).toBeNull();
    expect(readLink({ ...row, value: 'something else' }, NOON_MS)).toBeNull();
  });

  it('lead nowhere but to pages of ours', () => {
    for (const path of ['/', '/admin/jobs/x', '/?after=a%20b', '/search?q=a&b=c']) expect(ownPath(path)).toBe(path);
    for (const path of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:x',
      '/a\nb',
      '/..//evil.example',
      '/a//b',
      '',
      null,
    ])
      expect(ownPath(path)).toBeNull();
  });
});

describe('passwords', () => {
  const known = ['Ann Archer', 'archer@example.org'];
  it('that are tried first are refused, however they are dressed up', () => {
    for (const password of [
      ...['password123', 'P@ssw0rd2024', 'qwertyuiop', '1234567890', 'aaaaaaaaaaaa', 'iloveyou2', 'iloveyou!!!!'],
      ...[
        'marquee2026!',
        'annarcher1999',
        'Archer-Archer',
        'abcdefghij',
        'qwerty12345',
        'letmein0000',
        'Football2026!',
      ],
    ])
      expect(refusesPassword(password, known), password).not.toBeNull();
    expect(refusesPassword('short', known)).toBe('It needs at least 10 characters; it has 5.');
    expect(refusesPassword('x'.repeat(201), known)).toContain('200');
  });

  it('that are somebody’s own are taken', () => {
    for (const password of [PASSWORD, 'correct horse battery', 'Tr0ub4dor&3xyz', 'квадратный корень', 'p6!kq0Zt2v'])
      expect(refusesPassword(password, known), password).toBeNull();
  });
});

describe('words', () => {
  it('name devices as one would', () => {
    const mozilla = 'Mozilla/5.0 ';
    expect(deviceName(`${mozilla}(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0`)).toBe(
      'Firefox on Windows',
    );
    expect(
      deviceName(`${mozilla}(iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1`),
    ).toBe('Safari on an iPhone');
    expect(deviceName(`${mozilla}(Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile Safari/537.36`)).toBe(
      'Chrome on an Android phone',
    );
    expect(deviceName(`${mozilla}(Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0.0.0 Safari/537.36 Edg/140.0`)).toBe(
      'Edge on a Mac',
    );
    expect(deviceName('curl/8')).toBe('A program');
    expect(deviceName('')).toBe('A program');
  });

  it('say of every action what was done', () => {
    const ann = { kind: 'user' as const, id: 'a', name: 'ann@example.org' };
    const base = { id: 'x' as AuditId, atMs: 0, actor: { ...ann, address: null }, detail: null };
    for (const action of AUDIT_ACTIONS) expect(auditWords({ ...base, action, target: null })).toMatch(/^[a-z]/);
    const bob = { ...ann, id: 'b', name: 'bob@example.org' };
    expect(auditWords({ ...base, action: 'user.role_changed', target: bob, detail: 'admin' })).toBe(
      'changed the role of bob@example.org (admin)',
    );
    expect(auditWords({ ...base, action: 'user.password_changed', target: ann })).toBe('changed the password');
    const token = { kind: 'token' as const, id: 't', name: 'Nightly import' };
    expect(auditWords({ ...base, action: 'token.revoked', target: token })).toBe(
      'revoked the API token Nightly import',
    );
  });

  it('read addresses in one way', () => {
    expect(readEmail('  Ann@Example.ORG ')).toBe('ann@example.org');
    for (const text of ['', 'ann', 'ann@', 'a b@example.org', '<ann@example.org>', `${'a'.repeat(260)}@example.org`])
      expect(readEmail(text)).toBeNull();
  });

  it('count a household of IPv6 as one', () => {
    expect(network('2001:db8:1:2:3:4:5:6')).toBe(network('2001:db8:1:2::9'));
    expect(network('2001:db8:1:3::9')).not.toBe(network('2001:db8:1:2::9'));
    expect(network('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(network('::1')).toBe('0:0:0:0::/64');
  });
});
