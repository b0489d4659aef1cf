import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import { type Ending, TmdbGate } from './tmdb-gate.ts';

/** Longest that one request may take, its body included. */
const TIMEOUT_MS = 10_000;
/** A long-running series with all who ever played in it has some two megabytes. */
const LARGEST_ANSWER_BYTES = 16 * 1024 ** 2;

export interface TmdbClient {
  /**
   * Asks one address, such as `/movie/603`.
   *
   * @param always there is an answer at this address whatever the question: a 404 means that this is not TMDB's API
   * @returns the answer's JSON; undefined if there is no such thing, or TMDB does not take the question
   * @throws MarqueeError CATALOGUE_DOWN, RATE_LIMITED, CONFIG_INVALID: never anything else
   */
  get(path: string, query: Record<string, string>, always?: 'always'): Promise<unknown>;
}

/** What stands between this process and TMDB's API: the key, time-outs, bounds, pauses. */
export function createTmdbClient(options: {
  apiKey: string;
  baseUrl: string;
  log: Logger;
  timeoutMs?: number | undefined;
}): TmdbClient {
  const { apiKey, baseUrl, log, timeoutMs = TIMEOUT_MS } = options;
  const gate = new TmdbGate(log);
  // TMDB gives out both; a read access token is a JWT and goes where no log of addresses sees it.
  const isToken = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(apiKey);
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (isToken) headers.Authorization = `Bearer ${apiKey}`;

  async function ask(
    path: string,
    query: Record<string, string>,
    always: boolean,
  ): Promise<{ ending: Ending; value: unknown }> {
    const search = new URLSearchParams(isToken ? query : { ...query, api_key: apiKey });
    // A redirect could carry the key to another host.
    const response = await fetch(`${baseUrl}${path}?${search}`, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = response;
    if (response.ok) return { ending: { kind: 'answered' }, value: JSON.parse(await boundedText(response)) };
    await response.body?.cancel();
    if (status === 429) return { ending: { kind: 'limited', retryAfterMs: retryAfterMs(response) }, value: null };
    if (status === 401) return { ending: { kind: 'refused' }, value: null };
    if (status === 404 && !always) return { ending: { kind: 'answered' }, value: undefined };
    if (status === 400 || status === 422) {
      log.warn('catalogue does not take a question', { path, status });
      return { ending: { kind: 'answered' }, value: undefined };
    }
    return { ending: { kind: 'failed', why: status }, value: null };
  }

  return {
    get(path, query, always) {
      return gate.pass(async () => {
        try {
          return await ask(path, query, always === 'always');
        } catch (error) {
          // What fetch says may repeat the address, and with it the key.
          return { ending: { kind: 'failed', why: causeOf(error) }, value: null };
        }
      });
    },
  };
}

async function boundedText(response: Response): Promise<string> {
  const blocks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const block of response.body ?? []) {
    sizeBytes += block.byteLength;
    // Leaving the loop ends the connection.
    if (sizeBytes > LARGEST_ANSWER_BYTES)
      throw new MarqueeError('CATALOGUE_DOWN', 'TMDB answered at too great length.');
    blocks.push(block);
  }
  return Buffer.concat(blocks).toString('utf8');
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(response: Response): number | null {
  const text = response.headers.get('Retry-After') ?? '';
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(1000, waitMs) : null;
}

function causeOf(error: unknown): string {
  const { name = 'Error', cause } = error as { name?: string; cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : name;
}
