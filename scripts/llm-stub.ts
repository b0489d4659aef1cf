import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = `npm run llm-stub [-- --port 4700]

Speaks the OpenAI protocol on this machine alone and answers from what it is shown, as a language model would that only
repeats: for work on descriptions without one. Prints the variables that lead Marquee to it, and serves until Ctrl-C.`;

/**
 * `refusing`: in the field that the protocol has for it; `declining`: in plain words; `filtered`: stopped by a filter.
 * `limited`: 429; `spent`: 429, since there is no quota left; `down`: 503; `unauthorized`: 401; `unknown`: 404, as for a
 * model that is not there; `narrow`: 400, as for too much text; `formless`: 400 wherever it is told the form of its
 * answer. `broken`: no JSON; `broken-once`: no JSON, and then right; `cut`: JSON without its end; `fenced`: right, with
 * words and fences around it; `hostile`: in the right form, and full of what no page should show. `slow`: right, but
 * late; `silent`: never. `foreign`: a web page; `hollow`: an answer without a choice. `merging`: of many lines to translate, two are made one, and one is
 * left out; `mute`: none comes back.
 */
export type LlmMode =
  | 'well'
  | 'refusing'
  | 'declining'
  | 'filtered'
  | 'limited'
  | 'spent'
  | 'down'
  | 'unauthorized'
  | 'unknown'
  | 'narrow'
  | 'formless'
  | 'broken'
  | 'broken-once'
  | 'cut'
  | 'fenced'
  | 'hostile'
  | 'slow'
  | 'silent'
  | 'foreign'
  | 'hollow'
  | 'merging'
  | 'mute';

/** What one request carried. */
export interface LlmRequest {
  /** Of the whole body. */
  characters: number;
  model: string;
  instructions: string;
  /** What the model is shown, with its frame. */
  prompt: string;
  /** What stands between the marks: nothing but the film's words, or notes on them. */
  words: string;
  hasForm: boolean;
  /** The request as it came, for whatever else may be in it. */
  body: Record<string, unknown>;
}

export interface LlmStub {
  /** For LLM_BASE_URL. */
  url: string;
  apiKey: string;
  /** How it answers from now on. Default of `slowMs`: 500, of `retryAfterSec`: 7; with `after` only once so many were answered well. */
  mode(next: LlmMode, options?: { slowMs?: number; retryAfterSec?: number; after?: number }): void;
  /** What it was asked so far. */
  requests(): LlmRequest[];
  close(): Promise<void>;
}

const API_KEY = 'sk-stub-0123456789abcdef';

