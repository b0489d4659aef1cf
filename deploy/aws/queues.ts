import { MAX_MESSAGE_BYTES, namesOf, type SqsNames } from '@marquee/adapters/sqs-messages';
import { MAX_RECEIVES, RETENTION_SEC } from '@marquee/adapters/sqs-setup';
import type { MessageType } from '@marquee/core/messages';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The queues that stand behind one message type. */
export type QueuesOfType = Record<keyof SqsNames, sqs.Queue>;

/**
 * The queues that `marquee setup` would make, by its own names and figures: it finds them in order and has nothing to
 * do. So work, and setup, need no right to make or change queues. Messages are hints, so queues may go with the stack.
 */
export class Queues extends Construct {
  readonly byType: Record<MessageType, QueuesOfType>;

  constructor(scope: Construct, id: string, options: { prefix: string }) {
    super(scope, id);
    const made = MESSAGE_TYPES.map((type) => [type, this.#ofType(namesOf(options.prefix, type))] as const);
    this.byType = Object.fromEntries(made) as Record<MessageType, QueuesOfType>;
  }

  #ofType(names: SqsNames): QueuesOfType {
    const make = (queueName: string, deadLetterQueue?: sqs.DeadLetterQueue) =>
      new sqs.Queue(this, queueName, {
        queueName,
        retentionPeriod: Duration.seconds(RETENTION_SEC),
        maxMessageSizeBytes: MAX_MESSAGE_BYTES,
        encryption: sqs.QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        removalPolicy: RemovalPolicy.DESTROY,
        ...(deadLetterQueue && { deadLetterQueue }),
      });
    const dead = make(names.dead);
    const buried: sqs.DeadLetterQueue = { queue: dead, maxReceiveCount: MAX_RECEIVES };
    return { ordinary: make(names.ordinary, buried), first: make(names.first, buried), dead };
  }
}
