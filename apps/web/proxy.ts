import { loadConfig } from '@marquee/core/config';
import { type NextRequest, NextResponse } from 'next/server';
import { AWAY_HEADER, isCataloguePageAway } from './server/catalogue-away.ts';
import { isHttps, SESSION_SEC, sessionCookie } from './server/cookie.ts';
import { foreignOrigins, pictureOrigins } from './server/foreign-origins.ts';
import { NONCE_HEADER } from './view/nonce.ts';

/** Storage of its own kind, where media and parts of uploads go to and fro; known when the site runs, not when it is built. */
let elsewhere: string | null = null;
let publicUrl: string | null = null;
/** Where the catalogue's pictures are. */
let pictures: string | null = null;
/** The one player of others that may stand in a page; loaded when somebody asks for a trailer. */
const TRAILERS = 'https://www.youtube-nocookie.com';
/** How soon to come back for a page that the catalogue did not tell, in seconds. */
const AWAY_RETRY_SEC = '30';

/**
 * Gives every page a strict content security policy with a nonce of its own. Files, media and API answers carry
 * no scripts and skip this (bodies of uploads must not be buffered here).
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  // A constant that the bundler puts in; React's development build needs eval.
  const isDev = process.env.NODE_ENV === 'development';
  const listed = (origins: string[]) => origins.map((origin) => ` ${origin}`).join('');
  if (elsewhere === null) {
    const settings = loadConfig();
    publicUrl = settings.publicUrl;
    elsewhere = listed(foreignOrigins(settings));
    pictures = listed(pictureOrigins(settings));
  }
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${isDev ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // Sizes and positions are set as style attributes; they cannot load or run anything.
    "style-src-attr 'unsafe-inline'",
    `img-src 'self' data: blob:${elsewhere}${pictures}`,
    `media-src 'self' blob:${elsewhere}`,
    "worker-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${elsewhere}`,
    `frame-src ${TRAILERS}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

  const headers = new Headers(request.headers);
  headers.set('Content-Security-Policy', policy);
  headers.set(NONCE_HEADER, nonce);
  headers.delete(AWAY_HEADER);
  // Pages that the site's own scripts fetch say it in words alone: a failed fetch would load the page once more. Where
  // more than the catalogue is away, the page itself says so.
  const isAway = !headers.has('rsc') && (await isCataloguePageAway(request.nextUrl.pathname).catch(() => false));
  if (isAway) headers.set(AWAY_HEADER, '1');
  const response = NextResponse.next({ request: { headers }, ...(isAway ? { status: 503 } : {}) });
  if (isAway) response.headers.set('Retry-After', AWAY_RETRY_SEC);
  response.headers.set('Content-Security-Policy', policy);
  keepSessionCookie(request, response);
  return response;
}

/** A page that is opened makes the cookie last as long again; whether the session does, the store knows. */
function keepSessionCookie(request: NextRequest, response: NextResponse): void {
  const name = sessionCookie(publicUrl);
  const kept = request.cookies.get(name)?.value;
  if (!kept || request.method !== 'GET' || request.headers.get('sec-fetch-dest') !== 'document') return;
  const options = { httpOnly: true, sameSite: 'lax', secure: isHttps(publicUrl), path: '/' } as const;
  response.cookies.set(name, kept, { ...options, maxAge: SESSION_SEC });
}

export const config = {
  matcher: ['/((?!api/|objects/|stills/|frames/|_next/static|_next/image|icon.svg|favicon.ico).*)'],
};
