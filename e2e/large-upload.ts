import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JobId } from '@marquee/core/ids';
import type { Engines } from '@marquee/workers/engines';
import { startServices } from '../scripts/services.ts';
import { launchChromium } from './chromium.ts';
import { memberVariables, openFleetEngines, runMarquee } from './fleet.ts';
import { type Ended, startMarquee, untilSaid } from './marquee.ts';
import { beginUpload, reload, type Sending, signedIn, untilDone, untilShare } from './upload-page.ts';

const USAGE = `npm run e2e:large-upload -- [--gigabytes 12] [--json]

Uploads a large file through the upload page in Chromium, with every engine a server, and watches the memory of the
site's process. On the way another file of the same name is uploaded in a second tab, the site is killed (SIGKILL) and
started again, and the page is loaded anew and given the file again. In the end both files have to stand in the bucket
whole, and no part that storage had may have been sent a second time.

  --gigabytes  size of the large file, in units of 2^30 bytes, 1 to 48; as much space is needed twice over, though
               the file itself takes none
  --json       one line of JSON at the end instead of the table`;

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '12' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);

const GIBIBYTE = 1024 ** 3;
/** Above what the browser keeps by itself over a reload, below what the test's S3 has room for. */
const GIGABYTES = { least: 1, most: 48 };
const SMALL_BYTES = 64 * 1024 ** 2;
/** Servers, logs and the site's own folder, beside what is uploaded. */
const SPARE_BYTES = 4 * GIBIBYTE;
const FIRST_PORT = 20_600;

/** What the site's process may take, however large the film: its resident memory at the highest. */
const MOST_MEMORY_BYTES = 300_000_000;
const SAMPLE_EVERY_MS = 50;
/** How much of the large file stands when something happens. */
const SHARES = { other: 0.15, kill: 0.4, reload: 0.7 };
/** For every single step, and for a gigabyte to get through. */
const STEP_MS = 120_000;
const GIGABYTE_MS = 120_000;
const FILE_NAME = 'film.mp4';

const sizeBytes = Math.round(Number(values.gigabytes) * GIBIBYTE);
const isPossible = sizeBytes >= GIGABYTES.least * GIBIBYTE && sizeBytes <= GIGABYTES.most * GIBIBYTE;
if (values.help || process.platform !== 'linux' || !isPossible) {
  say(process.platform === 'linux' ? USAGE : 'This runs on Linux alone: memory is read from /proc.');
  process.exit(values.help ? 0 : 2);
}
const { bavail, bsize } = await statfs(tmpdir());
if (bavail * bsize < sizeBytes + SPARE_BYTES) {
  say(`${tmpdir()} has no room for the bucket. Free some space, set TMPDIR, or upload less by --gigabytes.`);
  process.exit(2);
}

/** What has to be ended or removed, the last first. */
const ends: (() => Promise<unknown>)[] = [];
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
const interrupted = once(stop.signal, 'abort').then(() => 130);
let code = 1;
try {
  code = await Promise.race([run().then((ok) => (ok ? 0 : 1)), interrupted]);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  for (const end of ends.reverse()) await end().catch((error: Error) => say(error.message));
}
// What waits for the browser or the site still does so where it was interrupted.
process.exit(code);

/** Sees to it that what is being started is ended, however far it got, and that nothing is begun after an interruption. */
async function own<T>(started: Promise<T>, end: (it: T) => Promise<unknown>): Promise<T> {
  ends.push(() => started.then(end, () => undefined));
  const it = await started;
  stop.signal.throwIfAborted();
  return it;
}