/** Starts a server that speaks the OpenAI protocol (chat completions) on 127.0.0.1. Default port: a free one. */
export async function startLlmStub(options: { port?: number } = {}): Promise<LlmStub> {
  const asked: LlmRequest[] = [];
  let mode: LlmMode = 'well';
  let slowMs = 500;
  let retryAfterSec = 7;
  let well = 0;

  async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const read = readRequest(text);
    asked.push(read);
    if (request.headers.authorization !== `Bearer ${API_KEY}` || mode === 'unauthorized')
      return fail(response, 401, 'invalid_api_key', `Incorrect API key provided: ${request.headers.authorization}.`);
    const now = well > 0 ? 'well' : mode;
    well = Math.max(0, well - 1);
    const right = JSON.stringify(answerTo(read));
    switch (now) {
      case 'limited':
        response.setHeader('Retry-After', retryAfterSec);
        return fail(response, 429, 'rate_limit_exceeded', 'Rate limit reached for requests per min.');
      case 'spent':
        return fail(response, 429, 'insufficient_quota', 'You exceeded your current quota.');
      case 'down':
        return fail(response, 503, 'overloaded', 'The engine is currently overloaded.');
      case 'unknown':
        return fail(response, 404, 'model_not_found', `The model '${read.model}' does not exist.`);
      case 'narrow':
        return fail(response, 400, 'context_length_exceeded', "This model's maximum context length is 512 tokens.");
      case 'foreign':
        return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><p>It works!</p>');
      case 'hollow':
        return send(response, 200, { id: 'chatcmpl-stub', created: 1_790_000_000, model: read.model, choices: [] });
      case 'formless':
        if (read.hasForm)
          return fail(response, 400, 'invalid_request_error', 'This response_format type is unavailable now.');
        return say(response, read, { content: right });
      case 'refusing':
        return say(response, read, { content: null, refusal: 'I’m sorry, I can’t help with this film.' });
      case 'declining':
        return say(response, read, { content: 'I’m sorry, but I can’t describe this film.' });
      case 'filtered':
        return say(response, read, { content: '', finish: 'content_filter' });
      case 'broken-once':
        mode = 'well';
        return say(response, read, { content: 'Here is the film: {"title": oops' });
      case 'broken':
        return say(response, read, { content: '{"title": "The form", "logline": 7}' });
      case 'cut':
        return say(response, read, { content: right.slice(0, -20), finish: 'length' });
      case 'fenced':
        return say(response, read, { content: `<think>{what}</think>Here you are:\n\`\`\`json\n${right}\n\`\`\`` });
      case 'hostile':
        return say(response, read, { content: JSON.stringify(hostileAnswer()) });
      case 'silent':
        return;
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, slowMs));
        return say(response, read, { content: right });
      case 'merging':
        return say(response, read, { content: JSON.stringify({ lines: merged(translated(read.words)) }) });
      case 'mute':
        return say(response, read, { content: '{"lines": []}' });
      default:
        return say(response, read, { content: right });
    }
  }

  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
      return fail(response, 404, 'not_found', `Unknown request URL: ${request.method} ${request.url}.`);
    complete(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: API_KEY,
    mode(next, more = {}) {
      mode = next;
      slowMs = more.slowMs ?? 500;
      retryAfterSec = more.retryAfterSec ?? 7;
      well = more.after ?? 0;
    },
    requests: () => [...asked],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function readRequest(text: string): LlmRequest {
  const body = JSON.parse(text) as Record<string, unknown>;
  const messages = body.messages as { role: string; content: string }[];
  const prompt = messages.find(({ role }) => role === 'user')?.content ?? '';
  return {
    characters: text.length,
    model: String(body.model),
    instructions: messages.find(({ role }) => role === 'system')?.content ?? '',
    prompt,
    words: /^(=====[0-9a-f]+=====)\n([\s\S]*)\n\1/m.exec(prompt)?.[2] ?? '',
    hasForm: body.response_format !== undefined,
    body,
  };
}

/** Answers in the form that the instructions name, with what the words say. */
function answerTo({ instructions, words }: LlmRequest): Record<string, unknown> {
  const sentences = words.replaceAll('\n', ' ').match(/[^.!?]+[.!?]*/g) ?? [];
  const first = (sentences[0] ?? '').trim();
  if (instructions.includes('"notes"')) return { notes: `It begins so: ${first.slice(0, 200)}` };
  if (instructions.includes('"lines"')) return { lines: translated(words) };
  return {
    title: first.split(' ').slice(0, 4).join(' '),
    logline: `Somebody says: ${first.slice(0, 120)}`,
    synopsis: sentences.slice(0, 3).join('').trim().slice(0, 800),
    genres: ['Drama', 'Documentary'],
  };
}

/** Each numbered line, with a sign that it is another. */
function translated(words: string): { n: number; text: string }[] {
  return [...words.matchAll(/^(\d+)\t(.*)$/gm)].map(([, n, text]) => ({ n: Number(n), text: `«${text}»` }));
}

/** The third of many goes into the second, the last is forgotten. */
function merged(lines: { n: number; text: string }[]): { n: number; text: string }[] {
  if (lines.length < 10) return lines;
  const [first, second, third, ...rest] = lines;
  if (!first || !second || !third) return lines;
  return [first, { n: second.n, text: `${second.text} ${third.text}` }, ...rest.slice(0, -1)];
}

function hostileAnswer(): Record<string, unknown> {
  return {
    title: '<script>alert(1)</script>The \u202eleT\u202c Film <img src=x onerror=alert(1)>',
    logline: `See https://evil.example/x?y for ${'more and '.repeat(100)}`,
    synopsis: `A man. ${'He walks on and on. '.repeat(2000)}`,
    genres: ['Drama', 'Hacking', '<b>War</b>', 'drama', 'Western', 'Comedy', 'Music'],
  };
}

function say(
  response: ServerResponse,
  { model }: LlmRequest,
  { content, refusal, finish = 'stop' }: { content: string | null; refusal?: string; finish?: string },
): void {
  const message = { role: 'assistant', content, ...(refusal === undefined ? {} : { refusal }) };
  send(response, 200, {
    id: 'chatcmpl-stub',
    object: 'chat.completion',
    created: 1_790_000_000,
    model,
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, { error: { message, type: code, code, param: null } });
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4700' }, help: { type: 'boolean' } } });
  if (values.help) process.stdout.write(`${USAGE}\n`);
  else {
    const stub = await startLlmStub({ port: Number(values.port) });
    process.stdout.write(`export LLM_BASE_URL=${stub.url} LLM_MODEL=repeater LLM_API_KEY=${stub.apiKey}\n`);
    process.stderr.write('Ctrl-C stops it.\n');
  }
}
