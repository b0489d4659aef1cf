import type { Inspection } from '@marquee/core/inspection';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';

/** File that `remuxArgs` writes, in the tool's working directory. */
export const REMUXED_FILE = 'seekable.mkv';

/**
 * Copies the tracks, without encoding, into a container with one time line and an index. Jumps in the clock
 * (broadcast recordings joined end to end) are smoothed on the way.
 */
export function remuxArgs(inspection: Pick<Inspection, 'video' | 'audio'>, input: ToolInput): string[] {
  const maps = [inspection.video, ...inspection.audio].flatMap((track) => ['-map', `0:${track.streamIndex}`]);
  // AVI stores MPEG-4 with B-frames two to a packet; other containers want them apart.
  const unpack = inspection.video.codec === 'mpeg4' ? ['-bsf:v', 'mpeg4_unpack_bframes'] : [];
  return [
    '-fflags',
    '+genpts',
    ...inputArgs(input),
    ...maps,
    '-c',
    'copy',
    ...unpack,
    '-fflags',
    '+bitexact',
    '-f',
    'matroska',
    REMUXED_FILE,
  ];
}
