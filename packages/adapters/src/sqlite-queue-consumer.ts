import { setTimeout as sleep } from 'node:timers/promises';
import { toMarqueeError } from '@marquee/core/errors';
import type { Delivery, QueueName, Verdict } from '@marquee/core/ports';

/** A message in hand, and the token that proves it. */
export interface Held {
  seq: number;
  token: string;
  body: string;
  deliveryCount: number;
  enqueuedAtMs: number;
}

/** A verdict, with the reason of a retry for the dead letter that it may become. */
export type Settlement =
  | { kind: 'ack' }
  | { kind: 'retry'; delayMs: number; reason: string }
  | { kind: 'dead'; reason: string };

export interface ConsumerParts {
  queue: QueueName;
  concurrency: number;
  visibilityMs: number;
  handle: (delivery: Delivery) => Promise<Verdict>;
  take: () => Held | null;
  /** When the next hidden message of the queue may be taken, or null if there is none. */
  nextDueMs: () => number | null;
  /** @returns false if the lock is gone. */
  renew: (held: Held) => boolean;
  settle: (held: Held, settlement: Settlement) => void;
  ended: () => void;
}

export interface Consuming {
  queue: QueueName;
  /** Looks for messages soon; cheap, and calls in a row count as one. */
  wake(): void;
  drain(): Promise<void>;
}

/** A handler that throws is called again after this; long enough not to spin on a fault of ours. */
const THROWN_DELAY_MS = 50;
/** Wait after the engine failed. */
const DOWN_DELAY_MS = 500;
/** No timer runs longer; what is due later is looked at again then. */
const LONGEST_TIMER_MS = 60_000;

/** Runs one consumer: takes while there is room, keeps locks alive, settles, sleeps until something is due. */
export function startConsumer(parts: ConsumerParts): Consuming {
  const inHand = new Set<Promise<void>>();
  let draining: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let waking = false;

  const pump = () => {
    waking = false;
    if (timer) clearTimeout(timer);
    timer = null;
    if (draining) return;
    try {
      while (inHand.size < parts.concurrency) {
        const held = parts.take();
        if (held === null) {
          const dueMs = parts.nextDueMs();
          if (dueMs !== null) wakeIn(dueMs - Date.now());
          return;
        }
        const work = carry(parts, held).finally(() => {
          inHand.delete(work);
          wake();
        });
        inHand.add(work);
      }
    } catch {
      // The engine is away: whoever publishes is told; a consumer only waits for it to come back.
      wakeIn(DOWN_DELAY_MS);
    }
  };
  const wakeIn = (delayMs: number) => {
    timer = setTimeout(pump, Math.max(1, Math.min(delayMs, LONGEST_TIMER_MS)));
  };
  const wake = () => {
    if (waking || draining) return;
    waking = true;
    setImmediate(pump);
  };

  return {
    queue: parts.queue,
    wake,
    drain() {
      draining ??= (async () => {
        if (timer) clearTimeout(timer);
        await Promise.all(inHand);
        parts.ended();
      })();
      return draining;
    },
  };
}

/** Carries one message from hand-out to verdict. Never throws: what cannot be settled is handed out again later. */
async function carry(parts: ConsumerParts, held: Held): Promise<void> {
  const lock = new AbortController();
  const heartbeat = keepLock(parts, held, lock);
  let settlement: Settlement;
  try {
    const verdict = await parts.handle({
      id: String(held.seq),
      body: JSON.parse(held.body) as unknown,
      deliveryCount: held.deliveryCount,
      enqueuedAtMs: held.enqueuedAtMs,
      signal: lock.signal,
    });
    settlement = verdict.kind === 'retry' ? { ...verdict, reason: 'Its handler asked for another try.' } : verdict;
  } catch (thrown) {
    const { code, message } = toMarqueeError(thrown);
    settlement = { kind: 'retry', delayMs: THROWN_DELAY_MS, reason: `Its handler failed (${code}): ${message}` };
  } finally {
    clearInterval(heartbeat);
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return parts.settle(held, settlement);
    } catch {
      await sleep(DOWN_DELAY_MS);
    }
  }
}

function keepLock(parts: ConsumerParts, held: Held, lock: AbortController): NodeJS.Timeout {
  let lockedUntilMs = Date.now() + parts.visibilityMs;
  const heartbeat = setInterval(() => {
    let gone = false;
    try {
      gone = !parts.renew(held);
      lockedUntilMs = Date.now() + parts.visibilityMs;
    } catch {
      // Unknown until the engine is back; past its end the lock has to be taken for lost.
      gone = Date.now() >= lockedUntilMs;
    }
    if (!gone) return;
    clearInterval(heartbeat);
    lock.abort();
  }, parts.visibilityMs / 3);
  return heartbeat;
}
