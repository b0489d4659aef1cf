import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobId } from '@marquee/core/ids';
import { newId } from '@marquee/core/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type RunningWorkers, startWorkers } from '../main.ts';
import { retryTask, submitUpload } from '../orchestrator/commands.ts';
import { serveMetrics } from '../serve-metrics.ts';
import { type House, openHouse, QUIET, settled, until, workFolders } from './house.ts';

let folder: string;
let house: House;
let workers: RunningWorkers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-film-'));
  house = await openHouse({ leaseMs: 20_000, isScraped: true });
  workers = await startWorkers({ config: house.config, engines: house.engines, log: QUIET, roles: ROLES });
});
afterAll(async () => {
  await workers.drain();
  expect(await workFolders(house)).toEqual([]);
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...args], { cwd: folder });
}

function probe(...args: string[]): string[] {
  const text = execFileSync('ffprobe', ['-v', 'error', '-of', 'csv=p=0', ...args], { cwd: folder, encoding: 'utf8' });
  return text
    .split('\n')
    .map((line) => line.replace(/,+$/, ''))
    .filter((line) => line !== '');
}

async function publish(name: string) {
  const sourceKey = `uploads/${newId()}/source`;
  const file = join(folder, name);
  await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
  const upload = { title: name, fileName: name, sourceKey, sizeBytes: (await stat(file)).size, nowMs: Date.now() };
  const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
  const job = await settled(house, jobId, 60_000);
  expect(job.error).toBeNull();
  expect(job.status).toBe('ready');
  const weighs = { pictureBytes: 0, soundBytes: 0, stillBytes: 0 };
  for await (const { key, sizeBytes } of house.engines.objects.list(job.outputPrefix)) {
    if (/\.(m3u8|mpd|vtt|json)$/.test(key)) continue;
    const kind = key.slice(job.outputPrefix.length).split('/')[0];
    weighs[kind === 'video' ? 'pictureBytes' : kind === 'audio' ? 'soundBytes' : 'stillBytes'] += sizeBytes;
  }
  expect(job.published).toEqual(weighs);
  const path = async (below: string) => (await house.engines.objects.toolInput(`${job.outputPrefix}${below}`)).url;
  return { job, path };
}

async function hashes(prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of house.engines.objects.list(prefix)) {
    const { url } = await house.engines.objects.toolInput(key);
    found[key.slice(prefix.length)] = createHash('sha256')
      .update(await readFile(url))
      .digest('hex');
  }
  return found;
}

/** Mono samples in `[-1, 1]` at 48 kHz. */
function samplesOf(file: string): Float32Array {
  const pcm = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-i', file, '-map', '0:a:0', '-ac', '1', '-ar', '48000', '-f', 'f32le', '-'],
    {
      cwd: folder,
      maxBuffer: 1e9,
    },
  );
  return new Float32Array(pcm.buffer, pcm.byteOffset, Math.floor(pcm.length / 4));
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

