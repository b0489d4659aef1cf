import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, OPEN_WINDOW, stageProgress } from '../src/advance.ts';
import type { TaskId } from '../src/ids.ts';
import { type MediaProcessingJob, type NewTask, type Task, taskRow } from '../src/job.ts';
import { newFilmJob, planner, resultFor, SEGMENT_FRAMES } from './film.ts';

/** The rows as a store holds them, with the store's rules and nothing more. */
class Rows {
  job: MediaProcessingJob = newFilmJob();
  readonly tasks = new Map<TaskId, Task>();
  readonly chunks: number;
  mostOpen = 0;

  constructor(chunks: number) {
    this.chunks = chunks;
  }

  with(status: Task['status']): Task[] {
    return [...this.tasks.values()].filter((task) => task.status === status);
  }

  insert(task: NewTask): void {
    if (!this.tasks.has(task.id)) this.tasks.set(task.id, taskRow(task));
  }

  update(version: number, patch: Partial<MediaProcessingJob>): boolean {
    if (this.job.version !== version) return false;
    expect(patch.packagedChunks ?? this.job.packagedChunks).toBeGreaterThanOrEqual(this.job.packagedChunks);
    this.job = { ...this.job, ...patch, version: version + 1 };
    return true;
  }

  open(id: TaskId): void {
    const task = this.tasks.get(id);
    if (task?.status !== 'waiting') return;
    this.expectNeedsMet(task);
    task.status = 'ready';
    this.mostOpen = Math.max(this.mostOpen, this.with('ready').length + this.with('running').length);
  }

  end(task: Task, how: 'done' | 'failed'): void {
    task.status = how;
    if (how === 'done') task.result = resultFor(task, this.chunks);
    else task.error = { code: 'INPUT_UNREADABLE', message: 'It is broken.' };
  }

  /** The needs of each kind of task in the plainest words, to hold the clever ones against. */
  private expectNeedsMet(task: Task): void {
    const done = this.with('done');
    const ofType = (type: Task['type']) => done.filter((each) => each.type === type);
    const isChunkDone = (index: number) =>
      ofType('video.transcode').some((each) => (each as Task<'video.transcode'>).payload.chunk.index === index);
    if (task.piece !== 'head') expect(ofType('video.inspect').some((each) => each.piece === 'head')).toBe(true);
    if (task.type === 'video.generate_thumbnails') {
      const { work } = (task as Task<'video.generate_thumbnails'>).payload;
      const frames = work.kind === 'posters' ? work.segments.map((each) => each * SEGMENT_FRAMES) : work.frames;
      for (const frame of frames) expect(isChunkDone(Math.floor(frame / SEGMENT_FRAMES))).toBe(true);
    }
    if (task.type === 'video.package') {
      const { throughChunk, final } = (task as Task<'video.package'>).payload;
      for (let i = 0; i < throughChunk; i++) expect(isChunkDone(i)).toBe(true);
      expect(ofType('video.encode_audio').length).toBeGreaterThan(0);
      if (final) {
        for (const each of this.tasks.values()) if (each.type !== 'video.package') expect(each.status).toBe('done');
        expect(ofType('video.transcode').length).toBe(this.chunks);
      }
      for (const each of this.tasks.values()) {
        if (each.type === 'video.package') expect(['ready', 'running']).not.toContain(each.status);
      }
    }
  }
}

/** One look of an orchestrator, one write at each step, so that it can be stopped or overtaken between any two. */
function* look(rows: Rows): Generator<void, void> {
  for (;;) {
    const job = structuredClone(rows.job);
    const tasks = structuredClone([...rows.tasks.values()]);
    yield;
    const step = advance(job, tasks, planner(rows.chunks), 7);
    for (const task of step.insert) {
      rows.insert(task);
      yield;
    }
    if (step.patch && !rows.update(job.version, step.patch)) continue;
    yield;
    for (const id of step.open) {
      rows.open(id);
      yield;
    }
    return;
  }
}

function lookOnce(rows: Rows): void {
  for (const _ of look(rows));
}

/** Goes on undisturbed until nothing changes. */
function finish(rows: Rows): void {
  for (let i = 0; i < 10_000; i++) {
    lookOnce(rows);
    const open = [...rows.with('ready'), ...rows.with('running')];
    if (open.length === 0) return;
    for (const task of open) rows.end(task, 'done');
  }
  throw new Error('It never ends.');
}

/** Lets chance rule: each number is one event. */
function disturb(rows: Rows, events: number[], options: { orchestrators: number; failing: boolean }): void {
  const looks: Generator<void, void>[] = [];
  for (const event of events) {
    const pick = <T>(list: T[]): T | undefined => list[Math.floor(event / 10) % Math.max(1, list.length)];
    const kind = event % 10;
    if (kind <= 4) {
      // Steps come most often, so that looks get to their end.
      if (looks.length < options.orchestrators) looks.push(look(rows));
      const one = pick(looks);
      if (one?.next().done) looks.splice(looks.indexOf(one), 1);
    } else if (kind === 5) {
      const one = pick(looks);
      if (one && event % 3 === 0) looks.splice(looks.indexOf(one), 1);
    } else if (kind === 6) {
      const task = pick(rows.with('ready'));
      if (task) task.status = 'running';
    } else if (kind === 9 && event % 7 === 0) {
      // A worker dies, and its task is taken back.
      const task = pick(rows.with('running'));
      if (task) task.status = 'ready';
    } else {
      const task = pick(rows.with('running'));
      if (task) rows.end(task, options.failing && event % 41 === 0 ? 'failed' : 'done');
    }
  }
}

