import type { AudioTrack, Inspection } from '@marquee/core/inspection';
import type { Payload } from '@marquee/core/messages';
import type { AudioRendition, AudioWindow } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';

/** Every published sound track runs at this rate, in samples a second. */
export const SAMPLE_RATE = 48_000;
/** Samples of one AAC frame. */
export const FRAME_SAMPLES = 1024;
/** Segments of a window after the opening's: five minutes of sound, a few seconds of work. */
const WINDOW_SEGMENTS = 75;
/** Frames encoded before a window's first and thrown away, so that the encoder is in its stride at the border. */
const PREROLL_FRAMES = 16;
/** Frames encoded after its last, for the encoder's look-ahead. */
const POSTROLL_FRAMES = 3;
/** Seconds decoded before what is needed: the decoder's first frames after a seek lack their predecessors. */
const SEEK_MARGIN_SEC = 2;

/** One stereo rendition of every track, and one in 5.1 where the source has that many channels. */
export function planAudio(inspection: Inspection): AudioRendition[] {
  const hasDefault = inspection.audio.some((track) => track.default);
  return inspection.audio.flatMap((track, i) => {
    const base = {
      streamIndex: track.streamIndex,
      language: track.language,
      title: track.title,
      default: hasDefault ? track.default : i === 0,
      offsetSec: track.startSec - inspection.video.startSec,
    };
    const stereo: AudioRendition = { ...base, name: `${track.language}-${i}`, channels: 2, bitrateBps: 128_000 };
    const surround: AudioRendition = { ...base, name: `${track.language}-${i}-51`, channels: 6, bitrateBps: 384_000 };
    return track.channels >= 6 ? [stereo, surround] : [stereo];
  });
}

/**
 * AAC frames at which segments start, so that sound segment n begins with the frame nearest to the start of
 * video segment n.
 *
 * @returns boundaries of segments `[first, end)`, then the end of the last: at most `totalFrames`
 */
export function segmentBoundaries(first: number, end: number, segmentSec: number, totalFrames: number): number[] {
  const boundaries: number[] = [];
  for (let n = first; n <= end; n++) {
    boundaries.push(Math.min(totalFrames, Math.round((n * segmentSec * SAMPLE_RATE) / FRAME_SAMPLES)));
  }
  return boundaries;
}

/** The opening's window: one segment. */
export function openingWindow(segmentSec: number): AudioWindow {
  return {
    index: 0,
    firstSegment: 0,
    segmentFrames: segmentBoundaries(0, 1, segmentSec, Number.MAX_SAFE_INTEGER),
    last: false,
  };
}

/** Cuts the sound of a film of `durationSec` into windows of whole segments, after the opening's if there is one. */
export function planWindows(durationSec: number, segmentSec: number, opening: AudioWindow | null): AudioWindow[] {
  const totalFrames = Math.max(1, Math.ceil((durationSec * SAMPLE_RATE) / FRAME_SAMPLES - 1e-6));
  const segmentCount = Math.max(1, Math.ceil(durationSec / segmentSec - 1e-9));
  const windows: AudioWindow[] = [];
  let first = opening ? 1 : 0;
  while (first < segmentCount) {
    const end = segmentCount - first <= WINDOW_SEGMENTS * 1.5 ? segmentCount : first + WINDOW_SEGMENTS;
    const segmentFrames = segmentBoundaries(first, end, segmentSec, totalFrames);
    // Rounding may leave the last segment without a frame of its own.
    while (segmentFrames.length > 2 && segmentFrames.at(-1) === segmentFrames.at(-2)) segmentFrames.pop();
    if (end === segmentCount) segmentFrames[segmentFrames.length - 1] = totalFrames;
    windows.push({
      index: windows.length + (opening ? 1 : 0),
      firstSegment: first,
      segmentFrames,
      last: end === segmentCount,
    });
    first = end;
  }
  return windows;
}

/** File that a window is encoded to, in the tool's working directory. */
export const WINDOW_FILE = 'window.mp4';

