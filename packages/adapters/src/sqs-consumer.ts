import { setTimeout as sleep } from 'node:timers/promises';
import { toMarqueeError } from '@marquee/core/errors';
import type { Consumer, Delivery, Logger, Verdict } from '@marquee/core/ports';
import type { SqsConnection } from './sqs-client.ts';
import { isLockGone } from './sqs-errors.ts';
import type { Received, SqsNames } from './sqs-messages.ts';
import { parsed, received } from './sqs-messages.ts';
import type { SqsSettling } from './sqs-settle.ts';

export interface SqsConsumerParts {
  sqs: SqsConnection;
  settling: SqsSettling;
  names: SqsNames;
  concurrency: number;
  visibilityMs: number;
  maxDeliveries: number;
  handle: (delivery: Delivery) => Promise<Verdict>;
  log: Logger;
}

export interface SqsConsumer extends Consumer {
  /** Resolves when nothing is being given back either; polls have to have been ended. */
  settled(): Promise<void>;
}

/** The longest poll that SQS knows. */
const POLL_SEC = 20;
const MAX_BATCH = 10;
/**
 * What is received is hidden for no longer at first, and for as long as was asked for once it is in hand: what a
 * process received with its last breath comes back soon.
 */
const FIRST_HIDDEN_SEC = 10;
const MAX_HIDDEN_SEC = 12 * 60 * 60;
/** A handler that throws is called again after this; long enough not to spin on a fault of ours. */
const THROWN_DELAY_MS = 50;
/** A poll that ends empty at once is not begun anew at once. */
const EMPTY_PAUSE_MS = 50;
const DOWN_MIN_MS = 500;
const DOWN_MAX_MS = 5000;
const SETTLE_ATTEMPTS = 3;

/** One of the two queues that a consumer looks into. `looking` asks what is there, `waiting` waits for what comes. */
interface Lane {
  queue: string;
  state: 'idle' | 'looking' | 'waiting' | 'resting';
  failures: number;
}

/**
 * Runs one consumer. It looks into the first queue, and when nothing is there it waits at both. A poll under way is
 * never broken off but by closing: SQS may hide a message for whoever has gone. What it brings when there is no
 * room is handed back.
 */
