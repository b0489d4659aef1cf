import { randomUUID } from 'node:crypto';
import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Logger, Objects } from '@marquee/core/ports';
import type { S3Options } from '../src/s3-objects.ts';
import { createS3Objects } from '../src/s3-objects.ts';
import type { Engine } from './engine.ts';
import { describeObjectsContract } from './objects-contract.ts';
import { describeWithService } from './service.ts';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function optionsOf(endpoint: string, change: Partial<S3Options> = {}): S3Options {
  return {
    endpoint,
    region: process.env.AWS_REGION ?? 'us-east-1',
    bucket: `marquee-${randomUUID()}`,
    mediaBaseUrl: null,
    encryption: 'none',
    allowedOrigins: ['https://films.example'],
    publicMedia: false,
    log: silent,
    ...change,
  };
}

/** A bucket of its own, removed with what is in it. */
async function openS3Objects(endpoint: string): Promise<Engine<Objects>> {
  const options = optionsOf(endpoint);
  const clients: Objects[] = [];
  const another = async () => {
    const client = createS3Objects(options);
    clients.push(client);
    return client;
  };
  const port = await another();
  await port.setup();
  return {
    port,
    another,
    async close() {
      await removeBucket(port, options);
      for (const client of clients) await client.close();
    },
  };
}

async function removeBucket(objects: Objects, { endpoint, region, bucket }: S3Options): Promise<void> {
  for await (const { key } of objects.list('')) await objects.delete(key);
  const client = new S3Client({ endpoint: endpoint as string, region, forcePathStyle: true });
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  client.destroy();
}

describeWithService('S3_ENDPOINT', (endpoint) => {
  describeObjectsContract('S3', () => openS3Objects(endpoint));
});
