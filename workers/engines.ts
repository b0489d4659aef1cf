import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDiskObjects, type DiskObjects } from '@marquee/adapters/disk-objects';
import { createMemoryCache } from '@marquee/adapters/memory-cache';
import { createSqliteQueue } from '@marquee/adapters/sqlite-queue';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { Config } from '@marquee/core/config';
import type { Speaker } from '@marquee/core/dubbing';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { Embedder } from '@marquee/core/meaning';
import { type Metrics, SILENT_METRICS } from '@marquee/core/metrics';
import type { PictureMaker } from '@marquee/core/picture-maker';
import type { Cache, Logger, Mail, Objects, Queue, Store } from '@marquee/core/ports';
import type { Recogniser } from '@marquee/core/recogniser';
import { SILENT_TRACER, type Tracer } from '@marquee/core/tracing';
import type { LanguageModel } from '@marquee/core/translation';
import type { WebhookPost } from '@marquee/core/webhooks';
import { createEmbedder } from './meaning/embedder.ts';
import { ownHolder } from './runtime/holder.ts';
import { reportDisks } from './runtime/process-figures.ts';

/** The engines behind the ports, reached and found in order. */
export interface Engines {
  queue: Queue;
  store: Store;
  objects: Objects;
  cache: Cache;
  /** What finds lines by their meaning; null where that is off. Its model is fetched and loaded when it is first asked. */
  embedder: Embedder | null;
  /** The embedded object engine, whose files the web app serves itself; null with any other. */
  diskObjects: DiskObjects | null;
  tracer: Tracer;
  metrics: Metrics;
  close(): Promise<void>;
}

/**
 * Opens the engines that the configuration asks for: the embedded ones in the data folder, each replaced by a
 * server's where an address says so. Embedded engines set themselves up; a server's has to have been by `marquee setup`.
 *
 * @throws MarqueeError CONFIG_INVALID if credentials are refused or something was never set up; STORE_DOWN,
 *         BROKER_DOWN or OBJECTS_DOWN if a server or a file cannot be reached
 */
export async function openEngines(config: Config, log: Logger): Promise<Engines> {
  const told = withholdWarnings(log);
  const engines = await connect(config, told.log);
  try {
    const { store, queue, objects } = config;
    await Promise.all([
      atStart(store ? engines.store.check() : engines.store.setup(), storeRemedy(config)),
      atStart(queue ? engines.queue.check() : engines.queue.setup(), queueRemedy(config)),
      atStart(objects ? engines.objects.check() : engines.objects.setup(), objectsRemedy(config)),
      config.cache ? checkRedis(config.cache.url) : undefined,
    ]);
  } catch (error) {
    await engines.close().catch(() => undefined);
    throw error;
  }
  told.release();
  return engines;
}

/**
 * `marquee setup`: creates queues, indexes and a bucket's rules, and brings up to date what stands.
 *
 * @throws MarqueeError as `openEngines` does
 */
export async function setUpEngines(config: Config, log: Logger): Promise<void> {
  const told = withholdWarnings(log);
  const engines = await connect(config, told.log);
  try {
    await Promise.all([
      atStart(engines.store.setup(), storeRemedy(config)),
      atStart(engines.queue.setup(), queueRemedy(config)),
      atStart(engines.objects.setup(), objectsRemedy(config)),
      config.cache ? checkRedis(config.cache.url) : undefined,
    ]);
    told.release();
  } finally {
    await engines.close().catch(() => undefined);
  }
}

/** Mail as it is configured; null where none can be sent. Its client is loaded with the first letter. */
export function openMail({ mail }: Config): Mail | null {
  if (mail === null) return null;
  let opened: Promise<Mail> | null = null;
  return {
    async send(letter) {
      opened ??= import('@marquee/adapters/smtp-mail').then(({ createSmtpMail }) => createSmtpMail(mail));
      await (await opened).send(letter);
    },
  };
}

/** What sends webhooks, loaded with the first one. */
export function openPost({ webhooksToPrivate }: Config): WebhookPost {
  let opened: Promise<WebhookPost> | null = null;
  return async (sent, signal) => {
    opened ??= import('@marquee/adapters/webhook-http').then(({ createWebhookPost }) =>
      createWebhookPost({ allowsPrivate: webhooksToPrivate }),
    );
    return (await opened)(sent, signal);
  };
}

