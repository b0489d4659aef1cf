import { partsOf } from '@marquee/core/tracing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCollector } from '../../../e2e/collector.ts';
import { createOtelTracer } from '../src/otel-tracer.ts';

const T0 = 1_800_000_000_000;

describe('traces by OTLP', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  const open = (endpoint = collector.url) =>
    createOtelTracer({ endpoint, headers: {}, serviceName: 'house', instance: 'one' });
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  it('hang together over processes by what each hands on', async () => {
    const [site, worker] = [open(), open()];
    const upload = site.begin({ name: 'upload', parent: null, startMs: T0, attributes: { bytes: 5 } });
    const run = worker.begin({ name: 'video.transcode', parent: upload.traceparent, startMs: T0 + 10 });
    const tool = worker.begin({ name: 'ffmpeg', parent: run.traceparent, startMs: T0 + 20 });
    tool.end({ atMs: T0 + 30, error: 'TOOL_TIMEOUT' });
    run.end({ atMs: T0 + 40, attributes: { retried: true } });
    upload.end({ atMs: T0 + 5 });
    await Promise.all([site.close(), worker.close()]);

    const found = Object.fromEntries(collector.spans.map((span) => [span.name, span]));
    const { traceId } = partsOf(upload.traceparent) ?? {};
    expect(collector.spans.map((span) => span.traceId)).toEqual([traceId, traceId, traceId]);
    expect(found['video.transcode']?.parentSpanId).toBe(found.upload?.spanId);
    expect(found.ffmpeg?.parentSpanId).toBe(found['video.transcode']?.spanId);
    expect(found.upload).toMatchObject({ startMs: T0, endMs: T0 + 5, attributes: { bytes: 5 } });
    expect(found.ffmpeg?.attributes).toEqual({ 'error.type': 'TOOL_TIMEOUT' });
    expect(found['video.transcode']?.attributes).toEqual({ retried: true });
    expect(found.upload?.resource).toMatchObject({ 'service.name': 'house', 'service.instance.id': 'one' });
  });

  it('are not told of where whoever began them left them out', async () => {
    const tracer = open();
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    const span = tracer.begin({ name: 'video.inspect', parent, startMs: T0 });
    span.end({ atMs: T0 + 1 });
    expect(partsOf(span.traceparent)).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', flags: 0 });
    await tracer.close();
    expect(collector.spans).toEqual([]);
  });

  it('are lost without a word where the collector is away', async () => {
    const away = collector.url;
    await collector.close();
    const tracer = open(away);
    tracer.begin({ name: 'upload', parent: null, startMs: T0 }).end({ atMs: T0 + 1 });
    await expect(tracer.close()).resolves.toBeUndefined();
  });
});
