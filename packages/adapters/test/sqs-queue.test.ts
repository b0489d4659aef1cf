import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { JobId, TaskId } from '@marquee/core/ids';
import type { Message } from '@marquee/core/messages';
import { newMessage } from '@marquee/core/messages';
import type { Delivery, Logger, Queue, Verdict } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs as service } from '../../../scripts/services/sqs.ts';
import { createSqsQueue } from '../src/sqs-queue.ts';
import type { Engine } from './engine.ts';
import { eventually, expectCode, pause } from './engine.ts';
import { describeQueueContract } from './queue-contract.ts';
import { describeWithService } from './service.ts';
import type { SqsProxy } from './sqs-proxy.ts';
import { createSqsProxy } from './sqs-proxy.ts';

const ignore = () => undefined;
const QUIET: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const REGION = process.env.AWS_REGION ?? 'us-east-1';
const TYPES = ['task.finished', 'video.uploaded'] as const;
const QUEUE = 'task.finished';
const HOUR_MS = 3_600_000;

function message(piece: string): Message<'task.finished'> {
  return newMessage('task.finished', { jobId: 'job' as JobId, taskId: piece as TaskId });
}
const pieceOf = (delivery: Delivery) => (delivery.body as Message<'task.finished'>).payload.taskId as string;

interface SqsEngine extends Engine<Queue> {
  /** Another client of the same queues, at another address. */
  at(endpoint: string): Queue;
  raw: SQSClient;
  /** Address of the queue whose name ends so: ``, `-first` or `-dead`. */
  urlOf(end: string): Promise<string>;
}

function open(endpoint: string, prefix: string): Queue {
  return createSqsQueue({ endpoint, region: REGION, prefix, log: QUIET, types: TYPES });
}

/** Queues of its own, removed with what is in them. */
async function openSqs(endpoint: string): Promise<SqsEngine> {
  const prefix = `test-${randomUUID()}`;
  const raw = new SQSClient({ endpoint, region: REGION });
  const clients: Queue[] = [];
  const at = (address: string) => {
    const client = open(address, prefix);
    clients.push(client);
    return client;
  };
  const port = at(endpoint);
  await port.setup();
  return {
    port,
    at,
    raw,
    another: async () => at(endpoint),
    async urlOf(end) {
      const { QueueUrl } = await raw.send(new GetQueueUrlCommand({ QueueName: `${prefix}-task-finished${end}` }));
      return QueueUrl as string;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      const { QueueUrls = [] } = await raw.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
      for (const QueueUrl of QueueUrls) await raw.send(new DeleteQueueCommand({ QueueUrl }));
      raw.destroy();
    },
  };
}

