import { inflateSync } from 'node:zlib';
import { MarqueeError } from '@marquee/core/errors';
import type { SubtitleTrack, VideoTrack } from '@marquee/core/inspection';
import type { Payload } from '@marquee/core/messages';
import type { DrawnPicture } from '@marquee/core/ocr-lines';
import type { SubtitleRendition } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';

/** Tracks of pictures, by ffmpeg's name of their codec, and whether a picture's end stands in its own packet. */
const PICTURE_CODECS: Record<string, { hasLength: boolean } | undefined> = {
  dvd_subtitle: { hasLength: true },
  // Ended by an event without a picture.
  hdmv_pgs_subtitle: { hasLength: false },
};

/** Whether a track holds pictures of words. */
export function isPictureTrack(track: Pick<SubtitleTrack, 'codec'>): boolean {
  return PICTURE_CODECS[track.codec] !== undefined;
}

/** The plane of a Blu-ray: what a track gets whose file does not say how large its pictures are. */
const USUAL_PX = { widthPx: 1920, heightPx: 1080 };
/** Larger than any that films have. What lies outside is not drawn. */
const LARGEST_PX = { widthPx: 4096, heightPx: 2304 };
/** Letters of larger pictures are larger than a recogniser wants. */
const DRAWN_WIDTH_PX = 1920;
/** Files that the tool writes into its working directory. */
export const PICTURES_FILE = 'pictures.png';
export const TIMES_FILE = 'times.txt';
export const PACKETS_FILE = 'packets.txt';
/** A film has some 3,000 pictures of 20 kB, and as many empty ones. */
const MAX_PICTURES = 40_000;
export const MAX_PICTURES_BYTES = 1024 ** 3;

/** Size of what the pictures of a track are drawn on, in dots. */
export function canvasOf(track: SubtitleTrack, video: VideoTrack): { widthPx: number; heightPx: number } {
  const isKnown = track.widthPx !== undefined && track.heightPx !== undefined;
  const widthPx = isKnown ? (track.widthPx as number) : Math.max(USUAL_PX.widthPx, video.codedWidthPx);
  const heightPx = isKnown ? (track.heightPx as number) : Math.max(USUAL_PX.heightPx, video.codedHeightPx);
  return { widthPx: Math.min(LARGEST_PX.widthPx, widthPx), heightPx: Math.min(LARGEST_PX.heightPx, heightPx) };
}

/**
 * The ffmpeg command that draws each picture of a track, as PNG one after another, and writes down when each is shown
 * and how long its packets claim to be. Times are those of the container's clock.
 *
 * The film's own picture is read along with it: by that the tool knows that a picture's time is over, and shows how far
 * it is. Keyframes are enough for both.
 */
export function pictureArgs(
  payload: Pick<Payload<'video.generate_subtitles'>, 'rendition'>,
  input: ToolInput,
  longestSec: number,
): string[] {
  const { streamIndex, widthPx, heightPx } = payload.rendition;
  const filters = [
    `[0:${streamIndex}]scale=w='min(iw,${DRAWN_WIDTH_PX})':h=-1:flags=bilinear`,
    'format=ya8',
    'split[pictures][times]',
  ];
  const until = ['-t', longestSec.toFixed(3)];
  const drawn = ['-fps_mode', 'passthrough', '-enc_time_base', '1:1000', ...until];
  return [
    ...['-copyts', '-threads', '1'],
    ...['-canvas_size', `${widthPx ?? USUAL_PX.widthPx}x${heightPx ?? USUAL_PX.heightPx}`],
    ...['-discard:v', 'nokey'],
    ...inputArgs(input),
    ...['-filter_complex', filters.join(','), '-filter_complex_threads', '1'],
    ...['-map', '[pictures]', ...drawn, '-c:v', 'png', '-pred', 'none', '-compression_level', '1'],
    ...['-frames:v', String(MAX_PICTURES), '-fs', String(MAX_PICTURES_BYTES), '-f', 'image2pipe', PICTURES_FILE],
    ...['-map', '[times]', ...drawn, '-c:v', 'rawvideo', '-f', 'framecrc', TIMES_FILE],
    ...['-map', `0:${streamIndex}`, '-c:s', 'copy', ...until, '-f', 'framecrc', PACKETS_FILE],
    ...['-map', '0:v:0', '-c:v', 'copy', '-f', 'null', '-'],
  ];
}

/**
 * Reads when each picture is shown, in milliseconds of the container's clock.
 *
 * @param times   what was written as `TIMES_FILE`
 * @param packets what was written as `PACKETS_FILE`
 * @returns one entry for each picture, in order; `endMs` is null where only what follows ends it
 */
