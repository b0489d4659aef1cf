import { describe, expect, it } from 'vitest';
import { bornAtMs, type JobId, type MovieId, newId, type TaskId } from '../src/ids.ts';
import { newJob, type TaskState } from '../src/job.ts';
import { traceOf } from '../src/job-trace.ts';
import { partsOf, SILENT_TRACER, traceIdOf } from '../src/tracing.ts';

const T0 = 1_800_000_000_000;
const job = newJob({
  id: 'job' as JobId,
  movieId: 'movie' as MovieId,
  sourceKey: 'uploads/u/source',
  fileName: 'film.mp4',
  sizeBytes: 1,
  nowMs: T0 + 800,
  uploadBeganAtMs: T0,
});

function task(piece: string, facts: Partial<TaskState>): TaskState {
  return {
    id: `job:transcode:${piece}` as TaskId,
    jobId: job.id,
    type: 'video.transcode',
    piece,
    order: 0,
    status: 'done',
    attempts: 0,
    fence: 1,
    leaseHolder: null,
    leaseUntilMs: null,
    notBeforeMs: 0,
    publishedAtMs: null,
    progress: 1,
    error: null,
    runs: [],
    ...facts,
  };
}

describe('traceOf', () => {
  it('puts the upload, runs and their tools in the order in which they began', () => {
    const tool = { tool: 'ffmpeg' as const, tookMs: 400, outcome: 'done' as const };
    const lines = traceOf(job, [
      task('00001', {
        publishedAtMs: T0 + 900,
        runs: [
          {
            worker: 'b',
            startedAtMs: T0 + 1500,
            endedAtMs: T0 + 2500,
            outcome: 'done',
            tools: [
              { ...tool, startedAtMs: T0 + 2000 },
              { ...tool, tool: 'ffprobe', startedAtMs: T0 + 1510 },
            ],
          },
        ],
      }),
      task('00000', { runs: [{ worker: 'a', startedAtMs: T0 + 1000, endedAtMs: null, outcome: null }] }),
    ]);
    expect(lines.map(({ name, depth, startedAtMs }) => [name, depth, startedAtMs - T0])).toEqual([
      ['upload', 0, 0],
      ['transcode:00000', 0, 1000],
      ['transcode:00001', 0, 1500],
      ['ffprobe', 1, 1510],
      ['ffmpeg', 1, 2000],
    ]);
    expect(lines[0]).toMatchObject({ tookMs: 800, worker: null });
    expect(lines[1]).toMatchObject({ waitedMs: null, tookMs: null, outcome: null, worker: 'a' });
    expect(lines[2]).toMatchObject({ waitedMs: 600, tookMs: 1000, outcome: 'done', worker: 'b' });
  });

  it('tells of waiting only what it knows: of the last run, unless its message was sent once more since', () => {
    const run = (startedAtMs: number) => ({ worker: 'a', startedAtMs, endedAtMs: startedAtMs + 1, outcome: null });
    const waits = (publishedAtMs: number) =>
      traceOf(job, [task('00000', { publishedAtMs, runs: [run(T0 + 1000), run(T0 + 3000)] })])
        .slice(1)
        .map(({ waitedMs }) => waitedMs);
    expect(waits(T0 + 2400)).toEqual([null, 600]);
    expect(waits(T0 + 3001)).toEqual([null, null]);
  });

  it('begins with the first run where the file stood already', () => {
    const { uploadBeganAtMs: _, ...again } = job;
    expect(traceOf(again, [])).toEqual([]);
  });
});

describe('trace contexts', () => {
  it('are made without a collector, so that logs can be told apart by them', () => {
    const root = SILENT_TRACER.begin({ name: 'upload', parent: null, startMs: T0 }).traceparent;
    const below = SILENT_TRACER.begin({ name: 'ffmpeg', parent: root, startMs: T0 }).traceparent;
    expect(partsOf(root)).toMatchObject({ flags: 1 });
    expect(traceIdOf(below)).toBe(traceIdOf(root));
    expect(partsOf(below)?.spanId).not.toBe(partsOf(root)?.spanId);
  });

  it.each([null, '', '00-zz', '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'])('are not %j', (text) => {
    expect(partsOf(text)).toBeNull();
  });

  it('begin when an upload was begun, which its id tells', () => {
    expect(bornAtMs(newId(T0))).toBe(T0);
  });
});
