import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ANALYSES } from './analysis.ts';
import { MarqueeError } from './errors.ts';
import type { JobId, MovieId, TaskId } from './ids.ts';
import { audioTrack, inspection, rational, videoTrack } from './inspection.ts';
import {
  audioRendition,
  audioWindow,
  chunk,
  dubRendition,
  mediaPlan,
  rung,
  storyboardPlan,
  subtitleRendition,
} from './plan.ts';

/** Tasks that one `task.finished` tells of beside the first, at most. */
export const MAX_OTHERS = 199;

const jobId = z.string().min(1) as unknown as z.ZodType<JobId, string>;
const movieId = z.string().min(1) as unknown as z.ZodType<MovieId, string>;
const taskId = z.string().min(1) as unknown as z.ZodType<TaskId, string>;

/** What every task's payload carries. `outputPrefix` ends in a slash. */
const forTask = { jobId, movieId, taskId, outputPrefix: z.string().endsWith('/') };

const source = { sourceKey: z.string().min(1), containerStartSec: z.number() };

/**
 * The payload of every message type. A message is a hint: the task row of the same id holds the same payload
 * and is what a worker acts on.
 */
export const PAYLOADS = {
  'video.uploaded': z.object({ jobId, movieId, sourceKey: z.string().min(1) }),
  'video.inspect': z.object({
    ...forTask,
    sourceKey: z.string().min(1),
    /** `head` reads the tracks, `index` every packet (it needs what the head said). */
    scope: z.enum(['head', 'index']),
    inspection: inspection.nullable(),
  }),
  'video.transcode': z.object({
    ...forTask,
    ...source,
    video: videoTrack,
    fps: rational,
    chunk,
    segmentFrames: z.int().positive(),
    timescale: z.int().positive(),
    ticksPerFrame: z.int().positive(),
    rungs: z.array(rung).min(1),
    /** Threads of each encoder. Part of the plan, never of the machine: the bytes depend on it. */
    threads: z.int().min(1).max(16),
    preset: z.string(),
    crf: z.number().min(0).max(51),
    /** True where workers' processors differ in kind: the encoder then keeps to arithmetic that all agree on. */
    cpuIndependent: z.boolean(),
  }),
  'video.encode_audio': z.object({
    ...forTask,
    ...source,
    track: audioTrack,
    rendition: audioRendition,
    /** Film time 0 on the container's clock, in seconds. */
    zeroSec: z.number(),
    window: audioWindow,
  }),
  'video.generate_thumbnails': z.object({
    ...forTask,
    rungs: z.array(rung).min(1),
    segmentFrames: z.int().positive(),
    fps: rational,
    work: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('storyboard'),
        sheet: z.int().nonnegative(),
        storyboard: storyboardPlan,
        /** Frame numbers of the published film, one a tile. */
        frames: z.array(z.int().nonnegative()).min(1),
      }),
      z.object({
        kind: z.literal('posters'),
        /** Segments to look for candidates in. */
        segments: z.array(z.int().nonnegative()).min(1),
        count: z.int().positive(),
      }),
    ]),
  }),
  'video.generate_subtitles': z.object({
    ...forTask,
    ...source,
    container: z.string(),
    rendition: subtitleRendition,
    /** Film time 0 on the container's clock, in seconds. */
    zeroSec: z.number(),
    /** Film time from which on cues are none of the film's, in seconds; null while its length is not known at all. */
    untilSec: z.number().positive().nullable(),
    segmentFrames: z.int().positive(),
    fps: rational,
    /** For a rendition that is dubbed. */
    dub: dubRendition.extend({ frameCount: z.int().positive() }).optional(),
  }),
  'video.ai_analysis': z.object({
    ...forTask,
    ...source,
    analysis: z.enum(ANALYSES),
    /** Of the whole film, which stands: pictures, sound and subtitles are found by it. */
    plan: mediaPlan,
    /** True where the source names its own chapters: then none are made. */
    hasChapters: z.boolean(),
  }),
  'video.package': z.object({
    ...forTask,
    plan: mediaPlan,
    /** Chunks `[0, throughChunk)` stand and are listed. */
    throughChunk: z.int().positive(),
    /** True when everything stands: checks the whole, closes the playlists and writes the manifest. */
    final: z.boolean(),
  }),
  /** `others`: more tasks of the same job that ended at about the same time. */
  'task.finished': z.object({ jobId, taskId, others: z.array(taskId).max(MAX_OTHERS).optional() }),
} as const;

