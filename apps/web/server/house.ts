import { completeSettings, type StoredSettings } from '@marquee/core/settings';
import { connection } from 'next/server';
import { cache } from 'react';
import { container } from './container.ts';

const KEY = 'house-settings';
/** How late other processes see a change, in milliseconds. */
const FRESH_MS = 2000;

/** What admins have set for the house, some two seconds old at most. */
export const houseSettings = cache(async (): Promise<StoredSettings> => {
  const { engines } = await container();
  const read = () => engines.store.settings.get();
  return (await engines.cache.getOrCompute(KEY, { ttlMs: FRESH_MS }, read)) ?? (await read());
});

/** Has this process, and those that share its cache, see a change at once. */
export async function forgetHouseSettings(): Promise<void> {
  const { engines } = await container();
  await engines.cache.delete(KEY);
}

/** What the house is called. Asked for by every page, so that it throws for no store that is away. */
export async function houseName(): Promise<string> {
  // Not while the site is being built: there is no house then.
  await connection();
  try {
    return (await houseSettings()).values.houseName;
  } catch {
    return completeSettings({}).houseName;
  }
}

/** Whether anybody may ask for an account: people sign up by mail. */
export async function isSignUpOpen(): Promise<boolean> {
  const { config, mail } = await container();
  const { signUp } = (await houseSettings()).values;
  return mail !== null && (signUp ?? config.signUp) === 'open';
}
