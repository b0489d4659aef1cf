import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Rung } from '@marquee/core/plan';
import type { Brief } from './rivals.ts';

const run = promisify(execFile);

/**
 * Structural similarity of an encode to the source, all planes weighted by size, in `[0, 1]`: the source is
 * scaled to the rung's size (bicubic) and compared frame by frame.
 */
export async function ssim(brief: Brief, rung: Rung, encoded: string): Promise<number> {
  const graph = [
    `[0:v]setpts=N/(${brief.fps.num}/${brief.fps.den})/TB[encoded]`,
    `[1:${brief.videoStreamIndex}]setpts=PTS-STARTPTS,fps=${brief.fps.num}/${brief.fps.den},scale=${rung.widthPx}:${rung.heightPx}:flags=bicubic,` +
      `format=yuv420p,setpts=N/(${brief.fps.num}/${brief.fps.den})/TB[source]`,
    '[encoded][source]ssim',
  ].join(';');
  const args = ['-hide_banner', '-nostdin', '-v', 'info', '-i', encoded, '-i', brief.file];
  const { stderr } = await run('ffmpeg', [...args, '-lavfi', graph, '-f', 'null', '-'], { maxBuffer: 1e8 });
  const all = /SSIM .*All:([\d.]+)/.exec(stderr)?.[1];
  if (all === undefined) throw new Error(`ffmpeg gave no SSIM for ${encoded}`);
  return Number(all);
}

/** Mean bit rate of a stream's packets over the film's length, in bits per second, container left out. */
export async function bitrate(encoded: string, durationSec: number): Promise<number> {
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=size', '-of', 'csv=p=0', encoded];
  const { stdout } = await run('ffprobe', args, { maxBuffer: 1e9 });
  const bytes = stdout.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
  return (bytes * 8) / durationSec;
}
