import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROLES, type RoleName } from './roles.ts';

const USAGE = `npm run aws:costs [-- --NAME VALUE ...]

What an hour of film costs on AWS, and a month of a house that stands there, in USD: from figures of this repository and
prices that are assumptions. Give those of your region, and what your films are like:`;

/** Assumptions with their units: list prices as one region had them once, and what films are like. */
const ASSUMED = {
  'vcpu-hour': { value: 0.04048, about: 'a core of Fargate for an hour' },
  'gb-hour': { value: 0.004445, about: 'a GB of memory of Fargate for an hour' },
  'spot-share': { value: 0.3, about: 'what Spot costs of that' },
  'busy-share': { value: 0.7, about: 'of the time that workers are paid for, in which they work' },
  'put-per-1000': { value: 0.005, about: '1,000 objects written to S3' },
  'head-per-1000': { value: 0.0004, about: '1,000 questions to S3 that are no lists' },
  'sqs-per-million': { value: 0.4, about: 'a million requests to SQS' },
  'gb-stored-month': { value: 0.023, about: 'a GB in S3 for a month' },
  'gb-delivered': { value: 0.085, about: 'a GB from CloudFront to viewers' },
  'film-gb': { value: 1.5, about: 'GB that an hour of film comes to, all rungs and sound' },
  'watched-gb': { value: 0.7, about: 'GB that an hour of watching takes' },
  rungs: { value: 4, about: 'rungs of a film' },
  'nat-hour': { value: 0.045, about: 'a NAT gateway for an hour, without what goes through it' },
  'endpoint-hour': { value: 0.01, about: 'an endpoint in one zone for an hour' },
  'balancer-hour': { value: 0.0225, about: 'the balancer for an hour, without its load' },
  'cache-hour': { value: 0.0128, about: 'the cache for an hour' },
  'alarm-month': { value: 0.1, about: 'a metric of an alarm for a month' },
  'alarm-metrics': { value: 117, about: 'metrics that the alarms look at, over all' },
  'transcode-min': { value: 1, about: 'tasks of transcode that always run, as transcodeMin' },
} satisfies Record<string, { value: number; about: string }>;

export type Assumptions = Record<keyof typeof ASSUMED, number>;

export const DEFAULTS = Object.fromEntries(
  Object.entries(ASSUMED).map(([name, { value }]) => [name, value]),
) as Assumptions;

/** Measured: 51 s of one core for 89 s of 720p in four rungs, all that belongs to a film with it (decision 9). */
const CORE_SEC_PER_FILM_SEC = 51 / 89;
/** `packages/media/src/chunks.ts`: some 4 s each, of each rung and of one sound track. */
const SEGMENT_SEC = 4;
/** Of a chunk of 24 s (`packages/media/src/chunks.ts`), assumed: published, received, renewed, ended, announced. */
const SQS_REQUESTS_PER_CHUNK = 10;
const CHUNK_SEC = 24;
/** Two zones, five endpoints (`network.ts`). */
const ENDPOINTS = 10;
const HOURS_PER_MONTH = 730;
/** A process looks at its engines this often (`workers/health.ts`), and a consumer asks its queues 6 times a minute. */
const LOOK_SEC = 10;
const POLLS_PER_MINUTE = 6;

export interface Line {
  what: string;
  how: string;
  usd: number;
}

/** What an hour of film costs once, and by use. */
export function costsOfAnHour(a: Assumptions): Line[] {
  const coreHours = CORE_SEC_PER_FILM_SEC;
  const { cpu, memoryMiB } = ROLES.transcode;
  const gbPerCore = memoryMiB / cpu;
  const coreHourUsd = (a['vcpu-hour'] + gbPerCore * a['gb-hour']) * a['spot-share'];
  const objects = (3600 / SEGMENT_SEC) * (a.rungs + 1);
  const requests = (3600 / CHUNK_SEC) * SQS_REQUESTS_PER_CHUNK;
  return [
    {
      what: 'making it',
      how: `${coreHours.toFixed(3)} core hours / ${a['busy-share']} x ${coreHourUsd.toFixed(4)}`,
      usd: (coreHours / a['busy-share']) * coreHourUsd,
    },
    {
      what: 'writing it',
      how: `${objects} objects x ${a['put-per-1000']} / 1,000`,
      usd: (objects / 1000) * a['put-per-1000'],
    },
    {
      what: 'messages',
      how: `${requests} requests x ${a['sqs-per-million']} / 1,000,000`,
      usd: (requests / 1e6) * a['sqs-per-million'],
    },
    {
      what: 'keeping it, a month',
      how: `${a['film-gb']} GB x ${a['gb-stored-month']}`,
      usd: a['film-gb'] * a['gb-stored-month'],
    },
    {
      what: 'an hour of watching',
      how: `${a['watched-gb']} GB x ${a['gb-delivered']}`,
      usd: a['watched-gb'] * a['gb-delivered'],
    },
  ];
}

