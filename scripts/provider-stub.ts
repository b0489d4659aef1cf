import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '@marquee/core/config';
import { createTools } from '@marquee/media/run-tool';
import { createEar, type TrueCue } from './provider-stub/hearing.ts';
import { speak } from './provider-stub/speaking.ts';
import { stripes } from './provider-stub/stripes.ts';

const USAGE = `npm run provider-stub -- [--film FILE --truth FILE] [--port 4701]

Speaks, on this machine alone, the protocols of services that hear (OpenAI's and Deepgram's), that make pictures and
that speak (OpenAI's): for work on them without any. It hears parts of one film, whose truth it is told: {"cues": [{"start": 0.21,
"end": 4.26, "text": "..."}]}, in seconds. Its pictures are stripes, whose colours follow from what is
asked for; it speaks by ffmpeg's flite, or hums where that is missing. Prints the variables that lead Marquee to it, and serves until Ctrl-C.`;

/**
 * `limited`: 429; `spent`: 429, since there is no quota left; `down`: 503; `unauthorized`: 401; `unknown`: 404, as for a
 * model that is not there; `refusing`: 400, as for what a filter does not let pass; `moved`: 307. `broken`: no JSON;
 * `formless`: JSON of another form; `endless`: more than anybody reads; `silent`: no answer. `timeless`: a hearing
 * without times of words; `wordless`: without any times. `fussy`: refuses to be told in which form a picture is wanted;
 * `garbled`: a picture that is none; `elsewhere`: the address of a picture in place of it.
 */
export type ProviderMode =
  | 'well'
  | 'limited'
  | 'spent'
  | 'down'
  | 'unauthorized'
  | 'unknown'
  | 'refusing'
  | 'moved'
  | 'broken'
  | 'formless'
  | 'endless'
  | 'silent'
  | 'timeless'
  | 'wordless'
  | 'fussy'
  | 'garbled'
  | 'elsewhere';

/** What one request carried, all of it. */
export interface ProviderRequest {
  /** With its query. */
  path: string;
  /** Names in small letters. */
  headers: Record<string, string>;
  /** Of a form: names and values; of JSON: the same. */
  fields: Record<string, unknown>;
  /** The sound that was sent; empty if there was none. */
  sound: Buffer;
}

export interface ProviderStub {
  /** For SPEECH_BASE_URL with openai, PICTURE_BASE_URL and DUB_BASE_URL. */
  url: string;
  /** And with deepgram. */
  deepgramUrl: string;
  apiKey: string;
  /** How it answers from now on; with `after` only once so many were answered well. Default of `retryAfterSec`: 7. */
  mode(next: ProviderMode, options?: { retryAfterSec?: number; after?: number }): void;
  requests(): ProviderRequest[];
  close(): Promise<void>;
}

const API_KEY = 'sk-provider-0123456789abcdef';
const ENDLESS_BYTES = 80 * 1024 ** 2;

