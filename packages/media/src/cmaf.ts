import { MarqueeError } from '@marquee/core/errors';

/** One coded picture or audio frame. Times in ticks of its track. */
export interface Sample {
  data: Uint8Array;
  durationTicks: number;
  /** Presentation time minus decoding time. */
  offsetTicks: number;
  keyframe: boolean;
}

/** What a fragmented MP4 with one track holds. */
export interface Track {
  /** `ftyp` and `moov`, as they stand. */
  init: Uint8Array;
  timescale: number;
  samples: Sample[];
}

/** Sample flags of ISO/IEC 14496-12, 8.8.3.1: a picture that depends on no other, and one that does. */
const KEYFRAME_FLAGS = 0x0200_0000;
const DEPENDENT_FLAGS = 0x0101_0000;

/**
 * Reads a fragmented MP4 with one track (ISO/IEC 14496-12, 8.8).
 *
 * @throws MarqueeError OUTPUT_INVALID if it is not one
 */
export function readFragmented(file: Buffer): Track {
  const head: Buffer[] = [];
  const samples: Sample[] = [];
  let timescale = 0;
  let trex = { durationTicks: 0, sizeBytes: 0, flags: 0 };
  for (const box of boxes(file, 0, file.length)) {
    if (box.type === 'ftyp' || box.type === 'moov') head.push(file.subarray(box.start, box.end));
    if (box.type === 'moov') {
      const mdhd = find(file, box, ['trak', 'mdia', 'mdhd']);
      timescale = file.readUInt32BE(mdhd.body + (file[mdhd.body] === 1 ? 20 : 12));
      const defaults = find(file, box, ['mvex', 'trex']).body;
      trex = {
        durationTicks: file.readUInt32BE(defaults + 12),
        sizeBytes: file.readUInt32BE(defaults + 16),
        flags: file.readUInt32BE(defaults + 20),
      };
    }
    if (box.type === 'moof') readFragment(file, box, trex, samples);
  }
  if (head.length !== 2 || timescale === 0) throw invalid('it has no header');
  return { init: Buffer.concat(head), timescale, samples };
}

/** Pictures by which showing comes after decoding: H.264 with B-frames and a pyramid, as x264 makes it, reorders two. */
const DELAY_FRAMES = 2;

/**
 * Puts encoded pictures on the film's clock: the first picture of the film is shown at 0 and none is shown
 * before it is decoded. An edit list or negative offsets would do the same, but players disagree about both
 * (hls.js knows no edit lists, ffmpeg shifts negative offsets away). So decoding runs two pictures ahead of
 * showing, and at the very start, where nothing lies before 0, the first pictures are decoded in quick
 * succession instead.
 *
 * @param samples    in decoding order, evenly spaced, the first one also the first to be shown
 * @param startFrame number of the first picture in the film
 * @returns decoding time of the first sample, and the samples with their durations and offsets (never negative)
 * @throws MarqueeError OUTPUT_INVALID if a picture would be shown before it is decoded
 */
export function onFilmClock(
  samples: Sample[],
  startFrame: number,
  ticksPerFrame: number,
): { startTicks: number; samples: Sample[] } {
  const decodeTicks = (frame: number) =>
    frame > DELAY_FRAMES
      ? (frame - DELAY_FRAMES) * ticksPerFrame
      : Math.floor((frame * ticksPerFrame) / (DELAY_FRAMES + 1));
  // A chunk without B-frames comes out of the encoder without a delay, others with one.
  const delayTicks = samples[0]?.offsetTicks ?? 0;
  const placed = samples.map((sample, i) => {
    const frame = startFrame + i;
    const offsetTicks = frame * ticksPerFrame + sample.offsetTicks - delayTicks - decodeTicks(frame);
    if (offsetTicks < 0) throw invalid('its pictures are out of order');
    return { ...sample, offsetTicks, durationTicks: decodeTicks(frame + 1) - decodeTicks(frame) };
  });
  return { startTicks: decodeTicks(startFrame), samples: placed };
}

/** Reads the samples of a single segment that `writeSegment` made. */
export function readSegment(segment: Buffer): Sample[] {
  const samples: Sample[] = [];
  for (const box of boxes(segment, 0, segment.length)) {
    if (box.type === 'moof') readFragment(segment, box, { durationTicks: 0, sizeBytes: 0, flags: 0 }, samples);
  }
  return samples;
}

function readFragment(
  file: Buffer,
  moof: Box,
  trex: { durationTicks: number; sizeBytes: number; flags: number },
  into: Sample[],
): void {
  for (const traf of boxes(file, moof.body, moof.end)) {
    if (traf.type !== 'traf') continue;
    const defaults = { ...trex };
    for (const box of boxes(file, traf.body, traf.end)) {
      const flags = file.readUInt32BE(box.body) & 0xff_ffff;
      if (box.type === 'tfhd') {
        let at = box.body + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
        const next = () => {
          at += 4;
          return file.readUInt32BE(at - 4);
        };
        if (flags & 0x8) defaults.durationTicks = next();
        if (flags & 0x10) defaults.sizeBytes = next();
        if (flags & 0x20) defaults.flags = next();
      } else if (box.type === 'trun') {
        readRun(file, moof, box, flags, defaults, into);
      }
    }
  }
}

