'use server';

import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { type Answer, refused } from '../view/answer.ts';
import { container } from './container.ts';
import { isHttps } from './cookie.ts';
import { currentActor, peerNetwork } from './current-user.ts';
import { countTry } from './limits.ts';
import { refusesPassword, setPassword } from './passwords.ts';
import { changeRole, countAdmins, createUser, readEmail, userByEmail, writeDown } from './people.ts';
import { SETUP_COOKIE, SETUP_MS, setupPass } from './setup-pass.ts';
import { signIn } from './sign-in.ts';
import { deriveKey, sameText, sign } from './signing.ts';

/** The first step of the first start: shows that whoever is here can read what the server printed. */
export async function setupTokenAction(_before: Answer, form: FormData): Promise<Answer> {
  const { secret, engines, config, log } = await container();
  const where = await peerNetwork();
  const wait = await countTry(engines.store, 'set-up-address', where);
  if (wait) return refused(`Too many tries. Try again in ${wait}.`);
  if ((await countAdmins(engines.store)) > 0) redirect('/admin');
  if (!sameText(String(form.get('token') ?? '').trim(), secret)) {
    log.warn('a wrong set-up token was given', { address: where });
    return refused('That is not the token. It was printed in the terminal at the first start.');
  }
  const pass = sign({ expiresAtMs: Date.now() + SETUP_MS }, deriveKey(secret, 'setup'));
  const options = { httpOnly: true, sameSite: 'lax', secure: isHttps(config.publicUrl), path: '/admin/setup' } as const;
  (await cookies()).set(SETUP_COOKIE, pass, { ...options, maxAge: SETUP_MS / 1000 });
  redirect('/admin/setup');
}

/** The second step: makes the first admin and signs them in. */
export async function firstAdminAction(_before: Answer, form: FormData): Promise<Answer> {
  const { auth, engines } = await container();
  const { store } = engines;
  if (!(await setupPass()) || (await countAdmins(store)) > 0) redirect('/admin/setup');
  const name = String(form.get('name') ?? '')
    .trim()
    .slice(0, 80);
  const email = readEmail(String(form.get('email') ?? ''));
  const password = String(form.get('password') ?? '');
  if (name === '') return refused('Say what you want to be called.');
  if (email === null) return refused('That is not an e-mail address.');
  const weak = refusesPassword(password, [name, email]);
  if (weak) return refused(weak);
  const made = await createUser(store, { email, name, role: 'admin' });
  // Somebody who had an account before there was an admin becomes one: the token says that they may.
  const user = made ?? (await userByEmail(store, email));
  if (user === null) return refused('That did not work. Try again.');
  if (!made) await changeRole(store, await currentActor(user), user, 'admin');
  await setPassword(auth, user, password);
  await writeDown(store, await currentActor(user), 'house.set_up', user);
  await signIn(auth, email, password);
  (await cookies()).delete({ name: SETUP_COOKIE, path: '/admin/setup' });
  redirect('/admin/setup/film');
}
