import { cookies } from 'next/headers';
import { container } from './container.ts';
import { deriveKey, unsign } from './signing.ts';

export const SETUP_COOKIE = 'marquee-setup';
/** How long the second step may take, in milliseconds. */
export const SETUP_MS = 3600_000;

/** @returns whether this browser has shown the set-up token within the hour */
export async function setupPass(): Promise<boolean> {
  const { secret } = await container();
  const given = (await cookies()).get(SETUP_COOKIE)?.value;
  const pass = given ? unsign<{ expiresAtMs: number }>(given, deriveKey(secret, 'setup')) : null;
  return pass !== null && Date.now() < pass.expiresAtMs;
}
