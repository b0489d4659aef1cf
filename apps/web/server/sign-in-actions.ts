'use server';

import { type AccountCondition, type LinkUse, linkIdentifier, linkValue, readLink } from '@marquee/core/accounts';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { after } from 'next/server';
import { type Answer, done, refused } from '../view/answer.ts';
import { ownPath } from '../view/own-path.ts';
import { container } from './container.ts';
import { currentActor, peerNetwork } from './current-user.ts';
import { isSignUpOpen } from './house.ts';
import { sendInvite, sendReset } from './letters.ts';
import { countTry, forgetTries } from './limits.ts';
import { refusesPassword, setPassword } from './passwords.ts';
import { createUser, readEmail, userByEmail, userById, writeDown } from './people.ts';
import { signIn } from './sign-in.ts';

const LINK_IS_OVER = 'This link was used already, or is too old. Ask for a new one.';

/** Signs in. What is wrong, address or password, is not said; both take the same time. */
export async function signInAction(_before: Answer, form: FormData): Promise<Answer> {
  const { auth, engines, log } = await container();
  const { store } = engines;
  const email = readEmail(text(form, 'email'));
  const password = text(form, 'password');
  const where = await peerNetwork();
  const subject = email ?? text(form, 'email').slice(0, 300);
  const waits = [await countTry(store, 'sign-in-address', where), await countTry(store, 'sign-in-account', subject)];
  const wait = waits.find((each) => each !== null);
  if (wait) {
    log.warn('sign-in is held back', { address: where });
    return refused(`Too many tries. Try again in ${wait}.`);
  }
  // What is no address is looked for like one, so that it takes as long.
  if (!(await signIn(auth, email ?? 'nobody@nowhere.invalid', password.slice(0, 200)))) {
    log.warn('a sign-in was refused', { address: where });
    const user = email === null ? null : await userByEmail(store, email);
    const actor = await currentActor(null);
    after(() => (user ? writeDown(store, actor, 'user.sign_in_refused', user) : undefined));
    return refused('That address and password do not belong together, or the account is shut.');
  }
  await Promise.all([
    forgetTries(store, 'sign-in-account', subject),
    writeDown(store, await currentActor(await userByEmail(store, subject)), 'user.signed_in'),
  ]);
  redirect(ownPath(form.get('next')) ?? '/');
}

/** Ends the session of this browser. */
export async function signOutAction(): Promise<void> {
  const { auth } = await container();
  await auth.api.signOut({ headers: await headers() });
  redirect('/');
}

/** Sends a letter with the way in to whoever asks for an account. The answer is the same for every address. */
export async function askForAccountAction(_before: Answer, form: FormData): Promise<Answer> {
  const { engines } = await container();
  if (!(await isSignUpOpen())) return refused('Accounts are by invitation here. Ask whoever runs this house.');
  return letter(form, async (email) => {
    await sendInvite({ kind: 'invite', role: 'viewer', email }, await userByEmail(engines.store, email));
  });
}

/** Sends a letter with a link for a new password. The answer is the same for every address. */
export async function askForResetAction(_before: Answer, form: FormData): Promise<Answer> {
  const { mail } = await container();
  if (mail === null) return refused('This house sends no mail. Ask an admin for a link.');
  return letter(form, sendReset);
}

/** Makes the account that a link invites to, and signs in. */
export async function acceptInviteAction(_before: Answer, form: FormData): Promise<Answer> {
  const { auth, engines } = await container();
  const { store } = engines;
  const link = await heldLink(form);
  if ('says' in link) return link;
  if (link.use.kind !== 'invite') return refused(LINK_IS_OVER);
  const name = text(form, 'name').trim().slice(0, 80);
  const password = text(form, 'password');
  if (name === '') return refused('Say what you want to be called.');
  const weak = refusesPassword(password, [name, link.use.email]);
  if (weak) return refused(weak);
  if (!(await store.accounts.take('verification', link.where))) return refused(LINK_IS_OVER);
  const user = await createUser(store, { email: link.use.email, name, role: link.use.role });
  if (!user) return refused('This address has an account by now. Sign in with it.');
  await setPassword(auth, user, password);
  await writeDown(store, await currentActor(user), 'user.joined', user, user.role);
  await signIn(auth, user.email, password);
  redirect(user.role === 'admin' ? '/admin' : '/');
}

/** Sets the password that a link allows to set, ends all sessions of that account, and signs in. */
export async function resetAction(_before: Answer, form: FormData): Promise<Answer> {
  const { auth, engines } = await container();
  const { store } = engines;
  const link = await heldLink(form);
  if ('says' in link) return link;
  const user = link.use.kind === 'reset' ? await userById(store, link.use.userId) : null;
  if (user === null || user.disabledAtMs !== null) return refused(LINK_IS_OVER);
  const password = text(form, 'password');
  const weak = refusesPassword(password, [user.name, user.email]);
  if (weak) return refused(weak);
  if (!(await store.accounts.take('verification', link.where))) return refused(LINK_IS_OVER);
  await setPassword(auth, user, password);
  await store.accounts.remove('session', [{ field: 'userId', is: 'eq', value: user.id }]);
  // Other links of the same kind are of no use any more.
  await store.accounts.remove('verification', [
    { field: 'value', is: 'eq', value: linkValue({ kind: 'reset', userId: user.id }) },
  ]);
  await writeDown(store, await currentActor(user), 'user.password_reset', user);
  await forgetTries(store, 'sign-in-account', user.email);
  await signIn(auth, user.email, password);
  redirect(user.role === 'admin' ? '/admin' : '/');
}

type HeldLink = { use: LinkUse; where: AccountCondition[] };

async function heldLink(form: FormData): Promise<HeldLink | NonNullable<Answer>> {
  const { engines } = await container();
  const wait = await countTry(engines.store, 'link-address', await peerNetwork());
  if (wait) return { ok: false, says: `Too many tries. Try again in ${wait}.` };
  const where: AccountCondition[] = [{ field: 'identifier', is: 'eq', value: linkIdentifier(text(form, 'token')) }];
  const [row] = await engines.store.accounts.find('verification', where, { limit: 1 });
  const use: LinkUse | null = row ? readLink(row, Date.now()) : null;
  return use ? { use, where } : { ok: false, says: LINK_IS_OVER };
}

/** Answers alike, and at once, whoever the address belongs to: what differs happens after the answer. */
async function letter(form: FormData, write: (email: string) => Promise<void>): Promise<Answer> {
  const { engines } = await container();
  const email = readEmail(text(form, 'email'));
  if (email === null) return refused('That is not an e-mail address.');
  const waits = [
    await countTry(engines.store, 'letter-address', await peerNetwork()),
    await countTry(engines.store, 'letter-account', email),
  ];
  const wait = waits.find((each) => each !== null);
  if (wait) return refused(`Too many letters. Try again in ${wait}.`);
  after(() => write(email));
  return done(`A letter is on its way to ${email}, if it can have one. Look into its mail.`);
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
