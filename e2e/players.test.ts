import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, lastLine, startMarquee } from './marquee.ts';
import { playFilm } from './players.ts';

let root: string;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'marquee-play-'));
  const film = join(root, 'film.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=854x480:r=24:d=14'];
  const sound = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000:d=14'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...picture, ...sound, ...codecs, film]);
  const run = startMarquee(['ingest', film, '--wait', '--json'], { MARQUEE_DATA: join(root, 'data') });
  const answer = lastLine<Answer>((await run.ended).stdout);
  if (!answer?.hls) throw new Error(`The film was not published: ${JSON.stringify(answer)}`);
  folder = dirname(answer.hls);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a published film in Chromium', () => {
  it.each(['hls.js', 'dash.js'] as const)('plays to its end by %s, through changes of rung', async (player) => {
    const seen = await playFilm(folder, player, { rate: 2, switchEverySec: 4 });
    expect(seen.errors).toEqual([]);
    expect(seen.ended).toBe(true);
    expect(seen.gapsSec).toEqual([]);
    expect(seen.frames.shown).toBe(14 * 24);
    expect(Math.abs(seen.durationSec - 14)).toBeLessThan(0.05);
    expect(new Set(seen.heightsPx).size).toBeGreaterThan(1);
  });
});
