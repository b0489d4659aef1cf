import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a login lasts, in milliseconds: 14 days. */
export const SESSION_MS = 14 * 24 * 3600 * 1000;

export const SESSION_COOKIE = 'marquee-admin';

/** What a key is for: one use never accepts what another signed. */
type Purpose = 'session' | 'upload' | 'stream';

/** Derives a signing key from the admin secret (HKDF, RFC 5869), so that changing the secret ends every session. */
export function deriveKey(secret: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'marquee', `marquee ${purpose} v1`, 32));
}

/** Signs a JSON value: `payload.mac`, both base64url. Readable by its bearer, changeable by nobody. */
export function sign(value: unknown, key: Buffer): string {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${payload}.${mac(payload, key)}`;
}

/** @returns the value that `sign` was given, or null if the text is not one of ours. */
export function unsign<T>(text: string, key: Buffer): T | null {
  const dot = text.indexOf('.');
  if (dot < 0) return null;
  const payload = text.slice(0, dot);
  if (!sameText(text.slice(dot + 1), mac(payload, key))) return null;
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as T;
}

/** Makes the value of the session cookie. */
export function newSession(secret: string, nowMs: number): string {
  const session = { id: randomBytes(9).toString('base64url'), expiresAtMs: nowMs + SESSION_MS };
  return sign(session, deriveKey(secret, 'session'));
}

/** @returns whether a cookie is a session that was made with this secret and still lasts. */
export function isSession(cookie: string | undefined, secret: string, nowMs: number): boolean {
  if (!cookie) return false;
  const session = unsign<{ expiresAtMs: number }>(cookie, deriveKey(secret, 'session'));
  return session !== null && nowMs < session.expiresAtMs;
}

/** Compares in a time that tells nothing about where two texts differ, nor about the length of `expected`. */
export function sameText(given: string, expected: string): boolean {
  const key = randomBytes(32);
  return timingSafeEqual(
    createHmac('sha256', key).update(given).digest(),
    createHmac('sha256', key).update(expected).digest(),
  );
}

function mac(payload: string, key: Buffer): string {
  return createHmac('sha256', key).update(payload).digest('base64url');
}
