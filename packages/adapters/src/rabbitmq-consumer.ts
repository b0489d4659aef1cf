import { setTimeout as sleep } from 'node:timers/promises';
import { toMarqueeError } from '@marquee/core/errors';
import type { MessageType } from '@marquee/core/messages';
import type { Consumer, Delivery, Logger, Verdict } from '@marquee/core/ports';
import type { Postman } from './rabbitmq-letters.ts';
import type { Link } from './rabbitmq-link.ts';
import type { RabbitNames } from './rabbitmq-names.ts';
import { type Held, openSession, openSlots } from './rabbitmq-slots.ts';

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
/**
 * A message that came back this often without a verdict ends every process that touches it. Busy slots send one back a
 * few times at most before another takes it, where somebody is free within seconds.
 */
const MAX_RETURNS = 1000;
/** What comes back was there before what waits now, and may be the work of somebody who died. */
const COMES_BACK_PRIORITY = 9;
/** Wait after the broker failed. */
const DOWN_DELAY_MS = { first: 200, longest: 5000 };

/**
 * Runs one consumer on a channel that is made again when it is lost; handlers run on meanwhile, and what they work on
 * may be handed out again.
 */
export function startConsumer(parts: ConsumerParts): Consumer {
  const { link, log, type } = parts;
  const draining = new AbortController();
  const inHand = new Set<Promise<void>>();

  /** Takes what comes on a channel, until that ends or `drain` is called. */
  async function work(): Promise<void> {
    const channel = await link.connection.acquire({ emitErrorsFromChannel: true });
    const session = openSession(channel);
    channel.on('error', (error: unknown) => log.warn('a channel of the broker ended', { queue: type, error }));
    // A queue was deleted under it. Begun anew, it says so until the queue is back.
    channel.on('basic.cancel', () => void channel.close());
    try {
      const stop = AbortSignal.any([draining.signal, session.over.signal]);
      // Runs that outlived their channel still take their place.
      const leftOver = [...inHand];
      const slots = openSlots({
        session,
        names: parts.names,
        type,
        free: Math.max(0, parts.concurrency - leftOver.length),
        stop,
        carry(held) {
          const run = carry(parts, held).finally(() => inHand.delete(run));
          inHand.add(run);
          return run;
        },
      });
      for (const run of leftOver) void run.then(slots.free);
      await slots.ended;
      // What is in hand is settled on the channel that it came by.
      if (!session.over.signal.aborted) await Promise.all(inHand);
      session.settler.flush();
    } finally {
      await link.guard(() => channel.close()).catch(() => undefined);
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

/** Carries one message from hand-out to verdict. Never throws: what cannot be settled is handed out again later. */
async function carry(parts: ConsumerParts, { letter, deliveryTag, session }: Held): Promise<void> {
  const { postman, log, maxDeliveries } = parts;
  /** True once another copy stands for it, which is when the broker has forgotten it. */
  let isLetGo = false;
  const forget = () => {
    if (!isLetGo) session.settler.ack(deliveryTag);
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
      if (!isLetGo) session.settler.giveBack(deliveryTag);
    }
  };

  if (letter.due !== null && letter.due.atMs > Date.now()) return settle(() => postman.send(letter));
  // One that came back was handed out before, however often: what is counted is verdicts.
  const deliveryCount = letter.deliveries + 1 + Math.min(1, letter.returns);
  // A queue puts what comes back at its end, behind all that was sent later: the first lane makes up for that.
  const lane = parts.names.laneFor(parts.type, COMES_BACK_PRIORITY);
  const again = { ...letter, lane, deliveries: letter.deliveries + 1, due: null };
  const bury = (reason: string, count: number) =>
    settle(() => postman.bury(letter, { reason, diedAtMs: Date.now(), deliveryCount: count }));
  if (letter.returns > MAX_RETURNS) {
    return bury(`It was handed out ${MAX_RETURNS} times and never settled.`, MAX_RETURNS);
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
  if (again.deliveries >= maxDeliveries) return bury(reason, again.deliveries);
  const { delayMs } = verdict;
  return settle(() => postman.send({ ...again, due: delayMs > 0 ? { atMs: Date.now() + delayMs, delayMs } : null }));
}
