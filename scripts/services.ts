import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunningService, Service, ServiceName } from './services/service.ts';

const USAGE = `npm run services [-- [--only rabbitmq,redis,...] [--data FOLDER] [--] [COMMAND ...]]

Starts the real servers that the contract tests and a fleet need, on this machine alone, installing what is missing:
rabbitmq, sqs, mongodb, s3, redis, prometheus, alertmanager. With a command it runs that with their addresses in its
environment, stops them when it ends, and ends as it ended. Without one it prints the addresses and serves until Ctrl-C.

  npm run services -- npm test
  npm run services -- --only rabbitmq,mongodb,s3 npm run marquee -- worker transcode`;

/** Every service takes up to ten ports from here on; a range that is free is looked for. */
const FIRST_PORT = 15_600;
const PORTS_EACH = 10;

const LOADERS: Record<ServiceName, () => Promise<Service>> = {
  rabbitmq: async () => (await import('./services/rabbitmq.ts')).rabbitmq,
  sqs: async () => (await import('./services/sqs.ts')).sqs,
  mongodb: async () => (await import('./services/mongodb.ts')).mongodb,
  s3: async () => (await import('./services/s3.ts')).s3,
  redis: async () => (await import('./services/redis.ts')).redis,
  prometheus: async () => (await import('./services/prometheus.ts')).prometheus,
  alertmanager: async () => (await import('./services/alertmanager.ts')).alertmanager,
};
export const SERVICE_NAMES = Object.keys(LOADERS) as ServiceName[];

/** Servers that run, each of which can be stopped and started again by itself with the data it had. */
export interface RunningServices {
  /** All their addresses. */
  env: Record<string, string>;
  stopOne(name: ServiceName): Promise<void>;
  startOne(name: ServiceName): Promise<void>;
  /** Stops all; the data goes too unless a folder was named. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts servers side by side.
 *
 * @param options.folder where their data stays; default: a temporary one
 * @param options.firstPort from where free ports are looked for: of its own for a run that stops servers meanwhile,
 *        whose ports others would take to be free
 * @param options.asShipped for measuring: without settings that only make tests quick
 * @throws Error saying which did not come up and what it printed; what did is stopped again
 */
export async function startServices(
  names: ServiceName[],
  options: { folder?: string; firstPort?: number; asShipped?: boolean; say?: (line: string) => void } = {},
): Promise<RunningServices> {
  const say = options.say ?? (() => undefined);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'marquee-services-')));
  const services = new Map<ServiceName, Service>();
  for (const name of names) services.set(name, await LOADERS[name]());
  install([...services.values()], say);

  const ports = new Map<ServiceName, number>();
  let next = options.firstPort ?? FIRST_PORT;
  for (const name of names) {
    next = await freePorts(next);
    ports.set(name, next);
    next += PORTS_EACH;
  }
  const running = new Map<ServiceName, RunningService>();
  const startOne = async (name: ServiceName) => {
    const service = services.get(name);
    if (!service || running.has(name)) return;
    const startedAtMs = Date.now();
    const { asShipped = false } = options;
    const port = ports.get(name) ?? FIRST_PORT;
    running.set(name, await service.start({ folder: join(folder, name), port, asShipped }));
    say(`${name} answers after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
  };
  const stopOne = async (name: ServiceName) => {
    const one = running.get(name);
    running.delete(name);
    await one?.stop();
  };
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= (async () => {
      await Promise.allSettled(names.map(stopOne));
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    })();
    return stopped;
  };

  const started = await Promise.allSettled(names.map(startOne));
  const failure = started.find((each) => each.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  const env = Object.assign({}, ...[...running.values()].map((each) => each.env));
  return { env, stopOne, startOne, stop };
}

function install(services: Service[], say: (line: string) => void): void {
  const packages = services.filter(({ proof }) => !existsSync(proof)).flatMap((each) => each.packages);
  if (packages.length === 0) return;
  say(`Installing ${packages.join(', ')}`);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  const run = (args: string[]) =>
    execFileSync(apt[0] as string, [...apt.slice(1), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  run(['update']);
  run(['install', '-y', '--no-install-recommends', ...packages]);
}

/** @returns the first of a range of ports that are all free, at or after `from` */
async function freePorts(from: number): Promise<number> {
  for (let first = from; first < 65_000; first += PORTS_EACH) {
    const free = await Promise.all(Array.from({ length: PORTS_EACH }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('No free ports were found.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

async function main(): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  // What follows the first word that is no option is the command, with options of its own.
  const args = process.argv.slice(2);
  let split = 0;
  while (split < args.length && args[split]?.startsWith('-') && args[split] !== '--') {
    split += args[split]?.includes('=') || args[split] === '--help' ? 1 : 2;
  }
  const { values } = parseArgs({
    args: args.slice(0, split),
    options: { only: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } },
  });
  const command = args.slice(args[split] === '--' ? split + 1 : split);
  const names = (values.only?.split(',') ?? SERVICE_NAMES) as ServiceName[];
  if (values.help || names.some((name) => !SERVICE_NAMES.includes(name))) {
    say(USAGE);
    return values.help ? 0 : 2;
  }

  let child: ChildProcess | null = null;
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve();
        child?.kill(signal);
      });
    }
  });
  const services = await startServices(names, { say, ...(values.data === undefined ? {} : { folder: values.data }) });
  try {
    if (command.length === 0) {
      for (const [name, value] of Object.entries(services.env)) process.stdout.write(`export ${name}='${value}'\n`);
      say('Ctrl-C stops them.');
      await interrupted;
      return 0;
    }
    const [program = '', ...rest] = command;
    const running = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, ...services.env } });
    child = running;
    return await new Promise<number>((resolve, reject) => {
      running.once('error', reject);
      running.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    await services.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
}
