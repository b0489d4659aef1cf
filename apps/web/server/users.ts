import { type User, userOf } from '@marquee/core/accounts';
import type { AuditEntry } from '@marquee/core/audit';
import type { Page } from '@marquee/core/ports';
import { container } from './container.ts';

const PEOPLE_PER_PAGE = 50;
const ENTRIES_PER_PAGE = 100;

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

/** What was done, newest first. */
export async function listAudit(after: string | undefined): Promise<Page<AuditEntry>> {
  const { engines } = await container();
  return engines.store.audit.list({ limit: ENTRIES_PER_PAGE, ...(after === undefined ? {} : { cursor: after }) });
}
