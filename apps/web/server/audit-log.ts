import { userOf } from '@marquee/core/accounts';
import type { AuditEntry } from '@marquee/core/audit';
import type { Page } from '@marquee/core/ports';
import type { AuditQuery } from '../view/audit-query.ts';
import { container } from './container.ts';

const ENTRIES_PER_PAGE = 100;
/** People who are offered where what was typed fits several. */
const PEOPLE_OFFERED = 12;

export interface AuditPage extends Page<AuditEntry> {
  /** Addresses of those whom what was typed may mean; empty where it is clear. */
  people: string[];
}

/**
 * What was done, newest first. The log knows people as they were called, by their whole address; so a part of one is
 * looked up among the people of the house first, and where it fits several nothing is listed but them.
 */
export async function listAudit({ kind, by, cursor }: AuditQuery): Promise<AuditPage> {
  const { engines } = await container();
  const { audit, accounts } = engines.store;
  const asked = { limit: ENTRIES_PER_PAGE, ...(kind ? { kind } : {}), ...(cursor === undefined ? {} : { cursor }) };
  if (by === undefined) return { ...(await audit.list(asked)), people: [] };
  const exact = await audit.list({ ...asked, actorName: by });
  if (exact.items.length > 0 || cursor !== undefined) return { ...exact, people: [] };
  const found = (await accounts.users({ search: by, limit: PEOPLE_OFFERED })).items.map((row) => userOf(row).email);
  const [first] = found;
  if (found.length === 1 && first && first !== by) {
    return { ...(await audit.list({ ...asked, actorName: first })), people: found };
  }
  return { items: [], cursor: null, people: found.filter((each) => each !== by) };
}
