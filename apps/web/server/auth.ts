import type { Logger, Store } from '@marquee/core/ports';
import { PEER_HEADER } from '@marquee/web/server/place';
import { APIError } from 'better-auth/api';
import { betterAuth } from 'better-auth/minimal';
import { nextCookies } from 'better-auth/next-js';
import { storeAdapter } from './auth-adapter.ts';
import { isHttps, SESSION_SEC, sessionCookie } from './cookie.ts';
import { userById } from './people.ts';
import { deriveKey } from './signing.ts';

const DAY_SEC = 24 * 3600;
export const MIN_PASSWORD_CHARACTERS = 10;
export const MAX_PASSWORD_CHARACTERS = 200;

export type Auth = ReturnType<typeof createAuth>;

async function refuseIfShut(store: Store, userId: string): Promise<void> {
  const user = await userById(store, userId);
  if (user === null || user.disabledAtMs !== null) throw new APIError('UNAUTHORIZED');
}

/**
 * Passwords and sessions. No route of the library is served: pages call it through our own actions, which limit
 * how often, and write down who did what. Accounts are made by invitation and at the first start alone.
 */
export function createAuth(given: { store: Store; secret: string; publicUrl: string | null; log: Logger }) {
  const { store, secret, publicUrl, log } = given;
  return betterAuth({
    appName: 'Marquee',
    baseURL: publicUrl ?? 'http://127.0.0.1',
    secret: deriveKey(secret, 'account').toString('base64url'),
    database: storeAdapter(store.accounts),
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: {
      level: 'error',
      log: (_level, message, ...more) => log.error('the accounts library failed', { what: message, err: more[0] }),
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD_CHARACTERS,
      maxPasswordLength: MAX_PASSWORD_CHARACTERS,
    },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'viewer' },
        disabledAtMs: { type: 'number', input: false, required: false },
      },
    },
    databaseHooks: {
      session: {
        // A shut account gets no session, whatever its password.
        create: { before: ({ userId }) => refuseIfShut(store, userId) },
      },
    },
    session: { expiresIn: SESSION_SEC, updateAge: DAY_SEC },
    advanced: {
      // The prefix of ours says more than the library's own.
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure: isHttps(publicUrl), path: '/' },
      cookies: { session_token: { name: sessionCookie(publicUrl) } },
      ipAddress: { ipAddressHeaders: [PEER_HEADER] },
    },
    plugins: [nextCookies()],
  });
}
