import { ChangeMessageVisibilityCommand, DeleteMessageCommand } from '@aws-sdk/client-sqs';
import type { SqsConnection } from './sqs-client.ts';
import type { Received, SqsNames } from './sqs-messages.ts';
import { waiting } from './sqs-messages.ts';
import type { SqsPublisher } from './sqs-publish.ts';

/** Longest that SQS hides a received message, counted from its reception; a little is left for the way. */
const MAX_HIDDEN_SEC = 12 * 60 * 60 - 60;

/** What is done with messages in hand. All throw as `SqsConnection.send` does. */
export interface SqsSettling {
  /** Hides the message from others for this long from now. */
  hide(message: Received, sec: number): Promise<void>;
  remove(message: Received): Promise<void>;
  /** Lets it be handed out again no sooner than `delayMs` from now. */
  retry(message: Received, delayMs: number): Promise<void>;
  bury(message: Received, reason: string, deliveryCount: number): Promise<void>;
  /**
   * Lets it go as if it had not been received: by a copy, because SQS has counted already.
   *
   * @param untilMs keeps it back until then
   */
  handBack(message: Received, untilMs?: number): Promise<void>;
}

/** A copy is sent before its original is removed: a message may double, and is never lost. */
export function createSqsSettling(sqs: SqsConnection, publisher: SqsPublisher, names: SqsNames): SqsSettling {
  const hide = async ({ from, receiptHandle }: Received, sec: number) => {
    const QueueUrl = await sqs.urlOf(from);
    const command = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: sec };
    await sqs.send(from, (client, request) => client.send(new ChangeMessageVisibilityCommand(command), request));
  };
  const remove = async ({ from, receiptHandle }: Received) => {
    const QueueUrl = await sqs.urlOf(from);
    const command = { QueueUrl, ReceiptHandle: receiptHandle };
    await sqs.send(from, (client, request) => client.send(new DeleteMessageCommand(command), request));
  };
  const copy = async (message: Received, deliveries: number, delayMs: number) => {
    const meta = { deliveries, enqueuedAtMs: message.enqueuedAtMs };
    await publisher.publish(message.from, waiting(message.body, delayMs, meta));
    await remove(message);
  };

  return {
    hide,
    remove,

    async retry(message, delayMs) {
      const delaySec = Math.max(0, Math.ceil(delayMs / 1000));
      const hiddenSec = (Date.now() - message.receivedAtMs) / 1000;
      if (hiddenSec + delaySec <= MAX_HIDDEN_SEC) await hide(message, delaySec);
      else await copy(message, message.deliveryCount, delayMs);
    },

    async bury(message, reason, deliveryCount) {
      const meta = { reason, deliveries: deliveryCount, diedAtMs: Date.now() };
      const wasFirst = message.from === names.first ? { wasFirst: true } : {};
      await publisher.publish(names.dead, { body: message.body, meta: { ...meta, ...wasFirst }, delaySec: 0 });
      await remove(message);
    },

    handBack: (message, untilMs = 0) => copy(message, message.deliveryCount - 1, untilMs - Date.now()),
  };
}
