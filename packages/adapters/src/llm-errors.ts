import { MarqueeError } from '@marquee/core/errors';
import { AISDKError, APICallError } from 'ai';
import { isOfFilter, isOfQuota, QUOTA_PAUSE_MS, quoted, retryAfterMs } from './provider-errors.ts';

/** Whom a request went to, as far as sentences about it say. */
export interface LlmFacts {
  /** Model and host, for people. */
  name: string;
  host: string;
  model: string;
  apiKey: string | null;
  maxInputChars: number;
  timeoutMs: number;
}

/** Reads what a request ended with as an error with a sentence. What is one of ours already stays as it is. */
export function llmFailure(thrown: unknown, facts: LlmFacts): unknown {
  const { host, model } = facts;
  if (!APICallError.isInstance(thrown)) {
    if (!AISDKError.isInstance(thrown)) return thrown;
    return new MarqueeError('OUTPUT_INVALID', `${facts.name} gave no answer that can be read.`, {
      context: { host, model, fault: thrown.name },
    });
  }
  const status = thrown.statusCode;
  const told = `${thrown.responseBody ?? ''} ${thrown.message}`;
  // The error itself holds the request with all that is said in the film: it goes into no log.
  const error = (code: ConstructorParameters<typeof MarqueeError>[0], sentence: string, retryAfterMs?: number) =>
    new MarqueeError(code, sentence, {
      context: { host, model, ...(status === undefined ? {} : { status }) },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });

  if (status === undefined) return error('LLM_DOWN', `${facts.name} cannot be reached. It is asked again by itself.`);
  if (status < 300)
    return error('CONFIG_INVALID', `What answers at ${host} does not speak the OpenAI protocol. Check LLM_BASE_URL.`);
  if (status < 400)
    return error('CONFIG_INVALID', `${host} answers from another address. Write that one into LLM_BASE_URL.`);
  if (status === 401 || status === 403) {
    return error(
      'CONFIG_INVALID',
      facts.apiKey === null ? `${host} wants a key. Set LLM_API_KEY.` : `${host} refuses the key in LLM_API_KEY.`,
    );
  }
  if (status === 404) {
    return error(
      'CONFIG_INVALID',
      `${host} knows no model “${model}”, or LLM_BASE_URL is not where it answers: it mostly ends in /v1.`,
    );
  }
  if (status === 429) {
    if (isOfQuota(told)) {
      return error('RATE_LIMITED', `${host} says that the account’s quota is used up.`, QUOTA_PAUSE_MS);
    }
    return error(
      'RATE_LIMITED',
      `${host} limits how often it is asked.`,
      retryAfterMs(thrown.responseHeaders?.['retry-after']),
    );
  }
  if (status === 408 || status >= 500)
    return error(
      'LLM_DOWN',
      `${facts.name} fails (${status}). It is asked again by itself.`,
      retryAfterMs(thrown.responseHeaders?.['retry-after']),
    );
  if (isOfFilter(told)) return refused(facts, thrown.message);
  if (status === 413 || /context[ _]length|maximum context|too long|too large|too many tokens/i.test(told)) {
    return error(
      'CONFIG_INVALID',
      `${model} takes less text at once than ${facts.maxInputChars} characters. Lower LLM_MAX_INPUT_CHARS.`,
    );
  }
  return error(
    'CONFIG_INVALID',
    `${host} does not take the request (${status}): “${quoted(thrown.message, facts.apiKey)}”`,
  );
}

/** @returns true if a server refuses to be told the form of its answer, which it may still keep to if it is asked */
export function refusesSchema(thrown: unknown): boolean {
  if (!APICallError.isInstance(thrown) || (thrown.statusCode !== 400 && thrown.statusCode !== 422)) return false;
  return /response_?format|schema|structured.?output|additionalProperties/i.test(
    `${thrown.responseBody ?? ''} ${thrown.message}`,
  );
}

/** A model that will not answer, in its own words where it has any. */
export function refused(facts: LlmFacts, words: string): MarqueeError {
  const said = quoted(words, facts.apiKey);
  return new MarqueeError('INPUT_UNSUPPORTED', `${facts.name} refused to answer${said === '' ? '.' : `: “${said}”`}`, {
    context: { host: facts.host, model: facts.model },
  });
}

/** @returns true for an answer in which a model says that it will not give one */
export function isRefusal(text: string): boolean {
  return (
    !text.includes('{') &&
    /^\W*(i['’]?m (very |really )?sorry|i am sorry|sorry|unfortunately|i (can(['’]t|not)|won['’]t|will not|am unable|am not able)|as an ai)\b/i.test(
      text.trim(),
    )
  );
}
