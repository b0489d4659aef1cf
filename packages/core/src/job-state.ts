import { isAfterReady } from './analysis.ts';
import type { TaskId } from './ids.ts';
import type { Failure, NewTask, Task, TaskResult, TaskState, TaskStatus } from './job.ts';
import type { TaskType } from './messages.ts';
import type { Chunk, MediaPlan } from './plan.ts';

/** What is kept of a task to decide what comes next: a tenth of its row. */
interface Entry {
  id: TaskId;
  type: TaskType;
  order: number;
  status: TaskStatus;
  /** Frames that have to stand first (thumbnails). */
  frames: readonly number[];
  /** Subtitles: made from the film itself, or from those; a dub is spoken from any. */
  words: 'own' | 'translated' | 'dubbed' | null;
  /** What a playlist needs; null for all else. */
  package: { throughChunk: number; final: boolean; isWhole: boolean; audio: string[] } | null;
}

/**
 * All tasks of one job, held so that each change and each decision costs the same however many there are:
 * a film of ten hours has thousands, and one of them ends every few milliseconds in a large fleet.
 */
export interface JobState {
  /** How many tasks are known. */
  size(): number;
  has(id: TaskId): boolean;
  /** Those that are queued or running as far as is known here. */
  openIds(): TaskId[];
  /** Adds a task that was just planned, waiting; one that is known already is left as it is. */
  plan(task: NewTask): void;
  /** Takes over a row as it stands in the store. A task is never `done` and then something else in one state. */
  apply(row: Task): void;
  /** Takes over a change of a known row. @returns false if the whole row is needed (its result decides what comes next) */
  applyState(row: TaskState): boolean;
  /** The failed task of the lowest order, of those that the film needs. */
  firstFailure(): { id: TaskId; error: Failure } | null;
  inspected<S extends 'head' | 'index'>(scope: S): Extract<TaskResult<'video.inspect'>, { scope: S }> | null;
  /** Results of playlists that were written. */
  packaged(): { throughChunk: number; final: boolean } | null;
  /** True while a playlist is planned and not written yet. */
  isPackaging(): boolean;
  /** Video chunks that stand without a gap from the start. */
  videoPrefix(): number;
  /** True when each sound track's first window stands. */
  audioOpens(plan: MediaPlan): boolean;
  /** True when all sound that is planned stands. */
  allAudio(): boolean;
  /** True when everything that is planned stands but playlists, and what comes when the film is ready. */
  allWork(): boolean;
  /**
   * Takes up to `window` minus the open ones from those whose needs are met, lowest order first, and counts them
   * as open from now on.
   */
  takeReady(window: number): TaskId[];
}

const OPEN = new Set<TaskStatus>(['ready', 'running']);
const byOrder = (a: Entry, b: Entry) => a.order - b.order || (a.id < b.id ? -1 : 1);

