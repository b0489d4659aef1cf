import { randomBytes } from 'node:crypto';
import { request as ask, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { THEME_COOKIE } from '../view/theme.ts';

/** How long a page is shown to everybody as it is, in milliseconds. */
const FRESH_MS = 2000;
/** A page that is not there by then is rendered for whoever asked. */
const ASK_MS = 10_000;
const MOST_PAGES = 100;
const SHARED_STATUS = [200, 404, 503];
/** Pages that are the same for all strangers. Not those with addresses that are signed for one viewer. */
const SHARED_PATH = /^\/(?:(?:title|person)\/[\w/-]{1,80})?$/;
/** Programs that read pages get some that wait for all that belongs into their head. */
const PROGRAM = /bot|crawl|spider|preview|facebook|embed/i;
/** Marks the server's own question; its value is drawn at the start, so that nobody else knows it. */
export const OWN_HEADER = 'x-marquee-own';
/** Headers of one connection, and what is made anew for each answer. */
const OF_ONE_ANSWER = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding', 'date'];

const compress = promisify(gzip);

/** A page as it was rendered, taken apart where its nonce stood. */
interface SharedPage {
  status: number;
  headers: [name: string, value: string | string[]][];
  parts: string[];
  nonce: string;
}

/** Pages of strangers, rendered once for all who ask for them within two seconds. */
export interface SharedPages {
  /** Answers a request if it is for such a page. @returns false for whoever has to answer it then */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> | false;
}

/**
 * Keeps what strangers are shown: whoever is not signed in sees the same home page as all others, and to render it costs
 * far more than to send it. Each answer has a nonce of its own. What changes something (any request but GET)
 * makes this process forget all pages; others show them for `FRESH_MS` at most.
 *
 * @param own where this very server listens, such as `http://127.0.0.1:3000`: it asks itself
 */
export function sharePages(own: string): SharedPages {
  const ownKey = randomBytes(16).toString('hex');
  const pages = new Map<string, { atMs: number; page: Promise<SharedPage | null> }>();

  function renderOnce(key: string, request: IncomingMessage): Promise<SharedPage | null> {
    const standing = pages.get(key);
    if (standing && performance.now() - standing.atMs < FRESH_MS) return standing.page;
    const page = render(request).catch(() => null);
    pages.delete(key);
    pages.set(key, { atMs: performance.now(), page });
    for (const oldest of pages.keys()) {
      if (pages.size <= MOST_PAGES) break;
      pages.delete(oldest);
    }
    return page;
  }

  function render(request: IncomingMessage): Promise<SharedPage | null> {
    const { host: name, cookie, 'user-agent': agent } = request.headers;
    const headers: OutgoingHttpHeaders = { [OWN_HEADER]: ownKey, accept: 'text/html' };
    for (const [key, value] of Object.entries({ host: name, cookie, 'user-agent': agent })) {
      if (value !== undefined) headers[key] = value;
    }
    return new Promise((resolve, reject) => {
      const question = ask(new URL(request.url ?? '/', own), { headers, timeout: ASK_MS }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => resolve(pageOf(answer, Buffer.concat(chunks).toString('utf8'))));
      });
      question.once('timeout', () => question.destroy(new Error('The page did not come in time.')));
      question.once('error', reject);
      question.end();
    });
  }

  return {
    answer(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.once('close', () => pages.clear());
        return false;
      }
      const isOwn = request.headers[OWN_HEADER] === ownKey;
      delete request.headers[OWN_HEADER];
      if (isOwn || !isStrangers(request)) return false;
      // The theme, if anything, is all that their cookies say.
      const key = `${request.headers.host} ${request.headers.cookie ?? ''} ${request.url}`;
      return renderOnce(key, request).then(async (page) => {
        if (page === null) return false;
        await send(page, request, response);
        return true;
      });
    },
  };
}

function isStrangers({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'GET' || !SHARED_PATH.test(url ?? '') || headers.authorization) return false;
  // The site's own scripts ask for parts of pages.
  if ('rsc' in headers || Object.keys(headers).some((name) => name.startsWith('next-'))) return false;
  if (PROGRAM.test(headers['user-agent'] ?? '')) return false;
  return [undefined, '', `${THEME_COOKIE}=evening`, `${THEME_COOKIE}=matinee`].includes(headers.cookie);
}

/** @returns null for what is not to be shown to others: anything but a whole page without a cookie, or one that failed */
function pageOf({ statusCode, headers }: IncomingMessage, html: string): SharedPage | null {
  const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1];
  // What is not there, and what the catalogue cannot tell now, are the same for all, too.
  if (statusCode === undefined || !SHARED_STATUS.includes(statusCode)) return null;
  if (nonce === undefined || headers['set-cookie']) return null;
  if (!String(headers['content-type']).startsWith('text/html')) return null;
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !OF_ONE_ANSWER.includes(name));
  return { status: statusCode, headers: kept as SharedPage['headers'], parts: html.split(nonce), nonce };
}

async function send(page: SharedPage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  response.statusCode = page.status;
  const anew = (value: string) => value.replaceAll(page.nonce, nonce);
  for (const [name, value] of page.headers)
    response.setHeader(name, Array.isArray(value) ? value.map(anew) : anew(value));
  let body: Buffer = Buffer.from(page.parts.join(nonce));
  if (/\bgzip\b/.test(String(request.headers['accept-encoding']))) {
    // Quick rather than small: a browser that stands near gains nothing by more.
    body = await compress(body, { level: constants.Z_BEST_SPEED });
    response.setHeader('Content-Encoding', 'gzip');
  }
  response.setHeader('Vary', [response.getHeader('Vary'), 'Accept-Encoding'].filter(Boolean).join(', '));
  response.setHeader('Content-Length', body.byteLength);
  response.end(body);
}