export type MessageType = keyof typeof PAYLOADS;
export const MESSAGE_TYPES = Object.keys(PAYLOADS) as MessageType[];

/** The messages that are work for a worker: those whose payload names a task. */
export type TaskType = Exclude<MessageType, 'video.uploaded' | 'task.finished'>;
export type Payload<T extends MessageType> = z.infer<(typeof PAYLOADS)[T]>;

/** Raised when a payload changes in a way that an older reader would misread. */
export const ENVELOPE_VERSION = 1;
/** The oldest that is still read: messages of before an upgrade are in the queues while it goes on. */
const OLDEST_VERSION = 1;
/** How long a message of a newer version is left to those who know it before it is handed out again, at most. */
const NEWER_DELAY_MS = { first: 20, longest: 3000 };

/** What travels. `traceparent` is W3C Trace Context, so that one job is one trace. */
export const envelope = z.object({
  version: z.int().min(OLDEST_VERSION).max(ENVELOPE_VERSION),
  id: z.string().min(1),
  type: z.enum(MESSAGE_TYPES as [MessageType, ...MessageType[]]),
  occurredAt: z.iso.datetime(),
  traceparent: z
    .string()
    .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .nullable(),
  payload: z.unknown(),
});

export interface Message<T extends MessageType = MessageType> {
  version: number;
  id: string;
  type: T;
  occurredAt: string;
  traceparent: string | null;
  payload: Payload<T>;
}

/** Wraps a payload for the wire. */
export function newMessage<T extends MessageType>(
  type: T,
  payload: Payload<T>,
  traceparent: string | null = null,
): Message<T> {
  return {
    version: ENVELOPE_VERSION,
    id: randomUUID(),
    type,
    occurredAt: new Date().toISOString(),
    traceparent,
    payload,
  };
}

/**
 * Reads a message body.
 *
 * @throws MarqueeError MESSAGE_INVALID if it is not an envelope of a version that is read, or its payload not of its type
 */
export function parseMessage(body: unknown): Message {
  const outer = envelope.safeParse(body);
  if (!outer.success) throw invalid('The message is not a Marquee envelope', outer.error);
  const inner = PAYLOADS[outer.data.type].safeParse(outer.data.payload);
  if (!inner.success) throw invalid(`The payload of ${outer.data.type} is not of its schema`, inner.error);
  return { ...outer.data, payload: inner.data } as Message;
}

/** Whether a message that cannot be read may be read by a newer version, which may be at work beside this one. */
export function isNewer(body: unknown): boolean {
  const version = (body as { version?: unknown } | null)?.version;
  return Number.isInteger(version) && (version as number) > ENVELOPE_VERSION;
}

/**
 * How long it is handed back for. Short at first: somebody who knows it is mostly there, and has the next turn, or the one
 * after. Where nobody is yet, it must not go round and round.
 *
 * @param deliveryCount how often it was handed out, this time included
 */
export function newerDelayMs(deliveryCount: number): number {
  return Math.min(NEWER_DELAY_MS.longest, NEWER_DELAY_MS.first * 2 ** Math.min(10, deliveryCount - 1));
}

function invalid(what: string, error: z.ZodError): MarqueeError {
  const first = error.issues[0];
  const where = first ? ` (${first.path.join('.') || 'root'}: ${first.message})` : '';
  return new MarqueeError('MESSAGE_INVALID', `${what}${where}.`, { context: { issues: error.issues.slice(0, 5) } });
}
