import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@marquee/core/config';
import type { JobId } from '@marquee/core/ids';
import { openEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { MODELS, whatIsMissing } from '@marquee/workers/test/models';
import { expect, it, vi } from 'vitest';
import { type Answer, lastLine, startMarquee } from './marquee.ts';

/** Signals that are closer together are one request. */
const APART_MS = 1200;
/** Three minutes, which take far longer to hear than that. */
const SAID = 'One and two and three and four and five. '.repeat(100);

const missing = await whatIsMissing(['voice', 'tiny'], 'speaks');

it.skipIf(missing !== null && process.env.REQUIRE_SERVICES !== '1')(
  `a second Ctrl-C ends a process that hears what is said at once, and not as if it had crashed${missing ? `: ${missing}` : ''}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'marquee-interrupted-'));
    const film = join(folder, 'film.mp4');
    const inputs = ['testsrc2=s=320x180:r=25', `flite=text=${SAID}:voice=slt`];
    const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest'];
    const make = [...inputs.flatMap((graph) => ['-f', 'lavfi', '-i', graph]), ...codecs, film];
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...make]);

    const MARQUEE_DATA = join(folder, 'data');
    const settings = { MARQUEE_DATA, MARQUEE_MODELS: MODELS.folder, SPEECH: 'tiny', DRAIN_SEC: '60' };
    const { stdout } = await startMarquee(['ingest', film, '--json'], settings).ended;
    const jobId = lastLine<Answer>(stdout)?.jobId as JobId;

    const config = loadConfig({ MARQUEE_DATA, LOG_LEVEL: 'silent' });
    const engines = await openEngines(config, createLogger(config));
    const roles = ['orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai'];
    const { child, ended } = startMarquee(['worker', ...roles], settings);
    try {
      await vi.waitFor(
        async () => {
          const tasks = await engines.store.tasks.list(jobId, ['running']);
          const heard = tasks.find(({ type }) => type === 'video.generate_subtitles');
          expect(heard?.progress).toBeGreaterThan(0);
        },
        { timeout: 60_000, interval: 100 },
      );
      child.kill('SIGINT');
      await sleep(APART_MS);
      const atMs = Date.now();
      child.kill('SIGINT');
      const { code, signal, stderr } = await ended;
      expect({ code, signal }, stderr).toEqual({ code: null, signal: 'SIGINT' });
      // It would have had a minute for what runs.
      expect(Date.now() - atMs).toBeLessThan(5000);
    } finally {
      child.kill('SIGKILL');
      await engines.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
