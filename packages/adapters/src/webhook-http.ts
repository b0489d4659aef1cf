import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { refusesWebhookUrl, type WebhookPost, type WebhookTry } from '@marquee/core/webhooks';
import { type Reach, reachOf } from './public-addresses.ts';

/** Whoever takes longer is asked again later: from looking up the name to the last byte that is read. */
const LIMIT_MS = 10_000;
const ANSWER_BYTES = 1024;

/** Something that is said of the try as it is. */
class Refusal extends Error {}

/**
 * Sends webhooks by HTTP. The addresses come from people, so the name is looked up here, every address that it has is
 * looked at, and the connection goes to just those: a name that leads elsewhere a moment later is of no use. No redirect
 * is followed, and no proxy is used.
 *
 * @param options.allowsPrivate also addresses of private networks and, by plain HTTP too, of this machine
 * @param options.limitMs       for tests
 */
export function createWebhookPost(options: { allowsPrivate: boolean; limitMs?: number }): WebhookPost {
  const { allowsPrivate, limitMs = LIMIT_MS } = options;
  return async ({ url, headers, body }, signal) => {
    const [atMs, startedMs] = [Date.now(), performance.now()];
    const late = AbortSignal.timeout(limitMs);
    const tried: WebhookTry = { atMs, status: null, tookMs: 0, answer: '', error: null };
    try {
      const refused = refusesWebhookUrl(url, allowsPrivate);
      if (refused) throw new Refusal(refused);
      const allowed: Reach[] = !allowsPrivate
        ? ['public']
        : url.startsWith('http:')
          ? ['loopback']
          : ['public', 'private', 'loopback'];
      await send({ url: new URL(url), headers, body, allowed, signal: AbortSignal.any([signal, late]) }, tried);
      tried.error = verdictOn(tried.status ?? 0);
    } catch (thrown) {
      tried.error = late.aborted ? `It did not answer within ${limitMs / 1000} s.` : sentenceOf(thrown);
    }
    return { ...tried, tookMs: Math.round(performance.now() - startedMs) };
  };
}

interface Sent {
  url: URL;
  headers: Record<string, string>;
  body: string;
  allowed: Reach[];
  signal: AbortSignal;
}

/** What is known of the answer is noted as it comes. */
function send({ url, headers, body, allowed, signal }: Sent, tried: WebhookTry): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // What needs no looking up is not looked up.
  if (isIP(host)) expectReach(host, allowed);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A connection that stands was looked at for another name.
      agent: false,
      lookup: lookUp(allowed),
      signal,
    });
    request.once('error', reject);
    request.once('response', async (response) => {
      tried.status = response.statusCode ?? null;
      const parts: Buffer[] = [];
      let size = 0;
      try {
        for await (const part of response) {
          parts.push(part as Buffer);
          size += (part as Buffer).length;
          if (size >= ANSWER_BYTES) break;
        }
        resolve();
      } catch (thrown) {
        reject(thrown);
      } finally {
        // A letter that was cut in two is left out.
        tried.answer = new TextDecoder().decode(Buffer.concat(parts).subarray(0, ANSWER_BYTES), { stream: true });
        request.destroy();
      }
    });
    request.end(body);
  });
}

/** Node's own look-up, between which and the connection the addresses are looked at. */
function lookUp(allowed: Reach[]): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of found) expectReach(address, allowed);
      } catch (thrown) {
        return callback(thrown as Error, '');
      }
      const [first] = found;
      if (options.all) return callback(null, found);
      callback(null, first?.address ?? '', first?.family);
    });
  };
}

function expectReach(address: string, allowed: Reach[]): void {
  if (!allowed.includes(reachOf(address))) throw new Refusal(`It leads to ${address}, to which nothing is sent.`);
}

function verdictOn(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return `It answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}.`;
}

function sentenceOf(thrown: unknown): string {
  if (thrown instanceof Refusal) return thrown.message;
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `Nobody knows the name of its host (${code}).`;
  return `It cannot be reached (${code ?? message}).`;
}
