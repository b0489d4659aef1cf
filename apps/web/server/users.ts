import { type User, userOf } from '@marquee/core/accounts';
import type { Page } from '@marquee/core/ports';
import { container } from './container.ts';

const PEOPLE_PER_PAGE = 50;

/** People, newest first, or those whose name or address holds what is searched for. */
export async function listUsers(search: string, after: string | undefined): Promise<Page<User>> {
  const { engines } = await container();
  const { items, cursor } = await engines.store.accounts.users({
    limit: PEOPLE_PER_PAGE,
    ...(search === '' ? {} : { search }),
    ...(after === undefined ? {} : { cursor: after }),
  });
  return { items: items.map(userOf), cursor };
}
