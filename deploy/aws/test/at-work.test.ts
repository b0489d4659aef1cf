import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, loadConfig } from '@marquee/core/config';
import type { JobId, MovieId } from '@marquee/core/ids';
import type { Logger, Objects, Queue } from '@marquee/core/ports';
import { type Engines, openEngines } from '@marquee/workers/engines';
import { type RunningWorkers, startWorkers } from '@marquee/workers/main';
import { submitUpload } from '@marquee/workers/orchestrator/commands';
import { removeMovie } from '@marquee/workers/orchestrator/movie-commands';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type RoleName } from '../roles.ts';

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const PATIENCE_MS = 150_000;
const WORKING = ['orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai'] as const;

type Use = 'read' | 'write' | 'remove' | 'takes' | 'sends';

/** What methods of the store of objects ask of S3; the others ask nothing, or to list. */
const USES: Partial<Record<keyof Objects, Use>> = {
  get: 'read',
  head: 'read',
  signRead: 'read',
  toolInput: 'read',
  put: 'write',
  createMultipart: 'write',
  putPart: 'write',
  signPart: 'write',
  listParts: 'write',
  completeMultipart: 'write',
  abortMultipart: 'write',
  delete: 'remove',
  deleteFolder: 'remove',
};

/** Films are made by the product itself, one set of workers to each role, and everything that each asks for is noted. */
describe('roles at work', () => {
  const seen = new Map<string, Set<string>>();
  const running: RunningWorkers[] = [];
  let folder: string;
  let engines: Engines;
  let config: Config;

  const note = (role: RoleName, use: Use, what: string) => {
    const name = `${role} ${use}`;
    seen.set(name, (seen.get(name) ?? new Set()).add(what));
  };
  const noted = (role: RoleName, use: Use) => [...(seen.get(`${role} ${use}`) ?? [])];

  const watched = <P extends object>(port: P, watch: (method: string, first: unknown) => void): P =>
    new Proxy(port, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          watch(String(name), given[0]);
          return Reflect.apply(value, target, given) as unknown;
        };
      },
    });
  const enginesOf = (role: RoleName): Engines => ({
    ...engines,
    objects: watched<Objects>(engines.objects, (method, key) => {
      const use = USES[method as keyof Objects];
      if (use) note(role, use, String(key));
    }),
    queue: watched<Queue>(engines.queue, (method, first) => {
      if (method === 'consume') note(role, 'takes', String(first));
      if (method === 'publish') note(role, 'sends', (first as { type: string }).type);
    }),
  });
  const until = async (isSo: () => Promise<boolean>) => {
    for (const endMs = Date.now() + PATIENCE_MS; !(await isSo()); await sleep(100)) {
      if (Date.now() > endMs) throw new Error('it did not come to pass');
    }
  };
  const ffmpeg = (...args: string[]) =>
    execFileSync(config.ffmpegPath, ['-v', 'error', '-y', ...args], { cwd: folder });

  const make = async (name: string): Promise<MovieId> => {
    const file = join(folder, name);
    const sourceKey = `uploads/${name}/source`;
    await engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
    const { size: sizeBytes } = await stat(file);
    const upload = { title: name, fileName: name, sourceKey, sizeBytes, nowMs: Date.now() };
    const { jobId, movieId } = await submitUpload({ ...enginesOf('web'), log: QUIET }, upload);
    await until(async () => {
      const job = await engines.store.jobs.get(jobId);
      if (job?.status === 'failed') throw new Error(job.error?.message ?? 'it failed');
      return job?.status === 'ready' && (await areDone(jobId));
    });
    return movieId;
  };
  const areDone = async (jobId: JobId) =>
    (await engines.store.tasks.list(jobId)).every(({ status }) => status === 'done');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marquee-roles-'));
    config = loadConfig({
      MARQUEE_DATA: join(folder, 'data'),
      TRANSCODE_CONCURRENCY: '2',
      ...{ SPEECH: 'off', OCR: 'off', MEANING: 'off', SIGHTS: 'off', ANALYSIS: 'on' },
    });
    engines = await openEngines(config, QUIET);
    for (const role of WORKING) {
      running.push(await startWorkers({ config, engines: enginesOf(role), log: QUIET, roles: [role] }));
    }
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=6'];
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=6'];
    const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
    await writeFile(join(folder, 'words.srt'), '1\n00:00:01,000 --> 00:00:03,000\nWho may do what?\n');
    ffmpeg(...picture, ...sound, '-i', 'words.srt', ...codecs, '-c:s', 'srt', 'words.mkv');
    // It cannot be sought in, so a copy is made beside it.
    ffmpeg(...picture, ...sound, ...codecs, 'stream.ts');
  });
  afterAll(async () => {
    await Promise.all(running.map((each) => each.drain()));
    await engines.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('ask for nothing that they have no right to', async () => {
    const movieId = await make('words.mkv');
    await make('stream.ts');
    await removeMovie({ ...enginesOf('web'), log: QUIET }, movieId);

    for (const role of ['web', ...WORKING] as const) {
      const { takes, sends, objects } = ROLES[role];
      for (const use of ['read', 'write', 'remove'] as const) {
        const beyond = noted(role, use).filter((key) => !objects[use].some((pattern) => covers(pattern, key)));
        expect(beyond, `${role} ${use}`).toEqual([]);
      }
      expect(noted(role, 'takes').sort(), role).toEqual([...takes].sort());
      expect(
        noted(role, 'sends').filter((type) => !(sends as readonly string[]).includes(type)),
        role,
      ).toEqual([]);
    }
    // They were at work, and seen at it.
    for (const role of ['transcode', 'thumbnail', 'subtitle', 'ai'] as const) {
      expect(noted(role, 'write').length, role).toBeGreaterThan(0);
      expect(noted(role, 'sends'), role).toEqual(['task.finished']);
    }
    expect(noted('transcode', 'write').filter((key) => key.startsWith('uploads/'))).toEqual([
      'uploads/stream.ts/source.seekable.mkv',
    ]);
    expect(noted('web', 'remove').length).toBeGreaterThan(0);
  });
});

function covers(pattern: string, key: string): boolean {
  const [before = '', after = ''] = pattern.split('*');
  return key.startsWith(before) && key.endsWith(after);
}
