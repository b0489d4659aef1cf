import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobAnswer } from '@marquee/cli/answer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_VARIABLES, memberVariables } from './fleet.ts';
import { type Ended, lastLine, startMarquee } from './marquee.ts';
import {
  type BadHosts,
  COMMANDS,
  casesWithoutServers,
  casesWithServers,
  openBadHosts,
  SECRET,
} from './refusal-cases.ts';

/** The operations guide promises some ten seconds; a loaded machine takes its time to start a process. */
const LONGEST_MS = 20_000;
/** Ends a process that hangs, so that the test says which it is. */
const HANGS_MS = 40_000;
const AT_ONCE = 2;

const bad: BadHosts = await openBadHosts();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-refusals-'));
});
afterAll(async () => {
  await bad.close();
  await rm(folder, { recursive: true, force: true });
});

let running = 0;
const waiting: (() => void)[] = [];

/** Runs a command, at most two at a time. Its log is as chatty as people have it who set nothing. */
async function refused(
  args: readonly string[],
  variables: Record<string, string>,
): Promise<Ended & { tookMs: number }> {
  if (running === AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  const startedAtMs = Date.now();
  const settings = memberVariables(folder, variables, { LOG_LEVEL: '', PORT: '0' })(randomUUID());
  const { child, ended } = startMarquee([...args], settings);
  const hangs = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
  try {
    return { ...(await ended), tookMs: Date.now() - startedAtMs };
  } finally {
    clearTimeout(hangs);
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

function expectRefusal({ code, signal, stdout, stderr, tookMs }: Ended & { tookMs: number }, says: RegExp): void {
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(says)]);
  expect(stdout + stderr).not.toContain(SECRET);
  expect(tookMs).toBeLessThan(LONGEST_MS);
}

const absent = ENGINE_VARIABLES.filter((name) => !process.env[name]);

describe.concurrent('what cannot be worked with is refused in one sentence', () => {
  const id = randomUUID().slice(0, 8);
  const cases = [...casesWithoutServers(bad), ...casesWithServers(process.env, id)];
  const runs = cases.flatMap(({ commands, ...each }) => commands.map((command) => ({ ...each, command })));
  it.each(runs)('$engine: $wrong ($command)', async ({ variables, command, says }) => {
    const end = await refused(COMMANDS[command], variables);
    expectRefusal(end, says);
    expect(end.stdout).toBe('');
  });

  it('is said in JSON too where JSON was asked for', async () => {
    const { variables, says } = cases[0] as (typeof cases)[number];
    const end = await refused(['ingest', 'film.mp4', '--json'], variables);
    expectRefusal(end, says);
    const answer = lastLine<JobAnswer>(end.stdout);
    expect(answer).toMatchObject({ status: 'failed', jobId: null, error: { code: 'BROKER_DOWN' } });
  });

  it('is said of a port that is taken', async () => {
    const end = await refused(['worker', 'orchestrator'], { HEALTH_PORT: bad.silent.split(':')[1] as string });
    expectRefusal(end, /^Port \d+ is taken by another program\. Set HEALTH_PORT to a free one\.$/);
  });

  const isRequired = process.env.REQUIRE_SERVICES === '1';
  for (const name of absent.filter((each) => each !== 'RABBITMQ_MANAGEMENT_URL')) {
    it.skipIf(!isRequired)(`needs ${name}: run them with "npm run services -- npm test"`, () => {
      expect.fail(`${name} is not set, and REQUIRE_SERVICES=1 says that it must be.`);
    });
  }
});

describe.concurrent('addresses that cannot be read are refused in one sentence', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a password with #', { RABBITMQ_URL: `amqp://me:${SECRET}#@127.0.0.1` }, /^RABBITMQ_URL is not valid .*%23/],
    ['a password with %', { RABBITMQ_URL: `amqp://me:${SECRET}%x@127.0.0.1` }, /^RABBITMQ_URL is not valid .*%25/],
    ['a password with @', { MONGODB_URL: `mongodb://me:@${SECRET}@127.0.0.1/x` }, /^MONGODB_URL is not .*%40/],
    ['a password with /', { MONGODB_URL: `mongodb://me:${SECRET}/a@127.0.0.1/x` }, /^MONGODB_URL is not .*%2F/],
    ['an option that is none', { MONGODB_URL: `mongodb://me:${SECRET}@127.0.0.1/x?what=1` }, /option what is not/],
    ['a domain without hosts', { MONGODB_URL: `mongodb+srv://me:${SECRET}@none.invalid/x` }, /MONGODB_URL/],
    ['a port that is none', { REDIS_URL: `redis://me:${SECRET}@127.0.0.1:99999` }, /^REDIS_URL is not valid/],
    ['a host with a space', { S3_ENDPOINT: 'http://exa mple', S3_BUCKET: 'films' }, /^S3_ENDPOINT is not valid/],
    ['an address without a scheme', { SQS_ENDPOINT: 'sqs.example' }, /^SQS_ENDPOINT is not valid .*https:/],
    ['two queues', { RABBITMQ_URL: 'amqp://one', SQS_ENDPOINT: 'http://two' }, /both set/],
    ['no bucket', { S3_ENDPOINT: 'http://one' }, /^S3_ENDPOINT is set, but S3_BUCKET is not/],
  ])('%s', async (_, variables, says) => {
    expectRefusal(await refused(['worker', 'transcode'], variables), says);
  });
});