/** The language model as it is configured; null where there is none. Its client is loaded with the first question. */
export function openLanguageModel({ llm }: Config, log: Logger): LanguageModel | null {
  if (llm === null) return null;
  let opened: Promise<LanguageModel> | null = null;
  const open = () => {
    opened ??= import('@marquee/adapters/llm').then(({ createLanguageModel }) => createLanguageModel({ ...llm, log }));
    return opened;
  };
  return {
    describe: async (...asked) => (await open()).describe(...asked),
    translate: async (...asked) => (await open()).translate(...asked),
  };
}

/** The service that hears, as it is configured; null where there is none. Its client is loaded when it is first asked. */
export function openRecogniser({ speechProvider }: Config, log: Logger): Recogniser | null {
  if (speechProvider === null) return null;
  let opened: Promise<Recogniser> | null = null;
  return {
    async transcribe(...asked) {
      opened ??= import('@marquee/adapters/provider-speech').then(({ createRecogniser }) =>
        createRecogniser(speechProvider, log),
      );
      return (await opened).transcribe(...asked);
    },
  };
}

/** The service that speaks, as it is configured; null where there is none. Its client is loaded when it is first asked. */
export function openSpeaker({ voiceProvider }: Config, log: Logger): Speaker | null {
  if (voiceProvider === null) return null;
  let opened: Promise<Speaker> | null = null;
  return {
    async speak(...asked) {
      opened ??= import('@marquee/adapters/provider-voice').then(({ createSpeaker }) =>
        createSpeaker(voiceProvider, log),
      );
      return (await opened).speak(...asked);
    },
  };
}

/** The service that makes pictures, as it is configured; null where there is none. */
export async function openPictureMaker({ pictureProvider }: Config, log: Logger): Promise<PictureMaker | null> {
  if (pictureProvider === null) return null;
  const { createPictureMaker } = await import('@marquee/adapters/provider-pictures');
  return createPictureMaker(pictureProvider, log);
}

/** Which engine stands behind each port, for people. */
export function engineNames(config: Config): Record<'queue' | 'store' | 'objects' | 'cache', string> {
  return {
    queue: config.queue ? { rabbitmq: 'RabbitMQ', sqs: 'SQS' }[config.queue.kind] : 'embedded',
    store: config.store ? 'MongoDB' : 'embedded',
    objects: config.objects ? 'S3' : 'embedded',
    cache: config.cache ? 'Redis' : 'embedded',
  };
}

/** Adds to the error of a server that is away what can be done about it, while somebody sits in front of the start. */
async function atStart(look: Promise<void>, remedy: string | null): Promise<void> {
  try {
    await look;
  } catch (error) {
    if (remedy === null || !isMarqueeError(error) || !error.code.endsWith('_DOWN')) throw error;
    throw new MarqueeError(error.code, `${error.message} ${remedy}`, { context: error.context, cause: error });
  }
}

function storeRemedy({ store }: Config): string | null {
  return store && 'Start it, or correct MONGODB_URL.';
}

function queueRemedy({ queue }: Config): string | null {
  if (queue === null) return null;
  return queue.kind === 'rabbitmq' ? 'Start it, or correct RABBITMQ_URL.' : 'Check SQS_ENDPOINT, and the way there.';
}

function objectsRemedy({ objects }: Config): string | null {
  return objects && `Check ${objects.endpoint === null ? 'AWS_REGION' : 'S3_ENDPOINT'}, and the way there.`;
}

/** Clients warn of what is wrong with a server; until all are found in order, the error of the start says it better. */
function withholdWarnings(log: Logger): { log: Logger; release(): void } {
  let withheld: Parameters<Logger['warn']>[] | null = [];
  return {
    log: {
      ...log,
      warn(...line) {
        if (withheld === null) log.warn(...line);
        else withheld.push(line);
      },
    },
    release() {
      for (const line of withheld ?? []) log.warn(...line);
      withheld = null;
    },
  };
}

