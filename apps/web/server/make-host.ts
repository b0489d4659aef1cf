import { readFileSync } from 'node:fs';
import type { Catalogue } from '@marquee/core/catalogue';
import { type Config, loadConfig } from '@marquee/core/config';
import type { Cache, Logger } from '@marquee/core/ports';
import { engineNames, openEngines, openMail, openPictureMaker } from '@marquee/workers/engines';
import { cancelJob, prioritizeJob, retryJob, retryTask, submitUpload } from '@marquee/workers/orchestrator/commands';
import { remakeMovie, removeMovie } from '@marquee/workers/orchestrator/movie-commands';
import { createLogger } from '@marquee/workers/runtime/log';
import type { Host } from './host.ts';
import { streamAddresses } from './stream-addresses.ts';

/** Ties engines and commands together for the site. */
export async function makeHost(given: Pick<Host, 'config' | 'engines' | 'log' | 'closing'>): Promise<Host> {
  const { config, engines, log } = given;
  const { store, queue, objects, tracer } = engines;
  const ports = { store, queue, objects, tracer, log };
  return {
    ...given,
    version: ownVersion(),
    engineNames: engineNames(config),
    commands: {
      submitUpload: (upload) => submitUpload(ports, upload),
      cancelJob: (id) => cancelJob(ports, id),
      retryJob: (id) => retryJob(ports, id),
      retryTask: (id, task) => retryTask(ports, id, task),
      prioritizeJob: (id, priority) => prioritizeJob(ports, id, priority),
      remakeMovie: (id) => remakeMovie(ports, id),
      removeMovie: (id) => removeMovie(ports, id),
    },
    catalogue: await openCatalogue(config, engines.cache, log),
    mail: openMail(config),
    pictureMaker: await openPictureMaker(config, log),
    ...streamAddresses(config, engines),
  };
}

function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function openCatalogue(config: Config, cache: Cache, log: Logger): Promise<Catalogue | null> {
  if (!config.catalogue) return null;
  const { createTmdbCatalogue } = await import('@marquee/adapters/tmdb-catalogue');
  return createTmdbCatalogue({ ...config.catalogue, cache, log });
}

/** For a site under a bare Next server: opens engines of its own from the environment. */
export async function ownHost(): Promise<Host> {
  const config = loadConfig();
  const log = createLogger(config, { role: 'web' });
  const engines = await openEngines(config, log);
  return makeHost({ config, engines, log, closing: new AbortController().signal });
}
