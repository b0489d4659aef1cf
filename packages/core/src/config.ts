import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { MarqueeError } from './errors.ts';

const positive = z.coerce.number().int().positive();

const PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;

/** Every variable that Marquee reads, with what it takes and its default. */
export const VARIABLES = {
  MARQUEE_DATA: z.string().min(1).default('.marquee').describe('data folder of the embedded engines'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4400).describe('port of the web app'),
  HOST: z.string().min(1).default('127.0.0.1').describe('address the web app listens on'),
  PUBLIC_URL: z.url().optional().describe('address under which people reach the site'),
  MARQUEE_ADMIN_SECRET: z
    .string()
    .min(12)
    .optional()
    .describe('secret of the admin pages, at least 12 characters; made at first start if absent'),
  FFMPEG_PATH: z.string().min(1).default('ffmpeg').describe('ffmpeg binary, 5.1 or newer'),
  FFPROBE_PATH: z.string().min(1).default('ffprobe').describe('ffprobe binary, 5.1 or newer'),
  MARQUEE_WORK: z.string().min(1).optional().describe('folder for temporary files; default: work in the data folder'),
  TRANSCODE_CONCURRENCY: positive
    .max(256)
    .optional()
    .describe('chunks encoded at once by a process; default: the number of cores'),
  X264_PRESET: z.enum(PRESETS).default('veryfast').describe('x264 preset'),
  X264_CRF: z.coerce.number().min(10).max(40).default(23).describe('x264 constant rate factor'),
  X264_CPU_INDEPENDENT: z
    .stringbool()
    .default(false)
    .describe('true or false: same bytes on processors of every kind, about 3 % slower; for workers on mixed machines'),
  MAX_SOURCE_BYTES: positive.default(200 * 1024 ** 3).describe('largest accepted upload, in bytes'),
  MAX_SOURCE_HOURS: z.coerce.number().positive().default(24).describe('longest accepted film, in hours'),
  MAX_SOURCE_PIXELS: positive.default(8192 * 4320).describe('largest accepted picture, in pixels'),
  MAX_FPS: positive.max(120).default(60).describe('highest published frame rate'),
  MAX_RUNG: positive.default(2160).describe('highest rung of the ladder'),
  TOOL_STALL_SEC: positive.default(60).describe('a media tool that reports no progress for this long is ended'),
  TOOL_MEMORY_BYTES: positive.default(12 * 1024 ** 3).describe('address space a media tool may use, in bytes'),
  MIN_FREE_BYTES: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(256 * 1024 ** 2)
    .describe('free space below which no work is started, in bytes'),
  LEASE_SEC: positive.default(20).describe('a task whose worker is silent for this long is given to another'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info').describe('how much is logged'),
} as const;

type Parsed = { [K in keyof typeof VARIABLES]: z.infer<(typeof VARIABLES)[K]> };

/** The whole configuration, checked, with paths made absolute. Sizes in bytes, times in the unit of the name. */
export interface Config {
  dataDir: string;
  workDir: string;
  port: number;
  host: string;
  publicUrl: string | null;
  adminSecret: string | null;
  ffmpegPath: string;
  ffprobePath: string;
  transcodeConcurrency: number;
  encode: { preset: (typeof PRESETS)[number]; crf: number; cpuIndependent: boolean; maxFps: number; maxRungPx: number };
  limits: { sourceBytes: number; sourceSec: number; sourcePixels: number; minFreeBytes: number };
  tools: { stallMs: number; memoryBytes: number };
  leaseMs: number;
  logLevel: Parsed['LOG_LEVEL'];
}

/**
 * Reads the environment once.
 *
 * @param defaults what stands for variables that are not set, where a program has other defaults than the rest
 * @throws MarqueeError CONFIG_INVALID naming the variable and what it takes
 */
export function loadConfig(
  env: Record<string, string | undefined> = process.env,
  defaults: Partial<Record<keyof Parsed, string>> = {},
): Config {
  const read = {} as Record<keyof Parsed, unknown>;
  for (const [name, schema] of Object.entries(VARIABLES)) {
    const value = schema.safeParse(env[name] || defaults[name as keyof Parsed]);
    if (!value.success) {
      const why = value.error.issues[0]?.message ?? 'not accepted';
      // The value itself is not repeated: it may be a secret.
      throw new MarqueeError('CONFIG_INVALID', `${name} is not valid (${why}). It takes: ${schema.description}.`);
    }
    read[name as keyof Parsed] = value.data;
  }
  const v = read as Parsed;
  const dataDir = resolve(v.MARQUEE_DATA);
  return {
    dataDir,
    workDir: resolve(v.MARQUEE_WORK ?? `${dataDir}/work`),
    port: v.PORT,
    host: v.HOST,
    publicUrl: v.PUBLIC_URL ?? null,
    adminSecret: v.MARQUEE_ADMIN_SECRET ?? null,
    ffmpegPath: v.FFMPEG_PATH,
    ffprobePath: v.FFPROBE_PATH,
    transcodeConcurrency: v.TRANSCODE_CONCURRENCY ?? availableParallelism(),
    encode: {
      preset: v.X264_PRESET,
      crf: v.X264_CRF,
      cpuIndependent: v.X264_CPU_INDEPENDENT,
      maxFps: v.MAX_FPS,
      maxRungPx: v.MAX_RUNG,
    },
    limits: {
      sourceBytes: v.MAX_SOURCE_BYTES,
      sourceSec: v.MAX_SOURCE_HOURS * 3600,
      sourcePixels: v.MAX_SOURCE_PIXELS,
      minFreeBytes: v.MIN_FREE_BYTES,
    },
    tools: { stallMs: v.TOOL_STALL_SEC * 1000, memoryBytes: v.TOOL_MEMORY_BYTES },
    leaseMs: v.LEASE_SEC * 1000,
    logLevel: v.LOG_LEVEL,
  };
}
