import type { User } from '@marquee/core/accounts';
import { userOf } from '@marquee/core/accounts';
import type { AuditActor, AuditEntry } from '@marquee/core/audit';
import { isMarqueeError } from '@marquee/core/errors';
import { PEER_HEADER } from '@marquee/web/server/place';
import { cookies, headers } from 'next/headers';
import { cache } from 'react';
import { container } from './container.ts';
import { network } from './limits.ts';
import { writeDown } from './people.ts';
import { readerOf } from './reader.ts';

/** Who is signed in, and the id of the session it is by. */
export interface Visitor {
  user: User;
  sessionId: string;
}

/** @returns null for somebody who is not signed in. Asks the store, once for each request that shows a page. */
export const currentVisitor = cache(async (): Promise<Visitor | null> => {
  const { auth } = await container();
  let found: Awaited<ReturnType<typeof auth.api.getSession>>;
  try {
    found = await auth.api.getSession({ headers: await presentHeaders() });
  } catch (thrown) {
    // The library wraps what the store said.
    const cause = (thrown as Error).cause;
    throw isMarqueeError(cause) ? cause : thrown;
  }
  if (!found) return null;
  const { user, session } = found;
  const read = userOf({ ...user, createdAt: user.createdAt.toISOString() } as unknown as Parameters<typeof userOf>[0]);
  return read.disabledAtMs === null ? { user: read, sessionId: session.id } : null;
});

export async function currentUser(): Promise<User | null> {
  return (await currentVisitor())?.user ?? null;
}

/** The headers of this request with the cookies as they stand by now: an action may have changed them. */
async function presentHeaders(): Promise<Headers> {
  const present = new Headers(await headers());
  const jar = (await cookies()).getAll();
  present.set('cookie', jar.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; '));
  return present;
}

/** Whom an address is to be signed for that nobody else may use. */
export async function currentReader(): Promise<string | null> {
  const { config } = await container();
  return readerOf((await headers()).get('cookie'), config.publicUrl);
}

/** Where the request came from, as far as it is to be believed. */
export async function peerAddress(): Promise<string> {
  return (await headers()).get(PEER_HEADER) ?? 'unknown';
}

/** The same, as limits count it. */
export async function peerNetwork(): Promise<string> {
  return network(await peerAddress());
}

/** Whoever sent this request, for the audit log. */
export async function currentActor(user?: User | null): Promise<AuditActor> {
  const address = await peerAddress();
  const who = user === undefined ? await currentUser() : user;
  return who
    ? { kind: 'user', id: who.id, name: who.email, address }
    : { kind: 'visitor', id: null, name: 'a visitor', address };
}

/** Writes into the audit log what whoever sent this request has done. */
export async function audit(
  action: AuditEntry['action'],
  target: AuditEntry['target'] = null,
  detail: string | null = null,
): Promise<void> {
  const { engines } = await container();
  await writeDown(engines.store, await currentActor(), action, target, detail);
}
