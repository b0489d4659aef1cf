import type { MediaProcessingJob } from '@marquee/core/job';
import type { Metrics } from '@marquee/core/metrics';
import { planDurationSec } from '@marquee/core/plan';

/**
 * Counts what one write has changed on a job. Only the one writer of a change may call it.
 *
 * @param job   as it stands after the write
 * @param patch what was written
 */
export function countStep(metrics: Metrics, job: MediaProcessingJob, patch: Partial<MediaProcessingJob>): void {
  const sinceUploadSec = (atMs: number) => Math.max(0, atMs - job.createdAtMs) / 1000;
  if (patch.playableAtMs) {
    metrics.observe('marquee_job_time_to_first_playable_seconds', {}, sinceUploadSec(patch.playableAtMs));
  }
  if (patch.status === 'failed') {
    metrics.add('marquee_jobs_ended_total', { status: 'failed' });
    metrics.add('marquee_jobs_failed_total', { code: job.error?.code ?? 'INTERNAL' });
  }
  if (patch.status === 'ready') {
    metrics.add('marquee_jobs_ended_total', { status: 'ready' });
    const tookSec = sinceUploadSec(job.finishedAtMs ?? job.updatedAtMs);
    metrics.observe('marquee_job_time_to_ready_seconds', {}, tookSec);
    const filmSec = (job.plan && planDurationSec(job.plan)) ?? 0;
    if (filmSec > 0) {
      metrics.observe('marquee_job_ready_length_ratio', {}, tookSec / filmSec);
      metrics.add('marquee_job_film_seconds_total', {}, filmSec);
    }
  }
}
