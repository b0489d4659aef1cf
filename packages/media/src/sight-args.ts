import type { Rung } from '@marquee/core/plan';
import { PICTURE_FILE } from './shot-args.ts';

/** Letters of credits can be read from here on. */
const LOOK_WIDTH_PX = 960;
const STILL_WIDTH_PX = 480;

/** @returns the rung that is looked at: the smallest whose letters can be read, else the largest */
export function sightRung(rungs: readonly Rung[]): Rung {
  const enough = rungs.filter(({ widthPx }) => widthPx >= LOOK_WIDTH_PX);
  const from = enough.length > 0 ? enough : rungs;
  const order = (a: Rung, b: Rung) => (enough.length > 0 ? a.widthPx - b.widthPx : b.widthPx - a.widthPx);
  return [...from].sort(order)[0] as Rung;
}

/** The size in which frames of a rung are looked at. */
export function lookSize({ widthPx, heightPx }: Pick<Rung, 'widthPx' | 'heightPx'>) {
  return scaledTo(widthPx, heightPx, LOOK_WIDTH_PX);
}

/** Names of stills: that of frame `i` of those wanted, from 1. */
export function stillName(segment: number, i: number): string {
  return `still-${segment}-${i}.jpg`;
}

/**
 * The command that gives some frames of a segment as red, green and blue on standard output, and as small stills beside.
 *
 * @param wanted frames by their number in the file, ascending
 */
export function sightArgs(
  rung: Pick<Rung, 'widthPx' | 'heightPx'>,
  segment: number,
  wanted: readonly number[],
): string[] {
  const look = lookSize(rung);
  const still = scaledTo(rung.widthPx, rung.heightPx, STILL_WIDTH_PX);
  const flags = 'flags=bicubic+accurate_rnd+bitexact';
  const chosen = wanted.map((frame) => `eq(n\\,${frame})`).join('+');
  const graph = [
    `[0:v:0]select='${chosen}',split[one][two]`,
    `[one]scale=${look.widthPx}:${look.heightPx}:${flags},format=rgb24[look]`,
    `[two]scale=${still.widthPx}:${still.heightPx}:out_range=pc:${flags}[still]`,
  ].join(';');
  const count = String(wanted.length);
  return [
    ...['-threads', '1', '-protocol_whitelist', 'file', '-format_whitelist', 'mov,mp4,m4a,3gp,3g2,mj2'],
    ...['-i', PICTURE_FILE, '-filter_complex', graph],
    ...['-map', '[look]', '-fps_mode', 'passthrough', '-frames:v', count, '-f', 'rawvideo', 'pipe:1'],
    ...['-map', '[still]', '-fps_mode', 'passthrough', '-frames:v', count, '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
    ...['-q:v', '5', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-map_metadata', '-1', '-f', 'image2'],
    `still-${segment}-%d.jpg`,
  ];
}

function scaledTo(widthPx: number, heightPx: number, most: number) {
  const factor = Math.min(1, most / widthPx);
  const even = (value: number) => Math.max(2, 2 * Math.round((value * factor) / 2));
  return { widthPx: even(widthPx), heightPx: even(heightPx) };
}
