import { MarqueeError } from '@marquee/core/errors';

/** Whom a request went to, as far as sentences about it say. */
export interface ProviderFacts {
  /** Beginning of the names of its variables: `SPEECH`. */
  of: string;
  /** Model and host, for people. */
  name: string;
  host: string;
  model: string;
  apiKey: string | null;
  timeoutMs: number;
}

/** Servers that ask for more patience are tried again after this long. */
const LONGEST_PAUSE_MS = 10 * 60_000;
/** A quota that is used up does not come back in a minute. */
export const QUOTA_PAUSE_MS = 10 * 60_000;
const QUOTED = 200;

/** Reads an answer that is none. @param body what it says, or its beginning */
export function statusFailure(
  { status, headers, body }: { status: number; headers: Headers; body: string },
  facts: ProviderFacts,
): MarqueeError {
  const { of, name, host, model } = facts;
  const error = (code: ConstructorParameters<typeof MarqueeError>[0], sentence: string, pauseMs?: number) =>
    new MarqueeError(code, sentence, {
      context: { host, model, status },
      ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
    });
  const pauseMs = retryAfterMs(headers.get('retry-after'));
  if (status < 400)
    return error('CONFIG_INVALID', `${host} answers from another address. Write that one into ${of}_BASE_URL.`);
  if (status === 401 || status === 403) {
    const sentence = facts.apiKey === null ? `${host} wants a key. Set` : `${host} refuses the key in`;
    return error('CONFIG_INVALID', `${sentence} ${of}_API_KEY.`);
  }
  if (status === 404)
    return error('CONFIG_INVALID', `${host} knows no model “${model}”, or ${of}_BASE_URL is not where it answers.`);
  if (status === 402 || (status === 429 && isOfQuota(body)))
    return error('RATE_LIMITED', `${host} says that the account’s quota is used up.`, QUOTA_PAUSE_MS);
  if (status === 429) return error('RATE_LIMITED', `${host} limits how often it is asked.`, pauseMs);
  if (status === 408 || status >= 500)
    return error('PROVIDER_DOWN', `${name} fails (${status}). It is asked again by itself.`, pauseMs);
  const said = quoted(messageIn(body), facts.apiKey);
  if (isOfFilter(body)) return refusal(facts, said);
  return error('CONFIG_INVALID', `${host} does not take the request (${status})${said === '' ? '.' : `: “${said}”`}`);
}

/** A service that will not answer, in its own words where it has any. */
export function refusal({ name, host, model }: ProviderFacts, said: string): MarqueeError {
  return new MarqueeError('INPUT_UNSUPPORTED', `${name} refused${said === '' ? '.' : `: “${said}”`}`, {
    context: { host, model },
  });
}

/** @returns whether an answer says that nothing is left on the account */
export function isOfQuota(told: string): boolean {
  return /insufficient_quota|billing/i.test(told);
}

/** @returns whether an answer says that a request was refused for what it asks */
export function isOfFilter(told: string): boolean {
  return /content_filter|content_policy|moderation_blocked|safety system/i.test(told);
}

/** What somebody else's server said, fit for a sentence: short, in one line, without the key. */
export function quoted(text: string, apiKey: string | null): string {
  const line = (apiKey === null ? text : text.replaceAll(apiKey, '…')).replace(/\s+/g, ' ').trim();
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}

/** Seconds or a date (RFC 9110, 10.2.3). @returns milliseconds; undefined where nothing was said */
export function retryAfterMs(value: string | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(LONGEST_PAUSE_MS, Math.max(0, Math.round(ms))) : undefined;
}

/** What a server says in the field that its protocol has for it: OpenAI's, Deepgram's, or the whole. */
function messageIn(body: string): string {
  try {
    const read = JSON.parse(body) as { error?: { message?: unknown }; err_msg?: unknown };
    return String(read.error?.message ?? read.err_msg ?? body);
  } catch {
    return body;
  }
}
