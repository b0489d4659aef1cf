/** One piece of work of one film. */
export interface FleetTask {
  /** Unique within its film. */
  id: string;
  type: string;
  /** What a worker needs for it, from taking it to having its end in the store, in milliseconds. */
  ms: number;
  /** Ids of tasks of the same film that have to be done first. */
  after: readonly string[];
  /** Of its message in the queue: higher is delivered first. */
  priority: number;
  /** True where the film is not playable without it. */
  opening: boolean;
}

/** What films that share their tasks share: who waits for whom, by place in the list. */
export interface Graph {
  tasks: readonly FleetTask[];
  waitsFor: Int32Array;
  dependents: readonly (readonly number[])[];
  /** An order in which each task stands behind all that it waits for. */
  sorted: readonly number[];
  openings: number;
}

/** @throws RangeError if an id is there twice or missing, a time is not one, or tasks wait for each other */
export function graphOf(tasks: readonly FleetTask[]): Graph {
  const places = new Map(tasks.map(({ id }, i) => [id, i]));
  if (places.size !== tasks.length) throw new RangeError('two tasks of a film have one id');
  const waitsFor = new Int32Array(tasks.length);
  const dependents: number[][] = tasks.map(() => []);
  tasks.forEach(({ id, ms, after }, i) => {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`task ${id} takes ${ms} ms`);
    const needs = new Set(after);
    waitsFor[i] = needs.size;
    for (const need of needs) {
      const place = places.get(need);
      if (place === undefined) throw new RangeError(`task ${id} waits for ${need}, which is not there`);
      dependents[place]?.push(i);
    }
  });
  const left = waitsFor.slice();
  const sorted = tasks.flatMap((_, i) => (left[i] === 0 ? [i] : []));
  for (const i of sorted)
    for (const dependent of dependents[i] as number[]) {
      const count = (left[dependent] as number) - 1;
      left[dependent] = count;
      if (count === 0) sorted.push(dependent);
    }
  if (sorted.length < tasks.length) throw new RangeError('tasks of a film wait for each other');
  return { tasks, waitsFor, dependents, sorted, openings: tasks.filter(({ opening }) => opening).length };
}

/** @param ms what each task takes @returns the longest chain of tasks that wait for each other, in milliseconds */
export function longestPathMs(graph: Graph, ms: Float64Array): number {
  const beforeMs = new Float64Array(ms.length);
  let longest = 0;
  for (const i of graph.sorted) {
    const through = (beforeMs[i] as number) + (ms[i] as number);
    longest = Math.max(longest, through);
    for (const dependent of graph.dependents[i] as readonly number[])
      beforeMs[dependent] = Math.max(beforeMs[dependent] as number, through);
  }
  return longest;
}