describeWithService('SQS_ENDPOINT', (endpoint) => {
  describeQueueContract('SQS', () => openSqs(endpoint));

  describe('SQS queue', () => {
    let engine: SqsEngine;
    let queue: Queue;
    let proxy: SqsProxy;
    /** A client that asks through the proxy. */
    let watched: Queue;
    beforeEach(async () => {
      engine = await openSqs(endpoint);
      queue = engine.port;
      proxy = await createSqsProxy(endpoint);
      watched = engine.at(proxy.endpoint);
    });
    afterEach(async () => {
      proxy.freeze(false);
      await engine.close();
      await proxy.close();
    });
    const asked = (action: string) => proxy.requests.filter((request) => request.action === action);
    const collect = async (
      client: Queue,
      options: Partial<Parameters<Queue['consume']>[1]> = {},
      verdict: (delivery: Delivery) => Verdict | Promise<Verdict> = () => ({ kind: 'ack' }),
    ) => {
      const seen: { piece: string; deliveryCount: number; atMs: number }[] = [];
      await client.consume(QUEUE, { concurrency: 4, ...options }, async (delivery) => {
        seen.push({ piece: pieceOf(delivery), deliveryCount: delivery.deliveryCount, atMs: Date.now() });
        return verdict(delivery);
      });
      return seen;
    };
    const sendRaw = async (end: string, body: string, meta?: object) => {
      const attribute = { DataType: 'String', StringValue: JSON.stringify(meta) };
      const MessageAttributes = meta ? { marquee: attribute } : undefined;
      const QueueUrl = await engine.urlOf(end);
      await engine.raw.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
    };

    describe('what setup makes', () => {
      it('is missed by name before it was run', async () => {
        const bare = open(endpoint, `test-${randomUUID()}`);
        const missing = /does not exist.*marquee setup/;
        for (const work of [
          () => bare.check(),
          () => bare.publish(message('x')),
          () => bare.stats(QUEUE),
          () => bare.consume(QUEUE, { concurrency: 1 }, async () => ({ kind: 'ack' })),
        ]) {
          await expectCode(work, 'CONFIG_INVALID');
          await expect(work()).rejects.toThrow(missing);
        }
        await bare.close();
      });

      it('is brought up to date with the messages in it, by several at once', async () => {
        await queue.publish(message('kept'));
        const QueueUrl = await engine.urlOf('');
        const Attributes = { MessageRetentionPeriod: '60', MaximumMessageSize: '2048', RedrivePolicy: '' };
        await engine.raw.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
        await Promise.all([queue.setup(), (await engine.another()).setup()]);
        const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
        const standing = (await engine.raw.send(ask)).Attributes;
        expect(standing).toMatchObject({ MessageRetentionPeriod: '1209600', MaximumMessageSize: '262144' });
        expect(JSON.parse(standing?.RedrivePolicy ?? '')).toEqual({
          deadLetterTargetArn: expect.stringMatching(/-task-finished-dead$/),
          maxReceiveCount: 1000,
        });
        await queue.check();
        expect((await queue.stats(QUEUE)).ready).toBe(1);
      });

      it('is not written again when nothing differs', async () => {
        await watched.setup();
        expect(asked('CreateQueue')).toEqual([]);
        expect(asked('SetQueueAttributes')).toEqual([]);
      });

      it('is looked for whole at first and whenever something is amiss, else one queue at a time', async () => {
        const looks = async () => {
          const before = asked('GetQueueAttributes').length;
          await watched.check();
          return asked('GetQueueAttributes').length - before;
        };
        const queues = 3 * TYPES.length;
        expect([await looks(), await looks(), await looks()]).toEqual([queues, 1, 1]);
        const QueueUrl = await engine.urlOf('-dead');
        await engine.raw.send(new DeleteQueueCommand({ QueueUrl }));
        // It is missed when its turn comes, and on every look from then on.
        let found = 0;
        while (
          await watched.check().then(
            () => true,
            () => false,
          )
        )
          expect(++found).toBeLessThan(queues);
        await expectCode(() => watched.check(), 'CONFIG_INVALID');
        // By a client that does not think it stands.
        await (await engine.another()).setup();
        expect(await looks()).toBe(queues);
      });
    });

    describe('publishing', () => {
      it('sends together what is published together, ten at most and no more than a request takes', async () => {
        // They go side by side, and arrive in any order.
        const batchSizes = () =>
          asked('SendMessageBatch')
            .map(({ body }) => body.Entries?.length ?? 0)
            .sort((a, b) => b - a);
        await watched.publish(message('finds the queue'));
        proxy.requests.length = 0;
        await Promise.all(Array.from({ length: 25 }, (_, i) => watched.publish(message(`${i}`))));
        expect(batchSizes()).toEqual([10, 10, 5]);
        proxy.requests.length = 0;
        const large = 'x'.repeat(100_000);
        await Promise.all([1, 2, 3].map(() => watched.publish(message(large))));
        expect(batchSizes()).toEqual([2, 1]);
        expect((await queue.stats(QUEUE)).ready).toBe(29);
      });

      it('rejects only the one of a batch that SQS would not take', async () => {
        const QueueUrl = await engine.urlOf('');
        const Attributes = { MaximumMessageSize: '1024' };
        await engine.raw.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
        const sent = ['a', 'x'.repeat(2000), 'b'].map((piece) => watched.publish(message(piece)));
        const ends = await Promise.allSettled(sent);
        expect(asked('SendMessageBatch')).toHaveLength(1);
        expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        await expectCode(sent[1] as Promise<void>, 'INTERNAL');
        expect((await queue.stats(QUEUE)).ready).toBe(2);
      });

      it('waits longer than SQS can by sending it again', async () => {
        await watched.publish(message('late'), { delayMs: 2 * HOUR_MS });
        expect(asked('SendMessageBatch')[0]?.body.Entries).toMatchObject([{ DelaySeconds: 900 }]);
        await watched.publish(message('soon'), { delayMs: 1001 });
        expect(asked('SendMessageBatch')[1]?.body.Entries).toMatchObject([{ DelaySeconds: 2 }]);

        const notBeforeMs = Date.now() + 1500;
        await sendRaw('', JSON.stringify(message('now')), { deliveries: 3, enqueuedAtMs: 1, notBeforeMs });
        const seen = await collect(queue);
        const found = await eventually(() => seen.find(({ piece }) => piece === 'now'));
        expect(found.deliveryCount).toBe(4);
        expect(found.atMs).toBeGreaterThanOrEqual(notBeforeMs);
      });
    });

    describe('consuming', () => {
      it('takes what is urgent first', async () => {
        for (const priority of [0, 4, 0, 5, 9]) await queue.publish(message(`${priority}`), { priority });
        const seen = await collect(queue, { concurrency: 1 });
        await eventually(() => seen.length === 5);
        expect(seen.map(({ piece }) => piece)).toEqual(['5', '9', '0', '4', '0']);
      });

      it('hands back, uncounted, what comes while there is no room', async () => {
        let now = 0;
        let most = 0;
        const seen = await collect(queue, { concurrency: 1 }, async () => {
          most = Math.max(most, ++now);
          await pause(200);
          now--;
          return { kind: 'ack' };
        });
        await pause(200);
        await Promise.all([queue.publish(message('one')), queue.publish(message('other'), { priority: 9 })]);
        await eventually(() => seen.length === 2);
        expect(most).toBe(1);
        expect(seen.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1]);
      });

      it('waits in long polls, and ends them at once when it is closed', async () => {
        await collect(watched);
        await pause(500);
        expect(asked('ReceiveMessage').map(({ body }) => body.WaitTimeSeconds)).toEqual([0, 20, 20]);
        const closedAtMs = Date.now();
        await watched.close();
        expect(Date.now() - closedAtMs).toBeLessThan(1000);
      });

      it('has what a closed consumer was just given back soon, however long it may hide messages', async () => {
        const client = await engine.another();
        await collect(client, { visibilityMs: HOUR_MS });
        await pause(300);
        await client.close();
        const seen = await collect(queue);
        await pause(300);
        // The stand-in hands the first of these to whoever asked first, though nobody is there any more.
        await queue.publish(message('ordinary'));
        await queue.publish(message('urgent'), { priority: 9 });
        await eventually(() => seen.length === 2, 13_000);
      });

      it('delays a retry for longer than SQS hides a message', async () => {
        await queue.publish(message('again'));
        await collect(watched, {}, () => ({ kind: 'retry', delayMs: 13 * HOUR_MS }));
        await eventually(async () => {
          const { ready, inFlight, delayed } = await queue.stats(QUEUE);
          return delayed === 1 && ready === 0 && inFlight === 0;
        });
        expect(asked('SendMessageBatch')[0]?.body.Entries).toMatchObject([{ DelaySeconds: 900 }]);
      });

      it('tells a handler whose lock ran out, and leaves the message to who has it then', async () => {
        await queue.publish(message('lost'));
        let signal: AbortSignal | undefined;
        const lost = await collect(watched, { visibilityMs: 1000 }, async (delivery) => {
          ({ signal } = delivery);
          proxy.freeze(true);
          await eventually(() => delivery.signal.aborted);
          proxy.freeze(false);
          return { kind: 'dead', reason: 'This must not count.' };
        });
        await eventually(() => lost.length === 1);
        const thief = await collect(queue, { visibilityMs: 30_000 }, async () => {
          await pause(1500);
          return { kind: 'ack' };
        });
        await eventually(() => thief.length === 1);
        expect(thief[0]?.deliveryCount).toBe(2);
        await eventually(async () => (await queue.stats(QUEUE)).inFlight === 0);
        expect(signal?.aborted).toBe(true);
        expect(await queue.stats(QUEUE)).toMatchObject({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
      });
    });

    describe('dead letters', () => {
      it('hold the largest body with the longest reason', async () => {
        const emptyBytes = Buffer.byteLength(JSON.stringify(message('')));
        const largest = message('x'.repeat(queue.features.maxBodyBytes - emptyBytes));
        await queue.publish(largest, { priority: 9 });
        await collect(queue, {}, () => ({ kind: 'dead', reason: '🎬\u0001"'.repeat(5000) }));
        const letter = await eventually(async () => (await queue.listDead(QUEUE, 1))[0]);
        expect(letter.body).toEqual(largest);
        expect(letter.reason.startsWith('🎬\u0001"🎬')).toBe(true);
      });

      it('are made of what is no JSON, and listed if SQS made them itself', async () => {
        await sendRaw('', 'not JSON');
        await collect(queue);
        await eventually(async () => (await queue.stats(QUEUE)).dead === 1);
        await sendRaw('-dead', JSON.stringify(message('given up')));
        const letters = await queue.listDead(QUEUE, 10);
        expect(letters.map(({ body }) => body)).toContain('not JSON');
        const reasons = letters.map(({ reason }) => reason).sort();
        expect(reasons).toEqual(['It is not JSON.', expect.stringMatching(/^SQS gave it up/)]);
      });

      it('go back to where they came from, however many there are', async () => {
        const publish = (i: number) => queue.publish(message(`${i}`), { priority: i % 2 === 0 ? 9 : 0 });
        await Promise.all(Array.from({ length: 24 }, (_, i) => publish(i)));
        const client = await engine.another();
        await collect(client, {}, () => ({ kind: 'dead', reason: 'for a test' }));
        await eventually(async () => (await queue.stats(QUEUE)).dead === 24);
        await client.close();
        const letters = await queue.listDead(QUEUE, 100);
        expect(letters).toHaveLength(24);
        const chosen = letters.slice(0, 20).map(({ id }) => id);
        expect(await watched.redriveDead(QUEUE, chosen)).toBe(20);
        const sentTo = new Set(asked('SendMessageBatch').map(({ body }) => body.QueueUrl));
        expect(sentTo).toEqual(new Set([await engine.urlOf(''), await engine.urlOf('-first')]));
        expect(await queue.listDead(QUEUE, 100)).toHaveLength(4);
      });
    });

    describe('faults', () => {
      const coral = 'com.amazon.coral.service#';
      it.each([
        ['UnrecognizedClientException', 403, 'CONFIG_INVALID', /AWS_ACCESS_KEY_ID/],
        ['InvalidClientTokenId', 403, 'CONFIG_INVALID', /AWS_ACCESS_KEY_ID/],
        ['InvalidSignatureException', 400, 'CONFIG_INVALID', /clock/],
        ['AccessDeniedException', 400, 'CONFIG_INVALID', /what they may do/],
        ['ExpiredTokenException', 400, 'BROKER_DOWN', /expired/],
        ['ThrottlingException', 400, 'BROKER_DOWN', /does not answer/],
        ['InternalFailure', 500, 'BROKER_DOWN', /does not answer/],
      ])('says of %s what it means', async (type, status, code, sentence) => {
        proxy.refuse('*', { status, type: coral + type });
        for (const work of [() => watched.check(), () => watched.publish(message('x'))]) {
          await expectCode(work, code);
        }
        await expect(watched.stats(QUEUE)).rejects.toThrow(sentence);
      });

      it('says BROKER_DOWN within seconds of a host that is away, or silent', async () => {
        const away = await createSqsProxy(endpoint);
        await away.close();
        const nobody = open(away.endpoint, 'test');
        proxy.freeze(true);
        for (const client of [nobody, watched]) {
          const startedAtMs = Date.now();
          const work = [client.check(), client.publish(message('x')), client.stats(QUEUE), client.listDead(QUEUE, 1)];
          await Promise.all(work.map((each) => expectCode(each, 'BROKER_DOWN')));
          expect(Date.now() - startedAtMs).toBeLessThan(8000);
        }
        await nobody.close();
      });

      it('goes on consuming when queues that were removed are there again', async () => {
        const seen = await collect(queue, { concurrency: 1 });
        await pause(200);
        for (const end of ['', '-first']) {
          await engine.raw.send(new DeleteQueueCommand({ QueueUrl: await engine.urlOf(end) }));
        }
        await expectCode(queue.publish(message('nowhere')), 'CONFIG_INVALID');
        await (await engine.another()).setup();
        await queue.publish(message('back'));
        await eventually(() => seen.length === 1);
      });

      it('goes on by itself when a server that was stopped is there again, with what it had', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'marquee-sqs-'));
        const port = Number(new URL(endpoint).port) + 5;
        let server = await service.start({ folder, port });
        const client = open(`http://127.0.0.1:${port}`, 'stopped');
        try {
          await client.setup();
          await client.publish(message('before'), { delayMs: 1000 });
          const seen = await collect(client, { visibilityMs: 3000 }, (delivery) =>
            delivery.deliveryCount === 1 ? { kind: 'retry', delayMs: 0 } : { kind: 'ack' },
          );
          await server.stop();
          await expectCode(client.publish(message('meanwhile')), 'BROKER_DOWN');
          server = await service.start({ folder, port });
          await client.publish(message('after'));
          await eventually(() => seen.length === 4, 15_000);
          expect(seen.map(({ piece }) => piece).sort()).toEqual(['after', 'after', 'before', 'before']);
        } finally {
          await client.close();
          await server.stop();
          await rm(folder, { recursive: true, force: true });
        }
      });
    });
  });
});
