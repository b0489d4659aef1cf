import { randomBytes } from 'node:crypto';

/** A stretch of work, as a trace shows it. Times in milliseconds since 1970. */
export interface SpanFacts {
  /** Few of them: what kind of work, not on what. */
  name: string;
  /** What it is part of, as W3C Trace Context; null begins a trace. */
  parent: string | null;
  startMs: number;
  /** What may be searched for, by dotted names. */
  attributes?: Record<string, string | number | boolean>;
}

/** A stretch of work that goes on. */
export interface Span {
  /** W3C Trace Context, for what is done as part of it, wherever that is. */
  readonly traceparent: string;
  /**
   * Ends it, once.
   *
   * @param end.error a code, where it came to nothing
   */
  end(end: { atMs: number; error?: string | null; attributes?: SpanFacts['attributes'] }): void;
}

/** Tells a collector what was done and how long it took. Never fails, and never waits: what cannot be told is lost. */
export interface Tracer {
  begin(facts: SpanFacts): Span;
  /** Sends what was not sent yet, for a few seconds at most. Idempotent. */
  close(): Promise<void>;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Where nobody collects: traces have their ids, by which lines of logs belong together, and are told to nobody. */
export const SILENT_TRACER: Tracer = {
  begin({ parent }) {
    const traceId = traceIdOf(parent) ?? randomBytes(16).toString('hex');
    return { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`, end() {} };
  },
  async close() {},
};

/** The parts of a W3C traceparent; null for what is none. */
export function partsOf(traceparent: string | null): { traceId: string; spanId: string; flags: number } | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** @returns 32 hexadecimal digits, or null */
export function traceIdOf(traceparent: string | null): string | null {
  return partsOf(traceparent)?.traceId ?? null;
}
