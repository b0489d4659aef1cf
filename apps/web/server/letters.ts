import type { LinkUse, User } from '@marquee/core/accounts';
import { headers } from 'next/headers';
import { container } from './container.ts';
import { houseSettings } from './house.ts';
import { linkSpan, makeLink, userByEmail } from './people.ts';

/** The whole address of a page of ours. Letters are sent only where PUBLIC_URL is set, so no visitor chooses it. */
export async function ownUrl(path: string): Promise<string> {
  const { config } = await container();
  return new URL(path, config.publicUrl ?? `http://${(await headers()).get('host')}`).href;
}

/** Makes a link for a new password and sends it. Does nothing for addresses that have no open account. */
export async function sendReset(email: string): Promise<void> {
  const { engines } = await container();
  const user = await userByEmail(engines.store, email);
  if (user === null || user.disabledAtMs !== null) return;
  const url = await ownUrl(await makeLink(engines.store, { kind: 'reset', userId: user.id }));
  await send(email, 'A new password', [
    `Somebody, you we hope, asked for a new password for ${email}.`,
    `Choose one here, within ${linkSpan('reset')}:`,
    url,
    'If it was not you, do nothing: the old one stays.',
  ]);
}

/** Invites an address, or reminds it that it has an account: only its owner learns which. */
export async function sendInvite(use: LinkUse & { kind: 'invite' }, existing: User | null): Promise<void> {
  const { engines } = await container();
  if (existing) {
    return send(use.email, 'You have an account already', [
      `Somebody, you we hope, asked for an account for ${use.email}. It has one.`,
      'Sign in, or ask for a new password, here:',
      await ownUrl('/sign-in'),
    ]);
  }
  const url = await ownUrl(await makeLink(engines.store, use));
  await send(use.email, 'Your account', [
    `Here is the way in for ${use.email}. Choose a name and a password within ${linkSpan('invite')}:`,
    url,
    'If you did not expect this, do nothing.',
  ]);
}

async function send(to: string, subject: string, lines: string[]): Promise<void> {
  const { mail, log } = await container();
  try {
    const { houseName } = (await houseSettings()).values;
    await mail?.send({ to, subject: `${houseName}: ${subject}`, text: `${lines.join('\n\n')}\n` });
  } catch (error) {
    log.error('a letter could not be sent', { err: error });
  }
}
