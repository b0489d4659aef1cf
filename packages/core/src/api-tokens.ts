import type { ApiTokenId } from './ids.ts';

/** What a program may do by the API; a token has any number of them. */
export const SCOPES = [
  'movies:read',
  'movies:write',
  'uploads:write',
  'jobs:read',
  'jobs:write',
  'search:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as the store keeps it: what opens the API is not among it. */
export interface ApiToken {
  id: ApiTokenId;
  /** What it is for, in its maker's words. */
  name: string;
  scopes: Scope[];
  /** SHA-256 of the whole token, in hexadecimal. */
  hash: string;
  /** The admin who made it; it is good for nothing once they are none any more. */
  madeBy: { id: string; name: string };
  createdAtMs: number;
  /** Null for one that does not end by itself. */
  expiresAtMs: number | null;
  revokedAtMs: number | null;
  /** To the minute; null if it was never used. */
  lastUsedAtMs: number | null;
}

/** The store's part. */
export interface ApiTokenRepository {
  /** @returns false if a token of this id stands already, which is left as it is */
  insert(token: ApiToken): Promise<boolean>;
  get(id: ApiTokenId): Promise<ApiToken | null>;
  /** Newest first, those that are over too. */
  list(query: { limit: number; cursor?: string }): Promise<{ items: ApiToken[]; cursor: string | null }>;
  /** Ends a token for good. @returns false if there is none, or it had ended so before */
  revoke(id: ApiTokenId, nowMs: number): Promise<boolean>;
  /** Notes that it was used; never anything earlier than what is noted. */
  markUsed(id: ApiTokenId, nowMs: number): Promise<void>;
}

/** Whether a token has ended, by itself or by an admin. */
export function isTokenOver(token: ApiToken, nowMs: number): boolean {
  return token.revokedAtMs !== null || (token.expiresAtMs !== null && token.expiresAtMs <= nowMs);
}