const chunkCounts = fc.integer({ min: 1, max: 40 });
const chance = fc.array(fc.nat(1_000_000), { maxLength: 600 });

describe('advance', () => {
  it('takes a film to ready, opening the playlist before the rest stands', () => {
    const rows = new Rows(12);
    finish(rows);
    expect(rows.job).toMatchObject({ status: 'ready', packagedChunks: 12, playableAtMs: 7, finishedAtMs: 7 });
    const pieces = [...rows.tasks.values()].filter((task) => task.type === 'video.package').map((task) => task.piece);
    expect(pieces[0]).toBe('00001');
    expect(pieces.at(-1)).toBe('final');
    expect(stageProgress(rows.job.status, [...rows.tasks.values()]).map((each) => each.share)).toEqual([1, 1, 1, 1, 1]);
  });

  it('ends ready whatever the order, with orchestrators that die between any two writes', () => {
    fc.assert(
      fc.property(chunkCounts, chance, (chunks, events) => {
        const rows = new Rows(chunks);
        disturb(rows, events, { orchestrators: 1, failing: false });
        finish(rows);
        expect(rows.job.status).toBe('ready');
        expect(rows.job.packagedChunks).toBe(chunks);
        for (const task of rows.tasks.values()) expect(task.status).toBe('done');
        expect(rows.mostOpen).toBeLessThanOrEqual(OPEN_WINDOW);
      }),
      { numRuns: 150 },
    );
  });

  it('is safe with three orchestrators at once', () => {
    fc.assert(
      fc.property(chunkCounts, chance, (chunks, events) => {
        const rows = new Rows(chunks);
        disturb(rows, events, { orchestrators: 3, failing: false });
        finish(rows);
        expect(rows.job.status).toBe('ready');
        expect(rows.with('done').length).toBe(rows.tasks.size);
      }),
      { numRuns: 150 },
    );
  });

  it('fails exactly when a task failed for good, and says which', () => {
    fc.assert(
      fc.property(chunkCounts, chance, (chunks, events) => {
        const rows = new Rows(chunks);
        disturb(rows, events, { orchestrators: 2, failing: true });
        const hadFailed = rows.with('failed').length > 0;
        finish(rows);
        expect(rows.job.status).toBe(hadFailed ? 'failed' : 'ready');
        if (!hadFailed) return;
        expect(rows.job.error?.code).toBe('INPUT_UNREADABLE');
        expect(rows.tasks.get(rows.job.error?.taskId as TaskId)?.status).toBe('failed');
      }),
      { numRuns: 150 },
    );
  });

  it('has nothing more to do after one look, and changes none of its arguments', () => {
    fc.assert(
      fc.property(chunkCounts, chance, (chunks, events) => {
        const rows = new Rows(chunks);
        disturb(rows, events, { orchestrators: 1, failing: true });
        lookOnce(rows);
        const tasks = [...rows.tasks.values()];
        const before = structuredClone({ job: rows.job, tasks });
        expect(advance(rows.job, tasks, planner(chunks), 8)).toEqual({ insert: [], open: [], patch: null });
        expect({ job: rows.job, tasks }).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it('counts the rest of the film as work to do in the very step that plans it', () => {
    const rows = new Rows(5);
    // The index comes last of all: everything that is known of stands already.
    for (let i = 0; i < 6; i++) {
      lookOnce(rows);
      for (const task of rows.with('ready')) if (task.piece !== 'index') rows.end(task, 'done');
    }
    expect(rows.job.packagedChunks).toBe(1);
    for (const task of rows.with('ready')) rows.end(task, 'done');
    lookOnce(rows);
    expect(rows.tasks.has(`${rows.job.id}:package:final` as TaskId)).toBe(false);
    finish(rows);
    expect(rows.job.status).toBe('ready');
  });

  it('starts again from rows that all wait, in the right order', () => {
    fc.assert(
      fc.property(chunkCounts, chance, (chunks, events) => {
        const rows = new Rows(chunks);
        finish(rows);
        for (const task of rows.tasks.values()) Object.assign(task, { status: 'waiting', result: null });
        rows.job = { ...newFilmJob(), version: rows.job.version };
        disturb(rows, events, { orchestrators: 2, failing: false });
        finish(rows);
        expect(rows.job).toMatchObject({ status: 'ready', packagedChunks: chunks });
      }),
      { numRuns: 50 },
    );
  });

  it('leaves a job alone that is over', () => {
    for (const status of ['ready', 'failed', 'cancelled'] as const) {
      const job = { ...newFilmJob(), status };
      expect(advance(job, [], planner(3), 1)).toEqual({ insert: [], open: [], patch: null });
    }
  });

  it('advances a film of ten hours quickly', () => {
    const rows = new Rows(3000);
    for (let i = 0; i < 3; i++) {
      lookOnce(rows);
      for (const task of rows.with('ready')) rows.end(task, 'done');
    }
    lookOnce(rows);
    for (const task of rows.tasks.values()) if (task.type === 'video.transcode') rows.end(task, 'done');
    const tasks = [...rows.tasks.values()];
    const startMs = performance.now();
    advance(rows.job, tasks, planner(3000), 1);
    // A few milliseconds; a search of every chunk for every tile takes more than a second.
    expect(performance.now() - startMs).toBeLessThan(400);
  });
});
