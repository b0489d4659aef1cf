import { randomUUID } from 'node:crypto';
import { DeleteQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Logger, Queue } from '@marquee/core/ports';
import { createSqsQueue } from '../src/sqs-queue.ts';
import type { Engine } from './engine.ts';
import { describeQueueContract } from './queue-contract.ts';
import { describeWithService } from './service.ts';

const ignore = () => undefined;
const QUIET: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const REGION = process.env.AWS_REGION ?? 'us-east-1';
const TYPES = ['task.finished', 'video.uploaded'] as const;

interface SqsEngine extends Engine<Queue> {
  prefix: string;
  raw: SQSClient;
}

/** Queues of its own, removed with what is in them. */
async function openSqs(endpoint: string): Promise<SqsEngine> {
  const prefix = `test-${randomUUID()}`;
  const raw = new SQSClient({ endpoint, region: REGION });
  const clients: Queue[] = [];
  const another = async () => {
    const client = createSqsQueue({ endpoint, region: REGION, prefix, log: QUIET, types: TYPES });
    clients.push(client);
    return client;
  };
  const port = await another();
  await port.setup();
  return {
    port,
    another,
    prefix,
    raw,
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
});
