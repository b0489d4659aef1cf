import type { ProviderConfig } from '@marquee/core/config-providers';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import type { z } from 'zod';
import { type ProviderFacts, statusFailure } from './provider-errors.ts';

/** A service that is asked one thing at a time, over HTTP. */
export interface ProviderClient {
  readonly facts: ProviderFacts;
  /**
   * @param path behind the configured address, with its query
   * @returns the bytes of the answer
   * @throws MarqueeError PROVIDER_DOWN, RATE_LIMITED, CONFIG_INVALID, INPUT_UNSUPPORTED or OUTPUT_INVALID; whatever the
   *         signal was aborted with
   */
  post(path: string, request: ProviderRequest): Promise<Buffer>;
  /** The same, read as JSON in a form. */
  postForJson<T>(path: string, request: ProviderRequest, form: z.ZodType<T>): Promise<T>;
}

export interface ProviderRequest {
  body: Uint8Array<ArrayBuffer> | FormData | string;
  /** Absent for a form, which brings its own. */
  contentType?: string;
  signal: AbortSignal;
  /** What the log is told of the request: sizes, never words. */
  about: Record<string, number | string>;
  /** Longest answer that is read. */
  mostBytes: number;
}

/** Of an answer that is none, so much is read for its sentence. */
const FAULT_BYTES = 64 * 1024;

/**
 * @param of     beginning of the names of its variables: `SPEECH`
 * @param scheme how the key is told: `Bearer`, or Deepgram's `Token`
 */
export function createProviderClient(
  of: string,
  config: ProviderConfig,
  { log, scheme = 'Bearer' }: { log: Logger; scheme?: 'Bearer' | 'Token' },
): ProviderClient {
  const { baseUrl, model, apiKey, timeoutMs } = config;
  const host = new URL(baseUrl).host;
  const facts: ProviderFacts = { of, name: `${model} at ${host}`, host, model, apiKey, timeoutMs };

  async function post(path: string, request: ProviderRequest): Promise<Buffer> {
    const { signal, about, mostBytes } = request;
    const late = AbortSignal.timeout(timeoutMs);
    log.debug('service is asked', { of, host, model, ...about });
    try {
      const response = await fetch(`${baseUrl}${path}`, {
        method: 'POST',
        headers: {
          ...(request.contentType === undefined ? {} : { 'Content-Type': request.contentType }),
          ...(apiKey === null ? {} : { Authorization: `${scheme} ${apiKey}` }),
        },
        body: request.body,
        // A key is not carried to another address.
        redirect: 'manual',
        signal: AbortSignal.any([signal, late]),
      });
      if (response.ok) return await bodyOf(response, mostBytes, () => tooLong(facts));
      const { status, headers } = response;
      throw statusFailure({ status, headers, body: (await bodyOf(response, FAULT_BYTES)).toString('utf8') }, facts);
    } catch (thrown) {
      signal.throwIfAborted();
      if (late.aborted)
        throw down(
          facts,
          `did not answer within ${timeoutMs / 1000} s`,
          ` Raise ${of}_TIMEOUT_SEC where it needs longer.`,
        );
      // Whatever Node's client says may hold what was sent.
      throw isMarqueeError(thrown) ? thrown : down(facts, 'cannot be reached');
    }
  }

  return {
    facts,
    post,
    async postForJson(path, request, form) {
      const bytes = await post(path, request);
      let value: unknown;
      try {
        value = JSON.parse(bytes.toString('utf8'));
      } catch {
        throw unreadable(facts, 'it is no JSON');
      }
      const read = form.safeParse(value);
      if (read.success) return read.data;
      const issue = read.error.issues[0];
      throw unreadable(
        facts,
        `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not as its protocol says'}`,
      );
    },
  };
}

/** An answer in another form than its protocol says. */
export function unreadable({ name, host, model }: ProviderFacts, why: string): MarqueeError {
  return new MarqueeError('OUTPUT_INVALID', `${name} gave an answer that cannot be read (${why}).`, {
    context: { host, model },
  });
}

function down({ name, host, model }: ProviderFacts, what: string, more = ''): MarqueeError {
  return new MarqueeError('PROVIDER_DOWN', `${name} ${what}. It is asked again by itself.${more}`, {
    context: { host, model },
  });
}

function tooLong(facts: ProviderFacts): MarqueeError {
  return unreadable(facts, 'it is longer than any right one');
}

/** Reads a body to a length. @param onMore what to throw for a longer one; by default it is cut */
async function bodyOf(response: Response, mostBytes: number, onMore?: () => MarqueeError): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let read = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    read += part.length;
    if (read <= mostBytes) continue;
    if (onMore) throw onMore();
    break;
  }
  return Buffer.concat(parts).subarray(0, mostBytes);
}
