import { type Dashboard, quantile } from './panel.ts';

export const workers: Dashboard = {
  name: 'workers',
  title: 'Marquee: workers',
  description: 'What the processes are busy with, what it costs, and what comes of it.',
  panels: [
    {
      title: 'What share of the slots is busy?',
      description: 'Heavy work shares the cores; all of its slots busy for long means that more workers would help.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (load) (rate(marquee_worker_busy_seconds_total[$__rate_interval])) / (sum by (load) (marquee_worker_slots) > 0)',
          legend: '{{load}}',
        },
      ],
    },
    {
      title: 'How many runs are in hand?',
      description: 'Of heavy work (pictures, sound, stills) and of light work.',
      unit: 'short',
      queries: [{ expr: 'sum by (load) (marquee_worker_runs)', legend: '{{load}}' }],
    },
    {
      title: 'How many cores do processes use?',
      description: 'Each process itself, without its media tools.',
      unit: 'short',
      queries: [
        { expr: 'sum by (instance) (rate(process_cpu_seconds_total[$__rate_interval]))', legend: '{{instance}}' },
      ],
    },
    {
      title: 'How many cores do media tools use?',
      description: 'Of tools that have ended, so a long run counts at its end.',
      unit: 'short',
      queries: [{ expr: 'sum by (instance) (rate(marquee_tool_cpu_seconds_total[5m]))', legend: '{{instance}}' }],
    },
    {
      title: 'How much memory do processes hold?',
      description: 'Each process itself, without its media tools.',
      unit: 'bytes',
      queries: [{ expr: 'sum by (instance) (process_resident_memory_bytes)', legend: '{{instance}}' }],
    },
    {
      title: 'How many times faster than the film does ffmpeg run?',
      description: 'Length of what it made, over the time that took.',
      unit: 'x',
      queries: [
        {
          expr: 'sum by (type) (rate(marquee_ffmpeg_media_seconds_total[$__rate_interval])) / sum by (type) (rate(marquee_ffmpeg_run_seconds_total[$__rate_interval]))',
          legend: '{{type}}',
        },
      ],
    },
    {
      title: 'How long does a run take?',
      description: '19 of 20 runs of each kind of task take no longer.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'marquee_task_duration_seconds_bucket', 'type'), legend: '{{type}}' }],
    },
    {
      title: 'What comes of runs?',
      description: 'Done, or an error code; the page on operations says what each code means.',
      unit: 'cps',
      queries: [{ expr: 'sum by (outcome) (rate(marquee_task_runs_total[$__rate_interval]))', legend: '{{outcome}}' }],
    },
    {
      title: 'How many runs does a task need?',
      description: 'Mean of those that counted; 1 is best.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (type) (rate(marquee_task_attempts_sum[$__rate_interval])) / sum by (type) (rate(marquee_task_attempts_count[$__rate_interval]))',
          legend: '{{type}}',
        },
      ],
    },
    {
      title: 'How often are leases lost?',
      description:
        'Runs that found their task in other hands, over an hour: mostly a slow store, or a process that stood still.',
      unit: 'short',
      queries: [{ expr: 'sum by (type) (increase(marquee_task_lease_losses_total[1h]))', legend: '{{type}}' }],
    },
    {
      title: 'What comes of media tools?',
      description: 'Runs of ffmpeg and ffprobe that ended.',
      unit: 'cps',
      queries: [
        {
          expr: 'sum by (tool, outcome) (rate(marquee_tool_runs_total[$__rate_interval]))',
          legend: '{{tool}} {{outcome}}',
        },
      ],
    },
    {
      title: 'How late is the event loop?',
      description: '99 in 100 times no later; above a second, leases are in danger.',
      unit: 's',
      queries: [{ expr: 'max by (instance) (nodejs_eventloop_lag_p99_seconds)', legend: '{{instance}}' }],
    },
    {
      title: 'How much of the time is garbage collected?',
      description: 'Of each process.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (instance) (rate(nodejs_gc_duration_seconds_sum[$__rate_interval]))',
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'How much heap do processes use?',
      description: 'One that only ever grows is a leak.',
      unit: 'bytes',
      queries: [{ expr: 'sum by (instance) (nodejs_heap_size_used_bytes)', legend: '{{instance}}' }],
    },
    {
      title: 'How many files and connections are open?',
      description: 'Of each process.',
      unit: 'short',
      queries: [{ expr: 'sum by (instance) (process_open_fds)', legend: '{{instance}}' }],
    },
    {
      title: 'How long have processes run?',
      description: 'One that starts again and again is restarted by somebody: see its log.',
      unit: 's',
      queries: [{ expr: 'time() - process_start_time_seconds{job="marquee"}', legend: '{{instance}}' }],
    },
    {
      title: 'How much room is left for temporary files?',
      description: 'Below MIN_FREE_BYTES no work is begun.',
      unit: 'bytes',
      queries: [{ expr: 'min by (instance) (marquee_disk_free_bytes{folder="work"})', legend: '{{instance}}' }],
    },
  ],
};
