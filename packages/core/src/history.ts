/** What was done to something, step by step, so that it can be undone. */
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last step was; a step of the same kind is part of it. Null for one that stands alone. */
  kind: string | null;
}

/** Steps that can be undone. */
const MAX_STEPS = 200;

export function newHistory<T>(now: T): History<T> {
  return { past: [], now, future: [], kind: null };
}

/** @param kind of steps that are undone together, such as letters of one word */
export function step<T>(history: History<T>, next: T, kind: string | null = null): History<T> {
  if (next === history.now) return history;
  const isPart = kind !== null && kind === history.kind && history.past.length > 0;
  const past = isPart ? history.past : [...history.past, history.now].slice(-MAX_STEPS);
  return { past, now: next, future: [], kind };
}

/** Puts what is no step by itself, such as a choice: it is neither undone, nor in the way of it. */
export function amend<T>(history: History<T>, now: T): History<T> {
  return { ...history, now, kind: null };
}

export function undo<T>({ past, now, future, kind }: History<T>): History<T> {
  const last = past.at(-1);
  return last === undefined
    ? { past, now, future, kind }
    : { past: past.slice(0, -1), now: last, future: [now, ...future], kind: null };
}

export function redo<T>({ past, now, future, kind }: History<T>): History<T> {
  const [next, ...rest] = future;
  return next === undefined
    ? { past, now, future, kind }
    : { past: [...past, now], now: next, future: rest, kind: null };
}
