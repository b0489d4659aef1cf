import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiToken } from './api-tokens.ts';
import { type ApiTokenId, newId } from './ids.ts';

/** By which people, and programs that look for secrets that leaked, know a token. */
const PREFIX = 'mq_';
const SECRET_BYTES = 32;
const ID_LENGTH = 26;
const SHAPE = /^mq_[0-9a-z]{26}[\w-]{43}$/;

/** @returns a token, of which this is the only copy, and the row that knows it */
export function newApiToken(facts: Pick<ApiToken, 'name' | 'scopes' | 'madeBy' | 'expiresAtMs'>, nowMs: number) {
  const id = newId<ApiTokenId>(nowMs);
  const token = `${PREFIX}${id}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const row: ApiToken = {
    ...facts,
    id,
    hash: hashOf(token),
    createdAtMs: nowMs,
    revokedAtMs: null,
    lastUsedAtMs: null,
  };
  return { token, row };
}

/** @returns the id of the row that may know a token, or null if the text is none */
export function tokenIdOf(text: string): ApiTokenId | null {
  return SHAPE.test(text) ? (text.slice(PREFIX.length, PREFIX.length + ID_LENGTH) as ApiTokenId) : null;
}

/** Whether this is the token that a row knows. Takes the same time wherever two differ. */
export function isTokenOf(row: ApiToken, text: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(text), 'hex'), Buffer.from(row.hash, 'hex'));
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
