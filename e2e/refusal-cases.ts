import { closedHost, refusingMongo, refusingSqs, silentServer } from './bad-servers.ts';
import type { ENGINE_VARIABLES } from './fleet.ts';

/** In every address that is tried: nothing that Marquee says may hold it. */
export const SECRET = 'hunter2';

/** What each case is started as. */
export const COMMANDS = {
  worker: ['worker', 'transcode', 'thumbnail', 'subtitle'],
  orchestrator: ['worker', 'orchestrator'],
  setup: ['setup'],
  ingest: ['ingest', 'film.mp4', '--wait'],
  web: ['web'],
  queue: ['queue', 'stats'],
} as const;
export type CommandName = keyof typeof COMMANDS;

/** Something that is wrong with one engine's settings. */
export interface RefusalCase {
  engine: string;
  wrong: string;
  /** What is set; all other engines are embedded. */
  variables: Record<string, string>;
  commands: CommandName[];
  /** What the sentence has to say. */
  says: RegExp;
}

/** Where nothing, or nothing of use, answers. */
export interface BadHosts {
  closed: string;
  silent: string;
  mongo: string;
  sqs: string;
  close(): Promise<void>;
}

/** Starts what the cases need. */
export async function openBadHosts(): Promise<BadHosts> {
  const [closed, silent, mongo, sqs] = await Promise.all([
    closedHost(),
    silentServer(),
    refusingMongo(),
    refusingSqs(),
  ]);
  return {
    closed,
    silent: silent.host,
    mongo: mongo.host,
    sqs: sqs.host,
    async close() {
      await Promise.all([silent.close(), mongo.close(), sqs.close()]);
    },
  };
}

const AWS = { AWS_ACCESS_KEY_ID: 'someone', AWS_SECRET_ACCESS_KEY: `${SECRET}-of-aws` };
const USER = `someone:${SECRET}`;

/** How each engine is told of a host. */
const AT: Record<string, { names: string; variable: string; at(host: string): Record<string, string> }> = {
  RabbitMQ: {
    names: 'RabbitMQ',
    variable: 'RABBITMQ_URL',
    at: (host) => ({ RABBITMQ_URL: `amqp://${USER}@${host}` }),
  },
  SQS: {
    names: 'SQS',
    variable: 'SQS_ENDPOINT',
    at: (host) => ({ SQS_ENDPOINT: `http://${host}`, ...AWS }),
  },
  MongoDB: {
    names: 'MongoDB',
    variable: 'MONGODB_URL',
    at: (host) => ({ MONGODB_URL: `mongodb://${USER}@${host}/marquee` }),
  },
  S3: {
    names: 'S3',
    variable: 'S3_ENDPOINT',
    at: (host) => ({ S3_ENDPOINT: `http://${host}`, S3_BUCKET: 'films', ...AWS }),
  },
  Redis: {
    names: 'Redis',
    variable: 'REDIS_URL',
    at: (host) => ({ REDIS_URL: `redis://${USER}@${host}` }),
  },
};
const UNKNOWN_HOST = 'no-such-host.invalid:4321';

/** Cases for which no server of the engine is needed. */
export function casesWithoutServers(bad: BadHosts): RefusalCase[] {
  const cases: RefusalCase[] = [];
  for (const [engine, { names, variable, at }] of Object.entries(AT)) {
    const away = (host: string) => new RegExp(`^${names} at ${host.replaceAll('.', '\\.')} .*${variable}`);
    const add = (wrong: string, host: string, commands: CommandName[]) =>
      cases.push({ engine, wrong, variables: at(host), commands, says: away(host) });
    add('a port that is closed', bad.closed, ['worker', 'setup', 'ingest', 'web']);
    add('a name that nobody knows', UNKNOWN_HOST, ['worker']);
    add('a host that is silent', bad.silent, ['worker', 'setup']);
  }
  const refuses = (engine: string, host: string, says: RegExp): RefusalCase => ({
    engine,
    wrong: 'wrong credentials',
    variables: AT[engine]?.at(host) ?? {},
    commands: ['worker', 'setup', 'ingest', 'web'],
    says,
  });
  cases.push(refuses('MongoDB', bad.mongo, /^MongoDB at .* refuses the credentials in MONGODB_URL/));
  cases.push(refuses('SQS', bad.sqs, /^SQS at .* refuses these credentials .*AWS_SECRET_ACCESS_KEY/));
  return cases;
}

/** Cases that the real server refuses. @param servers addresses, by variable */
export function casesWithServers(
  servers: Partial<Record<(typeof ENGINE_VARIABLES)[number], string>>,
  id: string,
): RefusalCase[] {
  const cases: RefusalCase[] = [];
  const asSomeone = (url: string) => {
    const wrong = new URL(url);
    wrong.username = 'someone';
    wrong.password = SECRET;
    return wrong.href;
  };
  const everywhere: CommandName[] = ['worker', 'setup', 'ingest', 'web'];
  const atWork: CommandName[] = ['worker', 'orchestrator', 'ingest', 'web', 'queue'];
  const { RABBITMQ_URL: rabbit, SQS_ENDPOINT: sqs, MONGODB_URL: mongo, S3_ENDPOINT: s3, REDIS_URL: redis } = servers;
  if (rabbit) {
    cases.push({
      engine: 'RabbitMQ',
      wrong: 'wrong credentials',
      variables: { RABBITMQ_URL: asSomeone(rabbit) },
      commands: everywhere,
      says: /^RabbitMQ at .* refuses the user or the password in RABBITMQ_URL/,
    });
    cases.push({
      engine: 'RabbitMQ',
      wrong: 'a virtual host that is not there',
      variables: { RABBITMQ_URL: new URL('/nowhere', rabbit).href },
      commands: ['worker', 'setup'],
      says: /virtual host that RABBITMQ_URL names/,
    });
    cases.push({
      engine: 'RabbitMQ',
      wrong: 'queues that were never set up',
      variables: { RABBITMQ_URL: rabbit, QUEUE_PREFIX: `none-${id}` },
      commands: atWork,
      says: /Run `marquee setup`/,
    });
  }
  if (sqs) {
    cases.push({
      engine: 'SQS',
      wrong: 'queues that were never set up',
      variables: { SQS_ENDPOINT: sqs, QUEUE_PREFIX: `none-${id}`, ...AWS },
      commands: atWork,
      says: /^The queue none-.* does not exist .*Run `marquee setup`/,
    });
  }
  if (mongo) {
    cases.push({
      engine: 'MongoDB',
      wrong: 'collections that were never set up',
      variables: { MONGODB_URL: new URL(`/none-${id}`, mongo).href },
      commands: atWork,
      says: /lacks its indexes\. Run `marquee setup`/,
    });
  }
  if (s3) {
    cases.push({
      engine: 'S3',
      wrong: 'wrong credentials',
      variables: { S3_ENDPOINT: s3, S3_BUCKET: 'marquee-test', ...AWS },
      commands: everywhere,
      says: /^S3 refuses these credentials .*AWS_SECRET_ACCESS_KEY/,
    });
    cases.push({
      engine: 'S3',
      wrong: 'a bucket that is not there',
      variables: { S3_ENDPOINT: s3, S3_BUCKET: `none-${id}` },
      commands: atWork,
      says: /^The bucket none-.* does not exist\. Run `marquee setup`/,
    });
  }
  if (redis) {
    cases.push({
      engine: 'Redis',
      wrong: 'wrong credentials',
      variables: { REDIS_URL: asSomeone(redis) },
      commands: everywhere,
      says: /^Redis at .* refuses the credentials in REDIS_URL/,
    });
  }
  return cases;
}
