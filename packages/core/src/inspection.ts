import { z } from 'zod';

/** A positive fraction, such as a frame rate of 24000/1001. */
export const rational = z.object({ num: z.int().positive(), den: z.int().positive() });
export type Rational = z.infer<typeof rational>;

/** The picture track that becomes the film. */
export const videoTrack = z.object({
  streamIndex: z.int().nonnegative(),
  codec: z.string(),
  /** Stored picture size, before rotation and sample aspect ratio. */
  codedWidthPx: z.int().positive(),
  codedHeightPx: z.int().positive(),
  /** Size as seen by a viewer: sample aspect ratio and rotation applied. */
  displayWidthPx: z.int().positive(),
  displayHeightPx: z.int().positive(),
  /** Clockwise turn a player applies: 0, 90, 180 or 270. */
  rotationDeg: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  /** The constant rate of what we publish; a variable source is mapped onto it. */
  fps: rational,
  variableFrameRate: z.boolean(),
  /** Presentation time of the first frame on the container's clock, in seconds. */
  startSec: z.number(),
  interlaced: z.boolean(),
  fieldOrder: z.enum(['progressive', 'tff', 'bff']),
  pixelFormat: z.string(),
  hdr: z.enum(['none', 'pq', 'hlg']),
  /** Colour tags as ffmpeg names them (`bt709`, `smpte170m`, ...); `unknown` where the file is silent. */
  colorPrimaries: z.string(),
  colorTransfer: z.string(),
  colorMatrix: z.string(),
  colorRange: z.enum(['tv', 'pc']),
});
export type VideoTrack = z.infer<typeof videoTrack>;

export const audioTrack = z.object({
  streamIndex: z.int().nonnegative(),
  codec: z.string(),
  channels: z.int().positive(),
  /** Presentation time of the first sample on the container's clock, in seconds. */
  startSec: z.number(),
  /** BCP 47 language, `und` where the file is silent. */
  language: z.string(),
  title: z.string(),
  default: z.boolean(),
});
export type AudioTrack = z.infer<typeof audioTrack>;

export const subtitleTrack = z.object({
  streamIndex: z.int().nonnegative(),
  codec: z.string(),
  language: z.string(),
  title: z.string(),
  default: z.boolean(),
  forced: z.boolean(),
  hearingImpaired: z.boolean(),
  /** Size of what pictures of words are drawn on, where the file says it; absent for text. */
  widthPx: z.int().positive().optional(),
  heightPx: z.int().positive().optional(),
});
export type SubtitleTrack = z.infer<typeof subtitleTrack>;

export const chapter = z.object({ startSec: z.number(), endSec: z.number(), title: z.string() });

/** What the head of a film says: enough to plan and encode its opening. */
export const inspection = z.object({
  /** Where the media tools read from: the upload itself, or a copy in a container that can be sought in. */
  sourceKey: z.string(),
  container: z.string(),
  sizeBytes: z.int().nonnegative(),
  /** The container's own claim, in seconds; the index replaces it. */
  claimedDurationSec: z.number().nonnegative(),
  /** The container's start time in seconds: seeking counts from here. */
  containerStartSec: z.number(),
  video: videoTrack,
  audio: z.array(audioTrack),
  subtitles: z.array(subtitleTrack),
  chapters: z.array(chapter),
  /** Sentences for the admin about what is unusual but no obstacle. */
  notes: z.array(z.string()),
});
export type Inspection = z.infer<typeof inspection>;

/** What reading every packet of the film says: enough to plan and encode all of it. */
export const sourceIndex = z.object({
  /** Frames of the published film at its constant rate. */
  frameCount: z.int().positive(),
  sourceFrameCount: z.int().positive(),
  /** Presentation times of keyframes on the film's clock (first frame = 0), ascending, in seconds. */
  keyframesSec: z.array(z.number()),
  /** The longest pause between two source frames, in seconds. */
  maxFrameGapSec: z.number().nonnegative(),
});
export type SourceIndex = z.infer<typeof sourceIndex>;
