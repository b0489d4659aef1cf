import type { ApiToken, Scope } from '@marquee/core/api-tokens';
import type { AuditActor, AuditEntry } from '@marquee/core/audit';
import type { ApiTokenId } from '@marquee/core/ids';
import type { Page, Store } from '@marquee/core/ports';
import { newApiToken } from '@marquee/core/token-secrets';
import { container } from './container.ts';
import { writeDown } from './people.ts';

const TOKENS_PER_PAGE = 50;
const DAY_MS = 24 * 3600_000;

/** A token as pages show it. */
export type TokenView = Omit<ApiToken, 'hash'>;

/** Newest first. */
export async function listTokens(after: string | undefined): Promise<Page<TokenView>> {
  const { engines } = await container();
  const query = { limit: TOKENS_PER_PAGE, ...(after === undefined ? {} : { cursor: after }) };
  const { items, cursor } = await engines.store.apiTokens.list(query);
  return { items: items.map(({ hash: _hash, ...token }) => token), cursor };
}

/** Makes a token for an admin. @returns its only copy */
export async function makeToken(
  store: Store,
  admin: { id: string; name: string },
  wanted: { name: string; scopes: Scope[]; days: number | null },
  actor: AuditActor,
): Promise<string> {
  const nowMs = Date.now();
  const expiresAtMs = wanted.days === null ? null : nowMs + wanted.days * DAY_MS;
  const { token, row } = newApiToken({ name: wanted.name, scopes: wanted.scopes, madeBy: admin, expiresAtMs }, nowMs);
  await store.apiTokens.insert(row);
  await writeDown(store, actor, 'token.made', targetOf(row), row.scopes.join(' '));
  return token;
}

/** Ends a token at once. @returns false if there is none of this id, or it had been ended */
export async function revokeToken(store: Store, id: ApiTokenId, actor: AuditActor): Promise<boolean> {
  const token = await store.apiTokens.get(id);
  if (!token || !(await store.apiTokens.revoke(id, Date.now()))) return false;
  await writeDown(store, actor, 'token.revoked', targetOf(token));
  return true;
}

function targetOf({ id, name }: ApiToken): AuditEntry['target'] {
  return { kind: 'token', id, name };
}
