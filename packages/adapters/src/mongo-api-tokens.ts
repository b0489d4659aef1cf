import type { ApiToken } from '@marquee/core/api-tokens';
import type { Store } from '@marquee/core/ports';
import type { Collection } from 'mongodb';
import { insert, restore, type Stored } from './mongo-documents.ts';
import type { Guard } from './mongo-errors.ts';

/** Tokens of the API; found by their ids alone. */
export function mongoApiTokens(tokens: Collection<Stored<ApiToken>>, guard: Guard): Store['apiTokens'] {
  return {
    insert: (token) => insert<ApiToken>(tokens, guard, token),

    get: (id) =>
      guard(async () => {
        const found = await tokens.findOne({ _id: id });
        return found && restore<ApiToken>(found as Stored<ApiToken>);
      }),

    list: ({ limit, cursor }) =>
      guard(async () => {
        const found = await tokens
          .find(cursor === undefined ? {} : { _id: { $lt: cursor as ApiToken['id'] } })
          .sort({ _id: -1 })
          .limit(limit + 1)
          .toArray();
        const items = found.slice(0, limit).map((each) => restore<ApiToken>(each as Stored<ApiToken>));
        return { items, cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
      }),

    revoke: (id, nowMs) =>
      guard(async () => {
        const ended = await tokens.updateOne({ _id: id, revokedAtMs: null }, { $set: { revokedAtMs: nowMs } });
        return ended.matchedCount === 1;
      }),

    async markUsed(id, nowMs) {
      await guard(() => tokens.updateOne({ _id: id }, { $max: { lastUsedAtMs: nowMs } }));
    },
  };
}