export function readTimes(
  times: string,
  packets: string,
  rendition: Pick<SubtitleRendition, 'codec'>,
): { startMs: number; endMs: number | null }[] {
  const hasLength = PICTURE_CODECS[rendition.codec]?.hasLength ?? false;
  const claims = readFrames(packets);
  const frames = readFrames(times);
  let next = 0;
  const shown: { startMs: number; endMs: number | null }[] = [];
  frames.forEach(({ atMs }, i) => {
    while (next < claims.length && (claims[next]?.atMs ?? 0) <= atMs) next++;
    const claim = claims[next - 1];
    // The tool shows what stands once more at some pictures of the film, which may be ahead; what comes then is late.
    const isLate = atMs === frames[i - 1]?.atMs && claim !== undefined;
    const startMs = Math.round(isLate ? claim.atMs : atMs);
    for (let before = shown.length - 1; (shown[before]?.startMs ?? 0) > startMs; before--)
      shown[before] = { startMs, endMs: null };
    const endMs = hasLength && claim !== undefined ? Math.round(claim.atMs + claim.lengthMs) : startMs;
    shown.push({ startMs, endMs: endMs > startMs ? endMs : null });
  });
  return shown;
}

/** Lines of ffmpeg's framecrc: stream, dts, pts, duration, size, checksum; and before them, the unit of time. */
function readFrames(text: string): { atMs: number; lengthMs: number }[] {
  const unit = /^#tb 0: (\d+)\/(\d+)/m.exec(text);
  const msOf = (ticks: string | undefined) => (Number(ticks) * Number(unit?.[1]) * 1000) / Number(unit?.[2]);
  return text
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',').map((field) => field.trim()))
    .map((fields) => ({ atMs: msOf(fields[2]), lengthMs: msOf(fields[3]) }))
    .filter(({ atMs, lengthMs }) => Number.isFinite(atMs) && Number.isFinite(lengthMs));
}

const SIGNATURE_BYTES = 8;
const CHUNK_HEAD_BYTES = 8;
const CHECKSUM_BYTES = 4;
const LUMINANCE_AND_ALPHA = 4;
const MAX_DOTS = LARGEST_PX.widthPx * LARGEST_PX.heightPx;

/**
 * Reads the PNG that begins at a place of a file, as `pictureArgs` has them written: eight bits, luminance and opacity,
 * rows as they are (W3C, Portable Network Graphics, 2003).
 *
 * @param read       gives bytes of the file
 * @param isWanted   false to find its end alone
 * @returns the picture, and where the next one begins; null at the end of the file, or where it breaks off
 */
export async function readPng(
  read: (fromByte: number, count: number) => Promise<Buffer>,
  fromByte: number,
  isWanted = true,
): Promise<{ picture: DrawnPicture | null; endByte: number } | null> {
  let at = fromByte + SIGNATURE_BYTES;
  const packed: Buffer[] = [];
  let [widthPx, heightPx] = [0, 0];
  for (;;) {
    const head = await read(at, CHUNK_HEAD_BYTES);
    if (head.length < CHUNK_HEAD_BYTES) return null;
    const length = head.readUInt32BE(0);
    const kind = head.toString('latin1', 4);
    if (kind === 'IHDR' || (kind === 'IDAT' && isWanted)) {
      const data = await read(at + CHUNK_HEAD_BYTES, length);
      if (data.length < length) return null;
      if (kind === 'IDAT') packed.push(data);
      else {
        [widthPx, heightPx] = [data.readUInt32BE(0), data.readUInt32BE(4)];
        if (data[9] !== LUMINANCE_AND_ALPHA || widthPx * heightPx > MAX_DOTS) throw noPicture();
      }
    }
    at += CHUNK_HEAD_BYTES + length + CHECKSUM_BYTES;
    if (kind === 'IEND') break;
  }
  return { picture: isWanted ? unpack(packed, widthPx, heightPx) : null, endByte: at };
}

function unpack(packed: readonly Buffer[], widthPx: number, heightPx: number): DrawnPicture {
  const rowBytes = 1 + 2 * widthPx;
  const rows = inflateSync(Buffer.concat(packed), { maxOutputLength: Math.max(1, rowBytes * heightPx) });
  const values = new Uint8Array(2 * widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    // The first byte of a row says how it is coded: 0 is plain.
    if (rows[y * rowBytes] !== 0) throw noPicture();
    values.set(rows.subarray(y * rowBytes + 1, (y + 1) * rowBytes), y * 2 * widthPx);
  }
  return { widthPx, heightPx, values };
}

function noPicture(): MarqueeError {
  return new MarqueeError('INTERNAL', 'What the media tool drew is none of the pictures that were asked for.');
}
