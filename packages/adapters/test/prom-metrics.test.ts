import { PROCESS_METRICS, SILENT_METRICS } from '@marquee/core/metrics';
import { expect, it } from 'vitest';
import { createMemoryCache } from '../src/memory-cache.ts';
import { observedCache } from '../src/observed-cache.ts';
import { createPromMetrics } from '../src/prom-metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createPromMetrics>) => (await metrics.exposition()).text.split('\n');

it('tells what it was told, in the text format of Prometheus', async () => {
  const metrics = createPromMetrics();
  metrics.add('marquee_jobs_ended_total', { status: 'ready' });
  metrics.add('marquee_jobs_ended_total', { status: 'ready' }, 2);
  // A counter never falls.
  metrics.add('marquee_jobs_ended_total', { status: 'ready' }, -5);
  metrics.set('marquee_jobs', { status: 'failed' }, 4);
  metrics.observe('marquee_job_ready_length_ratio', {}, 1.2);
  let looks = 0;
  metrics.beforeScrape(() => metrics.set('marquee_worker_runs', { load: 'heavy' }, ++looks));
  const lines = await linesOf(metrics);
  expect(lines).toContain('marquee_jobs_ended_total{status="ready"} 3');
  expect(lines).toContain('marquee_jobs{status="failed"} 4');
  expect(lines).toContain('marquee_job_ready_length_ratio_bucket{le="1"} 0');
  expect(lines).toContain('marquee_job_ready_length_ratio_bucket{le="1.5"} 1');
  expect(lines).toContain('marquee_worker_runs{load="heavy"} 1');
  expect(lines).toContain('# TYPE marquee_task_wait_seconds histogram');
  expect(await linesOf(metrics)).toContain('marquee_worker_runs{load="heavy"} 2');
  for (const [name, { type }] of Object.entries(PROCESS_METRICS)) expect(lines).toContain(`# TYPE ${name} ${type}`);
});

it('a gauge that is not known has no series, and what a role counts begins at 0', async () => {
  const metrics = createPromMetrics();
  const told = async (name: string) => (await linesOf(metrics)).filter((line) => line.startsWith(`${name}{`));
  expect(await told('marquee_queue_dead_letters')).toEqual([]);
  expect(await linesOf(metrics)).not.toContain('marquee_viewings 0');
  metrics.setAll('marquee_queue_dead_letters', [
    [{ queue: 'video.transcode' }, 1],
    [{ queue: 'video.package' }, 2],
  ]);
  expect(await told('marquee_queue_dead_letters')).toHaveLength(2);
  metrics.setAll('marquee_queue_dead_letters', [[{ queue: 'video.package' }, 3]]);
  expect(await told('marquee_queue_dead_letters')).toEqual(['marquee_queue_dead_letters{queue="video.package"} 3']);
  metrics.setAll('marquee_viewings', [[{}, 7]]);
  expect(await linesOf(metrics)).toContain('marquee_viewings 7');
  metrics.setAll('marquee_viewings', []);
  expect((await linesOf(metrics)).filter((line) => line.startsWith('marquee_viewings '))).toEqual([]);

  expect(await told('marquee_jobs_ended_total')).toEqual([]);
  metrics.begin('orchestrator');
  expect(await told('marquee_jobs_ended_total')).toHaveLength(3);
  expect(await told('marquee_task_lease_losses_total')).toEqual([]);

  metrics.begin('worker', ['video.package']);
  expect(await told('marquee_task_lease_losses_total')).toEqual([
    'marquee_task_lease_losses_total{type="video.package"} 0',
  ]);
  expect(await told('marquee_task_duration_seconds_count')).toEqual([
    'marquee_task_duration_seconds_count{type="video.package"} 0',
  ]);
  metrics.begin('web');
  expect(await told('marquee_http_requests_total')).toEqual([]);
});

it('counts what a cache knew, and nothing where nobody scrapes', async () => {
  const metrics = createPromMetrics();
  const cache = observedCache(createMemoryCache(), metrics);
  for (let i = 0; i < 3; i++) expect(await cache.getOrCompute('a', { ttlMs: 60_000 }, async () => 1)).toBe(1);
  await expect(cache.getOrCompute('b', { ttlMs: 60_000 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const lines = await linesOf(metrics);
  expect(lines).toContain('marquee_cache_requests_total{result="hit"} 2');
  expect(lines).toContain('marquee_cache_requests_total{result="miss"} 2');
  await cache.close();

  SILENT_METRICS.add('marquee_jobs_ended_total', { status: 'ready' });
  expect((await SILENT_METRICS.exposition()).text).toBe('');
});
