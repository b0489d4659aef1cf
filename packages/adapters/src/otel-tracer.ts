import { setTimeout as sleep } from 'node:timers/promises';
import type { TracingConfig } from '@marquee/core/config-tracing';
import { partsOf, type Tracer } from '@marquee/core/tracing';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';

/** A send that takes longer is given up, and what it held with it. */
const SEND_MS = 5000;
/** What a process that ends waits for its last spans to be taken. */
const LAST_SEND_MS = 2000;
/** Kept while a collector is slow or away: some 30 MB at most. What comes beyond is dropped. */
const KEPT_SPANS = 20_000;

/**
 * Tells a collector of OpenTelemetry, by OTLP over HTTP (JSON), of every span once it has ended.
 *
 * A trace whose parent was not sampled by whoever began it is not told of here either.
 *
 * @param config.instance name of this process, such as the one under which it claims tasks
 */
export function createOtelTracer(config: TracingConfig & { instance: string }): Tracer {
  const exporter = new OTLPTraceExporter({
    url: `${config.endpoint}/v1/traces`,
    headers: config.headers,
    timeoutMillis: SEND_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.serviceName,
      'service.instance.id': config.instance,
    }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: KEPT_SPANS,
        scheduledDelayMillis: 1000,
        exportTimeoutMillis: SEND_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('marquee');
  let closed: Promise<void> | null = null;
  return {
    begin({ name, parent, startMs, attributes }) {
      const above = partsOf(parent);
      const context = above
        ? trace.setSpanContext(ROOT_CONTEXT, {
            traceId: above.traceId,
            spanId: above.spanId,
            traceFlags: above.flags,
            isRemote: true,
          })
        : ROOT_CONTEXT;
      const span = tracer.startSpan(name, { startTime: startMs, ...(attributes ? { attributes } : {}) }, context);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        end({ atMs, error, attributes: more }) {
          if (more) span.setAttributes(more);
          if (error) {
            span.setAttribute('error.type', error);
            span.setStatus({ code: SpanStatusCode.ERROR, message: error });
          }
          span.end(Math.max(startMs, atMs));
        },
      };
    },
    close() {
      // A collector that is away is no reason not to end in order.
      closed ??= Promise.race([
        provider.shutdown().catch(() => undefined),
        sleep(LAST_SEND_MS, undefined, { ref: false }),
      ]);
      return closed;
    },
  };
}
