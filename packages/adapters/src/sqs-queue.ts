import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { MarqueeError } from '@marquee/core/errors';
import type { MessageType } from '@marquee/core/messages';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { Logger, Queue, QueueFeatures, QueueName } from '@marquee/core/ports';
import { connectSqs } from './sqs-client.ts';
import type { SqsConsumer } from './sqs-consumer.ts';
import { startSqsConsumer } from './sqs-consumer.ts';
import { createSqsDead } from './sqs-dead.ts';
import { MAX_BODY_BYTES, namesOf, queueFor, waiting, wireJson } from './sqs-messages.ts';
import { createSqsPublisher } from './sqs-publish.ts';
import { createSqsSettling } from './sqs-settle.ts';
import { createSqsSetup } from './sqs-setup.ts';

const features: QueueFeatures = {
  // Two levels alone, and polls of both may be under way at once.
  strictPriority: false,
  maxBodyBytes: MAX_BODY_BYTES,
  // By AWS's documentation; they are put together from many servers.
  statsLagMs: 60_000,
  knowsAge: false,
};

/**
 * Queues in SQS, three to each message type: the ordinary one, one for messages of priority 5 and higher, which
 * is looked into first, and one of dead letters. Credentials come from the AWS SDK's default chain.
 *
 * Delays are whole seconds, rounded up. Retries that wait are counted as in flight. Nothing is kept for longer
 * than 14 days, dead letters included.
 *
 * @param options.endpoint address of the service; null for that of AWS in `region`
 * @param options.prefix begins the names of all queues: letters, digits, hyphens
 * @param options.types queues to set up and look for; default: those of all message types
 */
export function createSqsQueue(options: {
  endpoint: string | null;
  region: string;
  prefix: string;
  log: Logger;
  types?: readonly MessageType[];
}): Queue {
  const { prefix, log, types = MESSAGE_TYPES } = options;
  const sqs = connectSqs(options);
  const publisher = createSqsPublisher(sqs);
  const dead = createSqsDead(sqs, publisher);
  const named = (queue: QueueName) => namesOf(prefix, queue);
  const { setup, check } = createSqsSetup(sqs, types.map(named));
  const consumers = new Set<SqsConsumer>();
  let closing: Promise<void> | null = null;

  const count = async (queue: string) => {
    const QueueUrl = await sqs.urlOf(queue);
    const { Attributes = {} } = await sqs.send(queue, (client, request) =>
      client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
        request,
      ),
    );
    return {
      ready: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  };

  return {
    features,
    setup,
    check,

    async publish(message, { delayMs = 0, priority = 0 } = {}) {
      const body = wireJson(message);
      const sizeBytes = Buffer.byteLength(body);
      if (sizeBytes > MAX_BODY_BYTES) {
        throw new MarqueeError(
          'MESSAGE_INVALID',
          `The message is ${sizeBytes} bytes long; the queue takes ${MAX_BODY_BYTES}.`,
          { context: { type: message.type, id: message.id } },
        );
      }
      await publisher.publish(queueFor(named(message.type), priority), waiting(body, delayMs, {}));
    },

    async consume(queue, { concurrency, visibilityMs = 30_000, maxDeliveries = 50 }, handle) {
      const names = named(queue);
      await Promise.all([names.first, names.ordinary, names.dead].map((name) => sqs.urlOf(name)));
      const settling = createSqsSettling(sqs, publisher, names);
      const parts = { sqs, settling, names, concurrency, visibilityMs, maxDeliveries, handle, log };
      const consumer = startSqsConsumer(parts);
      consumers.add(consumer);
      return { drain: () => consumer.drain() };
    },

    async stats(queue) {
      const names = named(queue);
      const [ordinary, first, buried] = await Promise.all([
        count(names.ordinary),
        count(names.first),
        count(names.dead),
      ]);
      return {
        ready: ordinary.ready + first.ready,
        inFlight: ordinary.inFlight + first.inFlight,
        delayed: ordinary.delayed + first.delayed,
        dead: buried.ready + buried.inFlight + buried.delayed,
        oldestAgeMs: null,
      };
    },

    async isEmpty(queue) {
      const { ordinary, first } = named(queue);
      for (const lane of [ordinary, first]) {
        const { ready, inFlight, delayed } = await count(lane);
        if (ready + inFlight + delayed > 0) return false;
      }
      return true;
    },

    listDead: (queue, limit) => dead.list(named(queue), limit),

    redriveDead: async (queue, ids) => {
      const names = named(queue);
      return dead.redrive(names, createSqsSettling(sqs, publisher, names), ids);
    },

    close() {
      closing ??= (async () => {
        await Promise.all([...consumers].map((consumer) => consumer.drain()));
        await Promise.all([...consumers].map((consumer) => consumer.settled()));
        sqs.close();
      })();
      return closing;
    },
  };
}
