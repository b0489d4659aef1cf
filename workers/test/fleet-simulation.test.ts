import { OPEN_WINDOW } from '@marquee/core/advance';
import type { JobId, MovieId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import type { Payload } from '@marquee/core/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FilmShape, filmTasks, type MeasuredTimes } from '../../bench/fleet-films.ts';
import type { FleetTask } from '../../bench/fleet-graph.ts';
import { type FleetFilm, type FleetOptions, type FleetRun, simulateFleet } from '../../bench/fleet-simulation.ts';
import { createPlanner } from '../orchestrator/plan.ts';
import { OPENING_ORDER } from '../runtime/gate.ts';
import { TOY } from './toy-film.ts';

/** Whole milliseconds add up without rounding, so that bounds hold to the last of them. */
const film = (mayArriveLate: boolean): fc.Arbitrary<FleetFilm> =>
  fc.record({
    arrivesMs: mayArriveLate ? fc.nat(300) : fc.constant(0),
    tasks: fc
      .array(
        fc.record({
          ms: fc.nat(100),
          needs: fc.array(fc.nat(1000), { maxLength: 3 }),
          priority: fc.nat(9),
          opening: fc.boolean(),
        }),
        { minLength: 1, maxLength: 15 },
      )
      .map((drafts) =>
        drafts.map(({ needs, ...task }, i): FleetTask => {
          const after = i === 0 ? [] : [...new Set(needs.map((need) => `t${need % i}`))];
          return { id: `t${i}`, type: 'work', after, ...task };
        }),
      ),
  });
const filmsAtOnce = fc.array(film(false), { minLength: 1, maxLength: 6 });
const filmsOverTime = fc.array(film(true), { minLength: 1, maxLength: 6 });
const workerCount = fc.integer({ min: 1, max: 12 });
const AT_ONCE = { openWindow: OPEN_WINDOW, queueDelayMs: 0, orchestratorMs: 0 };

function runsOf(options: Omit<FleetOptions, 'onRun'>) {
  const runs: FleetRun[] = [];
  const result = simulateFleet({ ...options, onRun: (run) => runs.push(run) });
  return { runs, result };
}

/** The most spans `[from, to)` that hold one moment. */
function mostAtOnce(spans: readonly { from: number; to: number }[]): number {
  const changes = spans.flatMap(({ from, to }) => (to > from ? [[from, 1] as const, [to, -1] as const] : []));
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let now = 0;
  return changes.reduce((most, [, change]) => {
    now += change;
    return Math.max(most, now);
  }, 0);
}

describe('the simulation of a fleet', () => {
  const anyFleet = fc.record({
    films: filmsOverTime,
    workers: workerCount,
    openWindow: fc.integer({ min: 1, max: 6 }),
    queueDelayMs: fc.nat(20),
    orchestratorMs: fc.nat(20),
    orchestrators: fc.integer({ min: 1, max: 3 }),
    spread: fc.constantFrom(0, 0.5),
  });

  it('runs every task once, after all it waits for, on a worker that is free, within the window', () => {
    fc.assert(
      fc.property(anyFleet, (fleet) => {
        const { runs, result } = runsOf(fleet);
        const ends = new Map(runs.map((run) => [`${run.film} ${run.task.id}`, run.endMs]));
        const all = fleet.films.flatMap(({ tasks }, i) => tasks.map(({ id }) => `${i} ${id}`));
        expect(runs.map((run) => `${run.film} ${run.task.id}`).sort()).toEqual(all.sort());
        expect(result.taskCount).toBe(all.length);
        for (const run of runs) {
          expect(run.sentMs).toBeGreaterThanOrEqual(
            (fleet.films[run.film] as FleetFilm).arrivesMs + fleet.queueDelayMs + fleet.orchestratorMs,
          );
          expect(run.deliveredMs).toBe(run.sentMs + fleet.queueDelayMs);
          expect(run.startMs).toBeGreaterThanOrEqual(run.deliveredMs);
          for (const need of run.task.after)
            expect(run.sentMs).toBeGreaterThanOrEqual(
              (ends.get(`${run.film} ${need}`) as number) + fleet.orchestratorMs,
            );
        }
        expect(mostAtOnce(runs.map((run) => ({ from: run.startMs, to: run.endMs })))).toBeLessThanOrEqual(
          fleet.workers,
        );
        fleet.films.forEach((_, i) => {
          const open = runs.filter((run) => run.film === i).map((run) => ({ from: run.sentMs, to: run.endMs }));
          expect(mostAtOnce(open)).toBeLessThanOrEqual(fleet.openWindow);
        });
      }),
    );
  });

  it('is never faster than the work or the longest chain allow, and uses between nothing and all of the fleet', () => {
    fc.assert(
      fc.property(anyFleet, (fleet) => {
        const result = simulateFleet(fleet);
        const hair = 1e-6;
        expect(result.makespanMs).toBeGreaterThanOrEqual(result.criticalPathMs - hair);
        expect(result.makespanMs).toBeGreaterThanOrEqual(result.workMs / fleet.workers - hair);
        expect(result.utilisation).toBeGreaterThanOrEqual(0);
        expect(result.utilisation).toBeLessThanOrEqual(1);
        for (const { p50, p95, max } of [result.queueAgeMs, result.firstPlayableMs, result.finishedMs]) {
          expect(p50).toBeLessThanOrEqual(p95);
          expect(p95).toBeLessThanOrEqual(max);
        }
        expect(result.firstPlayableMs.max).toBeLessThanOrEqual(result.finishedMs.max);
        expect(result.finishedMs.max).toBeLessThanOrEqual(result.makespanMs);
      }),
    );
  });

  it("holds Graham's bound where nobody waits for messages: work / n + (1 - 1 / n) of the longest chain", () => {
    fc.assert(
      fc.property(filmsAtOnce, workerCount, (films, workers) => {
        const { makespanMs, workMs, criticalPathMs } = simulateFleet({ films, workers, ...AT_ONCE });
        expect(makespanMs).toBeLessThanOrEqual(workMs / workers + (1 - 1 / workers) * criticalPathMs + 1e-6);
      }),
    );
  });

  it("is not made slower by more workers, but for Graham's anomaly: 1 + (n - 1) / m from n to m workers", () => {
    fc.assert(
      fc.property(filmsAtOnce, workerCount, fc.nat(12), (films, few, more) => {
        const slower = simulateFleet({ films, workers: few, ...AT_ONCE }).makespanMs;
        const faster = simulateFleet({ films, workers: few + more, ...AT_ONCE }).makespanMs;
        expect(faster).toBeLessThanOrEqual(slower * (1 + (few - 1) / (few + more)) + 1e-6);
      }),
    );
  });

  it('takes the sum of the times with one worker, and the longest chain with one for each task', () => {
    fc.assert(
      fc.property(filmsAtOnce, (films) => {
        const tasks = films.flatMap((each) => each.tasks);
        const sumMs = tasks.reduce((sum, { ms }) => sum + ms, 0);
        const alone = simulateFleet({ films, workers: 1, ...AT_ONCE });
        expect(alone.makespanMs).toBe(sumMs);
        expect(alone.utilisation).toBe(sumMs === 0 ? 0 : 1);
        const plenty = simulateFleet({ films, workers: tasks.length, ...AT_ONCE });
        expect(plenty.makespanMs).toBe(plenty.criticalPathMs);
      }),
    );
  });

  it('never starts a task while a more urgent one, or one as urgent and older, waits to be taken', () => {
    fc.assert(
      fc.property(filmsOverTime, workerCount, fc.nat(5), (films, workers, queueDelayMs) => {
        const { runs } = runsOf({ films, workers, openWindow: 4, queueDelayMs, orchestratorMs: 1 });
        for (const run of runs) {
          const waiting = runs.filter((other) => other.deliveredMs < run.startMs && other.startMs > run.startMs);
          for (const other of waiting) {
            expect(other.task.priority).toBeLessThanOrEqual(run.task.priority);
            if (other.task.priority === run.task.priority)
              expect(other.deliveredMs).toBeGreaterThanOrEqual(run.deliveredMs);
          }
        }
      }),
    );
  });

  it('is the same each time, and another with another seed where times are spread', () => {
    const films = [{ arrivesMs: 0, tasks: chain([100, 200, 300]) }];
    const play = (seed: number) => simulateFleet({ films, workers: 2, ...AT_ONCE, spread: 0.2, seed });
    expect(play(7)).toEqual(play(7));
    expect(play(7).makespanMs).not.toBe(play(8).makespanMs);
    expect(play(7).makespanMs).toBeGreaterThan(480);
    expect(play(7).makespanMs).toBeLessThan(720);
  });

  it('counts what messages and steps take, to the millisecond', () => {
    const { runs, result } = runsOf({
      films: [{ arrivesMs: 1000, tasks: chain([100, 200]) }],
      workers: 1,
      openWindow: 1,
      queueDelayMs: 10,
      orchestratorMs: 3,
    });
    // Told at 1010, decided at 1013, delivered at 1023, done at 1123; then the same again.
    expect(runs.map(({ sentMs, startMs, endMs }) => [sentMs, startMs, endMs])).toEqual([
      [1013, 1023, 1123],
      [1136, 1146, 1346],
    ]);
    expect(result).toMatchObject({ makespanMs: 346, workMs: 300, criticalPathMs: 300, utilisation: 300 / 346 });
    expect(result.queueAgeMs).toEqual({ p50: 10, p95: 10, max: 10 });
    expect(result.finishedMs.max).toBe(346);
  });

  it('makes films wait for their orchestrator, one step after another', () => {
    const films = Array.from({ length: 10 }, () => ({ arrivesMs: 0, tasks: chain([5]) }));
    const slow = { films, workers: 10, openWindow: 1, queueDelayMs: 0, orchestratorMs: 100 };
    expect(simulateFleet(slow).makespanMs).toBe(1005);
    expect(simulateFleet({ ...slow, orchestrators: 5 }).makespanMs).toBe(205);
  });

  it('looks at one film once at a time, however many orchestrators there are', () => {
    const [a, c] = chain([10, 1]) as [FleetTask, FleetTask];
    const tasks = [a, { ...a, id: 'b', ms: 20 }, c, { ...c, id: 'd', after: ['b'] }];
    const films = [{ arrivesMs: 0, tasks }];
    const { runs } = runsOf({
      films,
      workers: 4,
      openWindow: 4,
      queueDelayMs: 0,
      orchestratorMs: 100,
      orchestrators: 2,
    });
    // The end at 120 is looked at when the step for the end at 110 is over.
    expect(runs.map(({ task, sentMs }) => [task.id, sentMs])).toEqual([
      ['t0', 100],
      ['b', 100],
      ['t1', 210],
      ['d', 310],
    ]);
  });

  it('refuses what no fleet can do', () => {
    const [first, second] = chain([1, 2]) as [FleetTask, FleetTask];
    const play = (tasks: FleetTask[], workers = 1) =>
      simulateFleet({ films: [{ arrivesMs: 0, tasks }], workers, ...AT_ONCE });
    expect(() => play([first, second], 0)).toThrow('workers must be a whole number from 1, not 0');
    expect(() => play([second])).toThrow('waits for t0, which is not there');
    expect(() => play([{ ...first, after: ['t1'] }, second])).toThrow('wait for each other');
    expect(() => play([first, first])).toThrow('one id');
    expect(() => play([{ ...first, ms: Number.NaN }])).toThrow('takes NaN ms');
    expect(simulateFleet({ films: [], workers: 1, ...AT_ONCE })).toMatchObject({ makespanMs: 0, taskCount: 0 });
  });
});

describe('the tasks of a simulated film', () => {
  const each = { eachMs: 100, perFilmSecMs: 10 };
  const times: MeasuredTimes = {
    head: each,
    index: each,
    opening: each,
    chunk: each,
    audio: each,
    sheet: each,
    posters: each,
    playlist: each,
    whole: each,
    final: each,
  };
  const shapes = [
    { durationSec: 5, widthPx: 640, heightPx: 360, fps: 24, audioTracks: 1, keyframeSec: 2 },
    { durationSec: 90, widthPx: 640, heightPx: 360, fps: 25, audioTracks: 2, keyframeSec: 2.5 },
    { durationSec: 2400, widthPx: 1280, heightPx: 720, fps: 24, audioTracks: 0, keyframeSec: 10 },
    { durationSec: 7200, widthPx: 1920, heightPx: 1080, fps: 24, audioTracks: 2, keyframeSec: 2 },
  ].map((shape): FilmShape => ({ ...shape, times }));

  it.each(shapes)("are the product's own for $durationSec s at $heightPx lines", (shape) => {
    const planned = planByProduct(shape);
    const simulated = filmTasks(shape);
    const works = simulated.filter((task) => !/^(inspect|package):/.test(task.id));
    expect(works.map(({ id, type, priority }) => ({ id, type, priority }))).toEqual(
      planned.tasks.map((task) => ({
        id: `${task.type.slice('video.'.length)}:${task.piece}`,
        type: task.type,
        priority: task.order < OPENING_ORDER ? 5 : 0,
      })),
    );
    const chunks = planned.tasks.flatMap((task) =>
      task.type === 'video.transcode' ? [(task.payload as Payload<'video.transcode'>).chunk] : [],
    );
    works.forEach((task, i) => {
      const { type, payload } = planned.tasks[i] as (typeof planned.tasks)[number];
      if (type === 'video.transcode')
        expect(task.filmSec).toBe((payload as Payload<'video.transcode'>).chunk.frames / shape.fps);
      if (type !== 'video.generate_thumbnails') return;
      const { work, segmentFrames } = payload as Payload<'video.generate_thumbnails'>;
      const frames = work.kind === 'storyboard' ? work.frames : work.segments.map((each) => each * segmentFrames);
      const needed = chunks.filter(({ startFrame, frames: length }) =>
        frames.some((frame) => frame >= startFrame && frame < startFrame + length),
      );
      const names = needed.map(({ index }) => `transcode:${String(index).padStart(5, '0')}`);
      expect([...task.after].sort()).toEqual(['inspect:index', ...names].sort());
    });
  });

  it('make a film playable by its opening, long before it is done', () => {
    const tasks = filmTasks(shapes[3] as FilmShape);
    expect(tasks.filter(({ opening }) => opening).map(({ id }) => id)).toEqual([
      'inspect:head',
      'package:00001',
      'encode_audio:en-0:000',
      'encode_audio:en-1:000',
      'transcode:00000',
    ]);
    const result = simulateFleet({ films: [{ arrivesMs: 0, tasks }], workers: 4, ...AT_ONCE });
    // The head, then the chunk of four seconds and the sound beside the index, then the playlist.
    expect(result.firstPlayableMs.max).toBe(100 + 140 + 140);
    expect(result.makespanMs).toBeGreaterThan(7200 * 10 * 3 * 0.25);
    expect(tasks.at(-1)?.id).toMatch(/^transcode:/);
    const final = tasks.find(({ id }) => id === 'package:final') as FleetTask;
    expect(final.after).toHaveLength(tasks.length - 1);
  });
});

function chain(times: readonly number[]): FleetTask[] {
  return times.map((ms, i) => ({
    id: `t${i}`,
    type: 'work',
    ms,
    after: i === 0 ? [] : [`t${i - 1}`],
    priority: 0,
    opening: false,
  }));
}

/** What the orchestrator would plan for a film of this shape, in the order of opening, without inspections and playlists. */
function planByProduct(shape: FilmShape) {
  const fps = { num: shape.fps, den: 1 };
  const size = { displayWidthPx: shape.widthPx, displayHeightPx: shape.heightPx };
  const [track] = TOY.audio;
  const inspection = {
    ...TOY,
    claimedDurationSec: shape.durationSec,
    video: { ...TOY.video, ...size, fps },
    audio: Array.from({ length: shape.audioTracks }, (_, i) => ({
      ...(track as NonNullable<typeof track>),
      streamIndex: i + 1,
    })),
  };
  const job = newJob({
    id: 'j1' as JobId,
    movieId: 'm1' as MovieId,
    sourceKey: 'uploads/fleet/source',
    fileName: 'film.mp4',
    sizeBytes: 1,
    nowMs: 0,
  });
  const planner = createPlanner({ preset: 'medium', crf: 23, cpuIndependent: false, maxFps: 60, maxRungPx: 2160 });
  const begun = planner.opening(job, inspection);
  const frameCount = shape.durationSec * shape.fps;
  const keyframesSec: number[] = [];
  for (let at = 0; at < shape.durationSec; at += shape.keyframeSec) keyframesSec.push(at);
  const index = { frameCount, sourceFrameCount: frameCount, keyframesSec, maxFrameGapSec: 1 / shape.fps };
  const tasks = [...begun.tasks, ...planner.rest(job, inspection, begun.plan, index).tasks];
  return { tasks: tasks.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)) };
}
