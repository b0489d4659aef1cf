import { type FleetTask, type Graph, graphOf, longestPathMs } from './fleet-graph.ts';
import { createHeap, type Heap } from './heap.ts';

/** A film that arrives; its tasks stand in the order in which the orchestrator opens them. */
export interface FleetFilm {
  arrivesMs: number;
  tasks: readonly FleetTask[];
}

/** A fleet and what it is given to do. */
export interface FleetOptions {
  films: readonly FleetFilm[];
  /** Tasks that run at once in the whole fleet: one a core. */
  workers: number;
  /** Most tasks of one film that are queued or running at once. */
  openWindow: number;
  /** What a message takes from being sent to being handed out while somebody is free, in milliseconds. */
  queueDelayMs: number;
  /** What one step of one film keeps an orchestrator busy, in milliseconds; steps of one film never overlap. */
  orchestratorMs: number;
  /** Steps that run at once, of different films; default 1. */
  orchestrators?: number;
  /** Tasks take up to this share longer or shorter than said, in `[0, 1)`, evenly spread; default 0. */
  spread?: number;
  /** Of the random numbers behind `spread`; the same seed gives the same result. Default 1. */
  seed?: number;
  /** Called for each task when it ends, for a timeline. */
  onRun?: (run: FleetRun) => void;
}

/** One task's life; times are milliseconds on the clock of `arrivesMs`. */
export interface FleetRun {
  /** Index of its film. */
  film: number;
  task: FleetTask;
  /** When its message was sent, and when it could be taken. */
  sentMs: number;
  deliveredMs: number;
  startMs: number;
  endMs: number;
}

/** Median, 95th percentile (nearest rank) and maximum; all 0 where nothing was measured. */
interface Percentiles {
  p50: number;
  p95: number;
  max: number;
}

export interface FleetResult {
  /** From the first film's arrival to the last task's end, in milliseconds. */
  makespanMs: number;
  /** The share of the fleet's time until then that was spent on tasks, `[0, 1]`. */
  utilisation: number;
  /** From a task's message being sent to a worker taking it, over all tasks, in milliseconds. */
  queueAgeMs: Percentiles;
  /** From a film's arrival to the end of its last opening task (of all of them, if none is marked), over all films. */
  firstPlayableMs: Percentiles;
  /** From a film's arrival to the end of its last task, over all films. */
  finishedMs: Percentiles;
  /** Sum of all tasks' times, in milliseconds: no fleet of n workers ends before an nth of it. */
  workMs: number;
  /** The longest chain of tasks that wait for each other, arrivals included: no fleet at all ends before it. */
  criticalPathMs: number;
  taskCount: number;
}

interface Film {
  index: number;
  arrivesMs: number;
  graph: Graph;
  ms: Float64Array;
  waitsFor: Int32Array;
  /** Tasks that may go, by place in the list. */
  ready: Heap<number>;
  open: number;
  left: number;
  openingsLeft: number;
  isAsked: boolean;
  isStepping: boolean;
}

interface Queued {
  film: Film;
  at: number;
  sentMs: number;
  deliveredMs: number;
  number: number;
}

interface Asked {
  film: Film;
  priority: number;
  number: number;
}

interface Happening {
  atMs: number;
  number: number;
  happen: () => void;
}

/** Messages to the orchestrator: of an opening's end, of an arrival, of any other end. */
const TOLD = { opening: 9, arrival: 5, other: 0 };

/**
 * Plays through what a fleet of any size would do with films, by discrete events: the product's rules (needs, the
 * window, urgent messages first and then the older, one step of a film at a time) with measured times, without the
 * work. Pure and deterministic. Every worker takes every type of task, one at a time; nothing fails.
 *
 * @throws RangeError if an option is out of range, an id is there twice or missing, or tasks wait for each other
 */
