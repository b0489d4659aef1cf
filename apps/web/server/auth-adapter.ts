import type { AccountCondition, AccountModel, AccountRow } from '@marquee/core/accounts';
import { MarqueeError } from '@marquee/core/errors';
import { newId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { type CleanedWhere, createAdapterFactory } from 'better-auth/adapters';

/** Lets the accounts library keep its rows in our store, whichever that is. */
export function storeAdapter(accounts: Store['accounts']) {
  return createAdapterFactory({
    config: {
      adapterId: 'marquee',
      adapterName: 'Marquee',
      supportsNumericIds: false,
      // As ISO 8601, which compares as text.
      supportsDates: false,
      supportsJSON: false,
      supportsArrays: false,
      transaction: false,
      customIdGenerator: () => newId(),
    },
    adapter: () => {
      const one = async (model: string, where: CleanedWhere[]) =>
        (await accounts.find(known(model), conditions(where), { limit: 1 }))[0] ?? null;
      return {
        async create({ model, data }) {
          if (await accounts.insert(known(model), data as unknown as AccountRow)) return data;
          throw new MarqueeError('MESSAGE_INVALID', 'This address has an account already.');
        },
        findOne: async ({ model, where }) => (await one(model, where)) as never,
        findMany: async ({ model, where, limit, offset, sortBy }) =>
          (await accounts.find(known(model), conditions(where ?? []), {
            limit,
            ...(offset === undefined ? {} : { offset }),
            ...(sortBy === undefined ? {} : { sortBy }),
          })) as never,
        async update({ model, where, update }) {
          const row = await one(model, where);
          if (row === null) return null;
          const patch = update as Record<string, AccountRow[string]>;
          await accounts.update(known(model), [{ field: 'id', is: 'eq', value: row.id }], patch);
          return { ...row, ...patch } as never;
        },
        updateMany: ({ model, where, update }) => accounts.update(known(model), conditions(where), update),
        async delete({ model, where }) {
          await accounts.remove(known(model), conditions(where));
        },
        deleteMany: ({ model, where }) => accounts.remove(known(model), conditions(where)),
        consumeOne: async ({ model, where }) => (await accounts.take(known(model), conditions(where))) as never,
        count: async ({ model, where }) => (await accounts.find(known(model), conditions(where ?? []))).length,
      };
    },
  });
}

const MODELS: readonly string[] = ['user', 'session', 'account', 'verification'] satisfies AccountModel[];

function known(model: string): AccountModel {
  if (MODELS.includes(model)) return model as AccountModel;
  throw new MarqueeError('INTERNAL', `The accounts library asked for rows of ${model}, which there are none of.`);
}

const COMPARISONS: Record<string, AccountCondition['is']> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'lt',
  lte: 'lte',
  gt: 'gt',
  gte: 'gte',
  in: 'in',
};

function conditions(where: CleanedWhere[]): AccountCondition[] {
  return where.map(({ field, operator, value, connector, mode }) => {
    const is = COMPARISONS[operator ?? 'eq'];
    if (is === undefined || (connector === 'OR' && where.length > 1) || mode === 'insensitive') {
      throw new MarqueeError('INTERNAL', `The accounts library asked in a way that is not known here (${operator}).`);
    }
    return { field, is, value: value instanceof Date ? value.toISOString() : value };
  });
}
