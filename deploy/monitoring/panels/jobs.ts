import { type Dashboard, medianAndWorst } from './panel.ts';

export const jobs: Dashboard = {
  name: 'jobs',
  title: 'Marquee: jobs',
  description: 'How films get on, from their upload to their end.',
  panels: [
    {
      title: 'How many jobs end in an hour, and how?',
      description: 'By the counters of the orchestrators.',
      unit: 'short',
      queries: [{ expr: 'sum by (status) (increase(marquee_jobs_ended_total[1h]))', legend: '{{status}}' }],
    },
    {
      title: 'Why do jobs fail?',
      description: 'By the code of the failure, over a day.',
      unit: 'short',
      queries: [{ expr: 'sum by (code) (increase(marquee_jobs_failed_total[1d]))', legend: '{{code}}' }],
    },
    {
      title: 'How many jobs are unfinished?',
      description: 'Pending ones have not been seen by an orchestrator.',
      unit: 'short',
      queries: [{ expr: 'max by (status) (marquee_jobs{status=~"pending|processing"})', legend: '{{status}}' }],
    },
    {
      title: 'How long has the most silent job stood still?',
      description: 'Since a task of it last began or ended. A job that waits for its turn is silent too.',
      unit: 's',
      queries: [{ expr: 'max(marquee_job_longest_silence_seconds)', legend: 'the most silent one' }],
    },
    {
      title: 'How soon can films be watched?',
      description: 'From the end of the upload, over ten minutes.',
      unit: 's',
      queries: medianAndWorst('marquee_job_time_to_first_playable_seconds', '10m'),
    },
    {
      title: 'How soon are films ready?',
      description: 'From the end of the upload, over ten minutes.',
      unit: 's',
      queries: medianAndWorst('marquee_job_time_to_ready_seconds', '10m'),
    },
    {
      title: 'How long do minutes of film take?',
      description: 'Time to ready by length, over ten minutes: 60 s is as long as the film.',
      unit: 's',
      queries: medianAndWorst('marquee_job_ready_length_ratio', '10m').map(({ expr, legend }) => ({
        expr: `60 * ${expr}`,
        legend,
      })),
    },
    {
      title: 'How much film is made in an hour?',
      description: 'Length of the films that became ready, over the last hour.',
      unit: 's',
      queries: [{ expr: 'sum(increase(marquee_job_film_seconds_total[1h]))', legend: 'film' }],
    },
    {
      title: 'How fast is the error budget of time-to-ready spent?',
      description:
        'Over an hour: 1 spends it in just its time, 14.4 in a fiftieth of it. A film counts that failed, or took more than twice its length.',
      unit: 'x',
      queries: [
        {
          expr: '(1 - sum(rate(marquee_job_ready_length_ratio_bucket{le="2"}[1h])) / sum(rate(marquee_jobs_ended_total{status=~"ready|failed"}[1h]))) / 0.05',
          legend: 'times as fast',
        },
      ],
    },
    {
      title: 'How fast does storage grow?',
      description: 'What is kept for films, by kind, over an hour.',
      unit: 'Bps',
      queries: [{ expr: 'max by (kind) (deriv(marquee_storage_bytes[1h]))', legend: '{{kind}}' }],
    },
  ],
};
