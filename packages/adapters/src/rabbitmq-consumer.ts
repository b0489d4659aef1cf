import { setTimeout as sleep } from 'node:timers/promises';
import { toMarqueeError } from '@marquee/core/errors';
import type { MessageType } from '@marquee/core/messages';
import type { Consumer, Delivery, Logger, Verdict } from '@marquee/core/ports';
import type { AsyncMessage, Channel } from 'rabbitmq-client';
import { type Letter, type Postman, readLetter } from './rabbitmq-letters.ts';
import type { Link } from './rabbitmq-link.ts';
import { LANES, type Lane, type RabbitNames } from './rabbitmq-names.ts';

export interface ConsumerParts {
  link: Link;
  names: RabbitNames;
  postman: Postman;
  log: Logger;
  type: MessageType;
  concurrency: number;
  maxDeliveries: number;
  /** A message is held no longer than this, in milliseconds: the broker ends the channel of one who does. */
  holdMs: number;
  handle: (delivery: Delivery) => Promise<Verdict>;
  ended: () => void;
}

/** A handler that throws is called again after this; long enough not to spin on a fault of ours. */
const THROWN_DELAY_MS = 50;
/** A slot busy for longer asks for nothing more until it is free: what it cannot run another could. */
const BUSY_MS = 20;
/** What is urgent has this long to arrive before the ordinary lane is asked too. */
const HEAD_START_MS = 10;
/** Wait after the broker failed. */
const DOWN_DELAY_MS = { first: 200, longest: 5000 };

/** A message, the lane it came by and the channel that holds it. */
interface Held {
  letter: Letter;
  deliveryTag: number;
  session: Session;
}

/** The time of one channel. What is not settled when it ends is handed out again, to anyone. */
interface Session {
  channel: Channel;
  /** Aborted when the channel is gone. */
  over: AbortController;
}

/**
 * Runs one consumer, as so many slots that each work on one message at a time. Prefetch in RabbitMQ counts for
 * each queue by itself, so a slot listens to both lanes with a prefetch of one and leaves them while it is busy.
 * A lost connection is made again; handlers run on meanwhile.
 */
export function startConsumer(parts: ConsumerParts): Consumer {
  const { link, log, type } = parts;
  const draining = new AbortController();
  const inHand = new Set<Promise<void>>();

  /** Takes what comes on a channel, until that ends or `drain` is called. */
  async function work(): Promise<void> {
    const channel = await link.connection.acquire({ emitErrorsFromChannel: true });
    const session: Session = { channel, over: new AbortController() };
    channel.once('close', () => session.over.abort());
    channel.on('error', (error: unknown) => log.warn('a channel of the broker ended', { queue: type, error }));
    // A queue was deleted under it. Begun anew, it says so until the queue is back.
    channel.on('basic.cancel', () => void channel.close());
    try {
      await channel.basicQos({ prefetchCount: 1 });
      const stop = AbortSignal.any([draining.signal, session.over.signal]);
      // Runs that outlived their channel still take their place.
      const leftOver = [...inHand];
      const slots = Array.from({ length: parts.concurrency }, async (_, place) => {
        const before = leftOver[place];
        if (before) await firstOf(before, stop);
        await serve(session, stop);
      });
      await Promise.all(slots);
      // What is in hand is settled on the channel that it came by.
      if (!session.over.signal.aborted) await Promise.all(inHand);
    } finally {
      await channel.close();
    }
  }

  /** One slot's life. */
  async function serve(session: Session, stop: AbortSignal): Promise<void> {
    const slot = openSlot(parts, session);
    try {
      while (!stop.aborted) {
        const held = await slot.next(stop);
        if (held === null) continue;
        const busy = setTimeout(() => void slot.leave().catch(() => undefined), BUSY_MS);
        const run = carry(parts, held).finally(() => inHand.delete(run));
        inHand.add(run);
        // A run outlives its channel, but the slot does not: the next channel has slots of its own.
        await firstOf(run, session.over.signal);
        clearTimeout(busy);
      }
    } finally {
      await slot.leave().catch(() => undefined);
    }
  }

  const running = (async () => {
    let delayMs = DOWN_DELAY_MS.first;
    while (!draining.signal.aborted) {
      try {
        await work();
        delayMs = DOWN_DELAY_MS.first;
      } catch (error) {
        if (draining.signal.aborted) break;
        log.warn('waiting for the broker', { queue: type, error });
        delayMs = Math.min(DOWN_DELAY_MS.longest, delayMs * 2);
      }
      await sleep(delayMs, undefined, { signal: draining.signal }).catch(() => undefined);
    }
    await Promise.all(inHand);
  })();

  let drained: Promise<void> | null = null;
  return {
    drain() {
      drained ??= (async () => {
        draining.abort();
        await running;
        parts.ended();
      })();
      return drained;
    },
  };
}

interface Slot {
  /** The next message, or null when `stop` is aborted. */
  next(stop: AbortSignal): Promise<Held | null>;
  /** Listens to no lane, and hands back what came meanwhile. Safe to call again. */
  leave(): Promise<void>;
}

