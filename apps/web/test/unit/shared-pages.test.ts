import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SharedPages, sharePages } from '../../server/shared-pages.ts';

let server: Server;
let base: string;
let rendered: string[];
let extra: Record<string, string>;
let status: number;

beforeEach(async () => {
  rendered = [];
  extra = {};
  status = 200;
  let shared: SharedPages | null = null;
  server = createServer(async (request, response) => {
    if (await shared?.answer(request, response)) return;
    rendered.push(`${request.method} ${request.url} ${request.headers.cookie ?? ''}`);
    const nonce = randomUUID();
    response.writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `script-src 'nonce-${nonce}'`,
      Link: `</a.js>; rel=preload; nonce="${nonce}"`,
      Vary: 'rsc',
      ...extra,
    });
    response.end(`<script nonce="${nonce}">${rendered.length}</script><p>${request.headers['x-marquee-own']}</p>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  shared = sharePages(base);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function page(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(base + path, { headers });
  const html = await response.text();
  const nonce = /nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? '';
  return { response, html, nonce };
}

describe('pages of strangers', () => {
  it('are rendered once for all who ask at the same time, each with a nonce of its own that fits its page', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => page('/')));
    expect(rendered).toHaveLength(1);
    expect(new Set(all.map(({ nonce }) => nonce)).size).toBe(20);
    for (const { html, nonce, response } of all) {
      expect(html).toBe(`<script nonce="${nonce}">1</script><p>undefined</p>`);
      expect(response.headers.get('link')).toContain(`nonce="${nonce}"`);
      expect(response.headers.get('vary')).toBe('rsc, Accept-Encoding');
      expect(response.headers.get('content-encoding')).toBe('gzip');
    }
    const plain = await page('/', { 'Accept-Encoding': 'identity' });
    expect(plain.response.headers.get('content-encoding')).toBeNull();
    expect(rendered).toHaveLength(1);
  });

  it('differ by theme and by host', async () => {
    await page('/');
    await page('/', { Cookie: 'marquee-theme=matinee' });
    await page('/title/film/1');
    expect(rendered).toEqual(['GET / ', 'GET / marquee-theme=matinee', 'GET /title/film/1 ']);
  });

  it.each<[string, string, Record<string, string>]>([
    ['who is signed in', '/', { Cookie: 'marquee-session=abc' }],
    ['with a theme besides', '/', { Cookie: 'marquee-theme=matinee; marquee-session=abc' }],
    ['with a cookie that is no theme', '/', { Cookie: 'marquee-theme=<b>' }],
    ['by the site’s scripts', '/', { RSC: '1' }],
    ['by a program that reads pages', '/', { 'User-Agent': 'Examplebot/1.0' }],
    ['of a film that plays', '/watch/abc', {}],
    ['with a question', '/search?q=a', {}],
    ['with a token', '/', { Authorization: 'Bearer abc' }],
  ])('are not what is asked for %s', async (_, path, headers) => {
    await page(path, headers);
    await page(path, headers);
    expect(rendered).toHaveLength(2);
  });

  it('are forgotten when something was changed', async () => {
    await page('/');
    await (await fetch(base, { method: 'POST' })).text();
    await page('/');
    expect(rendered).toEqual(['GET / ', 'POST / ', 'GET / ']);
  });

  it('may be missing, or away with the catalogue', async () => {
    status = 404;
    expect((await page('/title/film/1')).response.status).toBe(404);
    status = 503;
    extra = { 'Retry-After': '30' };
    const { response } = await page('/title/film/2');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(rendered).toHaveLength(2);
  });

  it('are no pages that set a cookie, or that failed', async () => {
    extra = { 'Set-Cookie': 'a=b' };
    expect((await page('/')).response.headers.get('set-cookie')).toBe('a=b');
    status = 500;
    extra = {};
    expect((await page('/title/film/2')).response.status).toBe(500);
    // Asked once to be shared, and once for whoever asked.
    expect(rendered).toHaveLength(4);
  });

  it('are never rendered for somebody who claims to be the server', async () => {
    await page('/', { 'x-marquee-own': 'guessed' });
    await page('/', { 'x-marquee-own': 'guessed' });
    expect(rendered).toHaveLength(1);
  });
});
