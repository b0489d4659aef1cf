import { MarqueeError } from '@marquee/core/errors';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { container } from './container.ts';
import { isSession, SESSION_COOKIE } from './session.ts';

/** @returns whether the request comes from someone who knows the admin secret. */
export async function isAdmin(): Promise<boolean> {
  const [{ secret }, jar] = await Promise.all([container(), cookies()]);
  return isSession(jar.get(SESSION_COOKIE)?.value, secret, Date.now());
}

/** Lets admins pass; everyone else is sent to the login and from there back to `returnTo`. For pages and actions. */
export async function requireAdmin(returnTo = '/admin'): Promise<void> {
  if (!(await isAdmin())) redirect(`/admin/login?next=${encodeURIComponent(returnTo)}`);
}

/** An error for API routes, with the HTTP status that goes with it. */
export class HttpError extends MarqueeError {
  readonly status: number;

  constructor(status: number, sentence: string) {
    super('MESSAGE_INVALID', sentence);
    this.status = status;
  }
}
