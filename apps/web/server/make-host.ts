import { loadConfig } from '@marquee/core/config';
import { openEngines, openMail } from '@marquee/workers/engines';
import { cancelJob, retryJob, retryTask, submitUpload } from '@marquee/workers/orchestrator/commands';
import { createLogger } from '@marquee/workers/runtime/log';
import type { Host } from './host.ts';
import { streamAddresses } from './stream-addresses.ts';

/** Ties engines and commands together for the site. */
export function makeHost(given: Pick<Host, 'config' | 'engines' | 'log' | 'closing'>): Host {
  const { engines, log } = given;
  const ports = { store: engines.store, queue: engines.queue, objects: engines.objects, log };
  return {
    ...given,
    commands: {
      submitUpload: (upload) => submitUpload(ports, upload),
      cancelJob: (id) => cancelJob(ports, id),
      retryJob: (id) => retryJob(ports, id),
      retryTask: (id, task) => retryTask(ports, id, task),
    },
    catalogue: null,
    mail: openMail(given.config),
    ...streamAddresses(given.config, engines),
  };
}

/** For a site under a bare Next server: opens engines of its own from the environment. */
export async function ownHost(): Promise<Host> {
  const config = loadConfig();
  const log = createLogger(config, { role: 'web' });
  const engines = await openEngines(config, log);
  return makeHost({ config, engines, log, closing: new AbortController().signal });
}