/** What stands there all month, whether anybody comes or not; without a store. */
export function costsOfAMonth(a: Assumptions): Line[] {
  const tasks = (role: RoleName, count: number, share = 1): Line => {
    const { cpu, memoryMiB } = ROLES[role];
    const hourUsd = ((cpu / 1024) * a['vcpu-hour'] + (memoryMiB / 1024) * a['gb-hour']) * share;
    return {
      what: `${count} x ${role}`,
      how: `${count} x ${HOURS_PER_MONTH} h x ${hourUsd.toFixed(4)}`,
      usd: count * HOURS_PER_MONTH * hourUsd,
    };
  };
  const hourly = (what: string, count: number, usd: number): Line => ({
    what,
    how: `${count} x ${HOURS_PER_MONTH} h x ${usd}`,
    usd: count * HOURS_PER_MONTH * usd,
  });
  const processes = 2 + a['transcode-min'];
  const consumers = 2 * ROLES.orchestrator.takes.length + a['transcode-min'] * ROLES.transcode.takes.length;
  const looksPerHour = (processes * 3600) / LOOK_SEC;
  const perHour = looksPerHour + consumers * POLLS_PER_MINUTE * 60;
  return [
    tasks('web', 2),
    tasks('orchestrator', 2),
    tasks('transcode', a['transcode-min'], a['spot-share']),
    hourly('NAT', 1, a['nat-hour']),
    hourly('endpoints', ENDPOINTS, a['endpoint-hour']),
    hourly('balancer', 1, a['balancer-hour']),
    hourly('cache', 1, a['cache-hour']),
    {
      what: 'idle requests to SQS',
      how: `${Math.round((perHour * HOURS_PER_MONTH) / 1000)},000 x ${a['sqs-per-million']} / 1,000,000`,
      usd: ((perHour * HOURS_PER_MONTH) / 1e6) * a['sqs-per-million'],
    },
    {
      what: 'idle requests to S3',
      how: `${Math.round((looksPerHour * HOURS_PER_MONTH) / 1000)},000 x ${a['head-per-1000']} / 1,000`,
      usd: ((looksPerHour * HOURS_PER_MONTH) / 1000) * a['head-per-1000'],
    },
    {
      what: 'alarms',
      how: `${a['alarm-metrics']} x ${a['alarm-month']}`,
      usd: a['alarm-metrics'] * a['alarm-month'],
    },
  ];
}

/** A table in Markdown. */
function table(title: string, lines: Line[], total: boolean): string {
  const rows = lines.map(({ what, how, usd }) => `| ${what} | ${how} | ${usd.toFixed(4)} |`);
  const sum = lines.reduce((all, { usd }) => all + usd, 0);
  return [
    `| ${title} | how | USD |`,
    '|---|---|---|',
    ...rows,
    ...(total ? [`| all | | ${sum.toFixed(2)} |`] : []),
  ].join('\n');
}

function main(): number {
  const options = Object.fromEntries(Object.keys(ASSUMED).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
  const assumptions = { ...DEFAULTS };
  for (const [name, value] of Object.entries(values)) {
    if (name in assumptions) assumptions[name as keyof Assumptions] = Number(value);
  }
  const isBad = Object.values(assumptions).some((value) => !Number.isFinite(value) || value < 0);
  if (values.help || isBad) {
    const lines = Object.entries(ASSUMED).map(
      ([name, { value, about }]) => `  --${name.padEnd(18)} ${about} (${value})`,
    );
    process.stderr.write(`${[USAGE, '', ...lines].join('\n')}\n`);
    return values.help ? 0 : 2;
  }
  process.stdout.write(
    `${table('an hour of film', costsOfAnHour(assumptions), false)}\n\n` +
      `${table('a month', costsOfAMonth(assumptions), true)}\n`,
  );
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
