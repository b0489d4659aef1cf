import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobId } from '@marquee/core/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareSite, buildBareSite, startBareSite } from './bare-site.ts';
import { ENGINE_VARIABLES, memberVariables, openFleetEngines, runMarquee } from './fleet.ts';
import { filesIn } from './marquee.ts';
import { signInToSite } from './site-session.ts';
import { uploadThroughSite } from './site-upload.ts';
import { makeTestFilm } from './test-film.ts';

const BUILD_MS = 900_000;
const SECRET = `the secret of ${randomUUID()}`;
/** By which code that must not be there would be known, and a source that it is known by. */
const MARKS = {
  pdeathsig: 'packages/media/src/run-tool.ts',
  'node:sqlite': 'packages/adapters/src/sqlite.ts',
};

const absent = ENGINE_VARIABLES.filter((name) => name !== 'SQS_ENDPOINT' && !process.env[name]);
const isRequired = process.env.REQUIRE_SERVICES === '1';
for (const name of absent) {
  it.skipIf(!isRequired)(`the site without a disk needs ${name}: "npm run services -- npm test" starts it`, () => {
    expect.fail(`${name} is not set, and REQUIRE_SERVICES=1 says that it must be.`);
  });
}

describe.skipIf(absent.length > 0)('the site, built for a place without a disk', () => {
  let site: BareSite;
  let folder: string;
  let servers: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marquee-bare-'));
    const id = randomUUID().slice(0, 8);
    const engines = Object.fromEntries(
      ENGINE_VARIABLES.filter((name) => name !== 'SQS_ENDPOINT').map((name) => [name, process.env[name] ?? '']),
    );
    const credentials = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    servers = {
      ...engines,
      ...Object.fromEntries(credentials.map((name) => [name, process.env[name] ?? ''])),
      QUEUE_PREFIX: `bare-${id}`,
      MONGODB_URL: `${engines.MONGODB_URL?.replace(/\/[^/]*$/, '')}/bare-${id}`,
    };
    await runMarquee(['setup'], memberVariables(folder, servers, {})('setup'));
    site = await buildBareSite();
  }, BUILD_MS);
  afterAll(async () => {
    await site?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('holds nothing that processes media, and no engine that needs a disk', async () => {
    const ours = [...site.traced].filter((path) => !path.includes('node_modules/') && !path.includes('/.next/'));
    // Everything of ours went through the bundler, and nothing else is thought to be needed.
    expect(ours.filter((path) => path !== 'apps/web/package.json')).toEqual([]);
    const tools = [...site.traced].filter((path) => /ffmpeg|ffprobe|onnxruntime|sqlite/i.test(path));
    expect(tools).toEqual([]);

    const files = (await filesIn(site.folder)).filter(
      (path) => /\.m?js$/.test(path) && !path.includes('node_modules/'),
    );
    expect(files.length).toBeGreaterThan(50);
    for (const [mark, source] of Object.entries(MARKS)) {
      expect(await readFile(source, 'utf8'), source).toContain(mark);
      for (const file of files) expect(await readFile(join(site.folder, file), 'utf8'), file).not.toContain(mark);
    }
  });

  it('takes a film in, with a runtime that refuses to write a file and to start a process', async () => {
    const running = await startBareSite(site, { ...servers, MARQUEE_ADMIN_SECRET: SECRET });
    try {
      const health = await fetch(`${running.url}/api/health`);
      expect(await health.json()).toEqual({ status: 'ok', checks: { store: 'ok', queue: 'ok', objects: 'ok' } });

      const film = await makeTestFilm(folder, 'film.mp4', { sec: 2, fps: 25, languages: ['eng'] });
      const jobId: JobId = await uploadThroughSite(film, { url: running.url, secret: SECRET, timeoutMs: 60_000 });
      const engines = await openFleetEngines(memberVariables(folder, servers, {})('look'));
      try {
        const job = await engines.store.jobs.get(jobId);
        expect(job?.status).toBe('pending');
        expect(await engines.queue.stats('video.uploaded')).toMatchObject({ ready: 1 });
        expect((await engines.objects.head(job?.sourceKey ?? ''))?.sizeBytes).toBeGreaterThan(0);
      } finally {
        await engines.close();
      }

      const cookie = await signInToSite({ url: running.url, secret: SECRET });
      for (const path of [
        '/',
        '/search?q=film',
        '/admin',
        `/admin/jobs/${jobId}`,
        '/admin/queues',
        '/admin/settings',
      ]) {
        const page = await fetch(`${running.url}${path}`, { headers: { cookie } });
        expect(page.status, path).toBe(200);
      }
      expect(running.log()).not.toMatch(/ERR_ACCESS_DENIED|Error:/);
    } finally {
      await running.stop();
    }
  });

  it.each([
    ['REDIS_URL', 'REDIS_URL'],
    ['RABBITMQ_URL', 'RABBITMQ_URL or SQS_ENDPOINT'],
    ['MARQUEE_ADMIN_SECRET', 'MARQUEE_ADMIN_SECRET'],
  ])('says what is missing without %s, and opens no engine on disk instead', async (variable, said) => {
    const running = await startBareSite(site, { ...servers, MARQUEE_ADMIN_SECRET: SECRET, [variable]: '' });
    try {
      expect((await fetch(`${running.url}/api/health`)).status).toBe(503);
      expect((await fetch(running.url)).status).toBe(500);
      expect(running.log()).toContain(said);
    } finally {
      await running.stop();
    }
  });
});
