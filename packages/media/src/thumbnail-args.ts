import type { StoryboardPlan } from '@marquee/core/plan';
import { GREY_HEIGHT_PX, GREY_WIDTH_PX } from './posters.ts';

/** The file of frames that the commands here read, in the tool's working directory. */
export const FRAMES_FILE = 'frames.mp4';
/** The file that `sheetArgs` writes. */
export const SHEET_FILE = 'sheet.jpg';
/** The files that `posterArgs` writes. */
export const POSTER_PATTERN = /^poster-\d+\.jpg$/;

const INPUT = [
  // More decoding threads than one change no byte, and these commands run when cores begin to fall idle.
  '-threads',
  '2',
  '-protocol_whitelist',
  'file',
  '-format_whitelist',
  'mov,mp4,m4a,3gp,3g2,mj2',
  '-i',
  FRAMES_FILE,
];
const JPEG = [
  '-c:v',
  'mjpeg',
  '-pix_fmt',
  'yuvj420p',
  '-threads',
  '1',
  '-fflags',
  '+bitexact',
  '-flags:v',
  '+bitexact',
  '-map_metadata',
  '-1',
];
const SCALE_FLAGS = 'flags=bicubic+accurate_rnd+bitexact';

/** The command of one storyboard sheet: the wanted frames, by their number in the file, as a grid of tiles. */
export function sheetArgs(storyboard: StoryboardPlan, wanted: number[]): string[] {
  const rows = Math.ceil(wanted.length / storyboard.columns);
  const filters = [
    select(wanted),
    `scale=${storyboard.tileWidthPx}:${storyboard.tileHeightPx}:out_range=pc:${SCALE_FLAGS}`,
    'setsar=1',
    `tile=${storyboard.columns}x${rows}:nb_frames=${wanted.length}`,
  ];
  return [
    ...INPUT,
    '-vf',
    filters.join(','),
    '-fps_mode',
    'passthrough',
    '-frames:v',
    '1',
    ...JPEG,
    '-q:v',
    '5',
    '-f',
    'image2',
    '-update',
    '1',
    SHEET_FILE,
  ];
}

/**
 * The command that gives small grey pictures on standard output, every `stepFrames` of each run of
 * `runFrames` frames.
 */
export function greyArgs(stepFrames: number, runFrames: number): string[] {
  const filters = [
    `select='not(mod(mod(n,${runFrames}),${stepFrames}))'`,
    `scale=${GREY_WIDTH_PX}:${GREY_HEIGHT_PX}:${SCALE_FLAGS}`,
    'format=gray',
  ];
  return [...INPUT, '-vf', filters.join(','), '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'];
}

/** Cuts what `greyArgs` wrote into pictures. */
export function greyFrames(stdout: Buffer): Uint8Array[] {
  const size = GREY_WIDTH_PX * GREY_HEIGHT_PX;
  return Array.from({ length: Math.floor(stdout.length / size) }, (_, i) => stdout.subarray(i * size, (i + 1) * size));
}

/** The command that writes the wanted frames, by their number in the file, as stills of full size. */
export function posterArgs(wanted: number[]): string[] {
  return [
    ...INPUT,
    '-vf',
    `${select(wanted)},scale=out_range=pc:${SCALE_FLAGS}`,
    '-fps_mode',
    'passthrough',
    ...JPEG,
    '-q:v',
    '3',
    '-f',
    'image2',
    'poster-%03d.jpg',
  ];
}

/** Chooses frames by number: as a progression where they are one, because an expression has a longest length. */
function select(wanted: number[]): string {
  const first = wanted[0] ?? 0;
  const step = (wanted[1] ?? first + 1) - first;
  const even = wanted.length > 2 && wanted.every((frame, i) => frame === first + i * step);
  if (even) return `select='between(n,${first},${wanted.at(-1)})*not(mod(n-${first},${step}))'`;
  return `select='${wanted.map((frame) => `eq(n,${frame})`).join('+')}'`;
}
