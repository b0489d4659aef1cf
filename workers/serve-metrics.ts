import { createServer } from 'node:http';
import type { Config } from '@marquee/core/config';
import type { Metrics } from '@marquee/core/metrics';
import type { Logger } from '@marquee/core/ports';
import { type Listening, listen } from './listen.ts';

/**
 * Answers `/metrics` to whoever scrapes this process, where a port is configured.
 *
 * @returns null where none is
 * @throws MarqueeError CONFIG_INVALID if the port cannot be had
 */
export async function serveMetrics(
  { host, metricsPort }: Pick<Config, 'host' | 'metricsPort'>,
  metrics: Metrics,
  log: Logger,
): Promise<Listening | null> {
  if (metricsPort === null) return null;
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    metrics.exposition().then(
      ({ contentType, text }) => {
        response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : text);
      },
      (error: unknown) => {
        log.error('metrics not told', { error });
        response.writeHead(500).end();
      },
    );
  });
  const listening = await listen(server, { host, port: metricsPort, variable: 'METRICS_PORT' });
  log.info('metrics are served', { port: listening.port });
  return listening;
}
