import type { User } from '@marquee/core/accounts';
import { passwordRefusal } from '../view/password-rules.ts';
import { type Auth, MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from './auth.ts';

/** @returns why a password may not be used, in a sentence; null if it may */
export function refusesPassword(password: string, known: string[]): string | null {
  return passwordRefusal(password, known, { min: MIN_PASSWORD_CHARACTERS, max: MAX_PASSWORD_CHARACTERS });
}

/** Gives an account a password, its first or a new one. Sessions are left as they are. */
export async function setPassword(auth: Auth, user: User, password: string): Promise<void> {
  const { password: hasher, internalAdapter } = await auth.$context;
  const hash = await hasher.hash(password);
  if (await internalAdapter.findCredentialAccount(user.id)) return internalAdapter.updatePassword(user.id, hash);
  const account = { userId: user.id, providerId: 'credential', accountId: user.id, password: hash };
  await internalAdapter.linkAccount(account);
}
