import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '@marquee/core/ports';
import type { SqsConnection } from './sqs-client.ts';
import type { Received, SqsNames } from './sqs-messages.ts';
import { parsed, received } from './sqs-messages.ts';
import type { SqsPublisher } from './sqs-publish.ts';
import type { SqsSettling } from './sqs-settle.ts';

/** Letters are hidden from others while they are looked through, and for this long if the process dies at it. */
const LOOK_SEC = 60;
/** With any wait at all SQS asks all of its servers, and so finds what there is. */
const WAIT_SEC = 1;
const MAX_BATCH = 10;

/** SQS can only be asked for messages, not for a list: letters are received, read and handed back. */
export function createSqsDead(sqs: SqsConnection, publisher: SqsPublisher) {
  /** Receives letter after letter until `enough`, or there are no more; those that are not kept are handed back. */
  const lookThrough = async (dead: string, limit: () => number, visit: (letter: Received) => Promise<boolean>) => {
    const seen = new Set<string>();
    const others: Received[] = [];
    try {
      while (limit() > 0) {
        const batch = await sqs.receive(dead, {
          limit: Math.min(MAX_BATCH, limit()),
          waitSec: WAIT_SEC,
          visibilitySec: LOOK_SEC,
        });
        const letters = batch.map((message) => received(message, dead));
        // One that comes a second time has been hidden for as long as it could be: they all have been seen.
        const fresh = letters.filter(({ id }) => !seen.has(id));
        others.push(...letters.filter(({ id }) => seen.has(id)));
        for (const letter of fresh) {
          seen.add(letter.id);
          if (!(await visit(letter))) others.push(letter);
        }
        if (fresh.length === 0) return;
      }
    } finally {
      await handBack(dead, others);
    }
  };

  const handBack = async (dead: string, letters: Received[]) => {
    if (letters.length === 0) return;
    const QueueUrl = await sqs.urlOf(dead);
    for (let at = 0; at < letters.length; at += MAX_BATCH) {
      const Entries = letters.slice(at, at + MAX_BATCH).map(({ receiptHandle }, index) => {
        return { Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 };
      });
      await sqs.send(dead, (client, request) =>
        client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), request),
      );
    }
  };

  return {
    /** Those that somebody else looks at just now are not seen. */
    async list({ dead }: SqsNames, limit: number): Promise<DeadLetter[]> {
      const letters: Received[] = [];
      await lookThrough(
        dead,
        () => limit - letters.length,
        async (letter) => {
          letters.push(letter);
          return false;
        },
      );
      return letters.map(asDeadLetter).sort((a, b) => a.diedAtMs - b.diedAtMs);
    },

    /** @returns how many were sent back to where they came from */
    async redrive(names: SqsNames, settling: SqsSettling, ids: string[]): Promise<number> {
      const wanted = new Set(ids);
      let moved = 0;
      await lookThrough(
        names.dead,
        () => (wanted.size > 0 ? MAX_BATCH : 0),
        async (letter) => {
          if (!wanted.delete(letter.id)) return false;
          const to = letter.meta.wasFirst ? names.first : names.ordinary;
          await publisher.publish(to, { body: letter.body, meta: {}, delaySec: 0 });
          await settling.remove(letter);
          moved++;
          return true;
        },
      );
      return moved;
    },
  };
}

function asDeadLetter({ id, body, meta, enqueuedAtMs, deliveryCount }: Received): DeadLetter {
  const reason = meta.reason ?? 'SQS gave it up itself: it was received again and again and never settled.';
  return {
    id,
    body: parsed(body) ?? body,
    reason,
    deliveryCount: meta.deliveries ?? deliveryCount,
    diedAtMs: meta.diedAtMs ?? enqueuedAtMs,
  };
}