/** Starts the server on 127.0.0.1. Default port: a free one. @param options.truth what it hears parts of. @param options.hums whether lines are tones, as long as words would be */
export async function startProviderStub(
  options: { port?: number; truth?: { film: string; cues: readonly TrueCue[] }; hums?: boolean } = {},
): Promise<ProviderStub> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-provider-'));
  const tools = createTools(loadConfig());
  const ear = options.truth ? await createEar(tools, folder, options.truth) : null;
  const asked: ProviderRequest[] = [];
  let mode: ProviderMode = 'well';
  let retryAfterSec = 7;
  let well = 0;
  /** Sounds are heard and made one after another: they share a folder. */
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function hear(sound: Buffer) {
    const clip = join(folder, 'clip');
    await writeFile(clip, sound);
    return ear?.(clip);
  }

  /** @returns true if it answered, as no service should */
  function failed(response: ServerResponse, now: ProviderMode, isDeepgram: boolean): boolean {
    const fail = (status: number, code: string, message: string) => {
      const openAi = { error: { message, type: code, code, param: null } };
      send(response, status, isDeepgram ? { err_code: code, err_msg: message } : openAi);
      return true;
    };
    switch (now) {
      case 'limited':
        response.setHeader('Retry-After', retryAfterSec);
        return fail(429, 'rate_limit_exceeded', 'Rate limit reached for requests per min.');
      case 'spent':
        return fail(429, 'insufficient_quota', 'You exceeded your current quota.');
      case 'down':
        return fail(503, 'overloaded', 'The engine is currently overloaded.');
      case 'unauthorized':
        return fail(401, 'invalid_api_key', `Incorrect API key provided: ${API_KEY}.`);
      case 'unknown':
        return fail(404, 'model_not_found', 'The model does not exist.');
      case 'refusing':
        return fail(400, 'content_policy_violation', `Your request was rejected by our safety system (${API_KEY}).`);
      case 'moved':
        response.writeHead(307, { Location: 'http://127.0.0.1:9/' }).end();
        return true;
      case 'broken':
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"text": oops');
        return true;
      case 'formless':
        send(response, 200, { text: 7 });
        return true;
      case 'endless':
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(Buffer.alloc(ENDLESS_BYTES, 0x20));
        return true;
      case 'silent':
        return true;
      default:
        return false;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readRequest(request);
    asked.push(read);
    const [path, isDeepgram] = [read.path.split('?')[0], read.path.startsWith('/deepgram/')];
    const now = well > 0 ? 'well' : mode;
    well = Math.max(0, well - 1);
    const isKnown = read.headers.authorization === `${isDeepgram ? 'Token' : 'Bearer'} ${API_KEY}`;
    if (failed(response, isKnown ? now : 'unauthorized', isDeepgram)) return;
    if (path === '/v1/audio/transcriptions' || path === '/deepgram/v1/listen') {
      const heard = await inTurn(() => hear(read.sound));
      if (!heard) return send(response, 400, { error: { message: 'Start the stub with --film and --truth.' } });
      const { text, words, segments } = heard;
      const timed = now === 'well' ? words : [];
      if (isDeepgram) {
        const inSmall = timed.map((each) => ({ ...each, punctuated_word: each.word, confidence: 0.99 }));
        return send(response, 200, {
          results: { channels: [{ alternatives: [{ transcript: text, confidence: 0.99, words: inSmall }] }] },
        });
      }
      const rest = now === 'wordless' ? {} : { segments: segments.map((each, id) => ({ id, ...each })) };
      return send(response, 200, { text, language: 'english', ...(timed.length > 0 ? { words: timed } : {}), ...rest });
    }
    if (path === '/v1/images/generations') {
      if (now === 'fussy' && read.fields.response_format !== undefined)
        return send(response, 400, { error: { message: "Unknown parameter: 'response_format'." } });
      if (now === 'elsewhere') return send(response, 200, { data: [{ url: `${base}/picture.png` }] });
      const png =
        now === 'garbled' ? Buffer.from('no picture') : stripes(String(read.fields.prompt), String(read.fields.size));
      return send(response, 200, { created: 1_790_000_000, data: [{ b64_json: png.toString('base64') }] });
    }
    if (path === '/v1/audio/speech') {
      const line = now === 'garbled' ? null : String(read.fields.input);
      const sound =
        line === null ? Buffer.alloc(5000, 7) : await inTurn(() => speak(tools, folder, line, options.hums));
      return void response.writeHead(200, { 'Content-Type': 'audio/mpeg' }).end(sound);
    }
    send(response, 404, { error: { message: `Unknown request URL: ${request.method} ${path}.` } });
  }

  let base = '';
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((done, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', done);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${base}/v1`,
    deepgramUrl: `${base}/deepgram/v1`,
    apiKey: API_KEY,
    mode(next, more = {}) {
      mode = next;
      retryAfterSec = more.retryAfterSec ?? 7;
      well = more.after ?? 0;
    },
    requests: () => [...asked],
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await turn;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<ProviderRequest> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const type = headers['content-type'] ?? '';
  const read = { path: request.url ?? '', headers, fields: {} as Record<string, unknown>, sound: Buffer.alloc(0) };
  if (type.startsWith('application/json')) return { ...read, fields: JSON.parse(body.toString('utf8')) };
  if (!type.startsWith('multipart/form-data')) return { ...read, sound: body };
  const form = await new Response(body, { headers: { 'Content-Type': type } }).formData();
  for (const [name, value] of form) {
    if (typeof value === 'string') read.fields[name] = [...((read.fields[name] as string[]) ?? []), value];
    else read.sound = Buffer.from(await value.arrayBuffer());
  }
  return read;
}

function send(response: ServerResponse, status: number, said: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      film: { type: 'string' },
      truth: { type: 'string' },
      port: { type: 'string', default: '4701' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(`${USAGE}\n`);
  else {
    const { film, truth } = values;
    const cues = truth === undefined ? [] : (JSON.parse(await readFile(truth, 'utf8')).cues as TrueCue[]);
    const stub = await startProviderStub({
      port: Number(values.port),
      ...(film === undefined ? {} : { truth: { film: resolve(film), cues } }),
    });
    process.stdout.write(
      [
        `export SPEECH_PROVIDER=openai SPEECH_BASE_URL=${stub.url} SPEECH_MODEL=ear SPEECH_API_KEY=${stub.apiKey}`,
        `export DUB_BASE_URL=${stub.url} DUB_MODEL=flite DUB_API_KEY=${stub.apiKey} DUB_TO=de`,
        `export PICTURE_BASE_URL=${stub.url} PICTURE_MODEL=stripes PICTURE_API_KEY=${stub.apiKey}`,
        '',
      ].join('\n'),
    );
    process.stderr.write('Ctrl-C stops it.\n');
  }
}
