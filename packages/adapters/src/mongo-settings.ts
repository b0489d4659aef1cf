import type { Store } from '@marquee/core/ports';
import { completeSettings, type HouseSettings } from '@marquee/core/settings';
import type { Collection } from 'mongodb';
import { type Guard, isDuplicate } from './mongo-errors.ts';

/** One document, once somebody has changed a setting. */
export type SettingsDocument = { _id: string; version: number } & Partial<HouseSettings>;

const ID = 'house';

/** What admins change while the house runs, in MongoDB. */
export function mongoSettings(settings: Collection<SettingsDocument>, guard: Guard): Store['settings'] {
  return {
    async get() {
      const found = await guard(() => settings.findOne({ _id: ID }));
      return { version: found?.version ?? 0, values: completeSettings(found ?? {}) };
    },

    update: (version, patch) =>
      guard(async () => {
        if (version > 0) {
          const change = { $set: patch, $inc: { version: 1 } };
          return (await settings.updateOne({ _id: ID, version }, change)).matchedCount === 1;
        }
        try {
          await settings.insertOne({ _id: ID, version: 1, ...patch });
          return true;
        } catch (thrown) {
          if (isDuplicate(thrown)) return false;
          throw thrown;
        }
      }),
  };
}
