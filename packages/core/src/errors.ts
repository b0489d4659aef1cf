/**
 * What kind of ending a code means; the worker runtime acts on this alone.
 *
 * - `permanent`: trying again cannot help; the task fails with the sentence shown to the admin.
 * - `transient`: the world was at fault; try again later with backoff.
 * - `resource`: the machine was too small; try once more with less, then give up.
 * - `stopped`: this worker has to let go; the task is handed back and no attempt is spent.
 * - `cancelled`: a person asked for it; acknowledge and clean up.
 * - `unknown`: a fault of ours; handled as transient and counted.
 */
export type Outcome = 'permanent' | 'transient' | 'resource' | 'stopped' | 'cancelled' | 'unknown';

const OUTCOMES = {
  MESSAGE_INVALID: 'permanent',
  INPUT_UNREADABLE: 'permanent',
  INPUT_UNSUPPORTED: 'permanent',
  OUTPUT_INVALID: 'permanent',
  OBJECT_MISSING: 'permanent',
  CONFIG_INVALID: 'permanent',
  BROKER_DOWN: 'transient',
  STORE_DOWN: 'transient',
  OBJECTS_DOWN: 'transient',
  CATALOGUE_DOWN: 'transient',
  MAIL_DOWN: 'transient',
  MODELS_DOWN: 'transient',
  LLM_DOWN: 'transient',
  PROVIDER_DOWN: 'transient',
  RATE_LIMITED: 'transient',
  TOOL_TIMEOUT: 'transient',
  DISK_FULL: 'transient',
  TOOL_KILLED: 'resource',
  SHUTDOWN: 'stopped',
  LEASE_LOST: 'stopped',
  JOB_CANCELLED: 'cancelled',
  INTERNAL: 'unknown',
} as const satisfies Record<string, Outcome>;

/** Every code a person or a program may meet. Code matches on these, never on a class. */
export type ErrorCode = keyof typeof OUTCOMES;

/** All codes, in the order of the outcome table. */
export const ERROR_CODES = Object.keys(OUTCOMES) as ErrorCode[];

/** @returns what an error with this code leads to. */
export function outcomeOf(code: ErrorCode): Outcome {
  return OUTCOMES[code];
}

export interface ErrorDetails {
  /** Facts for the log (ids, sizes, the last lines a tool printed); never secrets. */
  context?: Record<string, unknown>;
  cause?: unknown;
  /** For transient codes: the earliest sensible retry, in milliseconds from now. */
  retryAfterMs?: number;
}

/** The one error class. `message` is a sentence for the person who can act on it. */
export class MarqueeError extends Error {
  override readonly name = 'MarqueeError';
  readonly code: ErrorCode;
  readonly context: Record<string, unknown>;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.context = details.context ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }
}

/**
 * Reads any thrown value as a MarqueeError. Node's own errors that have a meaning of ours get its code
 * (a full disk, an aborted call); anything else becomes INTERNAL and keeps the original as its cause.
 */
export function toMarqueeError(thrown: unknown): MarqueeError {
  if (isMarqueeError(thrown)) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const systemCode = (error as NodeJS.ErrnoException).code;
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
    return new MarqueeError('DISK_FULL', 'The disk is full. Free some space and the work goes on by itself.', {
      cause: error,
    });
  }
  return new MarqueeError('INTERNAL', error.message || 'Something failed without saying why.', { cause: error });
}

/** @returns true for an error of ours, also one from another copy of this module. */
export function isMarqueeError(thrown: unknown): thrown is MarqueeError {
  return thrown instanceof Error && thrown.name === 'MarqueeError' && 'code' in thrown;
}
