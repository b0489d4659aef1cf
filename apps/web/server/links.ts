import { type LinkUse, linkIdentifier, readLink } from '@marquee/core/accounts';
import { container } from './container.ts';

/** What a link is good for now, without using it up; null if it was used, is too old, or is none. */
export async function linkOf(token: string): Promise<LinkUse | null> {
  const { engines } = await container();
  const where = [{ field: 'identifier', is: 'eq' as const, value: linkIdentifier(token) }];
  const [row] = await engines.store.accounts.find('verification', where, { limit: 1 });
  return row ? readLink(row, Date.now()) : null;
}
