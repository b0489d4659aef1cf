import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headArgs } from '@marquee/media/probe';
import { createTools, type ToolSettings } from '@marquee/media/run-tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg } from './films.ts';

let folder: string;
const settings: ToolSettings = {
  ffmpegPath: 'ffmpeg',
  ffprobePath: 'ffprobe',
  tools: { stallMs: 20_000, memoryBytes: 4 * 1024 ** 3 },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-tools-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that stands where ffmpeg would, and has no filters. */
async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n[ "$2" = -filters ] && exit\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const running = () => ({ signal: new AbortController().signal, cwd: folder });

describe('media tools', () => {
  it('report their progress as a share of the film', async () => {
    const shares: number[] = [];
    const args = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=25:d=2', '-f', 'null', '-'];
    const options = { ...running(), durationSec: 2, onProgress: (share: number) => void shares.push(share) };
    await createTools(settings).ffmpeg(args, options);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1)).toBe(true);
    expect(shares.at(-1)).toBeGreaterThan(0.9);
  });

  it('are ended when they make no progress, however busy they look', async () => {
    const busy = await program(
      'busy',
      'while :; do echo frame=1 >&3; echo out_time_us=40000 >&3; echo progress=continue >&3; sleep 0.05; done',
    );
    const tools = createTools({ ...settings, ffmpegPath: busy, tools: { ...settings.tools, stallMs: 700 } });
    await expect(tools.ffmpeg([], running())).rejects.toMatchObject({ code: 'TOOL_TIMEOUT' });
  });

  it('are ended at once when the work is called off', async () => {
    const controller = new AbortController();
    const args = ['-re', '-f', 'lavfi', '-i', 'testsrc2=d=60', '-f', 'null', '-'];
    const run = createTools(settings).ffmpeg(args, { signal: controller.signal, cwd: folder });
    const calledOffMs = setTimeout(() => controller.abort(new Error('called off')), 200);
    const startedMs = Date.now();
    await expect(run).rejects.toThrow('called off');
    clearTimeout(calledOffMs);
    expect(Date.now() - startedMs).toBeLessThan(2000);
  });

  it.each([
    ['killed', 'kill -9 $$', 'TOOL_KILLED'],
    ['told to stop', 'exit 255', 'SHUTDOWN'],
    ['out of memory', 'echo "Error: Cannot allocate memory" >&2; exit 1', 'TOOL_KILLED'],
    ['out of disk', 'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1', 'DISK_FULL'],
    ['no moov', 'echo "moov atom not found" >&2; exit 1', 'INPUT_UNREADABLE'],
    ['without a decoder', 'echo "Decoder (codec none) not found for input stream" >&2; exit 1', 'INPUT_UNSUPPORTED'],
  ])('that end badly say whose fault it was: %s', async (name, script, code) => {
    const tools = createTools({ ...settings, ffmpegPath: await program(name.replaceAll(' ', '-'), script) });
    await expect(tools.ffmpeg([], running())).rejects.toMatchObject({ code });
  });

  it('that are not there are a fault of the installation', async () => {
    const tools = createTools({ ...settings, ffmpegPath: join(folder, 'nowhere') });
    await expect(tools.ffmpeg([], running())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(await tools.hasFilter('scale')).toBe(false);
  });

  it('know what their build can do', async () => {
    const tools = createTools(settings);
    expect(await tools.hasFilter('scale')).toBe(true);
    expect(await tools.hasFilter('no_such_filter')).toBe(false);
    expect(await tools.hasMuxer('mp4')).toBe(true);
    expect(await tools.hasMuxer('no_such_format')).toBe(false);
  });

  it('see no secret of the environment', async () => {
    process.env.MARQUEE_ADMIN_SECRET = 'to be kept from tools';
    const tools = createTools({ ...settings, ffmpegPath: await program('environment', 'env > seen.txt') });
    await tools.ffmpeg([], running());
    delete process.env.MARQUEE_ADMIN_SECRET;
    expect(await readFile(join(folder, 'seen.txt'), 'utf8')).not.toContain('to be kept');
  });

  it('are held to their memory', async () => {
    const tools = createTools({ ...settings, tools: { ...settings.tools, memoryBytes: 800 * 1024 ** 2 } });
    const args = ['-f', 'lavfi', '-i', 'testsrc2=s=7680x4320:d=1', '-c:v', 'libx264', '-f', 'null', '-'];
    await expect(tools.ffmpeg(args, running())).rejects.toMatchObject({ code: 'TOOL_KILLED' });
  });

  it.each([
    [
      'an HLS playlist',
      '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/never.ts\n#EXT-X-ENDLIST\n',
    ],
    ['a concat script', 'ffconcat version 1.0\nfile /etc/hostname\n'],
  ])('open no other file or address for %s', async (_name, text) => {
    const path = join(folder, 'hostile.mp4');
    await writeFile(path, text);
    const head = headArgs({ url: path, protocols: ['file'] });
    await expect(createTools(settings).ffprobe(head, running())).rejects.toMatchObject({ code: 'INPUT_UNSUPPORTED' });
  });

  it('read an ordinary film', async () => {
    ffmpeg(folder, '-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=25:d=1', '-pix_fmt', 'yuv420p', 'film.mp4');
    const { stdout } = await createTools(settings).ffprobe(
      headArgs({ url: join(folder, 'film.mp4'), protocols: ['file'] }),
      running(),
    );
    expect(JSON.parse(stdout.toString()).streams[0].codec_name).toBe('h264');
  });
});
