import type { Config } from '@marquee/core/config';
import { isMarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import { destination, pino } from 'pino';

/**
 * Makes the process's log: one JSON object a line, on stderr, so that stdout stays free for answers. It writes
 * at once, so that the last line before a crash is not lost.
 *
 * @param bindings fields that every line carries, such as the role
 */
export function createLogger(config: Pick<Config, 'logLevel'>, bindings: Record<string, unknown> = {}): Logger {
  const log = pino(
    { level: config.logLevel, base: bindings, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: facts } },
    destination({ fd: 2, sync: true }),
  );
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
}

/** A log whose every line carries these fields too. */
export function bound(log: Logger, bindings: Record<string, unknown>): Logger {
  return {
    debug: (message, fields) => log.debug(message, { ...bindings, ...fields }),
    info: (message, fields) => log.info(message, { ...bindings, ...fields }),
    warn: (message, fields) => log.warn(message, { ...bindings, ...fields }),
    error: (message, fields) => log.error(message, { ...bindings, ...fields }),
  };
}

function facts(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    ...(isMarqueeError(error) ? { code: error.code, context: error.context } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: facts(error.cause) }),
  };
}
