import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inlineStyles } from '../../server/inline-styles.ts';

const LINK = '<link rel="stylesheet" href="/_next/static/chunks/a-1.css" nonce="aB+/9=" data-precedence="next"/>';
const SHEET = 'b{color:red}é @font-face{src:url(../media/f.woff2),url("../g.woff2"),url(data:,a)}';
const STYLE =
  '<style nonce="aB+/9=">b{color:red}é @font-face{src:url(/_next/static/media/f.woff2),url("/_next/static/g.woff2"),url(data:,a)}</style>';

let dir: string;
let server: Server;
let send: (response: ServerResponse) => void;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-styles-'));
  mkdirSync(join(dir, 'static/chunks'), { recursive: true });
  writeFileSync(join(dir, 'static/chunks/a-1.css'), SHEET);
  const withStyles = inlineStyles(dir);
  server = createServer((_, response) => {
    withStyles(response);
    send(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

const answer = async () => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
const html = { 'Content-Type': 'text/html; charset=utf-8' };

it('stand in the head of a page, with its nonce, and nowhere else', async () => {
  send = (response) => {
    for (const [name, value] of Object.entries(html)) response.setHeader(name, value);
    response.write(Buffer.from(`<head>${LINK}</head>`));
    response.write(`<p>${LINK}`);
    response.end('é');
  };
  expect(await answer()).toBe(`<head>${STYLE}</head><p>${LINK}é`);
  send = (response) => response.setHeader('Content-Type', 'text/html').end(`<head>${LINK}`);
  expect(await answer()).toBe(`<head>${STYLE}`);
});

it('are left out of what is no page, is measured already, or names a file that is not of this build', async () => {
  const left: [type: string, length: boolean, body: string][] = [
    ['text/x-component', false, LINK],
    ['text/html', true, LINK],
    ['text/html', false, LINK.replace('a-1', 'b-2')],
    ['text/html', false, LINK.replace('/chunks/', '/../../')],
  ];
  for (const [type, isMeasured, body] of left) {
    send = (response) => {
      response.setHeader('Content-Type', type);
      if (isMeasured) response.setHeader('Content-Length', body.length);
      response.end(body);
    };
    expect(await answer()).toBe(body);
  }
  send = (response) => response.writeHead(204).end();
  expect(await answer()).toBe('');
});
