import { LONG_ROUTES } from './overview.ts';
import { type Dashboard, quantile } from './panel.ts';

const UNWATCHED = 'nobody has watched a film in the last hour';

export const viewers: Dashboard = {
  name: 'viewers',
  title: 'Marquee: viewers',
  description: 'How films come to the screen, and how the site answers.',
  panels: [
    {
      title: 'How many viewings began in the last hour?',
      description: 'A viewing is one opening of a film in which somebody wanted to watch.',
      unit: 'short',
      queries: [{ expr: 'max(marquee_viewings)', legend: 'viewings' }],
    },
    {
      title: 'How long was watched in those?',
      description: 'Time with a moving picture.',
      unit: 's',
      queries: [{ expr: 'max(marquee_viewings_watched_seconds)', legend: 'watched' }],
    },
    {
      title: 'How long do viewers wait for the first picture?',
      description: 'From the wish to play, of the last hour; as their players tell.',
      unit: 's',
      mayBeEmpty: UNWATCHED,
      queries: [{ expr: 'max by (share) (marquee_viewings_startup_seconds)', legend: '{{share}}' }],
    },
    {
      title: 'How much of the time does the picture stand still by itself?',
      description: 'Of the time in which somebody wanted a moving picture.',
      unit: 'percentunit',
      mayBeEmpty: UNWATCHED,
      queries: [{ expr: 'max(marquee_viewings_stall_ratio)', legend: 'stalled' }],
    },
    {
      title: 'What share of viewings goes wrong?',
      description: 'Those that stalled, that an error stopped, and that never came to a picture.',
      unit: 'percentunit',
      mayBeEmpty: UNWATCHED,
      queries: [{ expr: 'max by (of) (marquee_viewings_share_ratio)', legend: '{{of}}' }],
    },
    {
      title: 'In which quality are films watched?',
      description: 'Share of the playing time at each rung.',
      unit: 'percentunit',
      mayBeEmpty: UNWATCHED,
      queries: [{ expr: 'max by (rung) (marquee_viewings_rung_ratio)', legend: '{{rung}}p' }],
    },
    {
      title: 'What do people ask the site for?',
      description: 'The ten routes that are asked for most.',
      unit: 'cps',
      queries: [
        {
          expr: 'topk(10, sum by (route) (rate(marquee_http_requests_total[$__rate_interval])))',
          legend: '{{route}}',
        },
      ],
    },
    {
      title: 'How long does each route take?',
      description: '19 of 20 answers of each come within this; without uploads, downloads and streams of events.',
      unit: 's',
      queries: [
        {
          expr: quantile(0.95, `marquee_http_request_duration_seconds_bucket{${LONG_ROUTES}}`, 'route'),
          legend: '{{route}}',
        },
      ],
    },
    {
      title: 'How does the site answer?',
      description: 'By the class of the status; broken off are those whose asker left before the end.',
      unit: 'cps',
      queries: [
        { expr: 'sum by (status) (rate(marquee_http_requests_total[$__rate_interval]))', legend: '{{status}}' },
      ],
    },
  ],
};
