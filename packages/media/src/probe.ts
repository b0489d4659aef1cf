import { MarqueeError } from '@marquee/core/errors';
import type { AudioTrack, Inspection, Rational, SubtitleTrack, VideoTrack } from '@marquee/core/inspection';
import type { ToolInput } from '@marquee/core/ports';
import { z } from 'zod';
import { decideFrameRate } from './frame-rate.ts';
import { languageTag } from './language.ts';
import { isPictureTrack } from './ocr.ts';
import { inputArgs } from './run-tool.ts';
import { isTextTrack } from './subtitles.ts';

/** Media seconds of packets that the head probe reads to learn the frame rate. */
const HEAD_SEC = 6;

const tags = z.record(z.string(), z.string()).default({});
const flag = z.number().default(0);
const probedStream = z.object({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().default('unknown'),
  width: z.number().default(0),
  height: z.number().default(0),
  sample_aspect_ratio: z.string().default('1:1'),
  pix_fmt: z.string().default('unknown'),
  field_order: z.string().default('unknown'),
  color_range: z.string().default('unknown'),
  color_space: z.string().default('unknown'),
  color_transfer: z.string().default('unknown'),
  color_primaries: z.string().default('unknown'),
  avg_frame_rate: z.string().default('0/0'),
  r_frame_rate: z.string().default('0/0'),
  start_time: z.string().optional(),
  duration: z.string().optional(),
  nb_frames: z.string().optional(),
  channels: z.number().default(0),
  disposition: z
    .object({ default: flag, attached_pic: flag, forced: flag, hearing_impaired: flag, timed_thumbnails: flag })
    .default({ default: 0, attached_pic: 0, forced: 0, hearing_impaired: 0, timed_thumbnails: 0 }),
  tags,
  side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).default([]),
});
type ProbedStream = z.infer<typeof probedStream>;

const probed = z.object({
  streams: z.array(probedStream).default([]),
  format: z.object({
    format_name: z.string(),
    start_time: z.string().optional(),
    duration: z.string().optional(),
    size: z.string().optional(),
  }),
  chapters: z.array(z.object({ start_time: z.string(), end_time: z.string(), tags })).default([]),
  packets: z
    .array(z.object({ stream_index: z.number(), pts_time: z.string().optional(), flags: z.string().default('') }))
    .default([]),
});

/** Containers without a reliable index or time line: they are copied into one that has both before anything else. */
const UNSEEKABLE = new Set([
  'mpegts',
  'mpeg',
  'mpegvideo',
  'avi',
  'flv',
  'live_flv',
  'ogg',
  'asf',
  'h264',
  'hevc',
  'ivf',
]);

/** What the head of a file says, before it is known where the film will be read from. */
export interface Head {
  inspection: Omit<Inspection, 'sourceKey'>;
  /** True when the film must be copied into a seekable container first. */
  needsRemux: boolean;
}

export interface ProbeLimits {
  sourceSec: number;
  sourcePixels: number;
  maxFps: number;
}

/** Arguments of the ffprobe run that `readHead` understands. */
export function headArgs(input: ToolInput): string[] {
  return [
    '-print_format',
    'json',
    '-show_format',
    '-show_streams',
    '-show_chapters',
    '-show_entries',
    'packet=stream_index,pts_time,flags',
    '-read_intervals',
    `%+${HEAD_SEC}`,
    ...inputArgs(input),
  ];
}

/**
 * Reads ffprobe's answer to `headArgs`.
 *
 * @throws MarqueeError INPUT_UNREADABLE or INPUT_UNSUPPORTED with a sentence for the admin
 */
