import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a key is for: one use never accepts what another signed. */
type Purpose = 'account' | 'setup' | 'upload' | 'stream';

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