export function startSqsConsumer(parts: SqsConsumerParts): SqsConsumer {
  const { sqs, settling, names, concurrency, log } = parts;
  const visibilitySec = Math.min(MAX_HIDDEN_SEC, Math.max(1, Math.ceil(parts.visibilityMs / 1000)));
  const firstHiddenSec = Math.min(visibilitySec, FIRST_HIDDEN_SEC);
  const first: Lane = { queue: names.first, state: 'idle', failures: 0 };
  const ordinary: Lane = { queue: names.ordinary, state: 'idle', failures: 0 };
  const inHand = new Set<Promise<void>>();
  const givingBack = new Set<Promise<void>>();
  let draining: Promise<void> | null = null;
  let isAway = false;

  const freeSlots = () => (draining ? 0 : concurrency - inHand.size);

  const pump = () => {
    if (freeSlots() <= 0) return;
    if (first.state === 'idle') void poll(first, 0);
    else if (first.state !== 'looking' && ordinary.state === 'idle') void poll(ordinary, POLL_SEC);
  };

  const poll = async (lane: Lane, waitSec: number): Promise<void> => {
    const startedAtMs = Date.now();
    const limit = Math.min(MAX_BATCH, freeSlots());
    lane.state = waitSec === 0 ? 'looking' : 'waiting';
    try {
      const messages = await sqs.receive(lane.queue, { limit, waitSec, visibilitySec: firstHiddenSec });
      if (isAway) log.info('the message queue is back', { queue: lane.queue });
      isAway = false;
      lane.failures = 0;
      for (const message of messages) take(received(message, lane.queue));
      if (messages.length > 0 || freeSlots() <= 0) lane.state = 'idle';
      else {
        if (waitSec > 0 && Date.now() - startedAtMs < 1000) await rest(lane, EMPTY_PAUSE_MS);
        lane.state = 'idle';
        if (freeSlots() > 0) void poll(lane, POLL_SEC);
      }
    } catch (thrown) {
      if (draining) return;
      const { code, message: reason } = toMarqueeError(thrown);
      if (!isAway) log.warn('the message queue is away; trying again', { queue: lane.queue, code, reason });
      isAway = true;
      await rest(lane, Math.min(DOWN_MAX_MS, DOWN_MIN_MS * 2 ** lane.failures++) * (0.5 + Math.random() / 2));
      lane.state = 'idle';
    }
    pump();
  };

  const rest = async (lane: Lane, pauseMs: number) => {
    lane.state = 'resting';
    // A process that has nothing else to do may end.
    await sleep(pauseMs, undefined, { ref: false });
  };

  const take = (message: Received) => {
    const track = (work: Promise<void>, set: Set<Promise<void>>) => {
      const tracked: Promise<void> = work.finally(() => {
        set.delete(tracked);
        pump();
      });
      set.add(tracked);
    };
    const notBeforeMs = message.meta.notBeforeMs ?? 0;
    if (notBeforeMs > Date.now())
      track(
        settle(() => settling.handBack(message, notBeforeMs)),
        givingBack,
      );
    else if (freeSlots() <= 0)
      track(
        settle(() => settling.handBack(message)),
        givingBack,
      );
    else track(carry(message), inHand);
  };

  /** Never throws: what cannot be settled is handed out again when its lock has run out. */
  const settle = async (work: () => Promise<void>) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (thrown) {
        if (isLockGone(thrown)) return;
        if (attempt < SETTLE_ATTEMPTS) await sleep(DOWN_MIN_MS);
        else {
          const { code, message: reason } = toMarqueeError(thrown);
          return log.warn('a message could not be settled; it will be handed out again', {
            queue: names.ordinary,
            code,
            reason,
          });
        }
      }
    }
  };

  const carry = async (held: Received) => {
    const { deliveryCount } = held;
    const { maxDeliveries } = parts;
    const body = parsed(held.body);
    if (deliveryCount > maxDeliveries) {
      const handedOut = deliveryCount - 1;
      return settle(() => settling.bury(held, `It was handed out ${handedOut} times and never settled.`, handedOut));
    }
    if (body === undefined) return settle(() => settling.bury(held, 'It is not JSON.', deliveryCount));

    const lock = keepLock(held);
    let settlement: Verdict;
    let why = 'Its handler asked for another try.';
    try {
      const { id, enqueuedAtMs } = held;
      settlement = await parts.handle({ id, body, deliveryCount, enqueuedAtMs, signal: lock.signal });
    } catch (thrown) {
      const { code, message } = toMarqueeError(thrown);
      why = `Its handler failed (${code}): ${message}`;
      settlement = { kind: 'retry', delayMs: 0 };
      await sleep(THROWN_DELAY_MS);
    }
    await lock.stop();
    if (settlement.kind === 'ack') return settle(() => settling.remove(held));
    // Another has the message by now, and will come to a verdict of its own.
    if (lock.signal.aborted) return;
    if (settlement.kind === 'dead') {
      const { reason } = settlement;
      return settle(() => settling.bury(held, reason, deliveryCount));
    }
    if (deliveryCount >= maxDeliveries) {
      return settle(() => settling.bury(held, `It was handed out ${deliveryCount} times. ${why}`, deliveryCount));
    }
    const { delayMs } = settlement;
    return settle(() => settling.retry(held, delayMs));
  };

  /** Renews the lock at a third of its time; aborts when it is known to be gone, or has run out unrenewed. */
  const keepLock = (held: Received) => {
    const gone = new AbortController();
    const stopped = new AbortController();
    let runsOut = setTimeout(() => gone.abort(), firstHiddenSec * 1000);
    const beats = (async () => {
      let everySec = firstHiddenSec / 3;
      while (!gone.signal.aborted) {
        await sleep(everySec * 1000, undefined, { signal: stopped.signal });
        const sentAtMs = Date.now();
        try {
          await settling.hide(held, visibilitySec);
          everySec = visibilitySec / 3;
          clearTimeout(runsOut);
          runsOut = setTimeout(() => gone.abort(), sentAtMs + visibilitySec * 1000 - Date.now());
        } catch (thrown) {
          if (isLockGone(thrown)) gone.abort();
          everySec = Math.min(everySec, 1);
        }
      }
    })().catch(() => undefined);
    return {
      signal: gone.signal,
      /** Resolves when no renewal is under way, which would undo what comes next. */
      async stop() {
        stopped.abort();
        await beats;
        clearTimeout(runsOut);
      },
    };
  };

  pump();
  return {
    drain() {
      draining ??= Promise.all(inHand).then(() => undefined);
      return draining;
    },
    async settled() {
      while (givingBack.size > 0) await Promise.all(givingBack);
    },
  };
}
