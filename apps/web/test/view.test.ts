import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import { describe, expect, it } from 'vitest';
import { deriveKey, sign, unsign } from '../server/signing.ts';
import {
  formatBytes,
  formatLength,
  formatRuntime,
  formatShare,
  formatSpan,
  titleFromFileName,
} from '../view/format.ts';
import { jobSentence, timeLeftMs } from '../view/job-sentence.ts';
import type { JobView, TaskView } from '../view/job-view.ts';
import { layoutTimeline } from '../view/timeline.ts';
import { partCount, partRange, partSizeBytes, refusal } from '../view/upload-limits.ts';
import { workerName } from '../view/worker-name.ts';

const NOON_MS = Date.UTC(2026, 10, 23, 12, 0);

function job(changes: Partial<JobView> = {}): JobView {
  return {
    id: 'j' as JobId,
    movieId: 'm' as MovieId,
    title: 'Film',
    status: 'processing',
    fileName: 'film.mp4',
    sizeBytes: 1,
    createdAtMs: NOON_MS - 60_000,
    playableAtMs: null,
    finishedAtMs: null,
    error: null,
    priority: 'inTurn',
    durationSec: null,
    notes: [],
    rungs: [],
    stages: [],
    share: 0,
    encodingSinceMs: null,
    settling: false,
    sourceStands: true,
    workersSeen: true,
    ...changes,
  };
}

function task(
  id: string,
  runs: [worker: string, startSec: number, endSec: number | null, outcome?: string][],
): TaskView {
  return {
    id: id as TaskId,
    type: 'video.transcode',
    piece: '00001',
    status: runs.at(-1)?.[2] === null ? 'running' : 'done',
    attempts: 0,
    progress: 0,
    error: null,
    runs: runs.map(([worker, startSec, endSec, outcome = 'done']) => ({
      worker,
      startedAtMs: startSec * 1000,
      endedAtMs: endSec === null ? null : endSec * 1000,
      outcome: endSec === null ? null : (outcome as 'done'),
    })),
  };
}

describe('words and figures', () => {
  it('says sizes, lengths, spans and shares as people do', () => {
    expect([0, 999, 1000, 999_600, 16_400_000, 23e9].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '1.0 MB',
      '16 MB',
      '23 GB',
    ]);
    expect([0, 89, 3725].map(formatLength)).toEqual(['0:00', '1:29', '1:02:05']);
    expect([200, 59_400, 61_000, 3_600_000, 7_500_000].map(formatSpan)).toEqual([
      '1 s',
      '59 s',
      '1 min',
      '1 h',
      '2 h 5 min',
    ]);
    expect([42, 89, 120, 5520].map(formatRuntime)).toEqual(['42 s', '1 min 29 s', '2 min', '1 h 32 min']);
    // Never 100 before it is all.
    expect([0, 0.999, 1].map(formatShare)).toEqual(['0 %', '99 %', '100 %']);
  });

  it('makes a title of a file name', () => {
    expect(titleFromFileName('the_third.man.1949.mkv')).toBe('The third man 1949');
    expect(titleFromFileName('Dr. No.mp4')).toBe('Dr. No');
    expect(titleFromFileName('tears-of-steel.webm')).toBe('Tears of steel');
    expect(titleFromFileName('spider-man.webm')).toBe('Spider-man');
    expect(titleFromFileName('.mp4')).toBe('.mp4');
  });

  it('names workers by machine and process', () => {
    expect(workerName('studio_1f2e-33_402:812:99:1')).toBe('studio, process 812');
    expect(workerName('plain')).toBe('plain');
  });
});

describe('the sentence of a job', () => {
  it('guesses the time left from what is done, and says nothing while that would be a guess', () => {
    const encodingSinceMs = NOON_MS - 60_000;
    expect(timeLeftMs({ share: 0.25, encodingSinceMs }, NOON_MS)).toBe(180_000);
    expect(timeLeftMs({ share: 0.01, encodingSinceMs }, NOON_MS)).toBeNull();
    expect(timeLeftMs({ share: 0.5, encodingSinceMs: NOON_MS - 500 }, NOON_MS)).toBeNull();
    expect(timeLeftMs({ share: 0.5, encodingSinceMs: null }, NOON_MS)).toBeNull();
  });

  it('says when it will be ready and since when it plays, in the reader’s time zone', () => {
    const alive = job({ share: 0.2, encodingSinceMs: NOON_MS - 60_000, playableAtMs: NOON_MS - 50_000 });
    expect(jobSentence(alive, NOON_MS, 'UTC')).toBe('Ready in 4 min, playable since 11:59');
    expect(jobSentence(alive, NOON_MS, 'Asia/Tokyo')).toBe('Ready in 4 min, playable since 20:59');
    expect(jobSentence(job({ status: 'pending' }), NOON_MS, 'UTC')).toBe('Waiting for a worker to take it');
    expect(jobSentence(job({ workersSeen: false }), NOON_MS, 'UTC')).toBe('Waiting: no worker is running');
    const done = job({ status: 'ready', share: 1, finishedAtMs: NOON_MS, playableAtMs: NOON_MS - 24 * 3_600_000 });
    expect(jobSentence(done, NOON_MS, 'UTC')).toBe('Ready and checked in 1 min, playable since 22 Nov 2026, 12:00');
  });
});

