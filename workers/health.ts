import { createServer } from 'node:http';
import { type ErrorCode, toMarqueeError } from '@marquee/core/errors';
import type { Logger, Objects, Queue, Store } from '@marquee/core/ports';
import { listen } from './listen.ts';
import { repeat } from './runtime/repeat.ts';

/** Each look costs all engines something, a thousand processes look, and some services have every question paid for. */
const CHECK_EVERY_MS = 10_000;
/** While something is away; soon is seen that it is back. */
const CHECK_AGAIN_MS = 3000;

/** `ok`, or the code that says what is wrong. */
export type EngineState = 'ok' | ErrorCode;

/** What a process knows of the engines it works with. */
export interface Health {
  states(): Record<'queue' | 'store' | 'objects', EngineState>;
  isWell(): boolean;
  /** Stops looking. Idempotent. */
  close(): Promise<void>;
}

/** Looks at the engines now and then, and logs when one goes and when it is back. All count as well at first. */
export function watchHealth(engines: { queue: Queue; store: Store; objects: Objects }, log: Logger): Health {
  const states = { queue: 'ok', store: 'ok', objects: 'ok' } as Record<keyof typeof engines, EngineState>;
  const look = async (name: keyof typeof engines) => {
    const before = states[name];
    try {
      await engines[name].check();
      states[name] = 'ok';
      if (before !== 'ok') log.info('engine is back', { engine: name });
    } catch (error) {
      states[name] = toMarqueeError(error).code;
      if (before === 'ok') log.warn('engine is away', { engine: name, error });
    }
  };
  const isWell = () => Object.values(states).every((state) => state === 'ok');
  const pauseMs = () => (isWell() ? CHECK_EVERY_MS : CHECK_AGAIN_MS);
  const rounds = repeat(pauseMs, async () => {
    await Promise.all([look('queue'), look('store'), look('objects')]);
  });
  return {
    states: () => ({ ...states }),
    isWell,
    close: () => rounds.stop(),
  };
}

/**
 * Answers `/healthz` (200 while the process lives) and `/readyz` (200 while it can work, otherwise 503), both
 * with the state of each engine in JSON, for supervisors and load balancers.
 *
 * @param isDraining true once the process takes nothing more
 * @throws MarqueeError CONFIG_INVALID if the port cannot be had
 */
export async function serveHealth(options: {
  host: string;
  port: number;
  health: Health;
  isDraining: () => boolean;
}): Promise<{ port: number; close(): Promise<void> }> {
  const { health, isDraining } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path !== '/healthz' && path !== '/readyz') return void response.writeHead(404).end();
    const status = isDraining() ? 'draining' : health.isWell() ? 'ok' : 'degraded';
    const code = path === '/healthz' || status === 'ok' ? 200 : 503;
    response.writeHead(code, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(`${JSON.stringify({ status, engines: health.states() })}\n`);
  });
  return listen(server, { ...options, variable: 'HEALTH_PORT' });
}
