import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type JobId, type MovieId, newId, taskId } from '@marquee/core/ids';
import { type Message, newMessage } from '@marquee/core/messages';
import type { Engines } from '@marquee/workers/engines';
import { submitUpload } from '@marquee/workers/orchestrator/commands';
import { createLogger } from '@marquee/workers/runtime/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { askPanels, verdictOfPanels } from '../deploy/monitoring/ask-panels.ts';
import {
  ENGINE_VARIABLES,
  type Member,
  memberVariables,
  openFleetEngines,
  runMarquee,
  startMember,
  untilSettled,
} from './fleet.ts';
import { askNow, freePort, ONE_OF_EACH_ROLE, scrape, scrapedRoles, untilScraped } from './scraping.ts';
import { signInToSite } from './site-session.ts';
import { uploadThroughSite } from './site-upload.ts';
import { viewThroughSite } from './site-viewing.ts';
import { makeTestFilm } from './test-film.ts';

const MONITORING = fileURLToPath(new URL('../deploy/monitoring/', import.meta.url));
const NEEDED = [
  'RABBITMQ_URL',
  'RABBITMQ_MANAGEMENT_URL',
  'MONGODB_URL',
  'S3_ENDPOINT',
  'S3_BUCKET',
  'PROMETHEUS_URL',
  'PROMETHEUS_FOLDER',
  'ALERTMANAGER_URL',
  'ALERTMANAGER_FILE',
];
const missing = NEEDED.filter((name) => !process.env[name]);
const given = Object.fromEntries(NEEDED.map((name) => [name, process.env[name] ?? ''])) as Record<string, string>;
const [prometheus = '', alertmanager = ''] = [given.PROMETHEUS_URL, given.ALERTMANAGER_URL];

const MEMBERS: Record<string, string[]> = {
  web: ['web'],
  orchestrator: ['worker', 'orchestrator'],
  transcode: ['worker', 'transcode', 'subtitle', '--concurrency', '2'],
  thumbnail: ['worker', 'thumbnail', 'ai', '--concurrency', '1'],
};
/** RabbitMQ does not tell the age of messages; all else that a house may lack, this one has. */
const NEVER_TOLD = ['How old is the oldest message?'];
/** Films that are none: with the one that becomes ready, enough of them for a rate. */
const BROKEN_FILMS = 6;
/** Above what makes a backlog. */
const BACKLOG = 150;
/** Takes a share of any disk that can be seen. */
const LARGE_FILE_BYTES = 2 * 1024 ** 3;

let folder: string;
let variables: (member: string) => Record<string, string>;
let engines: Engines;
let site: { url: string; secret: string; timeoutMs: number };
let receiver: Server;
const members = new Map<string, Member>();
const ports = new Map<string, number>();
/** Alerts that reached the webhook, by family. */
const reached = new Map<string, { alertname: string; status: string }[]>();

async function until<T>(what: string, withinMs: number, look: () => Promise<T | null | false>): Promise<T> {
  for (const giveUpAtMs = Date.now() + withinMs; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > giveUpAtMs) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await sleep(250);
  }
}

async function tool(command: string, args: string[], input = ''): Promise<string> {
  const running = promisify(execFile)(command, args, { cwd: MONITORING, timeout: 100_000 });
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running.catch((thrown: { stdout: string; stderr: string; message: string }) => {
    throw new Error(`${command} ${args.join(' ')}: ${thrown.stderr}${thrown.stdout}${thrown.message}`);
  });
  return `${stdout}${stderr}`;
}

async function reload(url: string): Promise<void> {
  const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
  expect(answer.status, await answer.text()).toBe(200);
}

const isRequired = process.env.REQUIRE_SERVICES === '1';