export function readHead(json: string, limits: ProbeLimits): Head {
  const parsed = probed.safeParse(parseJson(json));
  if (!parsed.success)
    throw new MarqueeError('INPUT_UNREADABLE', 'The file cannot be read as a film: its header makes no sense.', {
      cause: parsed.error,
    });
  const { streams, format, chapters, packets } = parsed.data;
  const picture = chooseVideo(streams, packets);
  const container = format.format_name.split(',')[0] ?? format.format_name;
  const containerStartSec = seconds(format.start_time) ?? 0;
  const video = videoOf(picture, packets, limits);
  if (video.codedWidthPx * video.codedHeightPx > limits.sourcePixels) {
    throw new MarqueeError(
      'INPUT_UNSUPPORTED',
      `The picture is ${video.codedWidthPx} x ${video.codedHeightPx}; the largest accepted here has ${limits.sourcePixels} pixels (MAX_SOURCE_PIXELS).`,
    );
  }
  const needsRemux = UNSEEKABLE.has(container);
  if (!needsRemux && packets.some((each) => each.stream_index === picture.index && seconds(each.pts_time) === null)) {
    throw new MarqueeError(
      'INPUT_UNSUPPORTED',
      'Some frames of the film carry no time: they were put before its zero. Export it again with times that start at 0.',
    );
  }
  const claimedDurationSec = seconds(picture.duration) ?? clock(picture.tags.DURATION) ?? seconds(format.duration) ?? 0;
  if (claimedDurationSec > limits.sourceSec) {
    throw new MarqueeError(
      'INPUT_UNSUPPORTED',
      `The film runs ${(claimedDurationSec / 3600).toFixed(1)} hours; the longest accepted here is ${limits.sourceSec / 3600} hours (MAX_SOURCE_HOURS).`,
    );
  }
  const audio = streams
    .filter((stream) => stream.codec_type === 'audio' && stream.channels > 0)
    .map((stream) => audioOf(stream, packets));
  const notes: string[] = [];
  if (video.variableFrameRate)
    notes.push(`The frame rate varies; it is published at a constant ${rateText(video.fps)} frames a second.`);
  if (video.interlaced) notes.push('The picture is interlaced and is deinterlaced.');
  if (video.hdr !== 'none')
    notes.push(`The picture is HDR (${video.hdr.toUpperCase()}) and is tone-mapped to standard range.`);
  if (audio.length === 0) notes.push('The film has no sound.');
  const subtitles = streams.filter((stream) => stream.codec_type === 'subtitle').map(subtitlesOf);
  const unknown = subtitles.filter((track) => !isTextTrack(track) && !isPictureTrack(track));
  if (unknown.length > 0) {
    const tracks = unknown.map((track) => `${track.streamIndex} (${track.language}, ${track.codec})`).join(', ');
    notes.push(
      `Subtitles of a kind that is not known are not read: track ${tracks}. Upload them as an SRT, VTT or ASS file.`,
    );
  }
  return {
    needsRemux,
    inspection: {
      container,
      sizeBytes: Number(format.size ?? 0),
      claimedDurationSec,
      containerStartSec,
      video,
      audio,
      subtitles,
      chapters: chapters.map((each, i) => ({
        startSec: Number(each.start_time),
        endSec: Number(each.end_time),
        title: each.tags.title ?? `Chapter ${i + 1}`,
      })),
      notes,
    },
  };
}

type ProbedPacket = z.infer<typeof probed>['packets'][number];

/** The film is the default picture track, or the largest; covers and thumbnails tracks are none. */
function chooseVideo(streams: ProbedStream[], packets: ProbedPacket[]): ProbedStream {
  const pictures = streams.filter(
    (stream) =>
      stream.codec_type === 'video' &&
      stream.disposition.attached_pic === 0 &&
      stream.disposition.timed_thumbnails === 0,
  );
  if (pictures.length === 0) {
    const sound = streams.some((stream) => stream.codec_type === 'audio');
    throw new MarqueeError(
      'INPUT_UNSUPPORTED',
      sound
        ? 'The file holds sound but no picture. Upload a film.'
        : 'The file holds no picture and no sound that can be played.',
    );
  }
  const usable = pictures.filter(
    (stream) => stream.width > 0 && stream.height > 0 && packets.some((packet) => packet.stream_index === stream.index),
  );
  const rank = (stream: ProbedStream) => stream.disposition.default * 1e12 + stream.width * stream.height;
  const best = usable.sort((a, b) => rank(b) - rank(a) || a.index - b.index)[0];
  if (!best)
    throw new MarqueeError(
      'INPUT_UNREADABLE',
      'The file names a picture track, but no picture can be read from it: it is damaged or cut off.',
    );
  return best;
}

