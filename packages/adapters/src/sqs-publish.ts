import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { MarqueeError } from '@marquee/core/errors';
import type { SqsConnection } from './sqs-client.ts';
import { wordedAnswer } from './sqs-errors.ts';
import type { Outgoing } from './sqs-messages.ts';
import { attributesOf, MAX_MESSAGE_BYTES, sizeOf } from './sqs-messages.ts';

const MAX_BATCH = 10;

/** Sends messages, those that are sent at the same time together. */
export interface SqsPublisher {
  /**
   * Resolves when SQS has the message.
   *
   * @throws MarqueeError of this message alone, whatever becomes of those that went with it
   */
  publish(queue: string, message: Outgoing): Promise<void>;
}

interface Waiting {
  message: Outgoing;
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Batches by queue what is published in one turn of the event loop. */
export function createSqsPublisher(sqs: SqsConnection): SqsPublisher {
  const waiting = new Map<string, Waiting[]>();

  const flush = (queue: string) => {
    const all = waiting.get(queue) ?? [];
    waiting.delete(queue);
    for (const batch of batchesOf(all)) {
      sendBatch(queue, batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
    }
  };

  const sendBatch = async (queue: string, batch: Waiting[]) => {
    const QueueUrl = await sqs.urlOf(queue);
    const Entries = batch.map(({ message }, index): SendMessageBatchRequestEntry => {
      const MessageAttributes = attributesOf(message.meta);
      return {
        Id: String(index),
        MessageBody: message.body,
        ...(message.delaySec > 0 ? { DelaySeconds: message.delaySec } : {}),
        ...(MessageAttributes ? { MessageAttributes } : {}),
      };
    });
    const { Successful, Failed } = await sqs.send(queue, (client, request) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }), request),
    );
    for (const { Id } of Successful ?? []) batch[Number(Id)]?.resolve();
    for (const { Id, Code = '', SenderFault = false } of Failed ?? []) {
      const answer = { code: Code.replace(/^AWS\.SimpleQueueService\./, ''), status: SenderFault ? 400 : 500 };
      batch[Number(Id)]?.reject(wordedAnswer(answer, sqs.place, queue, { context: { queue, ...answer } }));
    }
    const unsaid = new MarqueeError('BROKER_DOWN', `SQS at ${sqs.place.host} does not say whether it has a message.`);
    for (const { reject } of batch) reject(unsaid);
  };

  return {
    publish(queue, message) {
      return new Promise((resolve, reject) => {
        const bytes = sizeOf(message.body, attributesOf(message.meta));
        const before = waiting.get(queue);
        const entry = { message, bytes, resolve, reject };
        if (before) before.push(entry);
        else {
          waiting.set(queue, [entry]);
          setImmediate(flush, queue);
        }
      });
    },
  };
}

function batchesOf(all: Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let bytes = 0;
  for (const entry of all) {
    const last = batches.at(-1);
    bytes += entry.bytes;
    if (last && last.length < MAX_BATCH && bytes <= MAX_MESSAGE_BYTES) last.push(entry);
    else {
      batches.push([entry]);
      bytes = entry.bytes;
    }
  }
  return batches;
}
