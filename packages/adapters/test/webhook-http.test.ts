import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { reachOf } from '../src/public-addresses.ts';
import { createWebhookPost } from '../src/webhook-http.ts';

const servers: Server[] = [];
const { signal } = new AbortController();

async function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const sent = (url: string) => ({
  url,
  headers: { 'webhook-id': 'x', 'content-type': 'application/json' },
  body: '{"é":1}',
});

describe('addresses', () => {
  it('are told apart by how far they reach', () => {
    const reaches: Record<string, string[]> = {
      public: [
        '8.8.8.8',
        '1.1.1.1',
        '172.32.0.1',
        '100.128.0.1',
        '223.255.255.255',
        '2606:4700::1111',
        '2a00:1450:4001::1',
      ],
      private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fdff::1'],
      loopback: ['127.0.0.1', '127.255.255.254', '::1'],
      odd: [
        ...['0.0.0.0', '169.254.169.254', '192.0.2.1', '198.18.0.1', '203.0.113.9', '224.0.0.1', '255.255.255.255'],
        ...['::', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1'],
        ...['2001::1', '2002:7f00:1::', '2001:db8::1', '3fff::1', '::127.0.0.1', 'localhost', ''],
      ],
    };
    for (const [reach, addresses] of Object.entries(reaches))
      for (const address of addresses) expect(reachOf(address), address).toBe(reach);
  });

  it('that are not public are refused, however they are written', async () => {
    let asked = 0;
    const base = await listen((_, response) => {
      asked++;
      response.end();
    });
    const { port } = new URL(base);
    const post = createWebhookPost({ allowsPrivate: false });
    const hosts = ['127.0.0.1', '127.1', '0x7f.0.0.1', '2130706433', '0', '[::1]', '[::ffff:127.0.0.1]', 'localhost'];
    for (const host of [...hosts, '169.254.169.254', '10.0.0.1', '[fd00::1]']) {
      const tried = await post(sent(`https://${host}:${port}/`), signal);
      expect(tried.status, host).toBeNull();
      expect(tried.error, host).toMatch(/^It leads to [\d.:a-f]+, to which nothing is sent\.$/);
    }
    for (const url of [
      base,
      `http://localhost:${port}`,
      'http://example.org/',
      'ftp://example.org/',
      'file:///etc/passwd',
    ])
      expect((await post(sent(url), signal)).error, url).toBe('The address has to begin with https://.');
    expect((await post(sent('https://a:b@example.org/'), signal)).error).toMatch(/password/);
    expect(asked).toBe(0);
  });

  it('of this machine are used where the house wants it, but never those that clouds keep secrets at', async () => {
    const bodies: string[] = [];
    const base = await listen(async (request, response) => {
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part;
      bodies.push(`${request.method} ${request.headers['webhook-id']} ${body}`);
      response.end('thanks');
    });
    const post = createWebhookPost({ allowsPrivate: true });
    for (const url of [base, base.replace('127.0.0.1', 'localhost')])
      expect(await post(sent(url), signal)).toMatchObject({ status: 200, answer: 'thanks', error: null });
    expect(bodies).toEqual(['POST x {"é":1}', 'POST x {"é":1}']);
    expect((await post(sent('https://169.254.169.254/latest'), signal)).error).toContain('nothing is sent');
    expect((await post(sent('http://10.0.0.1/'), signal)).error).toContain('https://');
  });
});

describe('answers', () => {
  const post = createWebhookPost({ allowsPrivate: true, limitMs: 500 });

  it('count as taken from 200 to 299 alone, and no redirect is followed', async () => {
    let asked = 0;
    const base = await listen((request, response) => {
      asked++;
      response.writeHead(Number(request.url?.slice(1)), { location: '/200' }).end('as it is');
    });
    for (const status of [200, 202, 204]) expect((await post(sent(`${base}/${status}`), signal)).error).toBeNull();
    for (const status of [301, 302, 307, 308])
      expect(await post(sent(`${base}/${status}`), signal)).toMatchObject({
        status,
        error: `It answered ${status}, and redirects are not followed.`,
      });
    expect(await post(sent(`${base}/500`), signal)).toMatchObject({
      status: 500,
      answer: 'as it is',
      error: 'It answered 500.',
    });
    expect(asked).toBe(8);
  });

  it('are read to a kilobyte, and not waited for beyond the limit', async () => {
    const base = await listen((request, response) => {
      if (request.url === '/silent') return;
      response.write('é'.repeat(700));
      if (request.url === '/endless') setInterval(() => response.write('x'.repeat(10_000)), 5).unref();
    });
    const endless = await post(sent(`${base}/endless`), signal);
    expect(endless).toMatchObject({ status: 200, error: null, answer: 'é'.repeat(512) });
    const silent = await post(sent(`${base}/silent`), signal);
    expect(silent).toMatchObject({ status: null, error: 'It did not answer within 0.5 s.' });
    expect(silent.tookMs).toBeGreaterThan(450);
    expect(silent.tookMs).toBeLessThan(2000);
  });

  it('that never come have a reason', async () => {
    const base = await listen((request) => request.socket.destroy());
    expect((await post(sent(base), signal)).error).toBe('It cannot be reached (ECONNRESET).');
    const { port } = new URL(base);
    servers[0]?.close();
    servers[0]?.closeAllConnections();
    expect((await post(sent(`http://127.0.0.1:${port}`), signal)).error).toBe('It cannot be reached (ECONNREFUSED).');
    const unknown = await post(sent('https://nowhere.invalid/'), signal);
    expect(unknown.status).toBeNull();
    expect(unknown.error).toMatch(/^(Nobody knows the name|It did not answer)/);
    const stopped = new AbortController();
    stopped.abort();
    expect((await post(sent(base), stopped.signal)).status).toBeNull();
  });
});