/** @returns the state of a job with these tasks, in any order */
export function createJobState(tasks: readonly Task[] = []): JobState {
  const entries = new Map<TaskId, Entry>();
  const open = new Set<TaskId>();
  const failures = new Map<TaskId, { order: number; error: Failure }>();
  const unwritten = new Set<TaskId>();
  const audioStarts = new Set<string>();
  const inspections = new Map<string, TaskResult<'video.inspect'>>();
  let written: { throughChunk: number; final: boolean } | null = null;
  let audioToDo = 0;
  let workToDo = 0;
  let wordsToDo = 0;
  let translationsToDo = 0;

  /** Waiting tasks, the next one last; sorted when something was added. */
  let queue: Entry[] = [];
  let isSorted = true;
  /** Waiting tasks whose needs were not met when they were looked at: few at any time. */
  let blocked: Entry[] = [];

  const chunks: Chunk[] = [];
  const chunkOf = new Map<TaskId, Chunk>();
  const chunkDone = new Set<number>();
  let areChunksSorted = true;
  let prefix = 0;

  function add(task: NewTask, status: TaskStatus): Entry {
    const entry: Entry = {
      id: task.id,
      type: task.type,
      order: task.order,
      status,
      frames: [],
      words: null,
      package: null,
    };
    switch (task.type) {
      case 'video.transcode': {
        const { chunk } = (task as NewTask<'video.transcode'>).payload;
        chunks.push(chunk);
        chunkOf.set(task.id, chunk);
        areChunksSorted = false;
        break;
      }
      case 'video.generate_thumbnails': {
        const { work, segmentFrames } = (task as NewTask<'video.generate_thumbnails'>).payload;
        entry.frames = work.kind === 'storyboard' ? work.frames : work.segments.map((each) => each * segmentFrames);
        break;
      }
      case 'video.generate_subtitles': {
        const { rendition } = (task as NewTask<'video.generate_subtitles'>).payload;
        entry.words = rendition.dubbed ? 'dubbed' : rendition.translated ? 'translated' : 'own';
        break;
      }
      case 'video.package': {
        const { throughChunk, final, plan } = (task as NewTask<'video.package'>).payload;
        const audio = plan.audio.map(({ name }) => `${name}:000`);
        entry.package = { throughChunk, final, isWhole: throughChunk === plan.chunkCount, audio };
        break;
      }
    }
    entries.set(task.id, entry);
    // Such work is opened when the job is over, by `nextAnalyses`.
    if (isAfterReady(task.type)) return entry;
    if (status !== 'done') {
      if (entry.package) unwritten.add(task.id);
      else workToDo++;
      if (task.type === 'video.encode_audio') audioToDo++;
      if (entry.words === 'own') wordsToDo++;
      if (entry.words === 'translated') translationsToDo++;
    }
    if (status === 'waiting') enqueue(entry);
    if (OPEN.has(status)) open.add(task.id);
    return entry;
  }

  function enqueue(entry: Entry): void {
    queue.push(entry);
    isSorted = false;
  }

  function change(entry: Entry, status: TaskStatus): void {
    if (OPEN.has(status)) open.add(entry.id);
    else open.delete(entry.id);
    if (status !== 'failed') failures.delete(entry.id);
    if (isAfterReady(entry.type)) {
      entry.status = status;
      return;
    }
    if (status === 'done' && entry.status !== 'done') {
      if (entry.package) unwritten.delete(entry.id);
      else workToDo--;
      if (entry.type === 'video.encode_audio') audioToDo--;
      if (entry.words === 'own') wordsToDo--;
      if (entry.words === 'translated') translationsToDo--;
    }
    entry.status = status;
  }

  /** What a finished task means for the others. */
  function note(entry: Entry, piece: string, result: TaskResult | null): void {
    const chunk = chunkOf.get(entry.id);
    if (chunk) chunkDone.add(chunk.index);
    while (chunkDone.has(prefix)) prefix++;
    if (entry.type === 'video.encode_audio' && piece.endsWith(':000')) audioStarts.add(piece);
    if (entry.type === 'video.inspect') inspections.set(piece, result as TaskResult<'video.inspect'>);
    if (entry.type === 'video.package') {
      const { throughChunk, final } = result as TaskResult<'video.package'>;
      if (!written || throughChunk >= written.throughChunk)
        written = { throughChunk, final: final || (written?.final ?? false) };
    }
  }

  function isFrameDone(frame: number): boolean {
    if (!areChunksSorted) chunks.sort((a, b) => a.startFrame - b.startFrame);
    areChunksSorted = true;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = chunks[middle] as Chunk;
      if (chunk.startFrame + chunk.frames > frame) high = middle;
      else low = middle + 1;
    }
    const chunk = chunks[low];
    return chunk !== undefined && chunk.startFrame <= frame && chunkDone.has(chunk.index);
  }

  /** What a task reads must stand. Most of it stands when the task is planned, but not after a restart from nothing. */
  function areNeedsMet(entry: Entry): boolean {
    if (entry.package) {
      const { final, isWhole, throughChunk, audio } = entry.package;
      if (final) return workToDo === 0;
      const sound = isWhole ? audioToDo === 0 : audio.every((start) => audioStarts.has(start));
      return sound && prefix >= throughChunk;
    }
    if (entry.words === 'translated') return wordsToDo === 0;
    if (entry.words === 'dubbed') return wordsToDo + translationsToDo === 0;
    return entry.frames.every(isFrameDone);
  }

  function noteFailure(row: TaskState): void {
    if (!isAfterReady(row.type)) failures.set(row.id, { order: row.order, error: row.error ?? SILENT });
  }

  const state: JobState = {
    size: () => entries.size,
    has: (id) => entries.has(id),
    openIds: () => [...open],
    plan(task) {
      if (!entries.has(task.id)) add(task, 'waiting');
    },
    apply(row) {
      const known = entries.get(row.id);
      const entry = known ?? add(row, row.status);
      if (known) change(known, row.status);
      if (row.status === 'done') note(entry, row.piece, row.result);
      if (row.status === 'failed') noteFailure(row);
    },
    applyState(row) {
      const entry = entries.get(row.id);
      if (!entry) return false;
      const decides = row.type === 'video.inspect' || row.type === 'video.package';
      if (row.status === 'done' && entry.status !== 'done' && decides) return false;
      change(entry, row.status);
      if (row.status === 'done' && !decides) note(entry, row.piece, null);
      if (row.status === 'failed') noteFailure(row);
      return true;
    },
    firstFailure() {
      let first: { id: TaskId; order: number; error: Failure } | null = null;
      for (const [id, { order, error }] of failures) if (!first || order < first.order) first = { id, order, error };
      return first && { id: first.id, error: first.error };
    },
    inspected: <S extends 'head' | 'index'>(scope: S) => {
      const result = inspections.get(scope);
      return result?.scope === scope ? (result as Extract<TaskResult<'video.inspect'>, { scope: S }>) : null;
    },
    packaged: () => written,
    isPackaging: () => unwritten.size > 0,
    videoPrefix: () => prefix,
    audioOpens: (plan) => plan.audio.every((rendition) => audioStarts.has(`${rendition.name}:000`)),
    allAudio: () => audioToDo === 0,
    allWork: () => workToDo === 0,
    takeReady(window) {
      const taken: Entry[] = [];
      let room = window - open.size;
      // Playlists are written one after another, so that an older one never lands on a newer.
      let packaging = [...unwritten].some((id) => open.has(id));
      const take = (entry: Entry) => {
        if (entry.package) packaging = true;
        taken.push(entry);
        room--;
      };
      const mayGo = (entry: Entry) => !(entry.package && packaging) && areNeedsMet(entry);

      if (!isSorted) queue = queue.filter((entry) => entry.status === 'waiting').sort((a, b) => byOrder(b, a));
      isSorted = true;
      const isHead = (entry: Entry) => entry.type === 'video.inspect' && entry.order === 0;
      const hasHead = state.inspected('head') !== null;
      const old = blocked.sort(byOrder);
      blocked = [];
      let at = 0;
      while (at < old.length || queue.length > 0) {
        const next = queue.at(-1);
        const waits = old[at];
        const entry = waits && (!next || byOrder(waits, next) < 0) ? waits : (next as Entry);
        // Without the head nothing else can be opened, and all of it would have to be looked at each time.
        if (room <= 0 || (!hasHead && !isHead(entry))) break;
        if (entry === waits) at++;
        else queue.pop();
        if (entry.status !== 'waiting') continue;
        if (mayGo(entry)) take(entry);
        else blocked.push(entry);
      }
      blocked.push(...old.slice(at));
      for (const entry of taken) change(entry, 'ready');
      return taken.map((entry) => entry.id);
    },
  };
  for (const task of tasks) state.apply(task);
  return state;
}

const SILENT: Failure = { code: 'INTERNAL', message: 'A task failed without saying why.' };
