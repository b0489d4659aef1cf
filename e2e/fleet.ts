import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@marquee/core/config';
import type { JobId } from '@marquee/core/ids';
import type { MediaProcessingJob } from '@marquee/core/job';
import { type Engines, openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { type Ended, startMarquee } from './marquee.ts';

/** Variables that turn the embedded engines into servers. */
export const ENGINE_VARIABLES = [
  'RABBITMQ_URL',
  'RABBITMQ_MANAGEMENT_URL',
  'SQS_ENDPOINT',
  'MONGODB_URL',
  'S3_ENDPOINT',
  'S3_BUCKET',
  'REDIS_URL',
] as const;

/**
 * Makes the settings of a fleet's members, by their names: with folders of their own where every engine is a server,
 * with one for all where not.
 *
 * @param servers addresses, by variable; what is not named is embedded
 * @param common what all are given besides
 */
export function memberVariables(
  folder: string,
  servers: Record<string, string>,
  common: Record<string, string>,
): (member: string) => Record<string, string> {
  const engines = Object.fromEntries(ENGINE_VARIABLES.map((name) => [name, servers[name] ?? '']));
  const isApart = engines.MONGODB_URL && engines.S3_BUCKET && (engines.RABBITMQ_URL || engines.SQS_ENDPOINT);
  return (member) => ({
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    // No member analyses films, and a job is waited for until it has been.
    ANALYSIS: 'off',
    MARQUEE_DATA: join(folder, isApart ? `data-${member}` : 'data'),
    MARQUEE_WORK: join(folder, 'work', member),
    ...engines,
    ...servers,
    ...common,
  });
}

/** One process of a fleet. */
export interface Member {
  name: string;
  args: string[];
  pid: number;
  ended: Promise<Ended>;
  /** SIGTERM, and waits until it has ended. */
  stop(): Promise<Ended>;
  /** SIGKILL, and waits until it has ended. */
  kill(): Promise<Ended>;
}

/** Starts one process of a fleet. @param core and `main` as `startMarquee` takes it */
export function startMember(
  name: string,
  args: string[],
  variables: Record<string, string>,
  core?: number,
  main?: string,
): Member {
  const { child, ended } = startMarquee(args, variables, core, main);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const pid = child.pid as number;
  return { name, args, pid, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** Runs `marquee` to its end. @throws Error with what it said, unless it ended well */
export async function runMarquee(args: string[], variables: Record<string, string>): Promise<Ended> {
  const ended = await startMarquee(args, variables).ended;
  if (ended.code === 0) return ended;
  throw new Error(`marquee ${args.join(' ')} ended with ${ended.code ?? ended.signal}: ${ended.stderr}${ended.stdout}`);
}

/** Opens the engines that a fleet works on, to look at what it does. */
export async function openFleetEngines(variables: Record<string, string>): Promise<Engines> {
  const config = loadConfig({ ...process.env, ...variables, LOG_LEVEL: 'silent' });
  return openEngines(config, createLogger(config));
}

/** SHA-256 of everything that a job has published, by its name within the job's folder. */
export async function publishedBytes({ objects, store }: Engines, jobId: JobId): Promise<Record<string, string>> {
  const job = (await store.jobs.get(jobId)) as MediaProcessingJob;
  const found: Record<string, string> = {};
  for await (const { key } of objects.list(job.outputPrefix)) {
    const hash = createHash('sha256');
    for await (const bytes of (await objects.get(key)).body) hash.update(bytes);
    found[key.slice(job.outputPrefix.length)] = hash.digest('hex');
  }
  return found;
}

/** Waits until every job is settled. @throws Error if one is not in time, or a member ends by itself meanwhile */
export async function untilSettled(
  { store }: Engines,
  jobIds: JobId[],
  options: { timeoutMs: number },
): Promise<MediaProcessingJob[]> {
  for (const giveUpAtMs = Date.now() + options.timeoutMs; ; ) {
    const jobs = await Promise.all(jobIds.map((id) => store.jobs.get(id)));
    if (jobs.every((job) => job !== null && job.settledAtMs !== null)) return jobs as MediaProcessingJob[];
    if (Date.now() > giveUpAtMs) {
      throw new Error(`Not settled in time: ${jobs.map((job) => `${job?.id} ${job?.status}`).join(', ')}`);
    }
    await sleep(200);
  }
}
