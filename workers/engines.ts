import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDiskObjects, type DiskObjects } from '@marquee/adapters/disk-objects';
import { createMemoryCache } from '@marquee/adapters/memory-cache';
import { createSqliteQueue } from '@marquee/adapters/sqlite-queue';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { Config } from '@marquee/core/config';
import type { Speaker } from '@marquee/core/dubbing';
import type { Embedder } from '@marquee/core/meaning';
import { type Metrics, SILENT_METRICS } from '@marquee/core/metrics';
import type { Cache, Logger, Objects, Queue, Store } from '@marquee/core/ports';
import type { Recogniser } from '@marquee/core/recogniser';
import type { Tracer } from '@marquee/core/tracing';
import type { LanguageModel } from '@marquee/core/translation';
import type { WebhookPost } from '@marquee/core/webhooks';
import { createEmbedder } from './meaning/embedder.ts';
import { reportDisks } from './runtime/process-figures.ts';
import {
  atStart,
  checkCacheServer,
  engineNames,
  objectsRemedy,
  openCacheServer,
  openObjectsServer,
  openQueueServer,
  openStoreServer,
  openTracer,
  queueRemedy,
  storeRemedy,
  withholdWarnings,
} from './server-engines.ts';

export { engineNames } from './server-engines.ts';

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
      checkCacheServer(config),
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
      checkCacheServer(config),
    ]);
    told.release();
  } finally {
    await engines.close().catch(() => undefined);
  }
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
    diskObjects ?? openObjectsServer(config, log),
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

async function openQueue(config: Config, log: Logger): Promise<Queue> {
  if (config.queue === null) return createSqliteQueue({ file: join(config.dataDir, 'queue.db') });
  return openQueueServer(config, log);
}

async function openStore(config: Config, log: Logger): Promise<Store> {
  if (config.store === null) return createSqliteStore({ file: join(config.dataDir, 'marquee.db') });
  return openStoreServer(config, log);
}

async function openCache(config: Config, log: Logger): Promise<Cache> {
  if (config.cache === null) return createMemoryCache();
  return openCacheServer(config, log);
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
