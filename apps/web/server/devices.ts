import { container } from './container.ts';
import type { Visitor } from './current-user.ts';

/** A device that somebody is signed in on. */
export interface Device {
  id: string;
  userAgent: string;
  address: string;
  sinceMs: number;
  /** To the day. */
  seenAtMs: number;
  isThis: boolean;
}

/** Where somebody is signed in, this device first. */
export async function devicesOf({ user, sessionId }: Visitor): Promise<Device[]> {
  const { engines } = await container();
  const rows = await engines.store.accounts.find('session', [
    { field: 'userId', is: 'eq', value: user.id },
    { field: 'expiresAt', is: 'gt', value: new Date().toISOString() },
  ]);
  return rows
    .map((row) => ({
      id: row.id,
      userAgent: String(row.userAgent ?? ''),
      address: String(row.ipAddress ?? ''),
      sinceMs: Date.parse(String(row.createdAt)),
      seenAtMs: Date.parse(String(row.updatedAt)),
      isThis: row.id === sessionId,
    }))
    .sort((a, b) => Number(b.isThis) - Number(a.isThis) || b.seenAtMs - a.seenAtMs);
}