/** @returns whether all is as it has to be */
async function run(): Promise<boolean> {
  const root = await own(mkdtemp(join(tmpdir(), 'marquee-upload-')), (folder) =>
    rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  );
  const large = await makeFile(join(root, 'large'), sizeBytes);
  const small = await makeFile(join(root, 'small'), SMALL_BYTES);
  const services = await own(
    startServices(['rabbitmq', 'mongodb', 's3', 'redis'], {
      folder: join(root, 'services'),
      firstPort: FIRST_PORT,
      say,
    }),
    (each) => each.stop(),
  );
  // Credentials are found where every program looks for them.
  Object.assign(process.env, services.env);
  const secret = randomUUID();
  const variables = memberVariables(root, services.env, { MARQUEE_ADMIN_SECRET: secret });
  await runMarquee(['setup'], variables('setup'));
  const look = await own(openFleetEngines(variables('look')), (each) => each.close());

  const first = await startSite({ ...variables('web'), PORT: '0' });
  const { url } = first;
  const browser = await own(launchChromium({ isEndedHere: true }), (each) => each.close());
  const context = await signedIn(browser, { url, secret });

  const startedAtMs = Date.now();
  const clock = () => `${((Date.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s`;
  const sending = await beginUpload(context, url, large);
  await untilShare(sending, SHARES.other);
  say(`${clock()}  another ${FILE_NAME} is uploaded in a second tab`);
  const other = await beginUpload(context, url, small);
  const otherJobId = await untilDone(other, STEP_MS);
  const wereTogether = sending.standing.size < sending.count;

  await untilShare(sending, SHARES.kill);
  await first.kill();
  const atKill = sending.standing.size;
  say(`${clock()}  the site was killed when ${atKill} of ${sending.count} parts stood`);
  await sending.page.locator('[data-state=waiting]').waitFor();
  const second = await startSite({ ...variables('web'), PORT: new URL(url).port });
  say(`${clock()}  the site is started again`);
  await untilShare(sending, SHARES.reload);

  const beforeReload = await reload(sending);
  say(`${clock()}  the page was loaded anew when ${beforeReload} parts stood, and is given the file again`);
  await sending.page.getByLabel(`The file ${FILE_NAME}`).setInputFiles(large.path);
  const jobId = await untilDone(sending, STEP_MS + (sizeBytes / GIBIBYTE) * GIGABYTE_MS);
  const seconds = (Date.now() - startedAtMs) / 1000;
  say(`${clock()}  all is sent`);

  const { code: exitCode } = await second.stop();
  const faults = [
    ...(await faultsOf(look, sending, large, jobId)),
    ...(await faultsOf(look, other, small, otherJobId)),
    ...((await look.store.jobs.list({ limit: 10 })).items.length === 2 ? [] : ['there are not two jobs']),
    ...(sending.uploadId === other.uploadId ? ['both are one upload'] : []),
    ...(exitCode === 0 ? [] : [`the site ended with ${exitCode}`]),
  ];
  return report({
    sizeBytes,
    seconds,
    peakBytes: Math.max(first.memory.peakBytes, second.memory.peakBytes),
    livesPeakBytes: [first.memory.peakBytes, second.memory.peakBytes],
    sampledPeakBytes: Math.max(first.memory.sampledBytes, second.memory.sampledBytes),
    samples: first.memory.samples + second.memory.samples,
    parts: sending.count,
    sent: sending.sent,
    brokenOff: sending.failed,
    sentTwice: sending.twice + other.twice,
    standingAtKill: atKill,
    standingAtReload: beforeReload,
    wereTogether,
    faults,
  });
}

interface Facts {
  sizeBytes: number;
  seconds: number;
  /** The most that the site's process ever had by the kernel's count, in any of its lives and in each. */
  peakBytes: number;
  livesPeakBytes: number[];
  /** The most that was seen, and how often it was looked at. */
  sampledPeakBytes: number;
  samples: number;
  /** Of the large file: what it has, what was begun to be sent, and what of that did not get through. */
  parts: number;
  sent: number;
  brokenOff: number;
  /** Sent again although storage had it, of either file. */
  sentTwice: number;
  standingAtKill: number;
  standingAtReload: number;
  /** Whether the second file was through before the first. */
  wereTogether: boolean;
  faults: string[];
}

/** A file of zeros that takes no space, and what tells it from others of its name and size. */
interface Sparse {
  path: string;
  sizeBytes: number;
  /** Bytes that are no zeros, by where they stand: at both ends, and over the border of two parts. */
  marks: [start: number, bytes: Buffer][];
}

