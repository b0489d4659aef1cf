import { createHash } from 'node:crypto';
import { sessionCookie } from './cookie.ts';

/**
 * A word for whoever holds a session, which addresses of what is not for everybody are signed for: sent to somebody
 * else they open nothing. Nothing is asked of the store, so each segment may be checked.
 *
 * @param cookies header of a request
 * @returns null for whoever shows no session
 */
export function readerOf(cookies: string | null, publicUrl: string | null): string | null {
  const name = `${sessionCookie(publicUrl)}=`;
  const held = cookies?.split(';').find((each) => each.trim().startsWith(name));
  return held ? createHash('sha256').update(held.trim()).digest('base64url') : null;
}
