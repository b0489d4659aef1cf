import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '@marquee/core/config';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Engines, openEngines } from '../engines.ts';
import { ROLES, type Role, startWorkers } from '../main.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { allObjects, QUIET, until } from './house.ts';

let folder: string;
let config: Config;
let engines: Engines;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-main-'));
  config = loadConfig({ ...process.env, MARQUEE_DATA: join(folder, 'data'), TRANSCODE_CONCURRENCY: '2' });
  engines = await openEngines(config, QUIET);
});

afterAll(async () => {
  await engines.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (roles: Role[]) => startWorkers({ config, engines, log: QUIET, roles });

async function submitFilm() {
  const file = join(folder, 'film.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=426x240:rate=24:duration=30'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=30'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  execFileSync(config.ffmpegPath, ['-v', 'error', ...picture, ...sound, ...codecs, file]);
  await engines.objects.put('uploads/real/source', { file }, { contentType: 'video/mp4' });
  const { size: sizeBytes } = await stat(file);
  const upload = { title: 'Real', fileName: 'film.mp4', sourceKey: 'uploads/real/source', sizeBytes };
  return submitUpload({ ...engines, log: QUIET }, { ...upload, nowMs: Date.now() });
}

it('a real film comes out whole though its workers are stopped half-way, each role in turn', async () => {
  const first = await start(ROLES);
  expect((await engines.store.presence.list(0)).map((each) => each.holder)).toEqual([first.holder]);
  const { jobId, movieId } = await submitFilm();
  await until('the opening', async () => (await engines.store.jobs.get(jobId))?.playableAtMs != null);
  const startMs = Date.now();
  await Promise.all([first.drain(), first.drain()]);
  expect(Date.now() - startMs).toBeLessThan(4000);
  expect(await engines.store.presence.list(0)).toEqual([]);
  expect(await readdir(config.workDir)).toEqual([]);
  for (const task of await engines.store.tasks.list(jobId)) {
    expect(task.status).not.toBe('running');
    expect(task.attempts).toBe(0);
  }

  const crew = await Promise.all(ROLES.map((role) => start([role])));
  expect(await engines.store.presence.list(0)).toHaveLength(ROLES.length);
  const job = await until(
    'the film to be settled',
    async () => {
      const found = await engines.store.jobs.get(jobId);
      return found?.settledAtMs != null && found;
    },
    60_000,
  );
  for (const each of crew) await each.drain();
  expect(job).toMatchObject({ status: 'ready', error: null });
  expect(await engines.store.movies.get(movieId)).toMatchObject({ readyJobId: jobId, durationSec: 30 });
  const objects = await allObjects(engines, job.outputPrefix);
  expect(objects[`${job.outputPrefix}master.m3u8`]).toContain('#EXTM3U');
  expect(await readdir(config.workDir)).toEqual([]);
}, 90_000);

it('the signing secret is made once, for the owner alone', async () => {
  const file = join(config.dataDir, 'secret');
  const secret = await readFile(file, 'utf8');
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await Promise.all([openEngines(config, QUIET), openEngines(config, QUIET)]);
  for (const each of again) await each.close();
  expect(await readFile(file, 'utf8')).toBe(secret);
  expect((await readdir(config.dataDir)).filter((name) => name.startsWith('secret'))).toEqual(['secret']);
});
