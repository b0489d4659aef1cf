import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { constants } from 'node:zlib';
import type { Config } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import type { Engines } from '@marquee/workers/engines';
import compression from 'compression';
import { buildIfNeeded, SITE_DIR } from './build.ts';
import { isHttps } from './cookie.ts';
import { HOST_KEY, type Host } from './host.ts';
import { inlineStyles } from './inline-styles.ts';
import { makeHost } from './make-host.ts';
import { observeRequest } from './observe-request.ts';
import { PEER_HEADER } from './peer.ts';
import { type SharedPages, sharePages } from './shared-pages.ts';

/** Time that requests in flight get to end when the server closes, in milliseconds. */
const CLOSE_GRACE_MS = 3000;

/** Browsers that came by https once come by nothing else for a year. */
const ONLY_HTTPS = 'max-age=31536000';

/** What is used of `compression`, whose own types want a whole framework's request. */
type Compress = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
/** Files that browsers keep for a year. */
const compressFile = compression() as unknown as Compress;
/** Pages and answers are made for each request: quick rather than small, and with a tenth of the memory for each. */
const compressAnswer = compression({
  level: constants.Z_BEST_SPEED,
  memLevel: 5,
  windowBits: 13,
}) as unknown as Compress;
const FILES = '/_next/static/';

/** What is used of Next. Its own types change Node's for everyone who imports them, this file's importers included. */
type Handle = (...args: Parameters<RequestListener>) => Promise<void>;
type MakeNext = (options: {
  dev: boolean;
  dir: string;
  quiet: boolean;
  hostname: string;
  port: number;
  httpServer: Server;
}) => {
  prepare(): Promise<void>;
  getRequestHandler(): Handle;
  close(): Promise<void>;
};

/**
 * Serves the site from this process, sharing the engines it is given. The production build is made first when
 * there is none or a source is newer.
 *
 * @returns the address people can open, and a `close` that lets requests in flight end and is idempotent
 * @throws MarqueeError CONFIG_INVALID if the port is taken or not allowed, INTERNAL if the build fails
 */
export async function startWeb(options: {
  config: Config;
  engines: Engines;
  log: Logger;
  /** Compiles pages when they are asked for, for work on the site itself. */
  dev?: boolean;
}): Promise<{ url: string; close(): Promise<void> }> {
  const { config, engines, log, dev = false } = options;
  if (!dev) await buildIfNeeded(log);
  const closing = new AbortController();
  (globalThis as { [HOST_KEY]?: Host })[HOST_KEY] = await makeHost({
    config,
    engines,
    log,
    closing: closing.signal,
  });

  let handle: Handle | null = null;
  let shared: SharedPages | null = null;
  const withStyles = inlineStyles(join(SITE_DIR, '.next'));
  engines.metrics.set('marquee_process_role', { role: 'web' }, 1);
  const server = createServer((request, response) => {
    observeRequest(engines.metrics, request, response);
    if (isHttps(config.publicUrl)) response.setHeader('Strict-Transport-Security', ONLY_HTTPS);
    if (!handle) return void response.writeHead(503, { 'Retry-After': '1' }).end('The site is opening.');
    request.headers[PEER_HEADER] = peerOf(request, config.proxyHops);
    const render = handle;
    const answer = async () => {
      if (await shared?.answer(request, response)) return;
      const compress = request.url?.startsWith(FILES) ? compressFile : compressAnswer;
      compress(request, response, () => undefined);
      if (!dev) withStyles(response);
      await render(request, response);
    };
    answer().catch((error: unknown) => {
      log.error('a request failed', { err: error, url: request.url?.split('?')[0] });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // A part of an upload may take as long as the line needs; headers still have to arrive within a minute.
  server.requestTimeout = 0;
  const { url, port } = await listen(server, config);

  process.env.NEXT_TELEMETRY_DISABLED = '1';
  // Loaded here, so that commands that only build messages never pay for it.
  const next = createRequire(import.meta.url)('next') as MakeNext;
  // Next asks itself for the page that an action redirects to, so it has to know where it listens.
  const app = next({ dev, dir: SITE_DIR, quiet: !dev, hostname: ownHost(config), port, httpServer: server });
  await app.prepare();
  handle = app.getRequestHandler();
  // Pages that are worked on show every change.
  if (!dev) shared = sharePages(`http://${ownHost(config)}:${port}`);

  let closed: Promise<void> | null = null;
  return {
    url,
    close() {
      closed ??= (async () => {
        closing.abort();
        await stop(server);
        await app.close();
      })();
      return closed;
    },
  };
}

function listen(server: Server, config: Config): Promise<{ url: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `Port ${config.port} is taken by another program. Set PORT to a free one.`
          : `The site cannot listen on ${config.host}:${config.port} (${cause.code ?? cause.message}).`;
      reject(new MarqueeError('CONFIG_INVALID', why, { cause }));
    });
    server.listen(config.port, config.host, () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: config.publicUrl ?? `http://${ownHost(config)}:${port}`, port });
    });
  });
}

/** An address of this machine at which the site answers, for URLs. */
function ownHost({ host }: Config): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Each proxy adds whom it heard from at the end of X-Forwarded-For: what stands before ours is hearsay. */
function peerOf(request: IncomingMessage, proxyHops: number): string {
  const heard = String(request.headers['x-forwarded-for'] ?? '').split(',');
  const told = proxyHops > 0 ? heard.at(-proxyHops)?.trim() : undefined;
  return told || request.socket.remoteAddress || 'unknown';
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
