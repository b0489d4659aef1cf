import type { ApiToken } from '@marquee/core/api-tokens';
import type { ApiTokenId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { isTokenOf, newApiToken, tokenIdOf } from '@marquee/core/token-secrets';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';

const T0 = 1_800_000_000_000;
const FACTS = {
  name: 'Nachtläufe “映画”',
  scopes: ['movies:read', 'jobs:read'] as ApiToken['scopes'],
  madeBy: { id: 'u1', name: 'ann@example.org' },
  expiresAtMs: T0 + 1000,
};

/** Holds a store to what tokens of the API need of it. */
export function describeApiTokensContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`API tokens contract: ${name}`, () => {
    let engine: Engine<Store>;
    let store: Store;
    let other: Store;
    beforeEach(async () => {
      engine = await open();
      store = engine.port;
      other = await engine.another();
    });
    afterEach(async () => {
      await engine.close();
    });

    it('keeps a token by its id, without what opens the door', async () => {
      const { token, row } = newApiToken(FACTS, T0);
      expect(await store.apiTokens.insert(row)).toBe(true);
      expect(await other.apiTokens.insert({ ...row, name: 'another' })).toBe(false);
      const found = await other.apiTokens.get(tokenIdOf(token) as ApiTokenId);
      expect(found).toEqual(row);
      expect(found && isTokenOf(found, token)).toBe(true);
      expect(JSON.stringify(found)).not.toContain(token.slice(-20));
      expect(await store.apiTokens.get('nothing' as ApiTokenId)).toBeNull();
    });

    it('ends a token once, for every process at once', async () => {
      const { row } = newApiToken(FACTS, T0);
      await store.apiTokens.insert(row);
      const ended = await Promise.all([store, other, store].map((each) => each.apiTokens.revoke(row.id, T0 + 5)));
      expect(ended.filter(Boolean)).toHaveLength(1);
      expect(await store.apiTokens.revoke(row.id, T0 + 9)).toBe(false);
      expect(await other.apiTokens.get(row.id)).toEqual({ ...row, revokedAtMs: T0 + 5 });
      expect(await store.apiTokens.revoke('nothing' as ApiTokenId, T0)).toBe(false);
    });

    it('notes the latest use, whichever comes first', async () => {
      const { row } = newApiToken(FACTS, T0);
      await store.apiTokens.insert(row);
      for (const atMs of [T0 + 7, T0 + 3]) await other.apiTokens.markUsed(row.id, atMs);
      expect((await store.apiTokens.get(row.id))?.lastUsedAtMs).toBe(T0 + 7);
      await store.apiTokens.markUsed('nothing' as ApiTokenId, T0);
      expect(await store.apiTokens.get('nothing' as ApiTokenId)).toBeNull();
    });

    it('lists them with the newest first, page by page', async () => {
      const rows = Array.from({ length: 5 }, (_, i) => newApiToken({ ...FACTS, name: `token ${i}` }, T0 + i).row);
      for (const row of rows) await store.apiTokens.insert(row);
      const first = await other.apiTokens.list({ limit: 3 });
      expect(first.items.map((each) => each.name)).toEqual(['token 4', 'token 3', 'token 2']);
      const rest = await other.apiTokens.list({ limit: 3, cursor: first.cursor as string });
      expect(rest).toEqual({ items: [rows[1], rows[0]], cursor: null });
    });
  });
}
