import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobAnswer } from '@marquee/cli/answer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, filesIn, fingerprint, processesIn, startMarquee } from './marquee.ts';
import { makeTestFilm, probe, writtenAt } from './test-film.ts';

const SEC = 12;
const FPS = 25;
const WAIT_MS = 60_000;

let folder: string;
let dataDir: string;
let film: string;
let made: JobAnswer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-e2e-'));
  dataDir = join(folder, 'data');
  film = await makeTestFilm(folder, 'two-languages.mp4', { sec: SEC, fps: FPS, languages: ['eng', 'deu'] });
  const ended = await marquee(dataDir, ['ingest', film, '--wait', '--json', '--title', 'Two languages']);
  expect(ended.stderr.includes('"level":'), ended.stderr).toBe(false);
  expect(ended.code).toBe(0);
  made = answerOf(ended);
}, WAIT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

const streamFolder = (answer: JobAnswer) => dirname(answer.hls as string);
const jobId = () => made.jobId as string;
const temporary = (of: string) => readdir(join(of, 'work')).catch(() => []);

function start(dataDir: string, args: string[], variables: Record<string, string> = {}) {
  return startMarquee(args, { MARQUEE_DATA: dataDir, ...variables });
}

function marquee(dataDir: string, args: string[], variables?: Record<string, string>): Promise<Ended> {
  return start(dataDir, args, variables).ended;
}

/** The one line that `--json` prints; more on stdout than that is a fault. */
function answerOf({ stdout, stderr }: Ended): JobAnswer {
  expect(stdout.trimEnd().split('\n'), stderr).toHaveLength(1);
  return JSON.parse(stdout) as JobAnswer;
}

