import { type Config, loadConfig } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import { type Engines, openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { EXIT, endInterrupted } from './exit.ts';
import { printError, say } from './print.ts';

/** npm passes on what the terminal sends to everyone: signals this close together are one request. */
const ONE_REQUEST_MS = 1000;
/** What has not ended this long after work had its time to end never will: leases and the sweep see to the rest. */
const HANG_MS = 20_000;

/** What a command works with. */
export interface Session {
  config: Config;
  log: Logger;
  engines: Engines;
  /** Aborted by Ctrl-C or SIGTERM; a second one ends the process at once. */
  interrupted: AbortSignal;
}

/** What `runSession` takes. */
export interface SessionOptions {
  /** Log level unless LOG_LEVEL says otherwise. */
  logLevel: Config['logLevel'];
  /** Called with what went wrong after it was said, for a command that also has to answer in JSON. */
  onError?: (thrown: unknown) => void;
}

/**
 * Opens the engines, runs a command on them, and closes them again.
 *
 * @returns the exit code: the command's own, or that of a failure, which is said on stderr
 */
export async function runSession(
  options: SessionOptions,
  command: (session: Session) => Promise<number>,
): Promise<number> {
  let isDebug = false;
  let engines: Engines | null = null;
  const stop = new AbortController();
  let firstMs = 0;
  let config: Config | null = null;
  const giveUp = () => {
    say(`It did not stop in order and is ended. Still open: ${process.getActiveResourcesInfo().join(', ')}.`);
    endInterrupted();
  };
  const onSignal = () => {
    if (!stop.signal.aborted) {
      firstMs = performance.now();
      setTimeout(giveUp, (config?.drainMs ?? 0) + HANG_MS).unref();
      stop.abort(new MarqueeError('SHUTDOWN', 'Stopped.'));
    } else if (performance.now() - firstMs > ONE_REQUEST_MS) {
      endInterrupted();
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    config = loadConfig(undefined, { LOG_LEVEL: options.logLevel });
    isDebug = config.logLevel === 'debug';
    const log = createLogger(config);
    engines = await openEngines(config, log);
    return await command({ config, log, engines, interrupted: stop.signal });
  } catch (thrown) {
    printError(thrown, isDebug);
    options.onError?.(thrown);
    return stop.signal.aborted ? EXIT.interrupted : EXIT.failed;
  } finally {
    await engines?.close().catch((error: unknown) => say(`The data folder was not closed in order: ${String(error)}`));
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
