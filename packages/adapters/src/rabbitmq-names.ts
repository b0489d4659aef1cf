import type { MessageType } from '@marquee/core/messages';

/** What waits in each type's two lanes; the first is emptied before the other is looked at. */
export const LANES = ['first', 'ordinary'] as const;
export type Lane = (typeof LANES)[number];

/** Priorities from here on go to the first lane. */
const URGENT_PRIORITY = 5;

/**
 * How long messages lie in the queues that make them wait, in milliseconds, to 70 minutes. A delay is walked
 * through in a few of these steps, so that a handful of queues serves any delay.
 */
export const WAITS_MS = Array.from({ length: 9 }, (_, k) => 64 * 4 ** k);
const WAIT_SLACK_MS = 150;
const WAIT_SLACK_SHARE = 0.1;

/**
 * A backstop alone, above what any consumer asks for as `maxDeliveries`: it stops a message that ends every
 * process before that can count. Handing back what came too much counts here too.
 */
const BROKER_DELIVERY_LIMIT = 2000;

/** A queue as it is declared. */
export interface QueueDeclaration {
  queue: string;
  durable: true;
  arguments: Record<string, string | number>;
}

/** All names of a prefix on a broker. */
export interface RabbitNames {
  /** The exchange that puts a message in one of the waiting queues by its header `wait`. */
  waits: string;
  lane(type: MessageType, lane: Lane): string;
  laneFor(type: MessageType, priority: number): string;
  dead(type: MessageType): string;
  wait(type: MessageType, waitMs: number): string;
  /** Every queue of a type, dead letters first, as each names only what stands before it. */
  declarations(type: MessageType): QueueDeclaration[];
}

/** The queues of one installation: all begin with its prefix. */
export function rabbitNames(prefix: string): RabbitNames {
  const lane = (type: MessageType, which: Lane) =>
    which === 'first' ? `${prefix}.${type}.first` : `${prefix}.${type}`;
  const dead = (type: MessageType) => `${prefix}.${type}.dead`;
  const wait = (type: MessageType, waitMs: number) => `${prefix}.${type}.wait.${waitMs}`;
  return {
    waits: `${prefix}.waits`,
    lane,
    laneFor: (type, priority) => lane(type, priority >= URGENT_PRIORITY ? 'first' : 'ordinary'),
    dead,
    wait,
    declarations: (type) => [
      quorum(dead(type), { 'x-delivery-limit': 1_000_000 }),
      ...LANES.map((each) =>
        quorum(lane(type, each), {
          'x-delivery-limit': BROKER_DELIVERY_LIMIT,
          'x-dead-letter-exchange': '',
          'x-dead-letter-routing-key': dead(type),
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
        }),
      ),
      // Without a routing key of its own a dead letter keeps the one it was published with: its lane.
      ...WAITS_MS.map((waitMs) =>
        quorum(wait(type, waitMs), {
          'x-message-ttl': waitMs,
          'x-dead-letter-exchange': '',
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
        }),
      ),
    ],
  };
}

/**
 * The next step of a delay.
 *
 * @param leftMs  until the message is due, in milliseconds
 * @param delayMs the whole delay, of which a tenth (at least 150 ms) may be added by the last step
 * @returns one of `WAITS_MS`
 */
export function nextWaitMs(leftMs: number, delayMs: number): number {
  const reachMs = leftMs + Math.max(WAIT_SLACK_MS, delayMs * WAIT_SLACK_SHARE);
  return WAITS_MS.findLast((waitMs) => waitMs <= reachMs) ?? (WAITS_MS[0] as number);
}

function quorum(queue: string, options: Record<string, string | number>): QueueDeclaration {
  return { queue, durable: true, arguments: { 'x-queue-type': 'quorum', ...options } };
}