describe('a published film', () => {
  it('shows every frame of the source at its place, across chunks, in step with the sound', async () => {
    const made = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=640x360:r=24:d=21.5',
      '-f',
      'lavfi',
      '-i',
      'sine=f=997:r=48000:d=21.5',
    ];
    ffmpeg(...made, ...X264, '-preset', 'veryfast', '-g', '130', '-c:a', 'aac', '-b:a', '192k', 'plain.mp4');
    const { job, path } = await publish('plain.mp4');
    expect(job.plan?.chunkCount).toBeGreaterThan(2);
    for (const rung of ['h264-360', 'h264-240']) {
      const list = await path(`video/${rung}/index.m3u8`);
      const times = probe('-select_streams', 'v', '-show_entries', 'frame=pts_time', list).map(Number);
      expect(times.length).toBe(516);
      expect(times[0]).toBe(0);
      expect(times.every((time, i) => Math.abs(time - i / 24) < 1e-5)).toBe(true);
    }
    // Every frame is compared with the source's of the same number: one off by a frame is far less alike.
    const graph = '[0:v]setpts=N/24/TB[a];[1:v]setpts=N/24/TB[b];[a][b]ssim=stats_file=ssim.txt';
    ffmpeg('-i', await path('video/h264-360/index.m3u8'), '-i', 'plain.mp4', '-lavfi', graph, '-f', 'null', '-');
    const likeness = [...(await readFile(join(folder, 'ssim.txt'), 'utf8')).matchAll(/All:([\d.]+)/g)].map((each) =>
      Number(each[1]),
    );
    expect(likeness.length).toBe(516);
    expect(Math.min(...likeness)).toBeGreaterThan(0.93);

    const published = samplesOf(await path('audio/und-0/index.m3u8'));
    const source = samplesOf('plain.mp4');
    const worst = (from: number, to: number) => {
      let error = 0;
      for (let i = from; i < to; i++) error = Math.max(error, Math.abs((published[i] ?? 0) - (source[i] ?? 0)));
      return error;
    };
    // The sound's first border is the opening's, four seconds in: no click there, nor anywhere else.
    const border = Math.round((4 * 48_000) / 1024) * 1024;
    const calm = worst(10 * 48_000, 16 * 48_000);
    expect(calm).toBeLessThan(0.02);
    expect(worst(border - 2048, border + 2048)).toBeLessThan(2 * calm + 0.002);
  });

  it('of a variable frame rate, turned on its side, with sound that starts late, keeps time', async () => {
    const pick = "select='if(lt(t,3),1,not(mod(n,3)))'";
    const late = ['-itsoffset', '2', '-f', 'lavfi', '-i', 'sine=f=600:r=44100:d=7'];
    const made = ['-f', 'lavfi', '-i', 'testsrc2=s=480x270:r=30:d=9', ...late, '-vf', pick, '-fps_mode', 'vfr'];
    ffmpeg(...made, ...X264, '-c:a', 'aac', 'odd.mp4');
    ffmpeg('-i', 'odd.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90', 'turned.mp4');
    const { job, path } = await publish('turned.mp4');
    expect(job.plan?.fps).toEqual({ num: 30, den: 1 });
    expect(job.plan?.rungs[0]).toMatchObject({ widthPx: 270, heightPx: 480 });
    const master = await path('master.m3u8');
    const starts = probe('-show_entries', 'stream=start_time', '-select_streams', 'v:0', master).map(Number);
    expect(starts[0]).toBe(0);
    const sound = samplesOf(await path('audio/und-0/index.m3u8'));
    const loud = sound.findIndex((sample) => Math.abs(sample) > 0.02);
    expect(Math.abs(loud / 48_000 - 2)).toBeLessThan(0.03);
    expect(Math.abs(sound.length / 48_000 - 9)).toBeLessThan(0.15);
  });

  it('is the same, byte for byte, when it is made again; and one part made again touches nothing else', async () => {
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=320x180:r=25:d=9',
      '-f',
      'lavfi',
      '-i',
      'sine=d=9',
      ...X264,
      '-c:a',
      'aac',
      'twice.mp4',
    );
    const first = await publish('twice.mp4');
    const second = await publish('twice.mp4');
    const before = await hashes(first.job.outputPrefix);
    expect(Object.keys(before).length).toBeGreaterThan(8);
    expect(await hashes(second.job.outputPrefix)).toEqual(before);

    const written = async () => {
      const found = new Map<string, number>();
      for await (const { key, updatedAtMs } of house.engines.objects.list(first.job.outputPrefix))
        found.set(key, updatedAtMs);
      return found;
    };
    const then = await written();
    const task = (await house.engines.store.tasks.list(first.job.id)).find((each) =>
      each.id.endsWith('transcode:00001'),
    );
    if (!task) throw new Error('the film has a second chunk');
    await retryTask({ ...house.engines, log: QUIET }, first.job.id as JobId, task.id);
    await until('the part to be made again', async () => {
      const again = await house.engines.store.tasks.get(task.id);
      return again?.status === 'done' && again.runs.length > task.runs.length;
    });
    const job = await settled(house, first.job.id);
    expect(job.status).toBe('ready');
    const touched = [...(await written())].filter(([key, atMs]) => then.get(key) !== atMs).map(([key]) => key);
    expect(touched.length).toBeGreaterThan(0);
    expect(touched.every((key) => /video\/h264-\d+\/0000[12]\.m4s$/.test(key))).toBe(true);
    expect(await hashes(first.job.outputPrefix)).toEqual(before);
  });
});

it('counts what was done to whoever scrapes', async () => {
  const scraped = await serveMetrics(house.config, house.engines.metrics, QUIET);
  const at = `http://127.0.0.1:${scraped?.port}`;
  let text = '';
  const value = (series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    );
  // Queues are counted every few seconds: the last count may be of a moment at which something waited in one.
  const answer = await until('the queues to be counted as empty', async () => {
    const told = await fetch(`${at}/metrics`);
    text = await told.text();
    return value('marquee_queue_messages{queue="video.transcode",state="ready"}') === 0 && told;
  });
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect((await fetch(`${at}/other`)).status).toBe(404);
  await scraped?.close();

  const { ready } = await house.engines.store.jobs.counts();
  expect(ready).toBeGreaterThan(0);
  expect(value('marquee_jobs_ended_total{status="ready"}')).toBeGreaterThanOrEqual(ready);
  expect(value('marquee_jobs_ended_total{status="failed"}')).toBe(0);
  expect(value('marquee_job_time_to_ready_seconds_count')).toBe(value('marquee_jobs_ended_total{status="ready"}'));
  expect(value('marquee_job_time_to_first_playable_seconds_sum')).toBeGreaterThan(0);
  expect(value('marquee_job_film_seconds_total')).toBeGreaterThan(0);
  expect(value('marquee_task_runs_total{type="video.package",outcome="done"}')).toBeGreaterThanOrEqual(2 * ready);
  expect(value('marquee_task_duration_seconds_count{type="video.inspect"}')).toBeGreaterThanOrEqual(2 * ready);
  expect(value('marquee_task_attempts_bucket{le="1",type="video.transcode"}')).toBeGreaterThan(0);
  expect(value('marquee_worker_slots{load="heavy"}')).toBe(2);
  expect(value('marquee_worker_busy_seconds_total{load="heavy"}')).toBeGreaterThan(1);
  expect(value('marquee_ffmpeg_media_seconds_total{type="video.transcode"}')).toBeGreaterThan(1);
  expect(value('marquee_ffmpeg_run_seconds_total{type="video.transcode"}')).toBeGreaterThan(0);
  expect(value('marquee_tool_cpu_seconds_total')).toBeGreaterThan(0.5);
  expect(value('marquee_disk_free_bytes{folder="work"}')).toBeGreaterThan(0);
  expect(value('marquee_process_role{role="ai"}')).toBe(1);
  expect(value('marquee_workers{role="transcode"}')).toBe(1);
  expect(value('marquee_queue_oldest_message_age_seconds{queue="video.transcode"}')).toBe(0);
  expect(value('marquee_job_longest_silence_seconds')).toBe(0);
});
