import { SHOT_FRAME_BYTES, SHOT_HEIGHT_PX, SHOT_WIDTH_PX } from './frame-difference.ts';

/** File of pictures that the command here reads, in the tool's working directory. */
export const PICTURE_FILE = 'picture.mp4';

/** The command that gives every frame of a file, small, on standard output. */
export function shotFrameArgs(): string[] {
  return [
    '-threads',
    '1',
    '-protocol_whitelist',
    'file',
    '-format_whitelist',
    'mov,mp4,m4a,3gp,3g2,mj2',
    '-i',
    PICTURE_FILE,
    '-map',
    '0:v:0',
    '-vf',
    `scale=${SHOT_WIDTH_PX}:${SHOT_HEIGHT_PX}:flags=area+accurate_rnd+bitexact,format=yuv420p`,
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    'pipe:1',
  ];
}

/** Cuts what `shotFrameArgs` wrote into frames. */
export function shotFrames(stdout: Buffer): Uint8Array[] {
  const count = Math.floor(stdout.length / SHOT_FRAME_BYTES);
  return Array.from({ length: count }, (_, i) => stdout.subarray(i * SHOT_FRAME_BYTES, (i + 1) * SHOT_FRAME_BYTES));
}
