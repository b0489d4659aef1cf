import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createMongoStore } from '@marquee/adapters/mongo-store';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { AUDIT_ACTIONS } from '@marquee/core/audit';
import { type AuditId, type JobId, type MovieId, newId } from '@marquee/core/ids';
import { type JobStatus, type MediaProcessingJob, newJob } from '@marquee/core/job';
import { newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { LOG } from './fleet-orchestration-run.ts';

const USAGE = `npm run bench:admin -- [--jobs 100000] [--json]

What the admin pages ask of a store with many films, jobs and people, on the embedded store and, where MONGODB_URL is
set, on MongoDB: each question's median and slowest answer in milliseconds.`;

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(0);
}
const say = (line: string) => void process.stderr.write(`${line}\n`);

const COUNT = Number(values.jobs);
const INSERTED_AT_ONCE = 64;
const ASKED = 20;
const PAGE = 48;
const HOUR_MS = 3600_000;
const NOW_MS = 1_800_000_000_000;
/** One job a minute, most of them ready, as a large house has them. */
const EVERY_MS = 60_000;
/** A plan and what was found in a source are most of a job's row: some four kilobytes. */
const INSPECTION = { notes: Array.from({ length: 40 }, (_, i) => `Track ${i}: ${'x'.repeat(80)}`) };

const results: Record<string, Record<string, { medianMs: number; maxMs: number }>> = {};
const folder = await mkdtemp(join(tmpdir(), 'marquee-bench-admin-'));
try {
  results.embedded = await measure(createSqliteStore({ file: join(folder, 'marquee.db') }));
  const url = process.env.MONGODB_URL;
  if (url) results.MongoDB = await measure(createMongoStore({ url, database: `bench-admin-${process.pid}`, log: LOG }));
  else say('MongoDB: skipped, MONGODB_URL is not set');
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify({ jobs: COUNT, results }, null, 2)}\n`);
else {
  for (const [engine, questions] of Object.entries(results)) {
    say(`\n${engine}, ${COUNT} films, jobs and people`);
    for (const [question, { medianMs, maxMs }] of Object.entries(questions))
      say(`  ${question.padEnd(36)} ${medianMs.toFixed(1).padStart(9)} ms  slowest ${maxMs.toFixed(1)} ms`);
  }
}

async function measure(store: Store) {
  const startMs = performance.now();
  await store.setup();
  for (let at = 0; at < COUNT; at += INSERTED_AT_ONCE) {
    const some = Array.from({ length: Math.min(INSERTED_AT_ONCE, COUNT - at) }, (_, i) => at + i);
    await Promise.all(some.map((i) => fill(store, i)));
  }
  say(`filled in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);

  const first = await store.jobs.list({ limit: PAGE });
  const middle = newId<JobId>(timeOf(Math.floor(COUNT / 2)));
  const found = await store.movies.search({ text: 'film 777', limit: 100 });
  const questions: Record<string, () => Promise<unknown>> = {
    'jobs: first page': () => store.jobs.list({ limit: PAGE }),
    'jobs: a page in the middle': () => store.jobs.list({ limit: PAGE, cursor: middle }),
    'jobs: failed, first page': () => store.jobs.list({ limit: PAGE, status: 'failed' }),
    'jobs: failed, in the middle': () => store.jobs.list({ limit: PAGE, status: 'failed', cursor: middle }),
    'jobs: at work': () => store.jobs.list({ limit: PAGE, status: 'processing' }),
    'jobs: found by title': async () => {
      const films = await store.movies.search({ text: 'film 777', limit: 100 });
      return store.jobs.list({ limit: PAGE, movieIds: films.map(({ id }) => id) });
    },
    'jobs: of 100 films, ready': () =>
      store.jobs.list({ limit: PAGE, status: 'ready', movieIds: found.map(({ id }) => id) }),
    'jobs: counts': () => store.jobs.counts(),
    'jobs: ended in 24 h, by the hour': () =>
      store.jobs.ended({ sinceMs: NOW_MS - 24 * HOUR_MS, untilMs: NOW_MS, everyMs: HOUR_MS }),
    'jobs: stored bytes': () => store.jobs.stored(),
    'tasks: tally of a page': () => store.tasks.tally(first.items.map(({ id }) => id)),
    'films: counts': () => store.movies.counts(),
    'audit: first page': () => store.audit.list({ limit: 100 }),
    'audit: of one kind, in the middle': () => store.audit.list({ limit: 100, kind: 'job', cursor: middle }),
    'audit: by one person': () => store.audit.list({ limit: 100, actorName: 'viewer7@example.org' }),
    'audit: by one person, of one kind': () =>
      store.audit.list({ limit: 100, actorName: 'viewer8@example.org', kind: 'film' }),
    'people: count': () => store.accounts.count('user', []),
    'people: count of admins': () => store.accounts.count('user', [{ field: 'role', is: 'eq', value: 'admin' }]),
  };
  const figures: Record<string, { medianMs: number; maxMs: number }> = {};
  for (const [name, ask] of Object.entries(questions)) {
    const times: number[] = [];
    for (let i = 0; i < ASKED; i++) {
      const beganMs = performance.now();
      await ask();
      times.push(performance.now() - beganMs);
    }
    times.sort((a, b) => a - b);
    figures[name] = { medianMs: times[ASKED / 2] ?? 0, maxMs: times.at(-1) ?? 0 };
  }
  await store.close();
  return figures;
}

