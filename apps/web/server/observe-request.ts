import type { IncomingMessage, ServerResponse } from 'node:http';
import { routeOf } from '@marquee/core/http-routes';
import type { LabelsOf, Metrics } from '@marquee/core/metrics';
import { OWN_HEADER } from './shared-pages.ts';

type Labels = LabelsOf<'marquee_http_requests_total'>;

const METHODS: readonly string[] = ['GET', 'POST', 'PUT'];

/** Counts a request by its route, and how long its answer took. The site's questions to itself are nobody's. */
export function observeRequest(metrics: Metrics, request: IncomingMessage, response: ServerResponse): void {
  if (OWN_HEADER in request.headers) return;
  const route = routeOf(request.url ?? '/');
  const method = (METHODS.includes(request.method ?? '') ? request.method : 'other') as Labels['method'];
  const beganMs = performance.now();
  response.once('close', () => {
    const status = response.writableFinished ? (`${Math.floor(response.statusCode / 100)}xx` as const) : 'broken';
    metrics.add('marquee_http_requests_total', { route, method, status: status as Labels['status'] });
    metrics.observe('marquee_http_request_duration_seconds', { route }, (performance.now() - beganMs) / 1000);
  });
}
