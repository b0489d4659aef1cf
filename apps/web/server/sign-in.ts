import { headers } from 'next/headers';
import type { Auth } from './auth.ts';

/** Signs this browser in. @returns false if address and password do not belong together, or the account is shut */
export async function signIn(auth: Auth, email: string, password: string): Promise<boolean> {
  try {
    await auth.api.signInEmail({ body: { email, password }, headers: await headers() });
    return true;
  } catch (thrown) {
    if (statusOf(thrown) === 401) return false;
    throw thrown;
  }
}

/** The status of an error of the library; null for any other. */
export function statusOf(thrown: unknown): number | null {
  const { statusCode } = thrown as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}
