import { z } from 'zod';
import { rational, subtitleTrack } from './inspection.ts';

/** One quality of the ladder. */
export const rung = z.object({
  /** Folder and group name: `h264-720`. */
  name: z.string(),
  /** The ladder's height for a 16:9 film (2160 ... 240); a film of another shape fits the same box. */
  nominalPx: z.int().positive(),
  widthPx: z.int().positive(),
  heightPx: z.int().positive(),
  /** Ceiling of the bit rate over one buffer length, in bits per second. */
  maxrateBps: z.int().positive(),
  bufsizeBits: z.int().positive(),
});
export type Rung = z.infer<typeof rung>;

/** One published sound track. */
export const audioRendition = z.object({
  /** Folder and group member: `en-0`, or `en-0-51` for surround. */
  name: z.string(),
  streamIndex: z.int().nonnegative(),
  channels: z.union([z.literal(2), z.literal(6)]),
  bitrateBps: z.int().positive(),
  language: z.string(),
  title: z.string(),
  default: z.boolean(),
  /** Start of the source track on the film's clock in seconds; negative when it begins before the picture. */
  offsetSec: z.number(),
});
export type AudioRendition = z.infer<typeof audioRendition>;

/** One published subtitle track: one that the source holds as text or as pictures, that somebody uploaded, or that a machine heard. */
export const subtitleRendition = subtitleTrack.extend({
  /** Folder and group member: `en-0`, `en-p0` for pictures, `en-u0` for what was uploaded, `en-a0` for what was heard. */
  name: z.string(),
  /** The uploaded WebVTT; absent for a track of the source. */
  uploadKey: z.string().optional(),
  /** The model, or the service, that hears the words; then `streamIndex` is that of the sound. Absent for what people wrote. */
  automatic: z.enum(['tiny', 'base', 'provider']).optional(),
  /** Set for a track of pictures: whether a machine reads their words. */
  ocr: z.enum(['on', 'off']).optional(),
  /** Set for a track that a machine translates from another one of the film. */
  translated: z.literal(true).optional(),
  /** Set for what a service speaks of a track's lines; then the task makes sound, and no subtitles. */
  dubbed: z.literal(true).optional(),
  /** What people made of it is published in its place: it is made, and no playlist lists it. */
  keptBack: z.literal(true).optional(),
});
export type SubtitleRendition = z.infer<typeof subtitleRendition>;

/** A sound track that a service speaks, over the film's own. */
export const dubRendition = z.object({
  /** Folder and group member: `de-d0`. */
  name: z.string(),
  language: z.string(),
  /** The film's own sound, which stands under it, and whether that is 5.1. */
  streamIndex: z.int().nonnegative(),
  surround: z.boolean(),
  bitrateBps: z.int().positive(),
});
export type DubRendition = z.infer<typeof dubRendition>;

/** A run of frames of the published film, encoded by one task. */
export const chunk = z.object({
  index: z.int().nonnegative(),
  startFrame: z.int().nonnegative(),
  frames: z.int().positive(),
  /** Position to seek to in the source, on the container's clock from its start, in seconds. */
  seekSec: z.number().nonnegative(),
  last: z.boolean(),
});
export type Chunk = z.infer<typeof chunk>;

/** A run of AAC frames of one published sound track, encoded by one task. */
export const audioWindow = z.object({
  index: z.int().nonnegative(),
  /** Number of the first segment in it, from 0. */
  firstSegment: z.int().nonnegative(),
  /** AAC frame (1,024 samples at 48 kHz) at which each segment of the window starts, then the window's end. */
  segmentFrames: z.array(z.int().nonnegative()).min(2),
  last: z.boolean(),
});
export type AudioWindow = z.infer<typeof audioWindow>;

export const storyboardPlan = z.object({
  intervalSec: z.number().positive(),
  tileWidthPx: z.int().positive(),
  tileHeightPx: z.int().positive(),
  columns: z.int().positive(),
  rows: z.int().positive(),
  tileCount: z.int().positive(),
});
export type StoryboardPlan = z.infer<typeof storyboardPlan>;

/** Tiles on one sheet. */
export function tilesPerSheet(storyboard: StoryboardPlan): number {
  return storyboard.columns * storyboard.rows;
}

/** File name of a sheet, `sheet` from 0. */
export function sheetName(sheet: number): string {
  return `${String(sheet).padStart(3, '0')}.jpg`;
}

/** What one version of a film will consist of. The counts are null until the whole source has been indexed. */
export const mediaPlan = z.object({
  fps: rational,
  /** Frames in every video segment but the last. */
  segmentFrames: z.int().positive(),
  /** Ticks per second of the published video tracks, and per frame. */
  timescale: z.int().positive(),
  ticksPerFrame: z.int().positive(),
  rungs: z.array(rung).min(1),
  audio: z.array(audioRendition),
  /** Absent in plans of earlier versions, which had none. */
  subtitles: z.array(subtitleRendition).optional(),
  /** Absent where nobody asked for any. */
  dubs: z.array(dubRendition).optional(),
  frameCount: z.int().positive().nullable(),
  chunkCount: z.int().positive().nullable(),
  storyboard: storyboardPlan.nullable(),
});
export type MediaPlan = z.infer<typeof mediaPlan>;

/** @returns the length of the published film in seconds, or null while it is not known. */
export function planDurationSec(plan: MediaPlan): number | null {
  return plan.frameCount === null ? null : (plan.frameCount * plan.fps.den) / plan.fps.num;
}

/** @returns the length of every segment but the last, in seconds. */
export function segmentSecOf(plan: Pick<MediaPlan, 'segmentFrames' | 'fps'>): number {
  return (plan.segmentFrames * plan.fps.den) / plan.fps.num;
}