function timeOf(i: number): number {
  return NOW_MS - (COUNT - i) * EVERY_MS;
}

async function fill(store: Store, i: number): Promise<void> {
  const nowMs = timeOf(i);
  const movieId = newId<MovieId>(nowMs);
  const status: JobStatus =
    i % 50 === 0 ? 'failed' : i % 70 === 0 ? 'cancelled' : i > COUNT - 20 ? 'processing' : 'ready';
  const job = newJob({
    id: newId<JobId>(nowMs),
    movieId,
    sourceKey: `uploads/${movieId}/source`,
    fileName: `film ${i}.mp4`,
    sizeBytes: 2_000_000_000,
    nowMs,
  });
  const isOver = status !== 'processing';
  const end = isOver ? { finishedAtMs: nowMs + 30_000, settledAtMs: nowMs + 31_000 } : {};
  const published = { pictureBytes: 1_000_000_000, soundBytes: 50_000_000, stillBytes: 3_000_000 };
  await Promise.all([
    store.movies.insert({
      ...newMovie({ id: movieId, title: `Film ${i}`, nowMs }),
      readyJobId: status === 'ready' ? job.id : null,
    }),
    store.jobs.insert({
      ...job,
      ...end,
      status,
      inspection: INSPECTION as unknown as MediaProcessingJob['inspection'],
      plan: { frameCount: 135_000, fps: { num: 25, den: 1 } } as unknown as MediaProcessingJob['plan'],
      ...(status === 'ready' ? { published } : {}),
    }),
    store.accounts.insert('user', {
      id: newId(nowMs),
      email: `viewer${i}@example.org`,
      name: `Viewer ${i}`,
      role: i % 1000 === 0 ? 'admin' : 'viewer',
      disabledAtMs: null,
      createdAt: new Date(nowMs).toISOString(),
    }),
    store.audit.record({
      id: newId<AuditId>(nowMs),
      atMs: nowMs,
      actor: { kind: 'user', id: `u${i % 100}`, name: `viewer${i % 100}@example.org`, address: '::1' },
      action: AUDIT_ACTIONS[i % AUDIT_ACTIONS.length] ?? 'user.signed_in',
      target: { kind: 'movie', id: movieId, name: `Film ${i}` },
      detail: null,
    }),
  ]);
  if (!isOver) {
    await store.tasks.insert(
      Array.from({ length: 300 }, (_, piece) => ({
        id: `${job.id}:transcode:${piece}` as never,
        jobId: job.id,
        type: 'video.transcode' as const,
        piece: String(piece),
        order: 100,
        payload: { filler: 'x'.repeat(1500) } as never,
      })),
    );
  }
}