describe.skipIf(missing.length > 0 && !isRequired)('a fleet that Prometheus watches', () => {
  beforeAll(async () => {
    if (missing.length > 0) expect.fail(`REQUIRE_SERVICES=1, but not set: ${missing.join(', ')}`);
    folder = await mkdtemp(join(tmpdir(), 'marquee-monitoring-'));
    const id = randomUUID().slice(0, 8);
    const servers = Object.fromEntries(ENGINE_VARIABLES.map((name) => [name, given[name] ?? '']));
    servers.MONGODB_URL = new URL(`/watched-${id}`, servers.MONGODB_URL).href;
    servers.S3_BUCKET = `watched-${id}`;
    const port = await freePort();
    site = { url: `http://127.0.0.1:${port}`, secret: randomUUID(), timeoutMs: 120_000 };
    for (const name of Object.keys(MEMBERS)) ports.set(name, await freePort());
    const common = { MARQUEE_ADMIN_SECRET: site.secret, QUEUE_PREFIX: `watched-${id}`, PORT: String(port) };
    const of = memberVariables(folder, servers, common);
    variables = (name) => ({ ...of(name), ...(ports.has(name) ? { METRICS_PORT: String(ports.get(name)) } : {}) });
    await runMarquee(['setup'], variables('setup'));
    engines = await openFleetEngines(variables('look'));
    for (const [name, args] of Object.entries(MEMBERS)) members.set(name, startMember(name, args, variables(name)));
    await scrape(given.PROMETHEUS_FOLDER ?? '', [...ports.values()]);
    await untilScraped(prometheus, ports.size);

    receiver = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const told = JSON.parse(body) as { alerts: { status: string; labels: { alertname: string; family: string } }[] };
      for (const { status, labels } of told.alerts) {
        reached.set(labels.family, [...(reached.get(labels.family) ?? []), { alertname: labels.alertname, status }]);
      }
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port: receiverPort } = receiver.address() as AddressInfo;
    const config = await readFile(given.ALERTMANAGER_FILE ?? '', 'utf8');
    const quick = config
      .replaceAll(/group_wait: \d+s/g, 'group_wait: 1s')
      .replace('group_interval: 5m', 'group_interval: 5s');
    await writeFile(
      given.ALERTMANAGER_FILE ?? '',
      quick.replace(/url: http:\S+/, `url: http://127.0.0.1:${receiverPort}/`),
    );
    await reload(alertmanager);
  });

  afterAll(async () => {
    await scrape(given.PROMETHEUS_FOLDER ?? '', []);
    await rm(join(given.PROMETHEUS_FOLDER ?? '', 'rules', 'quick.yaml'), { force: true });
    await Promise.all([...members.values()].map((member) => member.stop()));
    await engines?.close();
    receiver?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has rules and configurations that Prometheus and Alertmanager take, and tests of alerts that pass', async () => {
    expect(await tool('promtool', ['check', 'rules', 'alerts.yaml'])).toContain('SUCCESS');
    expect(await tool('promtool', ['test', 'rules', 'alerts.test.yaml'])).toContain('SUCCESS');
    expect(await tool('promtool', ['check', 'config', 'prometheus.yaml'])).toContain('SUCCESS');
    expect(await tool('amtool', ['check-config', 'alertmanager.yaml'])).toContain('SUCCESS');
  });

  it('tells of every role, and answers every question of every dashboard', { timeout: 150_000 }, async () => {
    const film = await makeTestFilm(folder, 'film.mp4', { sec: 6, fps: 24, languages: ['eng'] });
    const jobId = await uploadThroughSite(film, site);
    const { movieId } = (await engines.store.jobs.get(jobId)) as { movieId: MovieId };
    await viewThroughSite(movieId, site);
    const cookie = await signInToSite(site);
    for (const path of ['/', '/admin', '/admin', '/nowhere'])
      await fetch(`${site.url}${path}`, { headers: { cookie } });
    const [job] = await untilSettled(engines, [jobId], { timeoutMs: 100_000 });
    expect(job).toMatchObject({ status: 'ready', error: null });

    const ask = () => askPanels(prometheus, { sinceSec: 180, window: '30s' });
    const emptyOf = (answers: Awaited<ReturnType<typeof ask>>) =>
      answers.filter(({ emptyQueries }) => emptyQueries.length > 0).map(({ title }) => title);
    // What stands in the store is told now and then; a share of answers is one only while there are some.
    const answers = await until('every panel to have data', 90_000, async () => {
      await fetch(site.url);
      const all = await ask();
      return emptyOf(all).length <= NEVER_TOLD.length && all;
    }).catch(ask);
    expect(verdictOfPanels(answers).missing).toEqual([]);
    expect(emptyOf(answers)).toEqual(NEVER_TOLD);
    expect(await scrapedRoles(prometheus, 180)).toEqual(ONE_OF_EACH_ROLE);
    // A series that nobody writes down is one too many.
    for (const [name, port] of ports) {
      const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const said = await tool('promtool', ['check', 'metrics'], page).catch((error: Error) => error.message);
      expect(
        said.split('\n').filter((line) => /^marquee_/.test(line)),
        name,
      ).toEqual([]);
    }
  });

  it('calls somebody when it is broken: one alert of each family', { timeout: 120_000 }, async () => {
    const { queue } = engines;
    const commands = { ...engines, log: createLogger({ logLevel: 'silent' } as Parameters<typeof createLogger>[0]) };
    const submit = async (bytes: Uint8Array): Promise<JobId> => {
      const sourceKey = `uploads/${randomUUID()}/source`;
      await engines.objects.put(sourceKey, bytes, { contentType: 'video/mp4' });
      const upload = {
        title: 'No film',
        fileName: 'no.mp4',
        sourceKey,
        sizeBytes: bytes.byteLength,
        nowMs: Date.now(),
      };
      return (await submitUpload(commands, upload)).jobId;
    };
    const broken: JobId[] = [];
    for (let i = 0; i < BROKEN_FILMS; i++) broken.push(await submit(Buffer.from(`no film ${i}`)));
    const letter = newMessage('video.uploaded', { jobId: broken[0] as JobId, movieId: 'x' as MovieId, sourceKey: 'x' });
    await queue.publish({ ...letter, payload: { nothing: true } } as unknown as Message);
    const ended = await untilSettled(engines, broken, { timeoutMs: 30_000 });
    expect(ended.map(({ status }) => status)).toEqual(broken.map(() => 'failed'));

    await members.get('transcode')?.stop();
    await submit(Buffer.from('nobody is there to find out that this is no film'));
    for (let i = 0; i < BACKLOG; i++) await queue.publish(workOfNoJob());

    const file = join(folder, 'large');
    const before = await statfs(folder);
    await promisify(execFile)('fallocate', ['-l', String(LARGE_FILE_BYTES), file]);
    const after = await statfs(folder);
    expect((await stat(file)).size).toBe(LARGE_FILE_BYTES);
    // Between what was free and what is: the file alone makes it fire.
    const limit = (before.bavail + 3 * after.bavail) / 4 / after.blocks;
    await quickRules(limit);

    const families = ['backlog', 'budget', 'dead-letters', 'disk', 'failures', 'no-workers', 'queue-age', 'stuck'];
    await until('an alert of each family', 60_000, async () => families.every((family) => reached.has(family))).catch(
      () => undefined,
    );
    const seen = await askNow(prometheus, '{__name__=~"ALERTS|marquee_workers|marquee_jobs", job=~"marquee|"}');
    expect([...reached.keys()].sort(), JSON.stringify(seen)).toEqual(families);
    for (const [family, alerts] of reached) expect(alerts[0]?.status, family).toBe('firing');

    reached.delete('no-workers');
    await members.get('orchestrator')?.stop();
    const isAbsent = async () => (await askNow(prometheus, 'absent(marquee_workers)')).length === 1;
    await until('nobody to tell of workers', 20_000, isAbsent);
    const isTold = async () =>
      reached.get('no-workers')?.some(({ alertname }) => alertname === 'MarqueeNoOrchestrator') ?? false;
    await until('the alert of no orchestrator', 30_000, isTold);
  });
});