/** Which of the encoder's frames are the window's: `[from, from + count)` counted from the first it wrote. */
export function windowFrames(window: AudioWindow): { startFrame: number; preroll: number; count: number } {
  const startFrame = window.segmentFrames[0] as number;
  const endFrame = window.segmentFrames.at(-1) as number;
  return { startFrame, preroll: Math.min(PREROLL_FRAMES, startFrame), count: endFrame - startFrame };
}

/**
 * The ffmpeg command of one window of one track. The sound is laid on the film's clock sample by sample:
 * late sound is preceded by silence, early sound is cut, gaps are filled, and sound that ends before the
 * picture is followed by silence.
 *
 * AAC frames overlap: frame n needs the samples of n - 1 as well. A window is therefore encoded from some
 * frames before its first, which are thrown away together with the encoder's own priming frame; both sides of
 * a border then come from the same signal on the same frame grid, and their overlap adds up as in one pass.
 */
export function audioArgs(payload: Payload<'video.encode_audio'>, input: ToolInput): string[] {
  const { rendition, window, zeroSec, containerStartSec } = payload;
  const { startFrame, preroll, count } = windowFrames(window);
  const startSample = (startFrame - preroll) * FRAME_SAMPLES;
  const samples = (preroll + count + POSTROLL_FRAMES) * FRAME_SAMPLES;
  const layout = rendition.channels === 6 ? '5.1' : 'stereo';
  const filters = [
    ...laidOnClock(zeroSec, startSample, layout),
    `apad=whole_len=${samples}`,
    `atrim=end_sample=${samples}`,
    'asetpts=N',
  ];
  return [
    '-threads',
    '1',
    '-copyts',
    '-noaccurate_seek',
    '-ss',
    soundSeekSec({ zeroSec, containerStartSec }, startSample).toFixed(6),
    ...inputArgs(input),
    '-map',
    `0:${rendition.streamIndex}`,
    '-vn',
    '-sn',
    '-dn',
    '-af',
    filters.join(','),
    '-filter_threads',
    '1',
    ...soundOutputArgs(rendition.bitrateBps),
  ];
}

/** Filters that put a track on the film's clock from a sample on: late sound after silence, gaps filled. */
export function laidOnClock(zeroSec: number, startSample: number, layout: '5.1' | 'stereo'): string[] {
  return [
    `asetpts=PTS-round((${zeroSec})/TB)`,
    `aresample=${SAMPLE_RATE}:async=1:min_hard_comp=0.05:first_pts=${startSample}`,
    `aformat=sample_fmts=fltp:channel_layouts=${layout}`,
  ];
}

/** Where in the container to begin to decode, in seconds, for the sound from a sample of the film on. */
export function soundSeekSec(film: { zeroSec: number; containerStartSec: number }, startSample: number): number {
  return Math.max(0, film.zeroSec + startSample / SAMPLE_RATE - SEEK_MARGIN_SEC - film.containerStartSec);
}

/** What every published sound is encoded to: fragmented AAC, the same bytes each time. */
export function soundOutputArgs(bitrateBps: number): string[] {
  return [
    '-c:a',
    'aac',
    '-b:a',
    String(bitrateBps),
    '-ar',
    String(SAMPLE_RATE),
    '-fflags',
    '+bitexact',
    '-flags:a',
    '+bitexact',
    '-map_metadata',
    '-1',
    '-map_chapters',
    '-1',
    '-use_editlist',
    '0',
    '-movflags',
    '+empty_moov+default_base_moof',
    '-frag_duration',
    '4000000',
    '-f',
    'mp4',
    WINDOW_FILE,
  ];
}

/** The track that a rendition is made from. */
export function trackOf(inspection: Inspection, rendition: AudioRendition): AudioTrack {
  const track = inspection.audio.find((each) => each.streamIndex === rendition.streamIndex);
  if (!track) throw new RangeError(`no audio track ${rendition.streamIndex}`);
  return track;
}
