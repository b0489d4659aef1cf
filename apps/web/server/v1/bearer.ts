import { type ApiToken, isTokenOver, type Scope } from '@marquee/core/api-tokens';
import { isTokenOf, tokenIdOf } from '@marquee/core/token-secrets';
import { container } from '../container.ts';
import { countTryMs } from '../limits.ts';
import { userById } from '../people.ts';
import { HttpError } from '../require-admin.ts';

/** How exactly it is known when a token was used: each note is a write. */
const USE_NOTED_MS = 60_000;
const CHALLENGE = 'Bearer realm="Marquee"';

/**
 * Reads whose request this is from its header `Authorization` (RFC 6750). Nothing else is looked at: neither cookies,
 * which would come by themselves from pages of others, nor the address, which stands in logs.
 *
 * @throws HttpError 401 without a token that works, 403 if it may not do this, 429 if it asks too often
 */
export async function bearerOf(request: Request, scope: Scope): Promise<ApiToken> {
  const { engines, log } = await container();
  const { store } = engines;
  const shown = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (shown === undefined) {
    const sentence = 'Show a token of the API in the header “Authorization: Bearer”.';
    throw new HttpError(401, sentence, { 'WWW-Authenticate': CHALLENGE });
  }
  const id = tokenIdOf(shown);
  const token = id && (await store.apiTokens.get(id));
  if (!token || !isTokenOf(token, shown)) throw refused('This is no token of this house.');
  const nowMs = Date.now();
  if (token.revokedAtMs !== null) throw refused('This token was revoked.');
  if (isTokenOver(token, nowMs)) throw refused('This token has expired.');
  const maker = await userById(store, token.madeBy.id);
  if (maker?.role !== 'admin' || maker.disabledAtMs !== null) {
    throw refused('Whoever made this token does not run the house any more. Have another one made.');
  }
  const waitMs = await countTryMs(store, 'api-token', token.id);
  if (waitMs !== null) {
    const waitSec = Math.max(1, Math.ceil(waitMs / 1000));
    throw new HttpError(429, `This token asks too often. Try again in ${waitSec} s.`, {
      'Retry-After': String(waitSec),
    });
  }
  if (!token.scopes.includes(scope)) {
    const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`;
    throw new HttpError(403, `This token lacks the scope ${scope}.`, { 'WWW-Authenticate': challenge });
  }
  if (nowMs - (token.lastUsedAtMs ?? 0) > USE_NOTED_MS) {
    await store.apiTokens
      .markUsed(token.id, nowMs)
      .catch((error: unknown) => log.warn('use of a token not noted', { tokenId: token.id, err: error }));
  }
  return token;
}

function refused(sentence: string): HttpError {
  return new HttpError(401, sentence, { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` });
}
