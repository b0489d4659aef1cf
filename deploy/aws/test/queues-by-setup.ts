import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from '@marquee/core/ports';
import { buildApp } from 'fauxqs';

/** What is compared of a queue. */
export interface QueueFacts {
  retentionSec: number;
  maxBytes: number;
  visibilitySec: number;
  delaySec: number;
  redrive: { dead: string | undefined; maxReceiveCount: number } | null;
}

/** Has the product's own setup make its queues, in a stand-in, and tells what then stands there. */
export async function queuesBySetup(open: (endpoint: string) => Queue): Promise<Record<string, QueueFacts>> {
  process.env.AWS_ACCESS_KEY_ID ??= 'nobody';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'nothing';
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new SQSClient({ endpoint, region: 'eu-west-1', useQueueUrlAsEndpoint: false });
  try {
    const queue = open(endpoint);
    await queue.setup();
    await queue.close();
    const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ MaxResults: 1000 }));
    return Object.fromEntries(
      await Promise.all(
        QueueUrls.map(async (QueueUrl) => {
          const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
          const { Attributes = {} } = await client.send(command);
          return [nameIn(QueueUrl), factsOf(Attributes)] as const;
        }),
      ),
    );
  } finally {
    client.destroy();
    await app.close();
  }
}

function factsOf(attributes: Record<string, string>): QueueFacts {
  const redrive = attributes.RedrivePolicy && JSON.parse(attributes.RedrivePolicy);
  return {
    retentionSec: Number(attributes.MessageRetentionPeriod),
    maxBytes: Number(attributes.MaximumMessageSize),
    visibilitySec: Number(attributes.VisibilityTimeout),
    delaySec: Number(attributes.DelaySeconds),
    redrive: redrive
      ? { dead: redrive.deadLetterTargetArn.split(':').at(-1), maxReceiveCount: Number(redrive.maxReceiveCount) }
      : null,
  };
}

function nameIn(url: string): string {
  return url.split('/').at(-1) ?? '';
}
