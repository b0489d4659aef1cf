'use server';

import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { formatSpan } from '../view/format.ts';
import { container } from './container.ts';
import { PEER_HEADER } from './peer.ts';
import { newSession, SESSION_COOKIE, SESSION_MS, sameText } from './session.ts';

/** Opens the admin pages to who knows the secret. @returns the sentence to show when it was refused */
export async function loginAction(_before: string | null, form: FormData): Promise<string | null> {
  const { secret, loginLimit, config, log } = await container();
  const asked = await headers();
  const address = asked.get(PEER_HEADER) ?? 'unknown';
  const nowMs = Date.now();
  const waitMs = loginLimit.waitMs(address, nowMs);
  if (waitMs > 0) return `Too many wrong secrets. Try again in ${formatSpan(waitMs)}.`;
  if (!sameText(String(form.get('secret') ?? '').trim(), secret)) {
    loginLimit.wrong(address, nowMs);
    log.warn('a wrong admin secret was given', { address });
    return 'That is not the admin secret. It was printed in the terminal at the first start.';
  }
  loginLimit.right(address);
  const isHttps = config.publicUrl?.startsWith('https:') ?? asked.get('x-forwarded-proto') === 'https';
  (await cookies()).set(SESSION_COOKIE, newSession(secret, nowMs), {
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps,
    path: '/',
    maxAge: SESSION_MS / 1000,
  });
  redirect(ownPath(String(form.get('next') ?? '')));
}

/** Ends the session of this browser. */
export async function logoutAction(): Promise<void> {
  (await cookies()).delete(SESSION_COOKIE);
  redirect('/');
}

/** Only a path of our admin pages is followed, never an address that came from elsewhere. */
function ownPath(next: string): string {
  return /^\/admin(\/[\w/-]*)?$/.test(next) ? next : '/admin';
}
