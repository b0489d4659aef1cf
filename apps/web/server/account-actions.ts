'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { type Answer, done, refused } from '../view/answer.ts';
import { container } from './container.ts';
import { currentActor } from './current-user.ts';
import { countTry, forgetTries } from './limits.ts';
import { refusesPassword } from './passwords.ts';
import { writeDown } from './people.ts';
import { requireUser } from './require-admin.ts';
import { statusOf } from './sign-in.ts';

/** Changes what the one who is signed in is called. */
export async function renameAction(_before: Answer, form: FormData): Promise<Answer> {
  const user = await requireUser('/account');
  const { engines } = await container();
  const name = String(form.get('name') ?? '')
    .trim()
    .slice(0, 80);
  if (name === '') return refused('Say what you want to be called.');
  await engines.store.accounts.update('user', [{ field: 'id', is: 'eq', value: user.id }], { name });
  await writeDown(engines.store, await currentActor(user), 'user.renamed', user, name);
  return done(`You are ${name} now.`);
}

/** Changes the password, and ends all other sessions. */
export async function changePasswordAction(_before: Answer, form: FormData): Promise<Answer> {
  const user = await requireUser('/account');
  const { auth, engines } = await container();
  const currentPassword = String(form.get('current') ?? '').slice(0, 200);
  const newPassword = String(form.get('password') ?? '');
  const weak = refusesPassword(newPassword, [user.name, user.email]);
  if (weak) return refused(weak);
  const wait = await countTry(engines.store, 'sign-in-account', user.email);
  if (wait) return refused(`Too many tries. Try again in ${wait}.`);
  try {
    const body = { currentPassword, newPassword, revokeOtherSessions: true };
    await auth.api.changePassword({ body, headers: await headers() });
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status !== null && status < 500) return refused('The old password is not right.');
    throw thrown;
  }
  await forgetTries(engines.store, 'sign-in-account', user.email);
  await writeDown(engines.store, await currentActor(user), 'user.password_changed', user);
  return done('The password is changed. All other devices are signed out.');
}

/** Ends one session of the one who is signed in. */
export async function endSessionAction(form: FormData): Promise<void> {
  const user = await requireUser('/account');
  const { engines } = await container();
  const gone = await engines.store.accounts.remove('session', [
    { field: 'id', is: 'eq', value: String(form.get('session') ?? '') },
    { field: 'userId', is: 'eq', value: user.id },
  ]);
  if (gone > 0) await writeDown(engines.store, await currentActor(user), 'user.sessions_ended', user, 'one device');
  redirect('/account');
}

/** Signs out everywhere, here too. */
export async function signOutEverywhereAction(): Promise<void> {
  const user = await requireUser('/account');
  const { auth, engines } = await container();
  const actor = await currentActor(user);
  await auth.api.signOut({ headers: await headers() });
  await engines.store.accounts.remove('session', [{ field: 'userId', is: 'eq', value: user.id }]);
  await writeDown(engines.store, actor, 'user.sessions_ended', user, 'all devices');
  redirect('/sign-in');
}
