import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from '@marquee/core/ports';
import { createSqliteQueue } from '../src/sqlite-queue.ts';
import type { Engine } from './engine.ts';
import { describeQueueContract } from './queue-contract.ts';

async function openSqliteQueue(): Promise<Engine<Queue>> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-queue-'));
  const clients: Queue[] = [];
  const another = async () => {
    const client = createSqliteQueue({ file: join(folder, 'queue.db') });
    clients.push(client);
    await client.setup();
    return client;
  };
  return {
    port: await another(),
    another,
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await rm(folder, { recursive: true });
    },
  };
}

describeQueueContract('sqlite', openSqliteQueue);