function videoOf(stream: ProbedStream, packets: ProbedPacket[], limits: ProbeLimits): VideoTrack {
  const times = timesOf(stream.index, packets);
  const rotationDeg = rotationOf(stream);
  const sar = aspectOf(stream.sample_aspect_ratio);
  const turned = rotationDeg === 90 || rotationDeg === 270;
  // Stretch the shorter axis, so that no stored detail is thrown away.
  const wide = sar >= 1 ? Math.round(stream.width * sar) : stream.width;
  const high = sar >= 1 ? stream.height : Math.round(stream.height / sar);
  const fieldOrder =
    stream.field_order === 'tt' || stream.field_order === 'tb'
      ? 'tff'
      : stream.field_order === 'bb' || stream.field_order === 'bt'
        ? 'bff'
        : 'progressive';
  const rate = decideFrameRate(times, fraction(stream.avg_frame_rate) ?? fraction(stream.r_frame_rate), limits.maxFps);
  return {
    streamIndex: stream.index,
    codec: stream.codec_name,
    codedWidthPx: stream.width,
    codedHeightPx: stream.height,
    displayWidthPx: turned ? high : wide,
    displayHeightPx: turned ? wide : high,
    rotationDeg,
    fps: rate.fps,
    variableFrameRate: rate.variable,
    startSec: times.length > 0 ? Math.min(...times) : (seconds(stream.start_time) ?? 0),
    interlaced: fieldOrder !== 'progressive',
    fieldOrder,
    pixelFormat: stream.pix_fmt,
    hdr: stream.color_transfer === 'smpte2084' ? 'pq' : stream.color_transfer === 'arib-std-b67' ? 'hlg' : 'none',
    colorPrimaries: stream.color_primaries,
    colorTransfer: stream.color_transfer,
    colorMatrix: stream.color_space,
    colorRange: stream.color_range === 'pc' || stream.pix_fmt.startsWith('yuvj') ? 'pc' : 'tv',
  };
}

function audioOf(stream: ProbedStream, packets: ProbedPacket[]): AudioTrack {
  const times = timesOf(stream.index, packets);
  return {
    streamIndex: stream.index,
    codec: stream.codec_name,
    channels: stream.channels,
    startSec: times.length > 0 ? Math.min(...times) : (seconds(stream.start_time) ?? 0),
    language: languageTag(stream.tags.language),
    title: stream.tags.title ?? '',
    default: stream.disposition.default === 1,
  };
}

function subtitlesOf(stream: ProbedStream): SubtitleTrack {
  return {
    streamIndex: stream.index,
    codec: stream.codec_name,
    language: languageTag(stream.tags.language),
    title: stream.tags.title ?? '',
    default: stream.disposition.default === 1,
    forced: stream.disposition.forced === 1,
    hearingImpaired: stream.disposition.hearing_impaired === 1,
    ...(stream.width > 0 && stream.height > 0 ? { widthPx: stream.width, heightPx: stream.height } : {}),
  };
}

/** Presentation times of a stream's packets, without those that an edit list hides. */
function timesOf(streamIndex: number, packets: ProbedPacket[]): number[] {
  return packets
    .filter(
      (packet) => packet.stream_index === streamIndex && packet.pts_time !== undefined && !packet.flags.includes('D'),
    )
    .map((packet) => Number(packet.pts_time))
    .filter(Number.isFinite);
}

/** ffprobe gives the display matrix counter-clockwise; players turn clockwise. Odd angles count as upright. */
function rotationOf(stream: ProbedStream): 0 | 90 | 180 | 270 {
  const counter = stream.side_data_list.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const clockwise = (((-counter % 360) + 360) % 360) as 0 | 90 | 180 | 270;
  return [90, 180, 270].includes(clockwise) ? clockwise : 0;
}

function aspectOf(text: string): number {
  const [num, den] = text.split(':').map(Number);
  const aspect = num && den ? num / den : 1;
  // Anything beyond this is a broken header, not a lens.
  return aspect >= 0.25 && aspect <= 4 ? aspect : 1;
}

function fraction(text: string): Rational | null {
  const [num, den] = text.split('/').map(Number);
  return num && den && num > 0 && den > 0 ? { num, den } : null;
}

function seconds(text: string | undefined): number | null {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Matroska's per-track `DURATION` tag, `HH:MM:SS.fraction`, in seconds. */
function clock(text: string | undefined): number | null {
  const parts = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text ?? '');
  return parts ? Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]) : null;
}

function rateText(rate: Rational): string {
  return String(Math.round((rate.num / rate.den) * 1000) / 1000);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
