import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '@marquee/core/config';
import type { JobId } from '@marquee/core/ids';
import type { MediaProcessingJob } from '@marquee/core/job';
import type { Engines } from '@marquee/workers/engines';
import type { ServiceName } from '../scripts/services/service.ts';
import { type RunningServices, SERVICE_NAMES, startServices } from '../scripts/services.ts';
import { judge, type Outage, verdicts } from './chaos-report.ts';
import { memberVariables, openFleetEngines, publishedBytes, runMarquee, untilSettled } from './fleet.ts';
import { filesIn, lastLine } from './marquee.ts';
import { fillPost, type Post, programs } from './post.ts';
import { freePort } from './scraping.ts';
import { uploadThroughSite } from './site-upload.ts';
import { viewThroughSite } from './site-viewing.ts';
import { makeTestFilm } from './test-film.ts';
import { through } from './through.ts';
import { type Watch, watchChaos } from './watch-chaos.ts';

const USAGE = `npm run chaos -- [--kills 50] [--outages 6] [--engines rabbitmq,mongodb,s3] [--film FILE]... [--json]

A fleet of processes (the site, two orchestrators, three transcode workers, one of thumbnails and subtitles, one of
analyses), each as if on a machine of its own, makes streams of several films, uploaded through the site, while
processes are killed (SIGKILL) at random, the engines are stopped and started again, and calls to them fail and take
long. Films come in until all of it has happened; then all have to become ready, with the very bytes of an undisturbed
run.

  --kills     how many processes are killed
  --outages   how many times an engine is stopped, in turn
  --engines   real servers, started here; what is not named is embedded. With prometheus, all processes are scraped while
              they are disturbed, and at the end every panel of every dashboard has to have data
  --film      a film to use, any number of times; default: three that are made on the spot
  --pace      mean seconds between two kills; default 45
  --seed      of the random numbers, to have the same disturbances again
  --json      one line of JSON at the end instead of the table`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    outages: { type: 'string', default: '6' },
    engines: { type: 'string', default: 'rabbitmq,mongodb,s3' },
    film: { type: 'string', multiple: true, default: [] },
    pace: { type: 'string', default: '45' },
    seed: { type: 'string', default: String(randomBytes(4).readUInt32LE()) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const outages = Number(values.outages);
const paceMs = Number(values.pace) * 1000;
const names = values.engines.split(',').filter(Boolean) as ServiceName[];
/** Those that are stopped in turn: Prometheus only looks on. */
const stopped = names.filter((name) => name !== 'prometheus' && name !== 'alertmanager');
const random = randomNumbers(Number(values.seed));
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Films in work at any time while there is something left to disturb. */
const FILMS_AT_ONCE = 3;
const FIRST_PORT = 17_600;
const OUTAGE_MS = { least: 2000, most: 8000 };
/** From the last disturbance to the last film. */
const SETTLE_MS = 15 * 60_000;
const UPLOAD_MS = 120_000;
const POSTS: Record<string, [program: string, args: string[]]> = {
  web: [programs.marquee, ['web']],
  'orchestrator-1': [programs.faultyWorker, ['orchestrator']],
  'orchestrator-2': [programs.faultyWorker, ['orchestrator']],
  'transcode-1': [programs.faultyWorker, ['transcode', '--concurrency', '1']],
  'transcode-2': [programs.faultyWorker, ['transcode', '--concurrency', '1']],
  'transcode-3': [programs.faultyWorker, ['transcode', '--concurrency', '1']],
  thumbnail: [programs.faultyWorker, ['thumbnail', 'subtitle', '--concurrency', '1']],
  ai: [programs.faultyWorker, ['ai', '--concurrency', '1']],
};

if (values.help || process.platform !== 'linux' || names.some((name) => !SERVICE_NAMES.includes(name))) {
  say(process.platform === 'linux' ? USAGE : 'This runs on Linux alone: each process gets a machine of its own.');
  process.exit(values.help ? 0 : 2);
}

const root = await mkdtemp(join(tmpdir(), 'marquee-chaos-'));
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}

/** A film that was taken in. */
interface Upload {
  film: string;
  jobId: JobId;
}