async function makeFile(folder: string, size: number): Promise<Sparse> {
  const mark = (start: number): [number, Buffer] => [start, randomBytes(64)];
  const made: Sparse = {
    path: join(folder, FILE_NAME),
    sizeBytes: size,
    marks: [0, Math.floor(size / 2) - 32, size - 64].map(mark),
  };
  await mkdir(folder);
  const handle = await open(made.path, 'w');
  try {
    await handle.truncate(size);
    for (const [start, bytes] of made.marks) await handle.write(bytes, 0, bytes.length, start);
  } finally {
    await handle.close();
  }
  return made;
}

/** A life of the site's process, with what it took of memory. */
interface Site {
  url: string;
  memory: { samples: number; sampledBytes: number; peakBytes: number };
  kill(): Promise<Ended>;
  stop(): Promise<Ended>;
}

async function startSite(variables: Record<string, string>): Promise<Site> {
  const started = startMarquee(['web'], variables);
  const { child, ended } = started;
  const memory = { samples: 0, sampledBytes: 0, peakBytes: 0 };
  const sample = setInterval(() => {
    const { residentBytes, peakBytes } = memoryOf(child.pid as number);
    if (peakBytes === 0) return;
    memory.samples++;
    memory.sampledBytes = Math.max(memory.sampledBytes, residentBytes);
    memory.peakBytes = Math.max(memory.peakBytes, peakBytes);
  }, SAMPLE_EVERY_MS);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended.finally(() => clearInterval(sample));
  };
  ends.push(() => end('SIGKILL'));
  const [, url = ''] = await untilSaid(started, /Marquee is at (\S+)/);
  return { url, memory, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

/** What a process has in memory now, and the most that it ever had by the kernel's count; 0 once it is gone. */
function memoryOf(pid: number): { residentBytes: number; peakBytes: number } {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    // It has ended meanwhile.
  }
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}

/** @returns what is not as it has to be with an upload that ended, in words */
async function faultsOf(
  { objects, store }: Engines,
  { uploadId }: Sending,
  film: Sparse,
  jobId: JobId,
): Promise<string[]> {
  const faults: string[] = [];
  const key = `uploads/${uploadId}/source`;
  const found = await objects.head(key);
  if (found?.sizeBytes !== film.sizeBytes) faults.push(`${key} has ${found?.sizeBytes} of ${film.sizeBytes} bytes`);
  for (const [start, bytes] of found ? film.marks : []) {
    const read: Uint8Array[] = [];
    for await (const piece of (await objects.get(key, { start, end: start + bytes.length })).body) read.push(piece);
    if (!Buffer.concat(read).equals(bytes)) faults.push(`${key} has other bytes at ${start}`);
  }
  const job = await store.jobs.get(jobId);
  if (job?.sourceKey !== key || job.status !== 'pending') faults.push(`${key} is not the source of a pending job`);
  return faults;
}

/** Prints what was found. @returns whether all of it holds */
function report(facts: Facts): boolean {
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const { parts, sent, brokenOff, sentTwice, standingAtKill, standingAtReload, faults } = facts;
  const lives = facts.livesPeakBytes.map(mb).join(', then ');
  const lines: [ok: boolean, text: string][] = [
    [facts.peakBytes <= MOST_MEMORY_BYTES, `peak memory of the site: ${lives}; at most ${mb(MOST_MEMORY_BYTES)}`],
    [sent <= parts + brokenOff, `parts: ${parts}; sent ${sent}, of which the reload broke off ${brokenOff}`],
    [sentTwice === 0, `parts sent again that storage had: ${sentTwice}`],
    [standingAtKill < parts, `went on after the site was killed, when ${standingAtKill} parts stood`],
    [standingAtReload < parts, `went on after the page was loaded anew, when ${standingAtReload} parts stood`],
    [facts.wereTogether, `two files named ${FILE_NAME} were on their way together`],
    [faults.length === 0, ['both stand whole, each with a job of its own', ...faults].join('; ')],
  ];
  const ok = lines.every(([isOk]) => isOk);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...facts, ok })}\n`);
  else {
    for (const [isOk, text] of lines) process.stdout.write(`${isOk ? 'ok  ' : 'FAIL'}  ${text}\n`);
    const { sizeBytes, seconds } = facts;
    process.stdout.write(`${mb(sizeBytes)} in ${Math.round(seconds)} s (${mb(sizeBytes / seconds)}/s)\n`);
  }
  return ok;
}
