import { SOUND_FILE } from './loudness.ts';
import { PICTURE_FILE } from './shot-args.ts';

/** Pictures in which letters are looked for: large enough for those of credits. */
export const CARD_WIDTH_PX = 320;
export const CARD_HEIGHT_PX = 180;
export const CARD_BYTES = CARD_WIDTH_PX * CARD_HEIGHT_PX;
/** Standard output of the print's command; `-` of its own muxer would not be a pipe. */
const PLAIN_FILE = ['-protocol_whitelist', 'file', '-format_whitelist', 'mov,mp4,m4a,3gp,3g2,mj2'];

/**
 * The command that gives one frame of `everyFrames` of a file of pictures, grey, on standard output.
 *
 * @param everyFrames from the first on
 */
export function cardFrameArgs(everyFrames: number): string[] {
  const size = `${CARD_WIDTH_PX}:${CARD_HEIGHT_PX}`;
  return [
    ...['-threads', '1', ...PLAIN_FILE, '-i', PICTURE_FILE, '-map', '0:v:0'],
    ...['-vf', `select='not(mod(n,${everyFrames}))',scale=${size}:flags=area+accurate_rnd+bitexact,format=gray`],
    ...['-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
  ];
}

/** Cuts what `cardFrameArgs` wrote into frames. */
export function cardFrames(stdout: Buffer): Uint8Array[] {
  const count = Math.floor(stdout.length / CARD_BYTES);
  return Array.from({ length: count }, (_, i) => stdout.subarray(i * CARD_BYTES, (i + 1) * CARD_BYTES));
}

/** What ffmpeg needs to print sounds; Debian's has it, some builds have not. */
export const PRINT_MUXER = 'chromaprint';

/** The command that prints a file of sound on standard output, as numbers of 32 bits. */
export function printArgs(): string[] {
  return [
    ...[...PLAIN_FILE, '-i', SOUND_FILE, '-map', '0:a:0', '-ac', '1', '-ar', '11025'],
    ...['-f', PRINT_MUXER, '-fp_format', 'raw', 'pipe:1'],
  ];
}
