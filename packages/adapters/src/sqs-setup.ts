import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { SqsConnection } from './sqs-client.ts';
import { answerOf, isMissingQueue } from './sqs-errors.ts';
import type { SqsNames } from './sqs-messages.ts';
import { MAX_MESSAGE_BYTES, parsed } from './sqs-messages.ts';

/** The longest that SQS keeps anything. */
export const RETENTION_SEC = 14 * 24 * 60 * 60;
/**
 * The most that SQS allows. Consumers bury a message far sooner, with a reason; this is for one that no consumer
 * ever gets so far with.
 */
export const MAX_RECEIVES = 1000;

/** Queues: made by `setup`, looked for by `check`. */
export function createSqsSetup(
  sqs: SqsConnection,
  all: SqsNames[],
): { setup(): Promise<void>; check(): Promise<void> } {
  const attributesOf = async (queue: string, names: QueueAttributeName[]): Promise<Record<string, string>> => {
    const QueueUrl = await sqs.urlOf(queue);
    const { Attributes } = await sqs.send(queue, (client, request) =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names }), request),
    );
    return Attributes ?? {};
  };

  /** @returns false if it stands already, perhaps otherwise */
  const create = async (queue: string, Attributes: Record<string, string>) => {
    try {
      await sqs.send(queue, (client, request) =>
        client.send(new CreateQueueCommand({ QueueName: queue, Attributes }), request),
      );
      return true;
    } catch (thrown) {
      // Another setup was faster.
      if (['QueueNameExists', 'QueueAlreadyExists'].includes(answerOf(thrown)?.code ?? '')) return false;
      throw thrown;
    }
  };

  const ensure = async (queue: string, wanted: Record<string, string>) => {
    const isThere = await sqs.urlOf(queue).then(
      () => true,
      (thrown: unknown) => {
        if (isMissingQueue(thrown)) return false;
        throw thrown;
      },
    );
    if (!isThere && (await create(queue, wanted))) return;
    const standing = await attributesOf(queue, Object.keys(wanted) as QueueAttributeName[]);
    const Attributes = Object.fromEntries(
      Object.entries(wanted).filter(([name, value]) => !isSame(standing[name] ?? '', value)),
    );
    if (Object.keys(Attributes).length === 0) return;
    const QueueUrl = await sqs.urlOf(queue);
    await sqs.send(queue, (client, request) =>
      client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }), request),
    );
  };

  const allNames = all.flatMap(({ ordinary, first, dead }) => [ordinary, first, dead]);
  /** Which queue is looked at next; null until all were found. */
  let turn: number | null = null;

  return {
    async setup() {
      const basic = { MessageRetentionPeriod: `${RETENTION_SEC}`, MaximumMessageSize: `${MAX_MESSAGE_BYTES}` };
      for (const { ordinary, first, dead } of all) {
        await ensure(dead, basic);
        const { QueueArn: deadLetterTargetArn } = await attributesOf(dead, ['QueueArn']);
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAX_RECEIVES });
        await Promise.all([ordinary, first].map((queue) => ensure(queue, { ...basic, RedrivePolicy })));
      }
    },

    /**
     * Looks for all queues until they are found, and from then on for one after another: processes look every few
     * seconds, and each question is paid for.
     */
    async check() {
      const [one, ...others] = turn === null ? allNames : allNames.slice(turn, turn + 1);
      const next = ((turn ?? 0) + 1) % allNames.length;
      turn = null;
      // Where nobody answers, one question tells.
      if (one !== undefined) await attributesOf(one, ['QueueArn']);
      await Promise.all(others.map((queue) => attributesOf(queue, ['QueueArn'])));
      turn = next;
    },
  };
}

/** SQS gives numbers of a policy back as they were written, or as text. */
function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [one, other].map((text) => parsed(text) as Record<string, unknown> | undefined);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => `${a[name]}` === `${b[name]}`);
}