/** Clients are loaded when they are used: a laptop pays for none of them. */
async function connect(config: Config, log: Logger): Promise<Engines> {
  const { dataDir } = config;
  await mkdir(dataDir, { recursive: true });
  const diskObjects = config.objects
    ? null
    : createDiskObjects({
        root: join(dataDir, 'storage'),
        publicPath: '/objects',
        secret: await signingSecret(dataDir),
        minFreeBytes: config.limits.minFreeBytes,
      });
  const [queue, store, objects, cache, tracer, metrics] = await Promise.all([
    openQueue(config, log),
    openStore(config, log),
    diskObjects ?? openS3(config, log),
    openCache(config, log),
    openTracer(config),
    openMetrics(config),
  ]);
  const embedder = config.meaning === 'on' ? createEmbedder(config.models) : null;
  log.debug('engines are open', { dataDir, ...engineNames(config) });
  return {
    queue,
    store,
    objects,
    cache: metrics.cache(cache),
    embedder,
    diskObjects,
    tracer,
    metrics: metrics.metrics,
    async close() {
      await queue.close();
      await Promise.all([store.close(), objects.close(), cache.close(), embedder?.close(), tracer.close()]);
    },
  };
}

async function openQueue({ queue, dataDir }: Config, log: Logger): Promise<Queue> {
  if (queue === null) return createSqliteQueue({ file: join(dataDir, 'queue.db') });
  if (queue.kind === 'rabbitmq') {
    const { createRabbitQueue } = await import('@marquee/adapters/rabbitmq-queue');
    return createRabbitQueue({ ...queue, log });
  }
  const { createSqsQueue } = await import('@marquee/adapters/sqs-queue');
  return createSqsQueue({ ...queue, log });
}

async function openStore({ store, dataDir }: Config, log: Logger): Promise<Store> {
  if (store === null) return createSqliteStore({ file: join(dataDir, 'marquee.db') });
  const { createMongoStore } = await import('@marquee/adapters/mongo-store');
  return createMongoStore({ ...store, log });
}

async function openS3({ objects, publicUrl }: Config, log: Logger): Promise<Objects> {
  if (objects === null) throw new MarqueeError('INTERNAL', 'No bucket is configured.');
  const { createS3Objects } = await import('@marquee/adapters/s3-objects');
  const allowedOrigins = publicUrl === null ? ['*'] : [new URL(publicUrl).origin];
  const publicMedia = objects.mediaBaseUrl !== null && objects.cloudFront === null;
  return createS3Objects({ ...objects, allowedOrigins, publicMedia, log });
}

async function openCache({ cache }: Config, log: Logger): Promise<Cache> {
  if (cache === null) return createMemoryCache();
  const { createRedisCache } = await import('@marquee/adapters/redis-cache');
  return createRedisCache({ ...cache, log });
}

async function openTracer({ tracing }: Config): Promise<Tracer> {
  if (tracing === null) return SILENT_TRACER;
  const { createOtelTracer } = await import('@marquee/adapters/otel-tracer');
  return createOtelTracer({ ...tracing, instance: ownHolder() });
}

/** Nothing is counted where nobody scrapes. */
async function openMetrics(config: Config): Promise<{ metrics: Metrics; cache: (cache: Cache) => Cache }> {
  if (config.metricsPort === null) return { metrics: SILENT_METRICS, cache: (cache) => cache };
  const [{ createPromMetrics }, { observedCache }] = await Promise.all([
    import('@marquee/adapters/prom-metrics'),
    import('@marquee/adapters/observed-cache'),
  ]);
  const metrics = createPromMetrics();
  reportDisks(metrics, config);
  return { metrics, cache: (cache) => observedCache(cache, metrics) };
}

async function checkRedis(url: string): Promise<void> {
  const redis = await import('@marquee/adapters/redis-cache');
  await redis.checkRedis(url);
}

/** The key that object URLs are signed with, made at first use. It appears whole, so that two starts at once agree. */
async function signingSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret');
  const read = () => readFile(file, 'utf8').catch(() => null);
  const standing = await read();
  if (standing) return standing;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return readFile(file, 'utf8');
}
