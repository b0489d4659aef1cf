import type { Config } from '@marquee/core/config';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { PictureMaker } from '@marquee/core/picture-maker';
import type { Cache, Logger, Mail, Objects, Queue, Store } from '@marquee/core/ports';
import { SILENT_TRACER, type Tracer } from '@marquee/core/tracing';
import { ownHolder } from './runtime/holder.ts';

// Engines that are servers, and nothing that needs a disk: the site is also built with this alone, for places that have
// none. Clients are loaded when they are used: a laptop pays for none of them.

/** What of a house can stand on servers. */
export interface ServerEngines {
  queue: Queue;
  store: Store;
  objects: Objects;
  cache: Cache;
  tracer: Tracer;
}

/**
 * Opens all engines of a house that has them all on servers, and looks whether they are in order.
 *
 * @throws MarqueeError CONFIG_INVALID if one is not configured, credentials are refused or something was never set up;
 *         STORE_DOWN, BROKER_DOWN or OBJECTS_DOWN if a server cannot be reached
 */
export async function openServerEngines(config: Config, log: Logger): Promise<ServerEngines> {
  const missing = [
    config.queue === null && 'RABBITMQ_URL or SQS_ENDPOINT',
    config.store === null && 'MONGODB_URL',
    config.objects === null && 'S3_BUCKET',
    config.cache === null && 'REDIS_URL',
  ].filter((name) => name !== false);
  if (missing.length > 0) {
    throw new MarqueeError(
      'CONFIG_INVALID',
      `This site was built for a place without a disk: all engines have to be servers. Set ${missing.join(', ')}.`,
    );
  }
  const told = withholdWarnings(log);
  const [queue, store, objects, cache, tracer] = await Promise.all([
    openQueueServer(config, told.log),
    openStoreServer(config, told.log),
    openObjectsServer(config, told.log),
    openCacheServer(config, told.log),
    openTracer(config),
  ]);
  const engines = { queue, store, objects, cache, tracer };
  try {
    await Promise.all([
      atStart(store.check(), storeRemedy(config)),
      atStart(queue.check(), queueRemedy(config)),
      atStart(objects.check(), objectsRemedy(config)),
      checkCacheServer(config),
    ]);
  } catch (error) {
    await Promise.allSettled(Object.values(engines).map((engine) => engine.close()));
    throw error;
  }
  told.release();
  return engines;
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
export async function atStart(look: Promise<void>, remedy: string | null): Promise<void> {
  try {
    await look;
  } catch (error) {
    if (remedy === null || !isMarqueeError(error) || !error.code.endsWith('_DOWN')) throw error;
    throw new MarqueeError(error.code, `${error.message} ${remedy}`, { context: error.context, cause: error });
  }
}

export function storeRemedy({ store }: Config): string | null {
  return store && 'Start it, or correct MONGODB_URL.';
}

export function queueRemedy({ queue }: Config): string | null {
  if (queue === null) return null;
  return queue.kind === 'rabbitmq' ? 'Start it, or correct RABBITMQ_URL.' : 'Check SQS_ENDPOINT, and the way there.';
}

export function objectsRemedy({ objects }: Config): string | null {
  return objects && `Check ${objects.endpoint === null ? 'AWS_REGION' : 'S3_ENDPOINT'}, and the way there.`;
}

/** Clients warn of what is wrong with a server; until all are found in order, the error of the start says it better. */
export function withholdWarnings(log: Logger): { log: Logger; release(): void } {
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

export async function openQueueServer({ queue }: Config, log: Logger): Promise<Queue> {
  if (queue === null) throw notConfigured('queue');
  if (queue.kind === 'rabbitmq') {
    const { createRabbitQueue } = await import('@marquee/adapters/rabbitmq-queue');
    return createRabbitQueue({ ...queue, log });
  }
  const { createSqsQueue } = await import('@marquee/adapters/sqs-queue');
  return createSqsQueue({ ...queue, log });
}

export async function openStoreServer({ store }: Config, log: Logger): Promise<Store> {
  if (store === null) throw notConfigured('store');
  const { createMongoStore } = await import('@marquee/adapters/mongo-store');
  return createMongoStore({ ...store, log });
}

export async function openObjectsServer({ objects, publicUrl }: Config, log: Logger): Promise<Objects> {
  if (objects === null) throw notConfigured('bucket');
  const { createS3Objects } = await import('@marquee/adapters/s3-objects');
  const allowedOrigins = publicUrl === null ? ['*'] : [new URL(publicUrl).origin];
  const publicMedia = objects.mediaBaseUrl !== null && objects.cloudFront === null;
  return createS3Objects({ ...objects, allowedOrigins, publicMedia, log });
}

export async function openCacheServer({ cache }: Config, log: Logger): Promise<Cache> {
  if (cache === null) throw notConfigured('cache');
  const { createRedisCache } = await import('@marquee/adapters/redis-cache');
  return createRedisCache({ ...cache, log });
}

/** Asks Redis, where one is configured, whether it answers. @throws MarqueeError CONFIG_INVALID if it does not */
export async function checkCacheServer({ cache }: Config): Promise<void> {
  if (cache === null) return;
  const redis = await import('@marquee/adapters/redis-cache');
  await redis.checkRedis(cache.url);
}

export async function openTracer({ tracing }: Config): Promise<Tracer> {
  if (tracing === null) return SILENT_TRACER;
  const { createOtelTracer } = await import('@marquee/adapters/otel-tracer');
  return createOtelTracer({ ...tracing, instance: ownHolder() });
}

function notConfigured(what: string): MarqueeError {
  return new MarqueeError('INTERNAL', `No ${what} is configured.`);
}