describe('the timeline', () => {
  it('gives each thing that a worker has in hand at once a row of its own', () => {
    const line = layoutTimeline(
      [task('a', [['w', 0, 10]]), task('b', [['w', 2, 4]]), task('c', [['w', 4, 6]]), task('d', [['v', 0, 5]])],
      0,
    );
    expect(line.rows).toEqual([
      { worker: 'w', slot: 0 },
      { worker: 'w', slot: 1 },
      { worker: 'v', slot: 0 },
    ]);
    const rowOf = (id: string) => line.bars.find((bar) => bar.taskId === id)?.row;
    expect(['a', 'b', 'c', 'd'].map(rowOf)).toEqual([0, 1, 1, 2]);
    expect(line.spanMs).toBe(10_000);
    const c = line.bars.find((bar) => bar.taskId === 'c');
    expect([c?.startX, c?.endX]).toEqual([0.4, 0.6]);
  });

  it('ends a run whose worker vanished where the next begins, and a living one now', () => {
    const line = layoutTimeline(
      [
        task('a', [
          ['w', 0, null],
          ['v', 6, null],
        ]),
      ],
      9000,
    );
    expect(line.bars.map(({ startedAtMs, endedAtMs, outcome }) => [startedAtMs, endedAtMs, outcome])).toEqual([
      [0, 6000, 'stopped'],
      [6000, 9000, 'running'],
    ]);
  });

  it('shortens a night between two tries', () => {
    const line = layoutTimeline(
      [
        task('a', [
          ['w', 0, 60, 'TOOL_TIMEOUT'],
          ['w', 40_000, 40_060],
        ]),
      ],
      0,
    );
    expect(line.cuts).toHaveLength(1);
    expect(line.spanMs).toBeLessThan(140_000);
    expect(line.bars[0]?.outcome).toBe('failed');
    expect(line.bars[1]?.endX).toBe(1);
    expect(line.ticks.length).toBeGreaterThan(2);
  });
});

describe('what the site signs', () => {
  it('accepts nothing that was changed or signed for another purpose', () => {
    const key = deriveKey('secret', 'setup');
    const text = sign({ expiresAtMs: 1 }, key);
    const forged = `${Buffer.from('{"expiresAtMs":9e15}').toString('base64url')}.${text.split('.')[1]}`;
    expect(unsign(text, key)).toEqual({ expiresAtMs: 1 });
    expect(unsign(forged, key)).toBeNull();
    expect(unsign(text, deriveKey('secret', 'upload'))).toBeNull();
  });
});

describe('parts of an upload', () => {
  it('cover the file once, and stay under the number that S3 takes', () => {
    for (const sizeBytes of [1, 8 * 1024 ** 2, 8 * 1024 ** 2 + 1, 200 * 1024 ** 3]) {
      const partBytes = partSizeBytes(sizeBytes, 5 * 1024 ** 2);
      const count = partCount(sizeBytes, partBytes);
      expect(count).toBeLessThanOrEqual(10_000);
      expect(partRange(1, sizeBytes, partBytes).start).toBe(0);
      expect(partRange(count, sizeBytes, partBytes).end).toBe(sizeBytes);
      expect(partRange(count, sizeBytes, partBytes).start).toBeLessThan(sizeBytes);
    }
  });

  it('refuses what is empty or too large in a sentence', () => {
    expect(refusal({ name: 'a.mp4', sizeBytes: 0 }, 10)).toContain('is empty');
    expect(refusal({ name: 'a.mp4', sizeBytes: 11 }, 10)).toBe('“a.mp4” has 11 B; the largest accepted here is 10 B.');
    expect(refusal({ name: 'a.mp4', sizeBytes: 10 }, 10)).toBeNull();
  });
});
