import { randomUUID } from 'node:crypto';
import { MarqueeError } from '@marquee/core/errors';
import { MESSAGE_TYPES, type MessageType } from '@marquee/core/messages';
import type { Consumer, Logger, Queue, QueueFeatures } from '@marquee/core/ports';
import type { Channel } from 'rabbitmq-client';
import { startConsumer } from './rabbitmq-consumer.ts';
import { listDeadLetters, redriveDeadLetters } from './rabbitmq-dead.ts';
import { createPostman } from './rabbitmq-letters.ts';
import { openLink } from './rabbitmq-link.ts';
import { createManagement } from './rabbitmq-management.ts';
import { LANES, rabbitNames, WAITS_MS } from './rabbitmq-names.ts';

/** RabbitMQ ends the channel of one who holds a message for 30 minutes, unless it is told otherwise. */
const HOLD_MS = 20 * 60_000;
const DEFAULT_MAX_DELIVERIES = 50;
/** Queues that a check asks for, once all were found: each process of a fleet looks again and again. */
const LOOKED_AT = 4;

const features: QueueFeatures = {
  strictPriority: false,
  maxBodyBytes: 1024 * 1024,
  // What is in hand is counted every 5 s by a queue, and that is looked at every 5 s, unless the broker is told otherwise.
  statsLagMs: 10_000,
  knowsAge: false,
};

export interface RabbitQueueOptions {
  /** `amqp(s)://user:password@host:port/vhost`. */
  url: string;
  /** Where the management plugin listens; null for its usual port on the same host. */
  managementUrl: string | null;
  /** Beginning of all names on the broker. */
  prefix: string;
  log: Logger;
  /** Message types that have queues; default: all. */
  types?: readonly MessageType[];
  /** How long a message is held at most, in milliseconds; below the broker's consumer timeout. Default 20 minutes. */
  holdMs?: number;
}

/**
 * The queue in RabbitMQ, from 3.10 on: quorum queues, confirms, dead lettering at least once. Each message type
 * has two lanes, dead letters, and queues in which delays are waited for.
 *
 * @throws MarqueeError from its calls: BROKER_DOWN when it is away; CONFIG_INVALID when it refuses the user or lacks a queue
 */
export function createRabbitQueue(options: RabbitQueueOptions): Queue {
  const { types = MESSAGE_TYPES, log } = options;
  const names = rabbitNames(options.prefix);
  const link = openLink(options.url, log);
  const management = createManagement(options.url, options.managementUrl);
  const postman = createPostman(link, names);
  const consumers = new Set<Consumer>();
  let closing: Promise<void> | null = null;
  /** Whose turn it is to be asked for; null while not all were found. */
  let turn: number | null = null;

  const whileOpen = () => {
    if (closing) throw new MarqueeError('BROKER_DOWN', 'The queue is closed.');
  };
  const count = async (channel: Channel, queues: string[]) => {
    let sum = 0;
    for (const queue of queues) sum += (await channel.queueDeclare({ queue, passive: true })).messageCount;
    return sum;
  };

  return {
    features,

    async setup() {
      await link.connected();
      // A call each: on a cluster a hundred quorum queues take longer than one call may.
      await link.withChannel((channel) =>
        channel.exchangeDeclare({ exchange: names.waits, type: 'headers', durable: true }),
      );
      for (const type of types) {
        await link.withChannel(async (channel) => {
          for (const declaration of names.declarations(type)) await channel.queueDeclare(declaration);
          for (const waitMs of WAITS_MS) {
            const queue = names.wait(type, waitMs);
            const match = { 'x-match': 'all', wait: `${type}.${waitMs}` };
            await channel.queueBind({ exchange: names.waits, queue, arguments: match });
          }
        });
      }
    },

    async check() {
      await link.connected();
      await link.withKeptChannel(async (channel) => {
        const queues = types.flatMap((type) => names.declarations(type).map(({ queue }) => queue));
        const known = turn;
        turn = null;
        if (known === null) await channel.exchangeDeclare({ exchange: names.waits, type: 'headers', passive: true });
        await count(channel, known === null ? queues : queues.slice(known, known + LOOKED_AT));
        const next = (known ?? 0) + LOOKED_AT;
        turn = next < queues.length ? next : 0;
      });
    },

    async publish(message, { delayMs = 0, priority = 0 } = {}) {
      whileOpen();
      const sizeBytes = Buffer.byteLength(JSON.stringify(message));
      if (sizeBytes > features.maxBodyBytes) {
        throw new MarqueeError(
          'MESSAGE_INVALID',
          `The message is ${sizeBytes} bytes long; the queue takes ${features.maxBodyBytes}.`,
        );
      }
      const nowMs = Date.now();
      await postman.send({
        id: randomUUID(),
        type: message.type,
        lane: names.laneFor(message.type, priority),
        body: message,
        deliveries: 0,
        returns: 0,
        enqueuedAtMs: nowMs,
        due: delayMs > 0 ? { atMs: nowMs + delayMs, delayMs } : null,
      });
    },

    async consume(type, { concurrency, maxDeliveries = DEFAULT_MAX_DELIVERIES }, handle) {
      whileOpen();
      await link.withChannel((channel) =>
        count(
          channel,
          LANES.map((lane) => names.lane(type, lane)),
        ),
      );
      const holdMs = options.holdMs ?? HOLD_MS;
      const consumer: Consumer = startConsumer({
        link,
        names,
        postman,
        log,
        type,
        concurrency,
        maxDeliveries,
        holdMs,
        handle,
        ended: () => consumers.delete(consumer),
      });
      consumers.add(consumer);
      return consumer;
    },

    async stats(type) {
      whileOpen();
      const lanes = LANES.map((lane) => names.lane(type, lane));
      const waits = WAITS_MS.map((waitMs) => names.wait(type, waitMs));
      const [ready, delayed, dead] = await link.withChannel(
        async (channel) =>
          [await count(channel, lanes), await count(channel, waits), await count(channel, [names.dead(type)])] as const,
      );
      return { ready, inFlight: await management.inFlight(lanes), delayed, dead, oldestAgeMs: null };
    },

    async isEmpty(type) {
      whileOpen();
      const lanes = LANES.map((lane) => names.lane(type, lane)).reverse();
      const waits = WAITS_MS.map((waitMs) => names.wait(type, waitMs));
      return link.withKeptChannel(async (channel) => {
        for (const queue of [...lanes, ...waits]) if ((await count(channel, [queue])) > 0) return false;
        // Last, as the broker counts all of its queues for the answer.
        return (await management.inFlight(lanes)) === 0;
      });
    },

    listDead: (type, limit) => {
      whileOpen();
      return link.withLongChannel((channel) => listDeadLetters({ link, channel, names, type }, limit));
    },

    redriveDead: (type, ids) => {
      whileOpen();
      return link.withLongChannel((channel) => redriveDeadLetters({ link, channel, names, type }, ids, postman));
    },

    close() {
      closing ??= (async () => {
        await Promise.all([...consumers].map((consumer) => consumer.drain()));
        await postman.close();
        await link.close();
      })();
      return closing;
    },
  };
}
