import {
  type AccountCondition,
  LINK_MS,
  type LinkUse,
  linkValue,
  newLink,
  type Role,
  type User,
  userOf,
} from '@marquee/core/accounts';
import type { AuditActor, AuditEntry } from '@marquee/core/audit';
import { MarqueeError } from '@marquee/core/errors';
import { type AuditId, newId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { z } from 'zod';

/** The command line, as the audit log names it. */
export const COMMAND_LINE: AuditActor = { kind: 'command', id: null, name: 'the command line', address: null };

const by = (field: string, value: string): AccountCondition[] => [{ field, is: 'eq', value }];

/** One way to write an address, so that it has one account. */
export function readEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  return email.length <= 254 && z.email().safeParse(email).success ? email : null;
}

export async function userById(store: Store, id: string): Promise<User | null> {
  const [row] = await store.accounts.find('user', by('id', id), { limit: 1 });
  return row ? userOf(row) : null;
}

export async function userByEmail(store: Store, email: string): Promise<User | null> {
  const [row] = await store.accounts.find('user', by('email', email), { limit: 1 });
  return row ? userOf(row) : null;
}

/** @returns how many admins can sign in, counted to two: what matters is whether there is one, and another */
export async function countAdmins(store: Store): Promise<number> {
  const isOpenAdmin: AccountCondition[] = [...by('role', 'admin'), { field: 'disabledAtMs', is: 'eq', value: null }];
  return (await store.accounts.find('user', isOpenAdmin, { limit: 2 })).length;
}

/** Writes down who did what. */
export function writeDown(
  store: Store,
  actor: AuditActor,
  action: AuditEntry['action'],
  target: User | AuditEntry['target'] = null,
  detail: string | null = null,
): Promise<void> {
  const atMs = Date.now();
  const what = target && 'email' in target ? { kind: 'user' as const, id: target.id, name: target.email } : target;
  return store.audit.record({ id: newId<AuditId>(atMs), atMs, actor, action, target: what, detail });
}

/** Makes an account that has no password yet. @returns null if the address has one already */
export async function createUser(
  store: Store,
  facts: { email: string; name: string; role: Role },
): Promise<User | null> {
  const now = new Date().toISOString();
  const row = {
    ...facts,
    id: newId(),
    emailVerified: true,
    image: null,
    disabledAtMs: null,
    createdAt: now,
    updatedAt: now,
  };
  return (await store.accounts.insert('user', row)) ? userOf(row) : null;
}

/** @throws MarqueeError MESSAGE_INVALID if nobody could run the house then */
export async function changeRole(store: Store, actor: AuditActor, user: User, role: Role): Promise<void> {
  if (user.role === role) return;
  if (role === 'viewer') await keepOneAdmin(store, user);
  await store.accounts.update('user', by('id', user.id), { role, updatedAt: new Date().toISOString() });
  await writeDown(store, actor, 'user.role_changed', user, role);
}

/**
 * Shuts an account: nobody can sign in to it, and whoever is signed in is out at once. Links for it end too.
 *
 * @throws MarqueeError MESSAGE_INVALID if nobody could run the house then
 */
export async function disableUser(store: Store, actor: AuditActor, user: User): Promise<void> {
  if (actor.id === user.id) throw new MarqueeError('MESSAGE_INVALID', 'You cannot shut your own account.');
  await keepOneAdmin(store, user);
  await store.accounts.update('user', by('id', user.id), { disabledAtMs: Date.now() });
  await store.accounts.remove('session', by('userId', user.id));
  await store.accounts.remove('verification', by('value', linkValue({ kind: 'reset', userId: user.id })));
  await writeDown(store, actor, 'user.disabled', user);
}

export async function enableUser(store: Store, actor: AuditActor, user: User): Promise<void> {
  await store.accounts.update('user', by('id', user.id), { disabledAtMs: null });
  await writeDown(store, actor, 'user.enabled', user);
}

/** Makes a link that works once. @returns its path on the site, which holds the only copy of its token */
export async function makeLink(store: Store, use: LinkUse, nowMs = Date.now()): Promise<string> {
  await store.accounts.remove('verification', [
    { field: 'expiresAt', is: 'lte', value: new Date(nowMs).toISOString() },
  ]);
  const { token, row } = newLink(use, newId(nowMs), nowMs);
  await store.accounts.insert('verification', row);
  return `${use.kind === 'reset' ? '/reset' : '/sign-up'}?token=${token}`;
}

/** How long a link works, in words. */
export function linkSpan(kind: LinkUse['kind']): string {
  return LINK_MS[kind] <= 3600_000 ? 'an hour' : 'a week';
}

async function keepOneAdmin(store: Store, user: User): Promise<void> {
  if (user.role !== 'admin' || user.disabledAtMs !== null || (await countAdmins(store)) > 1) return;
  throw new MarqueeError('MESSAGE_INVALID', `${user.email} is the only admin. Make somebody else one first.`);
}
