import type { Config } from '@marquee/core/config';
import type { AudioRendition, Rung } from '@marquee/core/plan';
import { x264Preset } from '@marquee/media/x264-preset';

/** The film and the settings that all contenders encode with. */
export interface Brief {
  file: string;
  videoStreamIndex: number;
  fps: { num: number; den: number };
  segmentFrames: number;
  rungs: Rung[];
  audio: AudioRendition[];
  encode: Config['encode'];
}

const QUIET = ['-hide_banner', '-nostdin', '-y', '-v', 'error'];

/**
 * The settings of Marquee's own encodes, but for threads (a rival uses all cores, as ffmpeg does by itself) and for what
 * a preset of ours changes in the one of x264 that it stands on.
 */
function encoder(brief: Brief, rung: Rung): string[] {
  const { preset } = x264Preset(brief.encode.preset, brief.encode.crf, rung.nominalPx);
  return [
    ...['-c:v', 'libx264', '-preset', preset, '-profile:v', 'high', '-pix_fmt', 'yuv420p'],
    ...['-crf', String(brief.encode.crf), '-maxrate', String(rung.maxrateBps), '-bufsize', String(rung.bufsizeBits)],
    ...['-g', String(brief.segmentFrames), '-force_key_frames', `expr:gte(n,n_forced*${brief.segmentFrames})`],
    ...['-forced-idr', '1'],
  ];
}

function sound(brief: Brief): string[] {
  return brief.audio.flatMap((rendition) => [
    ...['-map', `0:${rendition.streamIndex}`, '-c:a', 'aac', '-b:a', String(rendition.bitrateBps)],
    ...['-ac', String(rendition.channels), '-ar', '48000', `${rendition.name}.m4a`],
  ]);
}

/** From its first picture on, at the rate that is published: a source may start late. */
const fpsOf = (brief: Brief) => `setpts=PTS-STARTPTS,fps=${brief.fps.num}/${brief.fps.den}`;

/** File that a rival writes a rung to, in its folder. */
export function rivalFile(rung: Rung): string {
  return `${rung.name}.mp4`;
}

/** One ffmpeg command for the whole ladder and its sound, on all cores: one decode, one encoder a rung. */
export function wholeLadder(brief: Brief, firstSec?: number): string[] {
  const { rungs } = brief;
  const split = rungs.map((_, i) => `[s${i}]`).join('');
  const scales = rungs.map((rung, i) => `[s${i}]scale=${rung.widthPx}:${rung.heightPx}[v${i}]`);
  const graph = [`[0:${brief.videoStreamIndex}]${fpsOf(brief)},split=${rungs.length}${split}`, ...scales].join(';');
  return [
    'ffmpeg',
    ...QUIET,
    ...(firstSec === undefined ? [] : ['-t', String(firstSec)]),
    ...['-i', brief.file, '-filter_complex', graph],
    ...rungs.flatMap((rung, i) => ['-map', `[v${i}]`, ...encoder(brief, rung), rivalFile(rung)]),
    ...sound(brief),
  ];
}

/** One ffmpeg command per rung, to be run in turn, each on all cores; the sound comes with the first. */
export function oneByOne(brief: Brief): string[][] {
  return brief.rungs.map((rung, i) => [
    'ffmpeg',
    ...QUIET,
    ...['-i', brief.file, '-map', `0:${brief.videoStreamIndex}`],
    ...['-vf', `${fpsOf(brief)},scale=${rung.widthPx}:${rung.heightPx}`, ...encoder(brief, rung), rivalFile(rung)],
    ...(i === 0 ? sound(brief) : []),
  ]);
}
