import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTools, inputArgs } from '@marquee/media/run-tool';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg } from './films.ts';

const SECONDS = 4;
let folder: string;
let film: Buffer;
const servers: Server[] = [];
const tools = createTools({
  ffmpegPath: 'ffmpeg',
  ffprobePath: 'ffprobe',
  tools: { stallMs: 40_000, memoryBytes: 4 * 1024 ** 3 },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-network-'));
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${SECONDS}`, '-pix_fmt', 'yuv420p'];
  ffmpeg(folder, ...picture, '-b:v', '4M', '-movflags', '+faststart', 'film.mp4');
  film = await readFile(join(folder, 'film.mp4'));
});
afterEach(() => {
  for (const each of servers.splice(0)) {
    each.closeAllConnections();
    each.close();
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** Serves the film with ranges, breaking every answer off that `isCut` names, in the middle. */
async function serve(isCut: (answer: number) => boolean): Promise<{ url: string; answers: () => number }> {
  let answers = 0;
  const site = createServer((request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = film.subarray(start);
    const isRange = request.headers.range !== undefined;
    response.writeHead(isRange ? 206 : 200, {
      'Accept-Ranges': 'bytes',
      'Content-Length': rest.length,
      ...(isRange && { 'Content-Range': `bytes ${start}-${film.length - 1}/${film.length}` }),
    });
    if (!isCut(++answers)) return void response.end(rest);
    response.write(rest.subarray(0, rest.length / 2), () => setTimeout(() => response.socket?.destroy(), 50));
  });
  servers.push(site);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/film.mp4`, answers: () => answers };
}

const decode = (url: string, options: { isCounted?: boolean } = {}) =>
  tools.ffmpeg([...inputArgs({ url, protocols: ['http', 'tcp'] }), '-map', '0:v', '-c', 'copy', 'out.mp4'], {
    signal: new AbortController().signal,
    cwd: folder,
    ...options,
  });

describe('a film that is read over the network', () => {
  it('is read whole', async () => {
    const { url } = await serve(() => false);
    await decode(url);
    expect((await readFile(join(folder, 'out.mp4'))).length).toBeGreaterThan(film.length * 0.9);
  });

  it('that keeps breaking off is a fault of the storage, never a shorter film', async () => {
    const { url, answers } = await serve(() => true);
    await expect(decode(url)).rejects.toMatchObject({ code: 'OBJECTS_DOWN' });
    expect(answers()).toBeGreaterThan(1);
  });

  it('that breaks off once is whole all the same, which whoever counts its pictures can tell', async () => {
    const breaks = (answer: number) => answer === 1;
    await expect(decode((await serve(breaks)).url)).rejects.toMatchObject({ code: 'OBJECTS_DOWN' });
    await decode((await serve(() => false)).url);
    const whole = await readFile(join(folder, 'out.mp4'));
    expect(await decode((await serve(breaks)).url, { isCounted: true })).toMatchObject({ brokeOff: true });
    expect(await readFile(join(folder, 'out.mp4'))).toEqual(whole);
  });
});