function readRun(
  file: Buffer,
  moof: Box,
  box: Box,
  flags: number,
  defaults: { durationTicks: number; sizeBytes: number; flags: number },
  into: Sample[],
): void {
  const count = file.readUInt32BE(box.body + 4);
  let at = box.body + 8;
  const next = () => {
    at += 4;
    return file.readUInt32BE(at - 4);
  };
  if (!(flags & 0x1)) throw invalid('a fragment does not say where its data is');
  let data = moof.start + (next() | 0);
  const firstFlags = flags & 0x4 ? next() : null;
  for (let i = 0; i < count; i++) {
    const durationTicks = flags & 0x100 ? next() : defaults.durationTicks;
    const sizeBytes = flags & 0x200 ? next() : defaults.sizeBytes;
    const own = flags & 0x400 ? next() : defaults.flags;
    const sampleFlags = i === 0 && firstFlags !== null ? firstFlags : own;
    const offsetTicks = flags & 0x800 ? next() | 0 : 0;
    if (data + sizeBytes > file.length) throw invalid('it ends early');
    into.push({
      data: file.subarray(data, data + sizeBytes),
      durationTicks,
      offsetTicks,
      keyframe: (sampleFlags & 0x1_0000) === 0,
    });
    data += sizeBytes;
  }
}

/**
 * Writes one CMAF segment: `moof` and `mdat` (ISO/IEC 23000-19, 7.3.2).
 *
 * @param sequence  number of the segment in its track, from 1
 * @param baseTicks decoding time of the first sample on the film's clock
 * @returns the segment, and the bytes from its start to the end of its first sample
 */
export function writeSegment(
  sequence: number,
  baseTicks: number,
  samples: Sample[],
): { bytes: Buffer; firstSampleEnd: number } {
  const mfhd = fullBox('mfhd', 0, 0, u32(sequence));
  // default-base-is-moof: offsets count from this moof, so that segments can be moved freely.
  const tfhd = fullBox('tfhd', 0, 0x02_0000, u32(1));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(baseTicks));
  const tfdt = fullBox('tfdt', 1, 0, time);
  const table = Buffer.alloc(samples.length * 16);
  samples.forEach((sample, i) => {
    table.writeUInt32BE(sample.durationTicks, i * 16);
    table.writeUInt32BE(sample.data.length, i * 16 + 4);
    table.writeUInt32BE(sample.keyframe ? KEYFRAME_FLAGS : DEPENDENT_FLAGS, i * 16 + 8);
    table.writeInt32BE(sample.offsetTicks, i * 16 + 12);
  });
  const run = (dataOffset: number) =>
    fullBox('trun', 1, 0x1 | 0x100 | 0x200 | 0x400 | 0x800, u32(samples.length), u32(dataOffset), table);
  const fragment = (dataOffset: number) => plainBox('moof', mfhd, plainBox('traf', tfhd, tfdt, run(dataOffset)));
  const moof = fragment(fragment(0).length + 8);
  const mdat = plainBox('mdat', ...samples.map((sample) => sample.data));
  return { bytes: Buffer.concat([moof, mdat]), firstSampleEnd: moof.length + 8 + (samples[0]?.data.length ?? 0) };
}

/**
 * The codec string of an init segment's track (RFC 6381).
 *
 * @throws MarqueeError OUTPUT_INVALID if the track is neither H.264 nor AAC
 */
export function codecsOf(init: Uint8Array): string {
  const file = Buffer.from(init);
  const avcc = file.indexOf('avcC');
  if (avcc > 0) return `avc1.${file.subarray(avcc + 5, avcc + 8).toString('hex')}`;
  // Object type 0x40 is MPEG-4 audio; what we encode is always AAC-LC, whose audio object type is 2.
  if (file.indexOf('esds') > 0) return 'mp4a.40.2';
  throw invalid('its codec is unknown');
}

interface Box {
  type: string;
  start: number;
  body: number;
  end: number;
}

function* boxes(file: Buffer, from: number, to: number): Generator<Box> {
  for (let start = from; start + 8 <= to; ) {
    let size = file.readUInt32BE(start);
    let body = start + 8;
    if (size === 1) {
      size = Number(file.readBigUInt64BE(body));
      body += 8;
    }
    if (size < body - start || start + size > to) throw invalid('a box is broken');
    yield { type: file.toString('latin1', start + 4, start + 8), start, body, end: start + size };
    start += size;
  }
}

function find(file: Buffer, within: Box, path: string[]): Box {
  let box = within;
  for (const type of path) {
    const child = [...boxes(file, box.body, box.end)].find((each) => each.type === type);
    if (!child) throw invalid(`it has no ${type}`);
    box = child;
  }
  return box;
}

function plainBox(type: string, ...parts: Uint8Array[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...parts], size);
}

function fullBox(type: string, version: number, flags: number, ...parts: Uint8Array[]): Buffer {
  return plainBox(type, u32(version * 0x100_0000 + flags), ...parts);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function invalid(why: string): MarqueeError {
  return new MarqueeError('OUTPUT_INVALID', `The encoder wrote a file that cannot be published: ${why}.`);
}