function openSlot({ names, type }: ConsumerParts, session: Session): Slot {
  const { channel } = session;
  const inbox: Held[] = [];
  const tags = new Map<Lane, string>();
  let wake: () => void = () => undefined;
  let leaving: Promise<void> | null = null;

  const listen = async (lane: Lane) => {
    const queue = names.lane(type, lane);
    const { consumerTag } = await channel.basicConsume({ queue }, (message: AsyncMessage) => {
      inbox.push({ letter: readLetter(message, type, queue), deliveryTag: message.deliveryTag, session });
      wake();
    });
    tags.set(lane, consumerTag);
  };
  const arrival = (stop: AbortSignal, timeoutMs?: number) =>
    new Promise<void>((resolve) => {
      if (inbox.length > 0 || stop.aborted) return resolve();
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => wake(), timeoutMs);
      wake = () => {
        clearTimeout(timer);
        stop.removeEventListener('abort', wake);
        wake = () => undefined;
        resolve();
      };
      stop.addEventListener('abort', wake);
    });

  return {
    async next(stop) {
      await leaving;
      for (const lane of LANES) {
        if (inbox.length > 0 || stop.aborted) break;
        if (tags.has(lane)) continue;
        await listen(lane);
        if (lane === 'first') await arrival(stop, HEAD_START_MS);
      }
      await arrival(stop);
      return stop.aborted ? null : (inbox.shift() ?? null);
    },
    leave() {
      leaving ??= (async () => {
        for (const [lane, tag] of tags) {
          if (channel.active) await channel.basicCancel(tag);
          tags.delete(lane);
        }
        for (const { deliveryTag } of inbox.splice(0)) {
          if (channel.active) channel.basicNack({ deliveryTag, requeue: true });
        }
      })().finally(() => {
        leaving = null;
      });
      return leaving;
    },
  };
}

/** Carries one message from hand-out to verdict. Never throws: what cannot be settled is handed out again later. */
async function carry(parts: ConsumerParts, { letter, deliveryTag, session }: Held): Promise<void> {
  const { postman, log, maxDeliveries } = parts;
  /** True once another copy stands for it, which is when the broker has forgotten it. */
  let isLetGo = false;
  const forget = () => {
    if (!isLetGo && session.channel.active) session.channel.basicAck({ deliveryTag });
    isLetGo = true;
  };
  const settle = async (replace: (() => Promise<void>) | null) => {
    try {
      // A channel that is gone has given the message back already.
      if (!session.channel.active && !isLetGo) return;
      await replace?.();
      forget();
    } catch (error) {
      log.warn('a message could not be settled and comes again', { queue: parts.type, error });
      if (!isLetGo && session.channel.active) session.channel.basicNack({ deliveryTag, requeue: true });
    }
  };

  if (letter.due !== null && letter.due.atMs > Date.now()) return settle(() => postman.send(letter));
  const deliveryCount = letter.deliveries + 1;
  const again = { ...letter, deliveries: deliveryCount, due: null };
  const bury = (reason: string, count: number) =>
    settle(() => postman.bury(letter, { reason, diedAtMs: Date.now(), deliveryCount: count }));
  if (deliveryCount > maxDeliveries) {
    return bury(`It was handed out ${maxDeliveries} times and never settled.`, maxDeliveries);
  }

  const lost = new AbortController();
  const onOver = () => {
    if (!isLetGo) lost.abort();
  };
  session.over.signal.addEventListener('abort', onOver, { once: true });
  // Whoever gets the copy while the handler still runs is refused by the lease on the task.
  const hold = setInterval(() => {
    const due = { atMs: Date.now() + parts.holdMs, delayMs: parts.holdMs };
    postman.send({ ...again, due }).then(forget, (error) => log.warn('a long hold could not be extended', { error }));
  }, parts.holdMs);

  let verdict: Verdict;
  let reason = 'Its handler asked for another try.';
  try {
    const { id, body, enqueuedAtMs } = letter;
    verdict = await parts.handle({ id, body, deliveryCount, enqueuedAtMs, signal: lost.signal });
  } catch (thrown) {
    const { code, message } = toMarqueeError(thrown);
    verdict = { kind: 'retry', delayMs: THROWN_DELAY_MS };
    reason = `Its handler failed (${code}): ${message}`;
  } finally {
    clearInterval(hold);
    session.over.signal.removeEventListener('abort', onOver);
  }
  if (verdict.kind === 'ack') return settle(null);
  if (verdict.kind === 'dead') return bury(verdict.reason, deliveryCount);
  if (deliveryCount >= maxDeliveries) return bury(reason, deliveryCount);
  const { delayMs } = verdict;
  return settle(() => postman.send({ ...again, due: delayMs > 0 ? { atMs: Date.now() + delayMs, delayMs } : null }));
}

/** Resolves when `run` has ended or the signal is aborted; leaves nothing behind on the signal. */
function firstOf(run: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void run.then(done);
  });
}