/** @returns whether nothing was lost, doubled, different or left behind */
async function run(): Promise<boolean> {
  say(`seed ${values.seed}`);
  const films = await chooseFilms();
  const calm = new Map<string, Record<string, string>>();
  for (const film of films) {
    say(`${basename(film)}, undisturbed`);
    calm.set(film, await undisturbed(film));
  }

  const services = await startServices(names, { folder: join(root, 'services'), firstPort: FIRST_PORT, say });
  // Credentials are found where every program looks for them.
  Object.assign(process.env, services.env);
  const posts: Post[] = [];
  let look: Engines | null = null;
  try {
    const port = await freePort();
    const site = { url: `http://127.0.0.1:${port}`, secret: randomUUID() };
    const watch = await watched(services.env);
    const of = memberVariables(root, services.env, { MARQUEE_ADMIN_SECRET: site.secret, PORT: String(port) });
    const variables = (life: string) => ({ ...of(life), ...watch?.variables(life) });
    await runMarquee(['setup'], variables('setup'));
    look = await openFleetEngines(variables('look'));
    for (const [name, [program, args]] of Object.entries(POSTS)) {
      posts.push(fillPost(name, program, args, variables));
    }
    const { uploads, away } = await disturb(posts, services, look, films, site);
    say('Nothing is disturbed any more. Waiting for the films that are left.');
    await untilSettled(
      look,
      uploads.map(({ jobId }) => jobId),
      { timeoutMs: SETTLE_MS },
    ).catch((error: Error) => say(error.message));
    const seen = (await watch?.verdicts()) ?? [];
    const ends = await Promise.all(posts.map((post) => post.stop()));
    return await report(look, posts, ends, uploads, away, calm, seen);
  } finally {
    await Promise.all(posts.map((post) => post.stop()));
    await look?.close();
    await services.stop();
  }
}

/** Has Prometheus look on, if it was asked for. */
async function watched(env: Record<string, string>): Promise<Watch | null> {
  const { PROMETHEUS_URL: url, PROMETHEUS_FOLDER: folder } = env;
  if (url === undefined || folder === undefined) return null;
  const roles = Object.entries(POSTS).map(([name, [, args]]) => [name, args.filter((arg) => /^[a-z]+$/.test(arg))]);
  return watchChaos({ url, folder }, Object.fromEntries(roles) as Record<string, string[]>);
}

/** The films to use: those that were named, or three unlike ones. */
async function chooseFilms(): Promise<string[]> {
  if (values.film.length > 0) return values.film.map((film) => resolve(film));
  const kinds = [
    { sec: 40, fps: 24, languages: ['eng'] },
    { sec: 55, fps: 25, languages: ['eng', 'deu'] },
    { sec: 70, fps: 30, languages: ['fra'] },
  ];
  const films: string[] = [];
  for (const [i, kind] of kinds.entries()) films.push(await makeTestFilm(root, `film-${i + 1}.mp4`, kind));
  return films;
}

/** What one quiet process makes of a film on embedded engines. */
async function undisturbed(film: string): Promise<Record<string, string>> {
  const variables = memberVariables(join(root, `calm-${basename(film)}`), {}, {})('calm');
  const { stdout } = await runMarquee(['ingest', film, '--wait', '--json'], variables);
  const engines = await openFleetEngines(variables);
  try {
    return await publishedBytes(engines, (lastLine<{ jobId: JobId }>(stdout) as { jobId: JobId }).jobId);
  } finally {
    await engines.close();
    await rm(join(root, `calm-${basename(film)}`), { recursive: true, force: true });
  }
}

