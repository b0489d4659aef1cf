import { createHash } from 'node:crypto';
import type { Store } from '@marquee/core/ports';
import { formatSpan } from '../view/format.ts';

const MINUTE_MS = 60_000;

/** How often something may be tried in a window, counted over all web processes. */
const LIMITS = {
  /** Passwords for one account, wrong ones in a row. */
  'sign-in-account': { tries: 10, windowMs: 15 * MINUTE_MS },
  /** Passwords from one address, right ones too: whoever has an account could start the count anew otherwise. */
  'sign-in-address': { tries: 60, windowMs: 15 * MINUTE_MS },
  'set-up-address': { tries: 10, windowMs: 15 * MINUTE_MS },
  /** Letters to one person, and letters that one address asks for. */
  'letter-account': { tries: 3, windowMs: 60 * MINUTE_MS },
  'letter-address': { tries: 20, windowMs: 60 * MINUTE_MS },
  'link-address': { tries: 30, windowMs: 15 * MINUTE_MS },
  /** Requests of one token of the API. */
  'api-token': { tries: 600, windowMs: MINUTE_MS },
  /** Pictures that one admin has made: each costs money. */
  'picture-account': { tries: 30, windowMs: 60 * MINUTE_MS },
  /** What players tell: one that plays does so twice a minute, and many may share an address. */
  'viewing-address': { tries: 1500, windowMs: 15 * MINUTE_MS },
  'viewing-account': { tries: 300, windowMs: 15 * MINUTE_MS },
} as const;
export type Limit = keyof typeof LIMITS;

/** Counts a try. @returns how long to wait, in words; null while it is within the limit */
export async function countTry(store: Store, limit: Limit, subject: string): Promise<string | null> {
  const waitMs = await countTryMs(store, limit, subject);
  return waitMs === null ? null : formatSpan(waitMs);
}

/** The same for programs. @returns how long to wait, in milliseconds; null while it is within the limit */
export async function countTryMs(store: Store, limit: Limit, subject: string): Promise<number | null> {
  const { tries, windowMs } = LIMITS[limit];
  const nowMs = Date.now();
  const { count, endsAtMs } = await store.limits.count(keyOf(limit, subject), { windowMs, nowMs });
  return count > tries ? Math.max(0, endsAtMs - nowMs) : null;
}

export function forgetTries(store: Store, limit: Limit, subject: string): Promise<void> {
  return store.limits.forget(keyOf(limit, subject));
}

/** Addresses of people stand in no table of limits. */
function keyOf(limit: Limit, subject: string): string {
  return `${limit}-${createHash('sha256').update(subject).digest('base64url').slice(0, 27)}`;
}

/** Whoever has one address of IPv6 has 2^64 of them. */
export function network(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!bare.includes(':')) return bare;
  const [head = '', tail = ''] = bare.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const all = bare.includes('::')
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left;
  return `${all.slice(0, 4).join(':')}::/64`;
}
