import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDiskObjects, type DiskObjects } from '@marquee/adapters/disk-objects';
import { createMemoryCache } from '@marquee/adapters/memory-cache';
import { createSqliteQueue } from '@marquee/adapters/sqlite-queue';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { Config } from '@marquee/core/config';
import type { Cache, Logger, Objects, Queue, Store } from '@marquee/core/ports';

/** The engines behind the ports, set up and ready. */
export interface Engines {
  queue: Queue;
  store: Store;
  objects: Objects;
  cache: Cache;
  /** The embedded object engine, whose files the web app serves itself; null with any other. */
  diskObjects: DiskObjects | null;
  close(): Promise<void>;
}

/**
 * Opens the engines that the configuration asks for; so far these are the embedded ones, in the data folder.
 *
 * @throws MarqueeError STORE_DOWN or BROKER_DOWN if a file cannot be opened
 */
export async function openEngines(config: Config, log: Logger): Promise<Engines> {
  const { dataDir } = config;
  await mkdir(dataDir, { recursive: true });
  const store = createSqliteStore({ file: join(dataDir, 'marquee.db') });
  const queue = createSqliteQueue({ file: join(dataDir, 'queue.db') });
  const objects = createDiskObjects({
    root: join(dataDir, 'storage'),
    publicPath: '/objects',
    secret: await signingSecret(dataDir),
    minFreeBytes: config.limits.minFreeBytes,
  });
  const cache = createMemoryCache();
  await Promise.all([store.setup(), queue.setup(), objects.setup()]);
  log.debug('engines are open', { dataDir });
  return {
    queue,
    store,
    objects,
    cache,
    diskObjects: objects,
    async close() {
      await queue.close();
      await store.close();
      await cache.close();
    },
  };
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