/** Work that lies in a queue, and that whoever takes it lets go: its job is none. */
function workOfNoJob(): Message {
  const [jobId, movieId] = [newId() as JobId, newId() as MovieId];
  return newMessage('video.inspect', {
    jobId,
    movieId,
    taskId: taskId(jobId, 'inspect', 'head'),
    outputPrefix: `media/${movieId}/${jobId}/`,
    sourceKey: 'uploads/none/source',
    scope: 'head',
    inspection: null,
  });
}

/** The alerts as they are, but that they wait for nothing, and for what takes hours some seconds are enough. */
async function quickRules(diskLimit: number): Promise<void> {
  const limits: Record<string, [string, string]> = {
    MarqueeQueueOld: ['> 900', '> 3'],
    MarqueeJobStuck: ['> 3600', '> 3'],
    MarqueeDiskLow: ['< 0.1', `< ${diskLimit}`],
  };
  const text = await readFile(join(MONITORING, 'alerts.yaml'), 'utf8');
  const { groups } = parse(text) as {
    groups: { name: string; rules: { alert?: string; expr: string; for?: string }[] }[];
  };
  for (const group of groups) {
    group.name += '-quick';
    group.rules = group.rules.filter((rule) => rule.alert !== undefined);
    for (const rule of group.rules) {
      delete rule.for;
      const [long, short] = limits[rule.alert ?? ''] ?? ['', ''];
      expect(rule.expr).toContain(long);
      rule.expr = rule.expr.replaceAll(long, short);
    }
  }
  await writeFile(join(given.PROMETHEUS_FOLDER ?? '', 'rules', 'quick.yaml'), stringify({ groups }));
  await reload(prometheus);
}
