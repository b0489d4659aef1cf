import { type Dashboard, quantile } from './panel.ts';

export const queues: Dashboard = {
  name: 'queues',
  title: 'Marquee: queues',
  description: 'What waits, for how long, and what nobody could handle.',
  panels: [
    {
      title: 'How many messages wait to be handed out?',
      description: 'Of each queue. Where it grows, see whether its role is at work.',
      unit: 'short',
      queries: [{ expr: 'max by (queue) (marquee_queue_messages{state="ready"})', legend: '{{queue}}' }],
    },
    {
      title: 'How many messages are in hand?',
      description: 'Handed out and not settled.',
      unit: 'short',
      mayBeEmpty: 'RabbitMQ tells it by its management plugin alone',
      queries: [{ expr: 'max by (queue) (marquee_queue_messages{state="in_flight"})', legend: '{{queue}}' }],
    },
    {
      title: 'How many messages wait for their time?',
      description: 'Work that failed and is to be tried again later.',
      unit: 'short',
      queries: [{ expr: 'max by (queue) (marquee_queue_messages{state="delayed"})', legend: '{{queue}}' }],
    },
    {
      title: 'How long has the oldest task waited for a worker?',
      description: 'By the rows of the store, so it is known of every queue.',
      unit: 's',
      queries: [{ expr: 'max by (queue) (marquee_queue_oldest_task_wait_seconds)', legend: '{{queue}}' }],
    },
    {
      title: 'How old is the oldest message?',
      description: 'As the queue itself says.',
      unit: 's',
      mayBeEmpty: 'RabbitMQ and SQS do not tell the age of messages',
      queries: [{ expr: 'max by (queue) (marquee_queue_oldest_message_age_seconds)', legend: '{{queue}}' }],
    },
    {
      title: 'How many letters are dead?',
      description: 'Read them with "marquee queue dead list", and send them back when their cause is mended.',
      unit: 'short',
      queries: [{ expr: 'max by (queue) (marquee_queue_dead_letters)', legend: '{{queue}}' }],
    },
    {
      title: 'How fast does the backlog grow?',
      description: 'Messages a second that come on top of what waits, over ten minutes; below 0 it shrinks.',
      unit: 'cps',
      queries: [{ expr: 'max by (queue) (deriv(marquee_queue_messages{state="ready"}[10m]))', legend: '{{queue}}' }],
    },
    {
      title: 'How long do tasks wait before they begin?',
      description: '19 of 20 of each kind begin within this.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'marquee_task_wait_seconds_bucket', 'type'), legend: '{{type}}' }],
    },
    {
      title: 'How many runs end each second?',
      description: 'Of each kind of task, well or not.',
      unit: 'cps',
      queries: [{ expr: 'sum by (type) (rate(marquee_task_runs_total[$__rate_interval]))', legend: '{{type}}' }],
    },
    {
      title: 'How often are tasks taken back from the dead?',
      description: 'Tasks whose process died or fell silent, over an hour.',
      unit: 'short',
      queries: [{ expr: 'sum(increase(marquee_tasks_taken_back_total[1h]))', legend: 'taken back' }],
    },
  ],
};
