import { type Dashboard, medianAndWorst, quantile } from './panel.ts';

/** Routes whose answers end when their asker is done, not when they are ready. */
export const LONG_ROUTES = 'route!~"/api/jobs/.id./events|/objects.*|/api/uploads.*|/api/v1/uploads.*"';

export const overview: Dashboard = {
  name: 'overview',
  title: 'Marquee: overview',
  description: 'Whether films come in, become ready and reach their viewers.',
  panels: [
    {
      title: 'How many films became ready in the last hour?',
      description: 'By the counters of the orchestrators.',
      unit: 'short',
      kind: 'stat',
      queries: [{ expr: 'sum(increase(marquee_jobs_ended_total{status="ready"}[1h]))', legend: 'ready' }],
    },
    {
      title: 'What share of the films of the last day failed?',
      description: 'Of those that ended. The dashboard of jobs says why.',
      unit: 'percentunit',
      kind: 'stat',
      queries: [
        {
          expr: 'sum(increase(marquee_jobs_ended_total{status="failed"}[1d])) / clamp_min(sum(increase(marquee_jobs_ended_total{status=~"ready|failed"}[1d])), 1)',
          legend: 'failed',
        },
      ],
    },
    {
      title: 'How much of the error budget of time-to-ready is left?',
      description:
        'Of a week: 95 in 100 films are ready within twice their length. 100 % is all of it, below 0 it is overspent.',
      unit: 'percentunit',
      kind: 'stat',
      queries: [
        {
          expr: '1 - (1 - sum(increase(marquee_job_ready_length_ratio_bucket{le="2"}[7d])) / sum(increase(marquee_jobs_ended_total{status=~"ready|failed"}[7d]))) / 0.05',
          legend: 'left',
        },
      ],
    },
    {
      title: 'Are all roles at work?',
      description: 'Processes with a sign of life in the last 15 seconds, as the store knows them.',
      unit: 'short',
      queries: [{ expr: 'max by (role) (marquee_workers)', legend: '{{role}}' }],
    },
    {
      title: 'Which processes are scraped?',
      description: 'Processes that tell of themselves, by what they are there for; one may have several roles.',
      unit: 'short',
      queries: [{ expr: 'sum by (role) (marquee_process_role)', legend: '{{role}}' }],
    },
    {
      title: 'Which jobs are there?',
      description: 'By their status, as the store counts them.',
      unit: 'short',
      queries: [{ expr: 'max by (status) (marquee_jobs)', legend: '{{status}}' }],
    },
    {
      title: 'How soon can a film be watched?',
      description: 'From the end of its upload, over an hour.',
      unit: 's',
      queries: medianAndWorst('marquee_job_time_to_first_playable_seconds', '1h'),
    },
    {
      title: 'How soon is a film ready?',
      description: 'From the end of its upload, over an hour.',
      unit: 's',
      queries: medianAndWorst('marquee_job_time_to_ready_seconds', '1h'),
    },
    {
      title: 'How long does a minute of film take?',
      description: 'Time to ready by length, over an hour: 60 s is as long as the film.',
      unit: 's',
      queries: medianAndWorst('marquee_job_ready_length_ratio', '1h').map(({ expr, legend }) => ({
        expr: `60 * ${expr}`,
        legend,
      })),
    },
    {
      title: 'How fast does the site answer?',
      description: 'All routes but uploads, downloads and streams of events, which take as long as they are.',
      unit: 's',
      queries: [
        {
          expr: quantile(0.5, `marquee_http_request_duration_seconds_bucket{${LONG_ROUTES}}`),
          legend: 'half of the answers',
        },
        { expr: quantile(0.95, `marquee_http_request_duration_seconds_bucket{${LONG_ROUTES}}`), legend: '19 of 20' },
      ],
    },
    {
      title: "What share of the site's answers are errors?",
      description: 'Answers with a status of 500 and above.',
      unit: 'percentunit',
      queries: [
        {
          expr: '(sum(rate(marquee_http_requests_total{status="5xx"}[$__rate_interval])) or vector(0)) / sum(rate(marquee_http_requests_total[$__rate_interval]))',
          legend: 'errors',
        },
      ],
    },
    {
      title: 'How much is stored?',
      description: 'As jobs say of themselves: what they were made from, and what they published.',
      unit: 'bytes',
      queries: [{ expr: 'max by (kind) (marquee_storage_bytes)', legend: '{{kind}}' }],
    },
    {
      title: 'How full are the disks?',
      description: 'Where data and temporary files are, of each process.',
      unit: 'percentunit',
      queries: [
        {
          expr: '1 - marquee_disk_free_bytes / marquee_disk_size_bytes',
          legend: '{{instance}} {{folder}}',
        },
      ],
    },
    {
      title: 'How often does the cache know the answer?',
      description: 'Of all questions; what it does not know is computed by who asked.',
      unit: 'percentunit',
      mayBeEmpty: 'nobody asks the cache of a house without a catalogue while nobody looks at its dashboard',
      queries: [
        {
          expr: 'sum(rate(marquee_cache_requests_total{result="hit"}[$__rate_interval])) / sum(rate(marquee_cache_requests_total[$__rate_interval]))',
          legend: 'known',
        },
      ],
    },
  ],
};
