import { randomUUID } from 'node:crypto';
import { MarqueeError } from '@marquee/core/errors';
import type { MessageType } from '@marquee/core/messages';
import type { AsyncMessage, Envelope, Publisher, SyncMessage } from 'rabbitmq-client';
import type { Link } from './rabbitmq-link.ts';
import { nextWaitMs, type RabbitNames } from './rabbitmq-names.ts';

/** A message with what we write on it. Numbers travel as text: a header's number has no one width. */
export interface Letter {
  id: string;
  type: MessageType;
  /** The queue in which it is handed out. */
  lane: string;
  body: unknown;
  /** How often it was handed to a handler that gave a verdict. */
  deliveries: number;
  /**
   * How often this copy came back without one: from a process that died, and, which says nothing about it, from slots
   * that were busy. The broker counts them as one.
   */
  returns: number;
  enqueuedAtMs: number;
  /** Not to be handed out before this; null for at once. */
  due: { atMs: number; delayMs: number } | null;
}

/** Why and when a letter died, and how often it had been handed out. */
export interface Death {
  reason: string;
  diedAtMs: number;
  deliveryCount: number;
}

/** A message as it came, whichever way. */
type Found = AsyncMessage | SyncMessage;

/** Sends letters; each call resolves when the broker has the letter safe on disk. */
export interface Postman {
  /** Puts it in its lane, or on the next step of its delay. */
  send(letter: Letter): Promise<void>;
  bury(letter: Letter, death: Death): Promise<void>;
  close(): Promise<void>;
}

/** Publishes with confirms, and hears of what no queue took. */
export function createPostman(link: Link, names: RabbitNames): Postman {
  const publisher: Publisher = link.connection.createPublisher({ confirm: true });
  const returned = new Set<string>();
  publisher.on('basic.return', ({ correlationId }) => {
    if (correlationId) returned.add(correlationId);
  });

  const post = (envelope: Envelope, letter: Letter, headers: Record<string, string>) =>
    link.guard(async () => {
      // A name of this sending: the same letter may be under way twice.
      const correlationId = randomUUID();
      await publisher.send(
        {
          durable: true,
          mandatory: true,
          messageId: letter.id,
          correlationId,
          contentType: 'application/json',
          headers: { deliveries: `${letter.deliveries}`, enqueued: `${letter.enqueuedAtMs}`, ...headers },
          ...envelope,
        },
        letter.body,
      );
      // What is returned is confirmed too; the client tells of the return on the next turn.
      await new Promise(setImmediate);
      if (!returned.delete(correlationId)) return;
      throw new MarqueeError(
        'CONFIG_INVALID',
        `RabbitMQ at ${link.host} lacks the queue ${envelope.routingKey}. Run \`marquee setup\`.`,
      );
    });

  return {
    send(letter) {
      const leftMs = (letter.due?.atMs ?? 0) - Date.now();
      if (letter.due === null || leftMs <= 0) return post({ exchange: '', routingKey: letter.lane }, letter, {});
      const { atMs, delayMs } = letter.due;
      return post({ exchange: names.waits, routingKey: letter.lane }, letter, {
        due: `${atMs}`,
        delay: `${delayMs}`,
        wait: `${letter.type}.${nextWaitMs(leftMs, delayMs)}`,
      });
    },
    bury: (letter, { reason, diedAtMs, deliveryCount }) =>
      post({ exchange: '', routingKey: names.dead(letter.type) }, letter, {
        reason,
        died: `${diedAtMs}`,
        count: `${deliveryCount}`,
        lane: letter.lane,
      }),
    close: () => publisher.close().catch(() => undefined),
  };
}

/** @param lane of the queue it was found in */
export function readLetter(message: Found, type: MessageType, lane: string): Letter {
  const headers: Record<string, unknown> = message.headers ?? {};
  const dueAtMs = numberOf(headers.due);
  return {
    id: message.messageId ?? '',
    type,
    lane,
    body: message.body,
    deliveries: numberOf(headers.deliveries) ?? 0,
    returns: numberOf(headers['x-delivery-count']) ?? 0,
    enqueuedAtMs: numberOf(headers.enqueued) ?? (message.timestamp ?? 0) * 1000,
    due: dueAtMs === null ? null : { atMs: dueAtMs, delayMs: numberOf(headers.delay) ?? 0 },
  };
}

/** @returns what is written on a dead letter; for one that the broker itself gave up, what the broker wrote */
export function readDeath(message: Found): Death {
  const headers: Record<string, unknown> = message.headers ?? {};
  const [first] = Array.isArray(headers['x-death']) ? (headers['x-death'] as Record<string, unknown>[]) : [];
  return {
    reason: typeof headers.reason === 'string' ? headers.reason : `RabbitMQ gave it up: ${first?.reason ?? 'unknown'}.`,
    diedAtMs: numberOf(headers.died) ?? (numberOf(first?.time) ?? message.timestamp ?? 0) * 1000,
    deliveryCount: numberOf(headers.count) ?? numberOf(headers.deliveries) ?? 0,
  };
}

function numberOf(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