describe('a film goes in, an adaptive stream comes out', () => {
  it('is described in one line of JSON', () => {
    expect(made).toMatchObject({ status: 'ready', error: null, durationSec: SEC, rungs: [720, 480, 360, 240] });
    expect(made.firstPlayableSec).toBeGreaterThan(0);
    expect(made.wallSec).toBeGreaterThan(made.firstPlayableSec as number);
    expect(new Set(made.tasks.map((task) => `${task.status} ${task.attempts} ${task.runs}`))).toEqual(
      new Set(['done 0 1']),
    );
    expect(new Set(made.tasks.map((task) => task.type))).toEqual(
      new Set(['video.inspect', 'video.transcode', 'video.encode_audio', 'video.generate_thumbnails', 'video.package']),
    );
  });

  it('has every frame in each quality, by HLS and by DASH', async () => {
    type Counted = { streams: { nb_read_packets: string; height: number }[] };
    const count = ['-count_packets', '-show_entries', 'stream=nb_read_packets,height', '-select_streams'];
    for (const [i, height] of made.rungs.entries()) {
      const whole = [{ nb_read_packets: String(SEC * FPS), height }];
      const playlist = join(streamFolder(made), `video/h264-${height}/index.m3u8`);
      expect((await probe<Counted>([...count, 'v', playlist])).streams).toEqual(whole);
      // One at a time: read together, ffmpeg 5.1 leaves out the last packets of some streams of any manifest.
      expect((await probe<Counted>([...count, `v:${i}`, made.dash as string])).streams).toEqual(whole);
    }
  });

  it('begins with picture and sound together, and lasts as long as its source', async () => {
    type Packets = { packets: { pts_time: string; duration_time: string }[] };
    for (const place of [made.hls as string, made.dash as string]) {
      const times = async (stream: string) => {
        const { packets } = await probe<Packets>([
          ...['-select_streams', stream, '-show_entries', 'packet=pts_time,duration_time', place],
        ]);
        const starts = packets.map((packet) => Number(packet.pts_time));
        const ends = packets.map((packet, i) => (starts[i] as number) + Number(packet.duration_time));
        return { first: Math.min(...starts), last: Math.max(...ends) };
      };
      const picture = await times('v:0');
      for (const track of ['a:0', 'a:1']) {
        const sound = await times(track);
        expect(Math.abs(picture.first - sound.first), place).toBeLessThanOrEqual(0.025);
        // A sound track ends with its last whole AAC frame.
        expect(Math.abs(sound.last - sound.first - SEC), place).toBeLessThanOrEqual(0.025);
      }
      expect(picture.last - picture.first, place).toBeCloseTo(SEC, 3);
    }
  });

  it('offers both languages', async () => {
    const master = await readFile(made.hls as string, 'utf8');
    expect([...master.matchAll(/LANGUAGE="(\w+)"/g)].map((match) => match[1])).toEqual(['en', 'de']);
    expect(await readFile(made.dash as string, 'utf8')).toMatch(/lang="en"[\s\S]*lang="de"/);
  });

  it('has a storyboard whose tiles cover the film and lie within their sheets', async () => {
    const text = await readFile(made.storyboard as string, 'utf8');
    const cues = [...text.matchAll(/([\d:.]+) --> ([\d:.]+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g)];
    expect(cues.length).toBeGreaterThan(3);
    expect(text.match(/-->/g)).toHaveLength(cues.length);
    const sec = (clock: string | undefined) =>
      (clock ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    expect(sec(cues[0]?.[1])).toBe(0);
    expect(sec(cues.at(-1)?.[2])).toBeCloseTo(SEC, 2);
    for (const [i, cue] of cues.entries()) {
      expect(sec(cue[1])).toBe(i === 0 ? 0 : sec(cues[i - 1]?.[2]));
      const sheet = join(dirname(made.storyboard as string), cue[3] as string);
      const { streams } = await sheetSize(sheet);
      const [x, y, width, height] = cue.slice(4).map(Number) as [number, number, number, number];
      expect(x + width).toBeLessThanOrEqual(streams[0]?.width ?? 0);
      expect(y + height).toBeLessThanOrEqual(streams[0]?.height ?? 0);
    }
    expect(new Set(cues.map((cue) => `${cue[3]} ${cue[4]} ${cue[5]}`)).size).toBe(cues.length);
  });

  it('leaves no temporary file', async () => {
    expect(await temporary(dataDir)).toEqual([]);
  });
});

describe('jobs', () => {
  it('are listed and shown, for people and for programs', async () => {
    const listed = JSON.parse((await marquee(dataDir, ['jobs', 'list', '--json'])).stdout);
    expect(listed.jobs).toMatchObject([{ jobId: made.jobId, title: 'Two languages', status: 'ready' }]);
    expect((await marquee(dataDir, ['jobs', 'list', '--status', 'failed', '--json'])).stdout).toBe('{"jobs":[]}\n');
    const { wallSec: _, ...rest } = made;
    expect(answerOf(await marquee(dataDir, ['jobs', 'show', jobId(), '--json']))).toMatchObject(rest);
    const shown = await marquee(dataDir, ['jobs', 'show', jobId()]);
    expect(shown.stdout).toMatch(/status +ready/);
    expect(shown.stdout).toContain('transcode:00000');
    const unknown = await marquee(dataDir, ['jobs', 'show', 'nothing']);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toBe('There is no job "nothing". "marquee jobs list" lists them.\n');
  });

  it('make one part again without touching another, to the same bytes', async () => {
    const [before, bytes] = [await writtenAt(streamFolder(made)), await fingerprint(streamFolder(made))];
    const again = await marquee(dataDir, ['jobs', 'retry', jobId(), '--task', 'transcode:00001', '--wait', '--json']);
    expect(again.code, again.stderr).toBe(0);
    expect(answerOf(again).tasks.filter((task) => task.runs === 2)).toMatchObject([
      { id: `${made.jobId}:transcode:00001` },
    ]);
    const after = await writtenAt(streamFolder(made));
    const touched = Object.keys(after).filter((name) => before[name] !== after[name]);
    expect(touched.length).toBeGreaterThan(0);
    expect(touched.filter((name) => !/^video\/h264-\d+\/(\d+\.m4s|init\.mp4)$/.test(name))).toEqual([]);
    // The opening is another part.
    expect(touched.filter((name) => name.endsWith('/00000.m4s'))).toEqual([]);
    expect(await fingerprint(streamFolder(made))).toEqual(bytes);
  }, 30_000);

  it('refuse what makes no sense, in a sentence', async () => {
    const retried = await marquee(dataDir, ['jobs', 'retry', jobId()]);
    expect(retried.code).toBe(1);
    expect(retried.stderr).toContain('The job is ready: nothing of it failed.');
    const cancelled = await marquee(dataDir, ['jobs', 'cancel', jobId()]);
    expect(cancelled.code).toBe(1);
    expect(cancelled.stderr).toContain('ready already');
    expect((await marquee(dataDir, ['jobs', 'retry', jobId(), '--task', 'transcode:99999'])).stderr).toBe(
      'The job has no such part.\n',
    );
    expect(await marquee(dataDir, ['jobs', 'show'])).toMatchObject({ code: 2, stdout: '' });
    expect(await marquee(dataDir, ['jobs', 'list', '--status', 'odd'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('wait when nobody is at work, and go for good when they are cancelled', async () => {
    const before = await fingerprint(join(dataDir, 'storage', 'objects'));
    const queued = await marquee(dataDir, ['ingest', film, '--json']);
    const answer = answerOf(queued);
    expect(queued.code).toBe(0);
    expect(queued.stderr).toContain(`marquee jobs wait ${answer.jobId}`);
    expect(answer).toMatchObject({ status: 'pending', hls: null, dash: null, storyboard: null, durationSec: null });
    const cancelled = await marquee(dataDir, ['jobs', 'cancel', answer.jobId as string, '--json']);
    expect(cancelled.code, cancelled.stderr).toBe(0);
    expect(answerOf(cancelled).status).toBe('cancelled');
    expect(await fingerprint(join(dataDir, 'storage', 'objects'))).toEqual(before);
    const retried = await marquee(dataDir, ['jobs', 'retry', answer.jobId as string]);
    expect(retried).toMatchObject({ code: 1, stdout: '' });
    expect(retried.stderr).toBe('The uploaded file is no longer in storage. Upload it again.\n');
  }, 20_000);
});

describe('what cannot become a film', () => {
  interface Bad {
    name: string;
    path: () => string | Promise<string>;
    env?: Record<string, string>;
    code: string;
    sentence: RegExp;
    /** Seen by a worker, not at the door. */
    isSubmitted?: boolean;
  }
  const written = (name: string, text: string) => async () => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const table: Bad[] = [
    { name: 'no file', path: () => '/no/such.mp4', code: 'INPUT_UNREADABLE', sentence: /^There is no file/ },
    { name: 'a folder', path: () => folder, code: 'INPUT_UNSUPPORTED', sentence: /is a folder/ },
    { name: 'a device', path: () => '/dev/null', code: 'INPUT_UNSUPPORTED', sentence: /not a file/ },
    { name: 'nothing in it', path: written('empty.mp4', ''), code: 'INPUT_UNREADABLE', sentence: /is empty/ },
    {
      name: 'too much',
      path: () => film,
      env: { MAX_SOURCE_BYTES: '2048' },
      code: 'INPUT_UNSUPPORTED',
      sentence: /largest accepted here is 2.0 KiB/,
    },
    {
      name: 'text',
      path: written('text.mp4', 'This is no film.\n'.repeat(200)),
      code: 'INPUT_UNREADABLE',
      sentence: /cannot be read as a film/,
      isSubmitted: true,
    },
    {
      name: 'an mp4 that was cut off',
      path: async () => {
        const path = join(folder, 'cut.mp4');
        await writeFile(path, await readFile(film));
        await truncate(path, 100_000);
        return path;
      },
      code: 'INPUT_UNREADABLE',
      sentence: /no index \(moov\)/,
      isSubmitted: true,
    },
  ];

  it.each(table)('$name is refused in a sentence', async ({ path, env, code, sentence, isSubmitted = false }) => {
    const own = join(folder, 'bad');
    const uploads = () => filesIn(join(own, 'storage', 'objects', 'uploads'));
    const before = await uploads();
    const ended = await marquee(own, ['ingest', await path(), '--wait', '--json'], { LOG_LEVEL: 'silent', ...env });
    const answer = answerOf(ended);
    expect(ended.code).toBe(1);
    expect(answer).toMatchObject({ status: 'failed', error: { code } });
    expect(answer.error?.message).toMatch(sentence);
    expect(answer.error?.message).toMatch(/\.$/);
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(answer.jobId !== null).toBe(isSubmitted);
    if (!isSubmitted) expect(await uploads()).toEqual(before);
    const parts = await filesIn(join(own, 'storage', 'multipart'));
    expect(parts.filter((name) => /\/\d{5}$/.test(name))).toEqual([]);
    expect(await temporary(own)).toEqual([]);
  });
});

describe('doctor', () => {
  it('finds what is there, and says what mends what is not', async () => {
    const well = await marquee(dataDir, ['doctor', '--json']);
    expect(well.code, well.stdout).toBe(0);
    const report = JSON.parse(well.stdout);
    expect(report.findings.map((each: { name: string }) => each.name)).toEqual(
      expect.arrayContaining(['node', 'sqlite', 'ffmpeg', 'ffprobe', 'encoders', 'filters', 'data folder', 'disk']),
    );
    const ill = await marquee(dataDir, ['doctor'], { FFMPEG_PATH: '/no/ffmpeg' });
    expect(ill.code).toBe(1);
    expect(ill.stdout).toMatch(/MISSING +ffmpeg +\/no\/ffmpeg: it is not there/);
    expect(ill.stdout).toMatch(/mend it: .*install.* ffmpeg/);
  });
});

describe('a process that ends in the middle', () => {
  it(
    'leaves a job that "jobs wait" finishes, to the same bytes, whoever was killed and when',
    async () => {
      const own = join(folder, 'killed');
      await mkdir(own);
      const { jobId: id } = answerOf(await marquee(own, ['ingest', film, '--json']));
      const wait = ['jobs', 'wait', id as string, '--json'];
      const moments: number[] = [];
      for (let i = 0; i < 2; i++) {
        const { child, ended } = start(own, wait);
        moments.push(Math.round(400 + 900 * Math.random()));
        await sleep(moments.at(-1));
        child.kill('SIGKILL');
        await ended;
      }
      const stopped = start(own, wait);
      // From its first word on it can be stopped in order.
      if (stopped.child.stderr) await once(stopped.child.stderr, 'data');
      stopped.child.kill('SIGTERM');
      const { code, stderr } = await stopped.ended;
      expect(code, stderr).toBe(130);
      expect(stderr).toContain(`marquee jobs wait ${id}`);

      // One does the work, another watches; the first is killed and the second takes over.
      const worker = start(own, wait);
      await sleep(500);
      const watcher = start(own, wait);
      await sleep(400);
      worker.child.kill('SIGKILL');
      const last = await watcher.ended;
      expect(last.code, `killed after ${moments} ms\n${last.stderr}`).toBe(0);
      const answer = answerOf(last);
      expect(answer.status).toBe('ready');
      expect(await fingerprint(streamFolder(answer)), `killed after ${moments} ms`).toEqual(
        await fingerprint(streamFolder(made)),
      );
      expect((await worker.ended).signal).toBe('SIGKILL');

      // What the killed left behind goes at the next start of a worker.
      await marquee(own, ['jobs', 'retry', id as string, '--task', 'package:final', '--wait']);
      expect(await temporary(own)).toEqual([]);
      expect(processesIn(own)).toEqual([]);
    },
    WAIT_MS,
  );
});

function sheetSize(file: string): Promise<{ streams: { width: number; height: number }[] }> {
  return probe(['-show_entries', 'stream=width,height', file]);
}
