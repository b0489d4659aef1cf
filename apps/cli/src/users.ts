import { type User, userOf } from '@marquee/core/accounts';
import type { Config } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';
import type { Store } from '@marquee/core/ports';
import {
  COMMAND_LINE,
  changeRole,
  createUser,
  disableUser,
  enableUser,
  linkSpan,
  makeLink,
  readEmail,
  userByEmail,
  writeDown,
} from '@marquee/web/server/people';
import { EXIT } from './exit.ts';
import { print, say } from './print.ts';
import { runSession } from './session.ts';

/** `marquee users list` */
export function listUsers(options: { search?: string; limit: number; json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines }) => {
    const { search, limit } = options;
    const { items } = await engines.store.accounts.users({ limit, ...(search === undefined ? {} : { search }) });
    const users = items.map(userOf);
    if (options.json) print(JSON.stringify({ users: users.map(facts) }));
    else if (users.length === 0) say('There is nobody.');
    else {
      for (const user of users) {
        print(`${user.email}  ${user.role}${user.disabledAtMs === null ? '' : ', shut out'}  ${user.name}`);
      }
    }
    return EXIT.ok;
  });
}

/** `marquee users make-admin`: the way back into a house that nobody can run any more. */
export function makeAdmin(email: string): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { store }, config }) => {
    const address = readEmail(email);
    if (address === null) throw new MarqueeError('MESSAGE_INVALID', `${email} is not an e-mail address.`);
    const known = await userByEmail(store, address);
    if (known) {
      await changeRole(store, COMMAND_LINE, known, 'admin');
      if (known.disabledAtMs !== null) await enableUser(store, COMMAND_LINE, known);
      print(`${address} runs the house.`);
      return EXIT.ok;
    }
    const name = address.slice(0, address.indexOf('@'));
    const made = await createUser(store, { email: address, name, role: 'admin' });
    if (made === null) throw new MarqueeError('MESSAGE_INVALID', `${address} got an account just now. Try again.`);
    await writeDown(store, COMMAND_LINE, 'user.created', made, 'admin');
    print(`${address} runs the house.`);
    return printLink(store, config, made);
  });
}

/** `marquee users disable` */
export function disable(email: string): Promise<number> {
  return withUser(email, async (store, user) => {
    await disableUser(store, COMMAND_LINE, user);
    print(`${user.email} is shut out, and signed out everywhere.`);
    return EXIT.ok;
  });
}

/** `marquee users enable` */
export function enable(email: string): Promise<number> {
  return withUser(email, async (store, user) => {
    await enableUser(store, COMMAND_LINE, user);
    print(`${user.email} may sign in again.`);
    return EXIT.ok;
  });
}

/** `marquee users reset` */
export function reset(email: string): Promise<number> {
  return withUser(email, async (store, user, config) => {
    if (user.disabledAtMs !== null) {
      throw new MarqueeError('MESSAGE_INVALID', `${user.email} is shut out. Let them in first: marquee users enable.`);
    }
    await writeDown(store, COMMAND_LINE, 'user.reset_link_made', user);
    return printLink(store, config, user);
  });
}

async function printLink(store: Store, config: Config, user: User): Promise<number> {
  const base = config.publicUrl ?? `http://127.0.0.1:${config.port}`;
  const url = new URL(await makeLink(store, { kind: 'reset', userId: user.id }), base);
  say(`This link sets a password, once, within ${linkSpan('reset')}:`);
  print(url.href);
  return EXIT.ok;
}

function withUser(email: string, act: (store: Store, user: User, config: Config) => Promise<number>): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { store }, config }) => {
    const user = await userByEmail(store, email.trim().toLowerCase());
    if (user === null) throw new MarqueeError('MESSAGE_INVALID', `Nobody has an account with the address ${email}.`);
    return act(store, user, config);
  });
}

function facts({ id, email, name, role, disabledAtMs, createdAtMs }: User) {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return { id, email, name, role, disabledAt: at(disabledAtMs), createdAt: at(createdAtMs) };
}
