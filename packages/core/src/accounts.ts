import { createHash, randomBytes } from 'node:crypto';

/** What somebody may do: viewers watch, admins run the house. */
export type Role = 'viewer' | 'admin';
export const ROLES: readonly Role[] = ['viewer', 'admin'];

/**
 * The four kinds of rows that the accounts library keeps: people, their sessions, their ways to prove who they are
 * (`account`, a password here), and links that were handed out and not used yet (`verification`).
 */
export type AccountModel = 'user' | 'session' | 'account' | 'verification';

/** Dates stand as ISO 8601 in UTC, so that they compare as text. */
export type AccountValue = string | number | boolean | null;
export type AccountRow = { id: string } & Record<string, AccountValue>;

/** A condition on one field; several hold together. */
export interface AccountCondition {
  field: string;
  is: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in';
  value: AccountValue | AccountValue[];
}

/** A person with an account, as pages see them. */
export interface User {
  id: string;
  /** In lower case; no two people have the same. */
  email: string;
  name: string;
  role: Role;
  /** When an admin shut the account; null while it is open. */
  disabledAtMs: number | null;
  createdAtMs: number;
}

/** @returns the person that a row of the `user` model is */
export function userOf(row: AccountRow): User {
  return {
    id: row.id,
    email: String(row.email),
    name: String(row.name),
    role: row.role === 'admin' ? 'admin' : 'viewer',
    disabledAtMs: typeof row.disabledAtMs === 'number' ? row.disabledAtMs : null,
    createdAtMs: Date.parse(String(row.createdAt)),
  };
}

/** What a link is good for, once. */
export type LinkUse = { kind: 'reset'; userId: string } | { kind: 'invite'; role: Role; email: string };

/** How long a link works, in milliseconds: an hour for a new password, a week for an invitation. */
export const LINK_MS: Record<LinkUse['kind'], number> = { reset: 3600_000, invite: 7 * 24 * 3600_000 };

/** @returns a token for a link, and the row that knows it; the token itself is kept nowhere */
export function newLink(use: LinkUse, rowId: string, nowMs: number): { token: string; row: AccountRow } {
  const token = randomBytes(24).toString('base64url');
  const now = new Date(nowMs).toISOString();
  return {
    token,
    row: {
      id: rowId,
      identifier: linkIdentifier(token),
      value: linkValue(use),
      expiresAt: new Date(nowMs + LINK_MS[use.kind]).toISOString(),
      createdAt: now,
      updatedAt: now,
    },
  };
}

/** How the store finds a link: whoever reads the store cannot use what stands there. */
export function linkIdentifier(token: string): string {
  return `link-${createHash('sha256').update(token).digest('base64url')}`;
}

/** One text for each thing that links are for, so that all of them can be found and ended together. */
export function linkValue(use: LinkUse): string {
  return use.kind === 'reset' ? `reset ${use.userId}` : `invite ${use.role} ${use.email}`;
}

/** @returns what a link is for; null if it is none of ours, or over */
export function readLink(row: AccountRow, nowMs: number): LinkUse | null {
  if (Date.parse(String(row.expiresAt)) <= nowMs) return null;
  const [kind, first, second] = String(row.value).split(' ');
  if (kind === 'reset' && first) return { kind, userId: first };
  if (kind === 'invite' && (first === 'viewer' || first === 'admin') && second) {
    return { kind, role: first, email: second };
  }
  return null;
}
