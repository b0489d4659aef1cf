import type { User } from '@marquee/core/accounts';
import { MarqueeError } from '@marquee/core/errors';
import { notFound, redirect } from 'next/navigation';
import { container } from './container.ts';
import { currentUser } from './current-user.ts';
import { countAdmins } from './people.ts';

/** @returns whether the request comes from an admin. */
export async function isAdmin(): Promise<boolean> {
  return (await currentUser())?.role === 'admin';
}

/**
 * Lets admins pass, for pages and actions. Strangers are sent to sign in and from there back to `returnTo`, or to
 * the set-up while the house has no admin; for viewers there is no such page.
 */
export async function requireAdmin(returnTo = '/admin'): Promise<User> {
  const user = await currentUser();
  if (user?.role === 'admin') return user;
  const { engines } = await container();
  if ((await countAdmins(engines.store)) === 0) redirect('/admin/setup');
  if (user) notFound();
  redirect(`/sign-in?next=${encodeURIComponent(returnTo)}`);
}

/** Lets those pass who are signed in. */
export async function requireUser(returnTo: string): Promise<User> {
  const user = await currentUser();
  if (user) return user;
  redirect(`/sign-in?next=${encodeURIComponent(returnTo)}`);
}

/** An error for API routes, with the HTTP status and the headers that go with it. */
export class HttpError extends MarqueeError {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, sentence: string, headers: Record<string, string> = {}) {
    super('MESSAGE_INVALID', sentence);
    this.status = status;
    this.headers = headers;
  }
}
