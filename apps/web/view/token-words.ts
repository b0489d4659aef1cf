import { type ApiToken, isTokenOver, type Scope } from '@marquee/core/api-tokens';

/** What each scope lets a program do. */
export const SCOPE_WORDS: Record<Scope, string> = {
  'movies:read': 'read all films, drafts too',
  'movies:write': 'change, publish and delete films',
  'uploads:write': 'upload films',
  'jobs:read': 'read jobs and their parts',
  'jobs:write': 'retry and cancel jobs',
  'search:read': 'search the house and the catalogue',
};

/** How long a token may be made to last, in days; null for without an end. */
export const TOKEN_DAYS: { value: string; days: number | null; words: string }[] = [
  { value: '30', days: 30, words: 'for 30 days' },
  { value: '90', days: 90, words: 'for 90 days' },
  { value: '365', days: 365, words: 'for a year' },
  { value: 'none', days: null, words: 'until it is revoked' },
];

/** How a token stands, in a word. */
export function tokenState(token: Pick<ApiToken, 'revokedAtMs' | 'expiresAtMs'>, nowMs: number): string {
  if (token.revokedAtMs !== null) return 'Revoked';
  return isTokenOver(token as ApiToken, nowMs) ? 'Expired' : 'Works';
}
