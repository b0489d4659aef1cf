import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import { generateText, jsonSchema, NoObjectGeneratedError, Output } from 'ai';
import { z } from 'zod';
import { isRefusal, type LlmFacts, llmFailure, refused, refusesSchema } from './llm-errors.ts';

/** What a model is asked. */
export interface Question<T> {
  instructions: string;
  /** The form of the answer, which the instructions name too: not every server hands it on. */
  answer: z.ZodType<T>;
}

/** A language model that is asked one thing at a time. */
export interface Llm {
  /** Model and host, for people. */
  readonly name: string;
  /** How large a text may be, by `sizeOf`, for a request to stay within what is configured. */
  room(question: Question<unknown>): number;
  /** @throws MarqueeError as a `Describer` does */
  ask<T>(question: Question<T>, text: string, signal: AbortSignal): Promise<T>;
}

/** Kept free for what is said when an answer has to be given again. */
const AGAIN_CHARACTERS = 500;
const LONGEST_FAULT = 200;

/** The size that a text has in a request. */
export function sizeOf(text: string): number {
  return JSON.stringify(text).length - 2;
}

/**
 * Speaks to whatever speaks the OpenAI protocol: Ollama, OpenAI, and the endpoints that Gemini and Anthropic keep for it.
 * No temperature and no number of tokens is sent: newer models refuse them.
 *
 * @param options.maxInputChars no request has more characters, with all that belongs to it
 */
export function createLlm(options: {
  baseUrl: string;
  model: string;
  apiKey: string | null;
  maxInputChars: number;
  timeoutMs: number;
  log: Logger;
}): Llm {
  const { baseUrl, model, apiKey, maxInputChars, timeoutMs, log } = options;
  const host = new URL(baseUrl).host;
  const facts: LlmFacts = { name: `${model} at ${host}`, host, model, apiKey, maxInputChars, timeoutMs };
  const provider = createOpenAICompatible({
    name: 'llm',
    baseURL: baseUrl,
    ...(apiKey === null ? {} : { apiKey }),
    supportsStructuredOutputs: true,
    fetch: (url, init) => {
      const characters = typeof init?.body === 'string' ? init.body.length : Number.POSITIVE_INFINITY;
      if (characters > maxInputChars)
        throw new MarqueeError(
          'INTERNAL',
          `A request of ${characters} characters was not sent: ${maxInputChars} are allowed.`,
        );
      log.debug('language model is asked', { host, model, characters });
      // A key is not carried to another address.
      return fetch(url, { ...init, redirect: 'manual' });
    },
  });
  const spoken = provider(model);
  /** False once the server has refused to be told the form of answers. */
  let sendsForm = true;

  async function answerTo(question: Question<unknown>, text: string, signal: AbortSignal) {
    const form = jsonSchema(formOf(question));
    try {
      const { text: said, finishReason } = await generateText({
        model: spoken,
        instructions: question.instructions,
        prompt: text,
        // Whoever runs the task tries again, and shows why.
        maxRetries: 0,
        abortSignal: signal,
        ...(sendsForm ? { output: Output.object({ schema: form }) } : {}),
      });
      return { said, finishReason };
    } catch (thrown) {
      if (NoObjectGeneratedError.isInstance(thrown))
        return { said: thrown.text ?? '', finishReason: thrown.finishReason ?? 'other' };
      if (!sendsForm || !refusesSchema(thrown)) throw thrown;
      sendsForm = false;
      log.info('language model is not told the form of answers: its server refuses it', { host, model });
      return answerTo(question, text, signal);
    }
  }

  async function askOnce<T>(question: Question<T>, text: string, signal: AbortSignal): Promise<T | Fault> {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const { said, finishReason } = await answerTo(question, text, AbortSignal.any([signal, late]));
      if (finishReason === 'content-filter' || isRefusal(said)) throw refused(facts, said);
      return readAnswer(said, question.answer, finishReason === 'length');
    } catch (thrown) {
      signal.throwIfAborted();
      if (late.aborted) {
        throw new MarqueeError(
          'LLM_DOWN',
          `${facts.name} did not answer within ${timeoutMs / 1000} s. It is asked again by itself; where it needs longer, raise LLM_TIMEOUT_SEC.`,
        );
      }
      throw llmFailure(thrown, facts);
    }
  }

  return {
    name: facts.name,
    room(question) {
      const frame = {
        model,
        messages: [
          { role: 'system', content: question.instructions },
          { role: 'user', content: '' },
        ],
        response_format: {
          type: 'json_schema',
          json_schema: { schema: formOf(question), strict: true, name: 'response' },
        },
      };
      return maxInputChars - JSON.stringify(frame).length - AGAIN_CHARACTERS;
    },
    async ask(question, text, signal) {
      const first = await askOnce(question, text, signal);
      if (!(first instanceof Fault)) return first;
      log.debug('language model is asked again', { host, model, fault: first.sentence });
      const again = `${text}\n\nYour last answer could not be read: ${first.sentence}\nAnswer again, with the JSON object alone.`;
      const second = await askOnce(question, again, signal);
      if (!(second instanceof Fault)) return second;
      throw new MarqueeError(
        'OUTPUT_INVALID',
        `${facts.name} answered twice in another form than was asked for (${second.sentence})`,
        { context: { host, model } },
      );
    },
  };
}

/** What is wrong with an answer, for the model as for people. */
class Fault {
  readonly sentence: string;

  constructor(sentence: string) {
    this.sentence = sentence.length > LONGEST_FAULT ? `${sentence.slice(0, LONGEST_FAULT)}…` : sentence;
  }
}

function formOf(question: Question<unknown>): Record<string, unknown> {
  const { $schema, ...form } = z.toJSONSchema(question.answer);
  return form;
}

/** Finds the JSON in what was said: some put it between fences, or think aloud before. */
function readAnswer<T>(said: string, form: z.ZodType<T>, isCut: boolean): T | Fault {
  const text = said.replace(/<think>[\s\S]*?<\/think>/g, '');
  let value: unknown;
  try {
    value = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  } catch {
    return new Fault(isCut ? 'it was cut off before its end.' : 'it is no JSON.');
  }
  const read = form.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  return new Fault(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not as asked for'}.`);
}
