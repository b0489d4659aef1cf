'use server';

import type { Role, User } from '@marquee/core/accounts';
import { isMarqueeError } from '@marquee/core/errors';
import { revalidatePath } from 'next/cache';
import { after } from 'next/server';
import { container } from './container.ts';
import { currentActor } from './current-user.ts';
import { ownUrl, sendInvite } from './letters.ts';
import {
  changeRole,
  disableUser,
  enableUser,
  makeLink,
  readEmail,
  userByEmail,
  userById,
  writeDown,
} from './people.ts';
import { requireAdmin } from './require-admin.ts';

/** What the users page is told: a sentence, and a link where one was made. */
export interface Told {
  ok: boolean;
  says: string;
  /** The only copy: it cannot be shown again. */
  link?: string;
}

/** Invites somebody. With mail the link is sent too; it is shown in any case. */
export async function inviteAction(_before: Told | null, form: FormData): Promise<Told> {
  const admin = await requireAdmin('/admin/users');
  const { engines, mail } = await container();
  const email = readEmail(String(form.get('email') ?? ''));
  const role: Role = form.get('role') === 'admin' ? 'admin' : 'viewer';
  if (email === null) return { ok: false, says: 'That is not an e-mail address.' };
  if (await userByEmail(engines.store, email)) return { ok: false, says: `${email} has an account already.` };
  const target = { kind: 'user' as const, id: email, name: email };
  await writeDown(engines.store, await currentActor(admin), 'user.invited', target, role);
  if (mail) after(() => sendInvite({ kind: 'invite', role, email }, null));
  const link = await ownUrl(await makeLink(engines.store, { kind: 'invite', role, email }));
  const how = mail ? 'A letter is on its way. This link does the same' : 'Send this link';
  return { ok: true, says: `${how}; it works once, within a week.`, link };
}

export async function changeRoleAction(userId: string, role: Role): Promise<Told> {
  return act(userId, async (store, actor, user) => {
    const wanted: Role = role === 'admin' ? 'admin' : 'viewer';
    await changeRole(store, actor, user, wanted);
    return { ok: true, says: `${user.email} is ${wanted === 'admin' ? 'an admin' : 'a viewer'} now.` };
  });
}

export async function disableAction(userId: string): Promise<Told> {
  return act(userId, async (store, actor, user) => {
    await disableUser(store, actor, user);
    return { ok: true, says: `${user.email} is shut out, and signed out everywhere.` };
  });
}

export async function enableAction(userId: string): Promise<Told> {
  return act(userId, async (store, actor, user) => {
    await enableUser(store, actor, user);
    return { ok: true, says: `${user.email} may sign in again.` };
  });
}

export async function resetLinkAction(userId: string): Promise<Told> {
  return act(userId, async (store, actor, user) => {
    if (user.disabledAtMs !== null) return { ok: false, says: `${user.email} is shut out. Open the account first.` };
    const link = await ownUrl(await makeLink(store, { kind: 'reset', userId: user.id }));
    await writeDown(store, actor, 'user.reset_link_made', user);
    return { ok: true, says: `Send this link to ${user.email}; it works once, within an hour.`, link };
  });
}

async function act(
  userId: string,
  what: (store: Parameters<typeof changeRole>[0], actor: Parameters<typeof changeRole>[1], user: User) => Promise<Told>,
): Promise<Told> {
  const admin = await requireAdmin('/admin/users');
  const { engines } = await container();
  const user = await userById(engines.store, String(userId));
  if (user === null) return { ok: false, says: 'There is no such account any more.' };
  try {
    const told = await what(engines.store, await currentActor(admin), user);
    revalidatePath('/admin/users');
    return told;
  } catch (thrown) {
    if (!isMarqueeError(thrown) || thrown.code !== 'MESSAGE_INVALID') throw thrown;
    return { ok: false, says: thrown.message };
  }
}
