import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '@marquee/core/errors';
import { MarqueeError } from '@marquee/core/errors';

/** One thing that goes wrong. With neither `call` nor `every` it happens at each call. */
export interface Fault {
  /** Method of the port: `put`, `list`, or of a repository in it: `jobs.update`. */
  method: string;
  /** Happens at this call of the method alone, counted from 1. */
  call?: number;
  /** Happens at each so many-th call: 3 is the third, the sixth and so on. */
  every?: number;
  /** What the caller gets; without it nothing fails and only `delayMs` counts. */
  error?: ErrorCode | Error;
  /** Fails after the work was done, as when an answer is lost on its way. */
  after?: boolean;
  /** Held up for this long, before the work. */
  delayMs?: number;
}

export type FaultPlan = Fault[];

/** The methods of ports that answer with an async iterable instead of a promise. */
const ITERABLE = new Set(['list', 'read']);

type Method = (...values: unknown[]) => unknown;

/**
 * Wraps a port so that chosen calls fail or take long, for tests and drills. Everything else goes through
 * untouched. A method that gives an async iterable (`list`) fails at its first step, or with `after` at its end.
 */
export function withFaults<P extends object>(port: P, plan: FaultPlan): P {
  return wrap(port, '', plan, new Map()) as P;
}

function wrap(target: object, path: string, plan: FaultPlan, counts: Map<string, number>): object {
  const wrapped = new Map<PropertyKey, unknown>();
  return new Proxy(target, {
    get(_, name) {
      if (wrapped.has(name)) return wrapped.get(name);
      const value = Reflect.get(target, name) as unknown;
      const method = `${path}${String(name)}`;
      const faults = plan.filter((fault) => fault.method === method);
      const inside = plan.some((fault) => fault.method.startsWith(`${method}.`));
      if (typeof value === 'function') {
        const bound = (value as Method).bind(target);
        wrapped.set(name, faults.length > 0 ? failing(bound, method, faults, counts) : bound);
      } else if (typeof value === 'object' && value !== null && inside) {
        wrapped.set(name, wrap(value, `${method}.`, plan, counts));
      } else {
        return value;
      }
      return wrapped.get(name);
    },
  });
}

function failing(method: Method, name: string, faults: Fault[], counts: Map<string, number>): Method {
  return (...values) => {
    const call = (counts.get(name) ?? 0) + 1;
    counts.set(name, call);
    const due = faults.filter(
      (fault) =>
        (fault.call === undefined || fault.call === call) && (fault.every === undefined || call % fault.every === 0),
    );
    if (due.length === 0) return method(...values);
    const before = async () => {
      for (const fault of due) if (fault.delayMs !== undefined) await sleep(fault.delayMs);
      for (const fault of due) if (!fault.after) strike(fault, name, call);
    };
    const after = () => {
      for (const fault of due) if (fault.after) strike(fault, name, call);
    };
    if (ITERABLE.has(name)) {
      return (async function* () {
        await before();
        yield* method(...values) as AsyncIterable<unknown>;
        after();
      })();
    }
    return (async () => {
      await before();
      const result = await method(...values);
      after();
      return result;
    })();
  };
}

function strike(fault: Fault, method: string, call: number): void {
  if (fault.error === undefined) return;
  if (fault.error instanceof Error) throw fault.error;
  throw new MarqueeError(fault.error, `A fault was put into call ${call} of ${method}.`, { context: { method, call } });
}
