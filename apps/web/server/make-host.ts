import type { Catalogue } from '@marquee/core/catalogue';
import type { Config } from '@marquee/core/config';
import type { Cache, Logger } from '@marquee/core/ports';
import { adminSecret } from '@marquee/web/server/place';
import { cancelJob, prioritizeJob, retryJob, retryTask, submitUpload } from '@marquee/workers/orchestrator/commands';
import { remakeMovie, removeMovie } from '@marquee/workers/orchestrator/movie-commands';
import { engineNames, openMail, openPictureMaker } from '@marquee/workers/server-engines';
import own from '../package.json' with { type: 'json' };
import type { Host } from './host.ts';
import { streamAddresses } from './stream-addresses.ts';

/** Ties engines and commands together for the site. */
export async function makeHost(given: Pick<Host, 'config' | 'engines' | 'log' | 'closing'>): Promise<Host> {
  const { config, engines, log } = given;
  const { store, queue, objects, tracer } = engines;
  const ports = { store, queue, objects, tracer, log };
  return {
    ...given,
    version: own.version,
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
    ...streamAddresses(config, engines, adminSecret),
  };
}

async function openCatalogue(config: Config, cache: Cache, log: Logger): Promise<Catalogue | null> {
  if (!config.catalogue) return null;
  const { createTmdbCatalogue } = await import('@marquee/adapters/tmdb-catalogue');
  return createTmdbCatalogue({ ...config.catalogue, cache, log });
}
