'use server';

import { SCOPES } from '@marquee/core/api-tokens';
import type { ApiTokenId } from '@marquee/core/ids';
import { revalidatePath } from 'next/cache';
import { TOKEN_DAYS } from '../view/token-words.ts';
import { makeToken, revokeToken } from './api-tokens.ts';
import { container } from './container.ts';
import { currentActor } from './current-user.ts';
import { requireAdmin } from './require-admin.ts';
import type { Told } from './user-actions.ts';

const LONGEST_NAME = 80;

/** Makes a token of the API. The answer holds its only copy. */
export async function makeTokenAction(_before: Told | null, form: FormData): Promise<Told> {
  const admin = await requireAdmin('/admin/tokens');
  const name = String(form.get('name') ?? '').trim();
  const asked = form.getAll('scope');
  const scopes = SCOPES.filter((scope) => asked.includes(scope));
  const lasts = TOKEN_DAYS.find(({ value }) => value === form.get('days'));
  if (name === '' || name.length > LONGEST_NAME)
    return { ok: false, says: `Say in 1 to ${LONGEST_NAME} characters what the token is for.` };
  if (scopes.length === 0) return { ok: false, says: 'Choose at least one thing that the token may do.' };
  if (!lasts) return { ok: false, says: 'Choose how long the token is to work.' };
  const { engines } = await container();
  const maker = { id: admin.id, name: admin.email };
  const link = await makeToken(engines.store, maker, { name, scopes, days: lasts.days }, await currentActor(admin));
  revalidatePath('/admin/tokens');
  return { ok: true, says: 'Copy the token now: it is shown this once, and kept nowhere.', link };
}

/** Ends a token at once. */
export async function revokeTokenAction(id: string): Promise<Told> {
  const admin = await requireAdmin('/admin/tokens');
  const { engines } = await container();
  const isEnded = await revokeToken(engines.store, String(id) as ApiTokenId, await currentActor(admin));
  revalidatePath('/admin/tokens');
  if (!isEnded) return { ok: false, says: 'The token had been revoked before.' };
  return { ok: true, says: 'The token is revoked: it opens nothing from now on.' };
}
