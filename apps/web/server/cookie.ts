/** A session lasts this long after its last day of use, in seconds: 14 days. */
export const SESSION_SEC = 14 * 24 * 3600;

/** The name of the session's cookie. The prefix binds it to this host, https and the whole site (RFC 6265bis, 4.1.3). */
export function sessionCookie(publicUrl: string | null): string {
  return isHttps(publicUrl) ? '__Host-marquee-session' : 'marquee-session';
}

export function isHttps(publicUrl: string | null): boolean {
  return publicUrl?.startsWith('https:') ?? false;
}