export function simulateFleet(options: FleetOptions): FleetResult {
  const { workers, openWindow, queueDelayMs, orchestratorMs, orchestrators = 1, spread = 0, onRun } = options;
  for (const [name, value] of Object.entries({ workers, openWindow, orchestrators }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} must be a whole number from 1, not ${value}`);
  for (const [name, value] of Object.entries({ queueDelayMs, orchestratorMs }))
    if (!(value >= 0)) throw new RangeError(`${name} must not be negative`);
  if (!(spread >= 0 && spread < 1)) throw new RangeError('spread must be in [0, 1)');

  const random = randomFrom(options.seed ?? 1);
  const graphs = new Map<readonly FleetTask[], Graph>();
  const films = options.films.map(({ arrivesMs, tasks }, index): Film => {
    const graph = graphs.get(tasks) ?? graphOf(tasks);
    graphs.set(tasks, graph);
    const ready = createHeap<number>((a, b) => a < b);
    graph.waitsFor.forEach((count, at) => {
      if (count === 0) ready.push(at);
    });
    return {
      index,
      arrivesMs,
      graph,
      ms: Float64Array.from(tasks, ({ ms }) => (spread === 0 ? ms : ms * (1 + spread * (2 * random() - 1)))),
      waitsFor: graph.waitsFor.slice(),
      ready,
      open: 0,
      left: tasks.length,
      openingsLeft: graph.openings,
      isAsked: false,
      isStepping: false,
    };
  });

  const priorityOf = ({ film, at }: Queued) => (film.graph.tasks[at] as FleetTask).priority;
  const events = createHeap<Happening>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number));
  const asked = createHeap<Asked>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.number < b.number),
  );
  const queue = createHeap<Queued>((a, b) => {
    const urgency = priorityOf(a) - priorityOf(b);
    return urgency > 0 || (urgency === 0 && a.number < b.number);
  });
  const queueAgesMs: number[] = [];
  const playableMs: number[] = [];
  const finishedMs: number[] = [];
  let number = 0;
  let nowMs = films.reduce((first, film) => Math.min(first, film.arrivesMs), Number.POSITIVE_INFINITY);
  const beganMs = nowMs;
  let endedMs = nowMs;
  let workMs = 0;
  let freeWorkers = workers;
  let freeOrchestrators = orchestrators;

  const at = (atMs: number, happen: () => void) => events.push({ atMs, number: number++, happen });

  /** Says "look at this film"; who has been told and has not looked yet need not be told again. */
  const tell = (film: Film, priority: number) =>
    at(nowMs + queueDelayMs, () => {
      if (film.isAsked) return;
      film.isAsked = true;
      if (!film.isStepping) asked.push({ film, priority, number: number++ });
    });

  /** A step sees what stands when it begins; what it opens is sent when it ends. */
  function step({ film }: Asked): void {
    freeOrchestrators--;
    film.isAsked = false;
    film.isStepping = true;
    const opened: number[] = [];
    while (film.open < openWindow && film.ready.size() > 0) {
      opened.push(film.ready.pop() as number);
      film.open++;
    }
    at(nowMs + orchestratorMs, () => {
      freeOrchestrators++;
      film.isStepping = false;
      if (film.isAsked) asked.push({ film, priority: TOLD.other, number: number++ });
      const sentMs = nowMs;
      for (const task of opened) {
        at(sentMs + queueDelayMs, () => queue.push({ film, at: task, sentMs, deliveredMs: nowMs, number: number++ }));
      }
    });
  }

  function start(queued: Queued): void {
    const { film, sentMs, deliveredMs } = queued;
    const startMs = nowMs;
    const ms = film.ms[queued.at] as number;
    freeWorkers--;
    queueAgesMs.push(startMs - sentMs);
    at(startMs + ms, () => {
      freeWorkers++;
      workMs += ms;
      endedMs = nowMs;
      end(film, queued.at);
      onRun?.({
        film: film.index,
        task: film.graph.tasks[queued.at] as FleetTask,
        sentMs,
        deliveredMs,
        startMs,
        endMs: nowMs,
      });
    });
  }

  function end(film: Film, task: number): void {
    const { opening } = film.graph.tasks[task] as FleetTask;
    film.open--;
    film.left--;
    if (opening && --film.openingsLeft === 0) playableMs.push(nowMs - film.arrivesMs);
    if (film.left === 0) {
      finishedMs.push(nowMs - film.arrivesMs);
      if (film.graph.openings === 0) playableMs.push(nowMs - film.arrivesMs);
      return;
    }
    for (const dependent of film.graph.dependents[task] as readonly number[]) {
      const count = (film.waitsFor[dependent] as number) - 1;
      film.waitsFor[dependent] = count;
      if (count === 0) film.ready.push(dependent);
    }
    tell(film, opening ? TOLD.opening : TOLD.other);
  }

  for (const film of films) if (film.left > 0) at(film.arrivesMs, () => tell(film, TOLD.arrival));
  for (;;) {
    // All that happens at one moment has happened before anybody chooses what to take.
    while (events.peek()?.atMs === nowMs) (events.pop() as Happening).happen();
    while (freeOrchestrators > 0 && asked.size() > 0) step(asked.pop() as Asked);
    if (events.peek()?.atMs === nowMs) continue;
    while (freeWorkers > 0 && queue.size() > 0) start(queue.pop() as Queued);
    const next = events.peek();
    if (!next) break;
    nowMs = next.atMs;
  }

  const makespanMs = films.length === 0 ? 0 : endedMs - beganMs;
  return {
    makespanMs,
    // Sums of fractions round: a fleet that never rests would come out a hair above 1.
    utilisation: makespanMs === 0 ? 0 : Math.min(1, workMs / (workers * makespanMs)),
    queueAgeMs: percentiles(queueAgesMs),
    firstPlayableMs: percentiles(playableMs),
    finishedMs: percentiles(finishedMs),
    workMs,
    criticalPathMs: films.reduce(
      (longest, film) => Math.max(longest, film.arrivesMs - beganMs + longestPathMs(film.graph, film.ms)),
      0,
    ),
    taskCount: queueAgesMs.length,
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** Evenly spread numbers in `[0, 1)`: the xorshift generator with 32 bits of state. */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed | 0, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