/** Keeps films coming, kills processes and stops engines until all that was asked for has happened. */
async function disturb(
  posts: Post[],
  services: RunningServices,
  look: Engines,
  films: string[],
  site: { url: string; secret: string },
): Promise<{ uploads: Upload[]; away: Outage[] }> {
  const startMs = Date.now();
  const uploads: Upload[] = [];
  const away: Outage[] = [];
  let left = 2;
  const clock = () => `${((Date.now() - startMs) / 1000).toFixed(0).padStart(4)} s`;

  /** There is something to tell of viewers. */
  async function watchFirst(jobId: JobId): Promise<void> {
    const giveUpAtMs = Date.now() + UPLOAD_MS;
    const job = await through('looking up the first film', giveUpAtMs, () => look.store.jobs.get(jobId));
    if (job) await viewThroughSite(job.movieId, { ...site, timeoutMs: UPLOAD_MS });
  }
  async function feed(): Promise<void> {
    const settled = new Set<JobId>();
    while (left > 0) {
      for (const { jobId } of uploads) {
        const job = settled.has(jobId) ? null : await look.store.jobs.get(jobId).catch(() => null);
        if (job?.settledAtMs) settled.add(jobId);
      }
      if (uploads.length - settled.size >= FILMS_AT_ONCE) {
        await sleep(500);
        continue;
      }
      const film = films[uploads.length % films.length] as string;
      const jobId = await uploadThroughSite(film, { ...site, timeoutMs: UPLOAD_MS });
      uploads.push({ film, jobId });
      say(`${clock()}  film ${uploads.length} is in: ${basename(film)}`);
      if (uploads.length === 1) await watchFirst(jobId);
    }
  }
  async function kill(): Promise<void> {
    // The fleet gets to its first film before anything happens.
    while (uploads.length === 0) await sleep(200);
    for (let i = 0; i < kills; ) {
      await sleep(paceMs * (0.2 + 1.6 * random()));
      const post = posts[Math.floor(random() * posts.length)] as Post;
      if (!(await post.kill())) continue;
      i++;
      say(`${clock()}  kill ${i}: ${post.lives.at(-1)?.name}`);
    }
    left--;
  }
  async function stopEngines(): Promise<void> {
    while (uploads.length === 0) await sleep(200);
    for (let i = 0; i < outages && stopped.length > 0; i++) {
      await sleep((kills * paceMs * (0.7 + 0.4 * random())) / (outages + 1));
      const engine = stopped[i % stopped.length] as ServiceName;
      const outage: Outage = { engine, fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
      away.push(outage);
      await services.stopOne(engine);
      await sleep(OUTAGE_MS.least + random() * (OUTAGE_MS.most - OUTAGE_MS.least));
      await services.startOne(engine);
      outage.toMs = Date.now();
      say(`${clock()}  outage ${i + 1}: ${engine} was away for ${((outage.toMs - outage.fromMs) / 1000).toFixed(1)} s`);
    }
    left--;
  }
  await Promise.all([feed(), kill(), stopEngines()]);
  return { uploads, away };
}

/** Looks at what was left and says it. @returns whether all is as it has to be */
async function report(
  look: Engines,
  posts: Post[],
  ends: (number | string)[],
  uploads: Upload[],
  away: Outage[],
  calm: Map<string, Record<string, string>>,
  seen: { ok: boolean; text: string }[],
): Promise<boolean> {
  const jobs = await allJobs(look);
  const tasks = (await Promise.all(jobs.map((job) => look.store.tasks.list(job.id)))).flat();
  const lives = posts.flatMap((post) => post.lives);
  const { leaseMs } = loadConfig({});
  const judged = judge({ uploads: uploads.length, jobs, tasks, lives, outages: away, leaseMs });

  const different: string[] = [];
  for (const { film, jobId } of uploads) {
    const expected = calm.get(film) ?? {};
    const found = await publishedBytes(look, jobId);
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    different.push(...[...keys].filter((key) => expected[key] !== found[key]).map((key) => `${jobId} ${key} differs`));
  }
  const strays: string[] = [];
  for await (const { key } of look.objects.list('')) {
    if (!jobs.some((job) => key === job.sourceKey || key.startsWith(job.outputPrefix))) strays.push(key);
  }
  // The disks of those that were killed went with them.
  const standing = lives.filter((life) => life.killedAtMs === null);
  const temporary = (await Promise.all(standing.map(({ name }) => filesIn(join(root, 'work', name))))).flat();
  const unclean = ends.filter((end) => end !== 0).length;
  const facts = {
    ...judged,
    differing: different.length,
    strays: strays.length,
    temporary: temporary.length,
    unclean,
    wallSec: Math.round((Date.now() - (lives[0]?.startedAtMs ?? 0)) / 1000),
  };
  const lines = [...verdicts(facts, leaseMs), ...seen];
  const ok = lines.every((line) => line.ok);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...facts, seen, seed: Number(values.seed), ok })}\n`);
  else for (const line of lines) process.stdout.write(`${line.ok ? 'ok  ' : 'FAIL'}  ${line.text}\n`);

  for (const line of [...different, ...strays, ...temporary].slice(0, 20)) say(line);
  for (const { name, ended } of lives) if (ended) say(`${name} ended by itself: ${ended.said.slice(-1500)}`);
  for (const job of jobs.filter(({ status }) => status !== 'ready')) {
    say(`${job.id} is ${job.status}: ${job.error?.message ?? 'no error is known'}`);
  }
  return ok;
}

async function allJobs({ store }: Engines): Promise<MediaProcessingJob[]> {
  const jobs: MediaProcessingJob[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.jobs.list({ limit: 100, ...(cursor === null ? {} : { cursor }) });
    jobs.push(...page.items);
    ({ cursor } = page);
  } while (cursor !== null);
  return jobs;
}

/** Numbers in `[0, 1)`, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
